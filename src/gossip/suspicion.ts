// How long a suspect has to object: the more members confirm, the less.

/**
 * From `maxMs` down to `minMs` as the k confirmations that are hoped for come in; the first ones count most.
 * @param confirmations how many came, the first accusation not counted
 * @param k how many there can be; 0: no time to wait for them
 */
export function suspicionMs(confirmations: number, k: number, minMs: number, maxMs: number): number {
  if (k < 1) return minMs
  const share = Math.log(confirmations + 1) / Math.log(k + 1)
  return Math.max(minMs, Math.floor(maxMs - share * (maxMs - minMs)))
}

export class Suspicion {
  readonly #k: number
  readonly #minMs: number
  readonly #maxMs: number
  readonly #startMs: number
  readonly #accusers: Set<string>
  #confirmations = 0
  /** the suspect was asked itself */
  heard = false

  constructor(accuser: string, k: number, minMs: number, maxMs: number, nowMs: number) {
    this.#k = k
    this.#minMs = minMs
    this.#maxMs = maxMs
    this.#startMs = nowMs
    this.#accusers = new Set([accuser])
  }

  /** When the suspect is taken for dead. */
  get deadlineMs(): number {
    return this.#startMs + suspicionMs(this.#confirmations, this.#k, this.#minMs, this.#maxMs)
  }

  get confirmations(): number {
    return this.#confirmations
  }

  /** True when this is news: a member that has not accused before, and not more of them than can matter. */
  confirm(accuser: string): boolean {
    if (this.#confirmations >= this.#k || this.#accusers.has(accuser)) return false
    this.#accusers.add(accuser)
    this.#confirmations++
    return true
  }
}
