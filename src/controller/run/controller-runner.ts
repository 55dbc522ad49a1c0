// Facts in, deeds out: what ControllerState decides is written, told and asked for on the link, while this controller leads.
import type { ServiceKey } from '../../ipam/request.ts'
import { type FactChange, serviceKey } from '../facts/facts.ts'
import type { ControllerPorts, WriteOutcome } from '../ports.ts'
import { configurationCondition } from '../report/configuration-condition.ts'
import { type ControllerOptions, ControllerState } from '../state/controller-state.ts'
import type { Effect, PoolCounters } from '../state/effects.ts'
import { FactTable } from './fact-table.ts'
import { WriteQueue } from './write-queue.ts'

const CONFIGURATION = 'configuration'
const SERVICE = 'service '
const POOL = 'pool '

export class ControllerRunner {
  readonly #options: ControllerOptions
  readonly #ports: ControllerPorts
  readonly #facts = new FactTable()
  /** undefined while another controller leads */
  #term: Term | undefined
  #written = 0
  #failed = 0

  constructor(options: ControllerOptions, ports: ControllerPorts) {
    // Without somebody to ask there is nothing to wait for.
    this.#options = ports.prober === undefined ? { ...options, probeBlockMs: undefined } : options
    this.#ports = ports
    ports.lease.onChange((isHeld) => {
      if (isHeld) this.#lead()
      else this.#follow()
    })
  }

  apply(changes: readonly FactChange[]): void {
    this.#facts.take(changes)
    this.#term?.apply(changes)
  }

  /** Ends what is waited for. Nothing is written any more. */
  stop(): void {
    this.#end()
  }

  /** Undefined while another controller leads. */
  get state(): ControllerState | undefined {
    return this.#term?.state
  }

  get numbers(): { readonly written: number; readonly failed: number; readonly queued: number } {
    const now = this.#term?.queue
    return {
      written: this.#written + (now?.numbers.written ?? 0),
      failed: this.#failed + (now?.numbers.failed ?? 0),
      queued: now?.length ?? 0,
    }
  }

  #lead(): void {
    if (this.#term !== undefined) return
    this.#term = new Term(this.#options, this.#ports, this.#facts)
    this.#ports.report({ kind: 'leading' })
    this.#term.apply(this.#facts.all())
  }

  #follow(): void {
    if (this.#end()) this.#ports.report({ kind: 'following' })
  }

  #end(): boolean {
    const term = this.#term
    if (term === undefined) return false
    term.stop()
    this.#written += term.queue.numbers.written
    this.#failed += term.queue.numbers.failed
    this.#term = undefined
    return true
  }
}

/** A time of leading. What another one decided meanwhile is learnt by beginning anew. */
class Term {
  readonly state: ControllerState
  readonly queue: WriteQueue
  readonly #ports: ControllerPorts
  readonly #facts: FactTable
  readonly #counters = new Map<string, PoolCounters>()
  #cancelWake: () => void = () => undefined
  #isStopped = false

  constructor(options: ControllerOptions, ports: ControllerPorts, facts: FactTable) {
    this.state = new ControllerState(options)
    this.#ports = ports
    this.#facts = facts
    const { clock, random, report, lease } = ports
    this.queue = new WriteQueue({
      perform: (what) => this.#write(what),
      mayWrite: () => lease.isHeld,
      clock,
      random,
      onFailed: (what, message, attempts, nextMs) =>
        report({ kind: 'write-failed', what, message, attempts, nextMs }),
      onRecovered: (what, attempts) => report({ kind: 'write-recovered', what, attempts }),
    })
  }

  stop(): void {
    this.#isStopped = true
    this.#cancelWake()
    this.queue.stop()
  }

  apply(changes: readonly FactChange[]): void {
    if (this.#isStopped) return
    const { clock } = this.#ports
    for (const effect of this.state.apply(changes, clock.nowMs())) this.#perform(effect)
    for (const change of changes) {
      if (change.kind === 'service') this.queue.refreshed(SERVICE + serviceKey(change.service))
      if (change.kind === 'state-missing') this.queue.add(CONFIGURATION)
    }
    this.#cancelWake()
    const wakeMs = this.state.nextWakeMs
    if (wakeMs !== undefined)
      this.#cancelWake = clock.after(Math.max(0, wakeMs - clock.nowMs()), () => this.apply([]))
  }

  #perform(effect: Effect): void {
    const { events, report, prober } = this.#ports
    switch (effect.kind) {
      case 'configuration':
        report({ kind: 'configuration', condition: configurationCondition(this.state.problems) })
        this.queue.add(CONFIGURATION)
        break
      case 'service-status':
        this.queue.add(SERVICE + effect.service)
        break
      case 'pool-status':
        this.#counters.set(effect.pool, effect.counters)
        this.queue.add(POOL + effect.pool)
        break
      case 'event':
        report({ kind: 'event', event: effect.event })
        if (this.#ports.lease.isHeld) events.record(effect.event)
        break
      case 'probe':
        void prober?.probe(effect.addresses).then((outcome) => {
          this.apply([{ kind: 'probed', token: effect.token, outcome }])
        })
    }
  }

  #write(what: string): Promise<WriteOutcome> | undefined {
    const { writer } = this.#ports
    if (what === CONFIGURATION) return writer.writeConfiguration(configurationCondition(this.state.problems))
    if (what.startsWith(SERVICE)) return this.#writeService(what.slice(SERVICE.length))
    const pool = what.slice(POOL.length)
    const counters = this.#counters.get(pool)
    return counters === undefined ? undefined : writer.writePool(pool, counters)
  }

  #writeService(service: ServiceKey): Promise<WriteOutcome> | undefined {
    const write = this.state.pendingWrite(service)
    if (write === undefined) return undefined
    return this.#ports.writer.writeService(write).then((outcome) => {
      if (outcome.kind === 'written') {
        const { version } = outcome
        const change = { kind: 'written', service, status: write.status, version } as const
        // Also when this term is over: whoever begins anew should know of it.
        this.#facts.take([change])
        this.apply([change])
      }
      return outcome
    })
  }
}
