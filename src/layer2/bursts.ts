// When gratuitous frames are due. A burst is about one address on one interface: at once, then every 1.1 s as long as its window of 5 s
// is open (metallb.md §5.4), and after it, where that is asked for, once in a while for as long as the address is held.
import type { Ip } from '../net/ip.ts'

/** Between two rounds of a burst. */
export const ROUND_MS = 1_100
/** A burst lasts so long after its last cause; that makes five rounds. */
export const WINDOW_MS = 5_000
/** Addresses announced in one turn; the next turn comes this much later, so that thousands do not go out in one flood. */
const ADDRESSES_PER_TURN = 256
const TURN_MS = 10

export interface Due {
  readonly interfaceName: string
  readonly address: Ip
}

interface Burst extends Due {
  /** when the next round is due */
  nextMs: number
  /** no round after this but the slow ones */
  endsMs: number
  readonly startedMs: number
}

export class Bursts {
  readonly #bursts = new Map<string, Burst>()
  readonly #slowMs: number | undefined
  /** when the next turn may be, and at the latest has to be; undefined: nothing is due */
  #nextMs: number | undefined

  /** @param slowMs between the repetitions behind the window; undefined: none */
  constructor(slowMs: number | undefined) {
    this.#slowMs = slowMs
  }

  /** The first round is due now. A burst that runs goes on for another window. */
  start(key: string, due: Due, nowMs: number): void {
    this.#bursts.set(key, { ...due, nextMs: nowMs, endsMs: nowMs + WINDOW_MS, startedMs: nowMs })
    this.#wake(nowMs)
  }

  stop(key: string): void {
    this.#bursts.delete(key)
  }

  /** Whether the address was taken over so recently that others may not know of it. */
  isFresh(key: string, nowMs: number): boolean {
    const burst = this.#bursts.get(key)
    return burst !== undefined && nowMs < burst.startedMs + WINDOW_MS
  }

  /** The earliest time at which `take` has something; undefined: never. */
  get nextMs(): number | undefined {
    return this.#nextMs
  }

  /** What is due now, and no more than fits into one turn. */
  take(nowMs: number): Due[] {
    if (this.#nextMs === undefined || nowMs < this.#nextMs) return []
    const due: Due[] = []
    this.#nextMs = undefined
    for (const [key, burst] of this.#bursts) {
      if (burst.nextMs <= nowMs) {
        if (due.length === ADDRESSES_PER_TURN) {
          this.#wake(nowMs + TURN_MS)
          break
        }
        due.push({ interfaceName: burst.interfaceName, address: burst.address })
        if (!this.#schedule(burst, nowMs)) {
          this.#bursts.delete(key)
          continue
        }
      }
      this.#wake(burst.nextMs)
    }
    return due
  }

  /** False when there is no next round. */
  #schedule(burst: Burst, nowMs: number): boolean {
    burst.nextMs = nowMs + ROUND_MS
    if (burst.nextMs < burst.endsMs) return true
    if (this.#slowMs === undefined) return false
    burst.nextMs = nowMs + this.#slowMs
    return true
  }

  #wake(atMs: number): void {
    if (this.#nextMs === undefined || atMs < this.#nextMs) this.#nextMs = atMs
  }
}
