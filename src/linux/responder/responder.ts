// The main thread's side of the responder: commands with acknowledgements, events, and an end that is noticed.
import { Worker } from 'node:worker_threads'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type {
  AnnouncementFrame,
  AnswerCount,
  OwnedChanges,
  Responder,
  ResponderEvents,
  ResponderFailure,
  ResponderPort,
} from '../../layer2/ports.ts'
import { requireCapabilities } from '../capabilities.ts'
import type { Command, Report, Settings } from './messages.ts'
import { workerUrl } from './worker-url.ts'

export interface LinuxResponderOptions {
  /** between two refreshes of neighbours that asked; undefined: none */
  readonly refreshMs?: number | undefined
  /** the thread's file; given by tests */
  readonly url?: () => URL
}

export function linuxResponder({ url = workerUrl, refreshMs }: LinuxResponderOptions = {}): ResponderPort {
  return {
    start: async (events) => {
      requireCapabilities({ capabilities: ['CAP_NET_RAW'], to: 'answer ARP and neighbour solicitations' })
      // Without the options of this process: a debugger port or a loader is not for the thread.
      const workerData: Settings = { refreshMs }
      const worker = new Worker(url(), { name: 'lbctl-responder', execArgv: [], workerData })
      const thread = new ResponderThread(worker, events)
      await thread.ready
      return thread
    },
  }
}

type Answer = Extract<Report, { id: number }>

/** A thread that does not end by itself within this time is ended. It never blocks, so this does not happen. */
const STOP_TIMEOUT_MS = 1000

class ResponderThread implements Responder {
  readonly #worker: Worker
  readonly #events: ResponderEvents
  readonly #waiting = new Map<number, PromiseWithResolvers<Answer>>()
  readonly #exited: Promise<void>
  readonly #started = withResolvers<void>()
  #nextId = 1
  #stopping = false
  #death: Error | undefined

  constructor(worker: Worker, events: ResponderEvents) {
    this.#worker = worker
    this.#events = events
    worker.on('message', (report: Report) => this.#onReport(report))
    worker.on('error', (error) => this.#onEnd(error))
    this.#exited = new Promise((resolve) => {
      worker.on('exit', (code) => {
        this.#onEnd(new Error(`the responder thread ended with code ${code}`))
        resolve()
      })
    })
  }

  get ready(): Promise<void> {
    return this.#started.promise
  }

  async changeOwned(changes: OwnedChanges): Promise<readonly ResponderFailure[]> {
    const answer = await this.#ask((id) => ({ kind: 'own', id, changes }))
    return answer.kind === 'done' ? answer.failures : []
  }

  async announce(frames: readonly AnnouncementFrame[]): Promise<readonly ResponderFailure[]> {
    const answer = await this.#ask((id) => ({ kind: 'announce', id, frames }))
    return answer.kind === 'done' ? answer.failures : []
  }

  async counts(): Promise<readonly AnswerCount[]> {
    const answer = await this.#ask((id) => ({ kind: 'count', id }))
    return answer.kind === 'counts' ? answer.counts : []
  }

  async stop(): Promise<void> {
    this.#stopping = true
    this.#worker.postMessage({ kind: 'stop' } satisfies Command)
    const timer = setTimeout(() => void this.#worker.terminate(), STOP_TIMEOUT_MS)
    await this.#exited
    clearTimeout(timer)
  }

  #ask(command: (id: number) => Command): Promise<Answer> {
    if (this.#death !== undefined || this.#stopping)
      return Promise.reject(this.#stopping ? new Error('the responder has been stopped') : this.#death)
    const id = this.#nextId++
    const answer = withResolvers<Answer>()
    this.#waiting.set(id, answer)
    this.#worker.postMessage(command(id))
    return answer.promise
  }

  #onReport(report: Report): void {
    switch (report.kind) {
      case 'ready':
        this.#started.resolve()
        break
      case 'done':
      case 'counts':
        this.#waiting.get(report.id)?.resolve(report)
        this.#waiting.delete(report.id)
        break
      case 'claim':
        this.#events.onForeignClaim(report.claim)
        break
      case 'interface-error':
        this.#events.onInterfaceError(report.failure)
        break
      case 'refused':
        this.#stopping = true
        this.#started.reject(new LbctlError('unsupported', report.message, { hints: report.hints }))
        break
    }
  }

  /** Once: an error is followed by an exit. */
  #onEnd(cause: Error): void {
    if (this.#death !== undefined) return
    this.#death = cause
    this.#started.reject(cause)
    for (const answer of this.#waiting.values()) answer.reject(cause)
    this.#waiting.clear()
    if (!this.#stopping) this.#events.onDeath(cause)
  }
}

interface PromiseWithResolvers<T> {
  readonly promise: Promise<T>
  readonly resolve: (value: T) => void
  readonly reject: (cause: Error) => void
}

/** Promise.withResolvers came with Node 22. */
function withResolvers<T>(): PromiseWithResolvers<T> {
  let resolve: (value: T) => void = () => undefined
  let reject: (cause: Error) => void = () => undefined
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  // A start that is refused after nobody waits any more is not an unhandled rejection.
  promise.catch(() => undefined)
  return { promise, resolve, reject }
}
