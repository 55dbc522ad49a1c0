// Events as client-go's recorder counts them: one that comes again is counted, and one Service cannot flood the cluster. Pure.

export interface ServiceEvent {
  readonly namespace: string
  readonly name: string
  readonly uid: string
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
}

export interface EventEntry {
  readonly event: ServiceEvent
  /** of the Event object */
  readonly objectName: string
  readonly count: number
  readonly firstMs: number
  readonly lastMs: number
}

interface Bucket {
  tokens: number
  atMs: number
}

/** As client-go's spam filter has it: 25 at once for each object, then one in five minutes. */
const BURST = 25
const MS_FOR_ONE = 300_000
/** Of each, remembered. */
const MOST = 4096

export class EventLedger {
  readonly #entries = new Map<string, EventEntry>()
  readonly #buckets = new Map<string, Bucket>()

  /** What is to be written; undefined: nothing, there have been too many. `nowMs` is the time of day. */
  take(event: ServiceEvent, nowMs: number): EventEntry | undefined {
    if (!this.#allow(event.uid, nowMs)) return undefined
    const key = JSON.stringify([event.uid, event.type, event.reason, event.message])
    const known = this.#entries.get(key)
    const entry: EventEntry =
      known === undefined
        ? {
            event,
            objectName: objectName(event.name, nowMs, this.#entries.size),
            count: 1,
            firstMs: nowMs,
            lastMs: nowMs,
          }
        : { ...known, count: known.count + 1, lastMs: nowMs }
    this.#entries.delete(key)
    this.#entries.set(key, entry)
    bound(this.#entries)
    return entry
  }

  /** The object that was counted on is not there any more. */
  forget({ event }: EventEntry): void {
    this.#entries.delete(JSON.stringify([event.uid, event.type, event.reason, event.message]))
  }

  #allow(uid: string, nowMs: number): boolean {
    const bucket = this.#buckets.get(uid) ?? { tokens: BURST, atMs: nowMs }
    bucket.tokens = Math.min(BURST, bucket.tokens + Math.max(0, nowMs - bucket.atMs) / MS_FOR_ONE)
    bucket.atMs = nowMs
    this.#buckets.delete(uid)
    this.#buckets.set(uid, bucket)
    bound(this.#buckets)
    if (bucket.tokens < 1) return false
    bucket.tokens -= 1
    return true
  }
}

/** The oldest go. */
function bound(map: Map<string, unknown>): void {
  for (const key of map.keys()) {
    if (map.size <= MOST) return
    map.delete(key)
  }
}

/** `web.17d3c0ffee000001`: a name of its own for each moment, as client-go makes it of nanoseconds. */
const objectName = (service: string, nowMs: number, number: number): string =>
  `${service}.${(BigInt(Math.floor(nowMs)) * 1_000_000n + BigInt(number)).toString(16)}`
