// How many probes may be sent now, so that no stretch of time sees more than the rate. By deadline: one late wake-up is made
// up for, a long one is not, because a burst is what a bounded rate is meant to prevent.

/** Time that may be made up for. */
const BURST_MS = 50

export class Pace {
  readonly #perMs: number
  #startMs: number
  #sent = 0

  /** @param ratePerSecond above 0 */
  constructor(ratePerSecond: number, startMs: number) {
    this.#perMs = ratePerSecond / 1000
    this.#startMs = startMs
  }

  /** How many are due; the caller sends them all and says so with `took`. */
  due(nowMs: number): number {
    const burst = Math.max(1, Math.ceil(BURST_MS * this.#perMs))
    const due = Math.floor((nowMs - this.#startMs) * this.#perMs) + 1 - this.#sent
    if (due <= burst) return Math.max(0, due)
    // What was missed is dropped from the schedule.
    this.#startMs += (due - burst) / this.#perMs
    return burst
  }

  took(count: number): void {
    this.#sent += count
  }

  /** Time until the next one is due; 0 when one is due already. */
  waitMs(nowMs: number): number {
    return Math.max(0, this.#startMs + this.#sent / this.#perMs - nowMs)
  }
}
