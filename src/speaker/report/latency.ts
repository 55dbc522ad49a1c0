// How long changes take from being noticed to being handed over, in few numbers.
import type { DecisionNumbers } from './numbers.ts'

const BOUNDS_SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5] as const

export class LatencyHistogram {
  readonly #counts: number[] = BOUNDS_SECONDS.map(() => 0)
  #sumSeconds = 0
  #count = 0

  add(seconds: number): void {
    this.#sumSeconds += seconds
    this.#count++
    const at = BOUNDS_SECONDS.findIndex((bound) => seconds <= bound)
    if (at >= 0) this.#counts[at] = (this.#counts[at] ?? 0) + 1
  }

  /** Cumulative, as Prometheus wants them. */
  get(): DecisionNumbers['latency'] {
    let below = 0
    const buckets = BOUNDS_SECONDS.map((atMostSeconds, i) => {
      below += this.#counts[i] ?? 0
      return { atMostSeconds, count: below }
    })
    return { buckets, sumSeconds: this.#sumSeconds, count: this.#count }
  }
}
