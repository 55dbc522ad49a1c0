// What the controller does → records of the log, with the keys and words that MetalLB uses for the same thing (metallb.md §7.5).
import type { ControllerReport } from '../../controller/ports.ts'
import type { EventReason } from '../../controller/state/effects.ts'
import type { LbctlError } from '../../errors/lbctl-error.ts'
import type { LogRecord, LogSink } from '../../speaker/report/log-record.ts'

export interface WatchTrouble {
  readonly resource: string
  readonly error: LbctlError | undefined
  readonly starting: boolean
}

/** MetalLB's words for what became of a Service. */
const WORDS: Readonly<
  Partial<Record<EventReason, { readonly op?: string; readonly event?: string; readonly msg: string }>>
> = {
  IPAllocated: { event: 'ipAllocated', msg: 'IP address assigned by controller' },
  AllocationFailed: { op: 'allocateIPs', msg: 'IP allocation failed' },
  ClearAssignment: { event: 'clearAssignment', msg: 'current IP not allowed by config, clearing' },
}

export function controllerRecord(report: ControllerReport): LogRecord {
  switch (report.kind) {
    case 'leading':
      return record(
        'info',
        { event: 'leading', msg: 'leading' },
        'This controller leads: it gives out addresses',
      )
    case 'following':
      return record(
        'info',
        { event: 'following', msg: 'not leading' },
        'This controller does not lead any more',
      )
    case 'event': {
      const { service, type, reason, message } = report.event
      const fields = { service, reason, ...(WORDS[reason] ?? { msg: message }), message }
      return record(type === 'Warning' ? 'warn' : 'info', fields, `${service}: ${message}`)
    }
    case 'configuration': {
      const { status, message } = report.condition
      if (status === 'True')
        return record(
          'info',
          { controller: 'PoolReconciler', event: 'configLoaded', msg: 'config reloaded' },
          'The pools are valid and in use',
        )
      return record(
        'error',
        { controller: 'PoolReconciler', error: message },
        `The pools cannot be used, those from before go on counting: ${message}`,
      )
    }
    case 'write-failed': {
      const { what, message, attempts, nextMs } = report
      return record(
        attempts === 1 ? 'warn' : 'debug',
        { op: 'updateStatus', what, error: message, attempts },
        `${what} could not be written: ${message} Tried again in ${Math.round(nextMs / 100) / 10} s`,
      )
    }
    case 'write-recovered':
      return record(
        'info',
        { op: 'updateStatus', what: report.what, msg: 'written' },
        `${report.what} is written now`,
      )
  }
}

const record = (level: LogRecord['level'], fields: LogRecord['fields'], text: string): LogRecord => ({
  level,
  caller: 'controller',
  fields,
  text,
})

/** One outage is told once, though each kind of object has a connection of its own. */
export class SilenceTeller {
  readonly #log: LogSink
  readonly #silent = new Map<string, LbctlError>()

  constructor(log: LogSink) {
    this.#log = log
  }

  tell({ resource, error, starting }: WatchTrouble): void {
    const fields = { component: 'kubernetes', resource }
    if (error === undefined) {
      this.#silent.delete(resource)
      const all = this.#silent.size === 0
      const text = all ? 'The cluster is heard of again' : `${resource} of the cluster are heard of again`
      this.#log({
        level: all ? 'info' : 'debug',
        caller: 'kubernetes',
        fields: { ...fields, msg: text },
        text,
      })
      return
    }
    const known = [...this.#silent.values()].some(({ message }) => message === error.message)
    this.#silent.set(resource, error)
    const rest = starting
      ? 'Waiting; no address is given out or taken back yet.'
      : 'What was known before goes on counting.'
    const text = [error.message, rest, ...error.hints].join(' ')
    const told = { ...fields, msg: rest, error: error.message }
    this.#log({ level: known ? 'debug' : 'warn', caller: 'kubernetes', fields: told, text })
  }

  /** Resources that nothing is heard of. */
  get resources(): string[] {
    return [...this.#silent.keys()]
  }
}

export const troubleRecord = (op: string, { message, hints }: LbctlError, rest: string): LogRecord => ({
  level: 'warn',
  caller: 'kubernetes',
  fields: { op, error: message },
  text: [message, rest, ...hints].join(' '),
})
