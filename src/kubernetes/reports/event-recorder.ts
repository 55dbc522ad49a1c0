// Writes events, best effort: what cannot be written within a while is dropped, and nobody waits for it.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { ApiClient } from '../client.ts'
import { pathOf } from '../resources.ts'
import { secondsText } from '../times.ts'
import { type EventEntry, EventLedger, type ServiceEvent } from './event-ledger.ts'

export interface EventRecorderOptions {
  readonly client: ApiClient
  /** `metallb-speaker` */
  readonly component: string
  readonly host: string
  readonly onTrouble: (error: LbctlError) => void
  /** the time of day */
  readonly nowMs?: () => number
}

/** Waiting to be written; the oldest give way. A controller that is started beside ten thousand Services has something to say of each. */
const MOST_WAITING = 20_000
const EVENTS = { group: '', version: 'v1', resource: 'events' }

export class EventRecorder {
  readonly #options: EventRecorderOptions
  readonly #ledger = new EventLedger()
  /** by the name of their objects */
  readonly #waiting = new Map<string, EventEntry>()
  #writing = false
  #told = false
  #stopped = false

  constructor(options: EventRecorderOptions) {
    this.#options = options
  }

  record(event: ServiceEvent): void {
    if (this.#stopped) return
    const entry = this.#ledger.take(event, (this.#options.nowMs ?? Date.now)())
    if (entry === undefined) return
    // Of one event that came several times meanwhile, the last count says it all.
    this.#waiting.delete(entry.objectName)
    this.#waiting.set(entry.objectName, entry)
    if (this.#waiting.size > MOST_WAITING) this.#take()
    if (!this.#writing) void this.#writeAll()
  }

  stop(): void {
    this.#stopped = true
    this.#waiting.clear()
  }

  /** The oldest. */
  #take(): EventEntry | undefined {
    for (const [name, entry] of this.#waiting) {
      this.#waiting.delete(name)
      return entry
    }
    return undefined
  }

  async #writeAll(): Promise<void> {
    this.#writing = true
    for (let entry = this.#take(); entry !== undefined; entry = this.#take()) {
      try {
        await this.#write(entry)
      } catch (error) {
        if (!(error instanceof LbctlError)) throw error
        this.#ledger.forget(entry)
        if (!this.#told) this.#options.onTrouble(error)
        this.#told = true
      }
    }
    this.#writing = false
  }

  async #write(entry: EventEntry): Promise<void> {
    const { client } = this.#options
    const { namespace } = entry.event
    if (entry.count > 1) {
      const answer = await client.call(
        {
          method: 'PATCH',
          path: pathOf(EVENTS, { namespace, name: entry.objectName }),
          contentType: 'application/merge-patch+json',
          body: {
            count: entry.count,
            lastTimestamp: secondsText(entry.lastMs),
            message: entry.event.message,
          },
        },
        { repeatable: true, expect: [404] },
      )
      // Events live for an hour; then it begins anew under the same name.
      if (answer.status !== 404) return
    }
    // 409: it was written by a try whose answer got lost. 404: the namespace is gone, and the Service with it.
    await client.call(
      { method: 'POST', path: pathOf(EVENTS, { namespace }), body: this.#object(entry) },
      { repeatable: true, expect: [404, 409] },
    )
  }

  #object({ event, objectName, count, firstMs, lastMs }: EventEntry) {
    const { component, host } = this.#options
    const { namespace, name, uid, type, reason, message } = event
    return {
      apiVersion: 'v1',
      kind: 'Event',
      metadata: { name: objectName, namespace },
      involvedObject: { apiVersion: 'v1', kind: 'Service', namespace, name, uid },
      type,
      reason,
      message,
      count,
      firstTimestamp: secondsText(firstMs),
      lastTimestamp: secondsText(lastMs),
      source: { component, host },
      reportingComponent: component,
      reportingInstance: host,
    }
  }
}
