// Those who wait for an API server that could not be reached. Each waits longer after each attempt, and at times of its own; so whoever
// gets an answer tells the others, and after an outage all is known again within a second or two instead of half a minute.

/** A server that comes and goes is not asked by everybody each time that it comes. */
const NOT_AGAIN_WITHIN_MS = 10_000

export class Recovery {
  readonly #nowMs: () => number
  readonly #all = new Set<() => boolean>()
  #lastMs = Number.NEGATIVE_INFINITY

  /** @param nowMs of a clock that never goes back */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs
  }

  /**
   * @param onReached says whether it was waiting for that
   * @returns how not to be told any more
   */
  add(onReached: () => boolean): () => void {
    this.#all.add(onReached)
    return () => this.#all.delete(onReached)
  }

  /** The server gave a good answer to somebody. Costs nothing while nobody waits. */
  reached(): void {
    const nowMs = this.#nowMs()
    if (nowMs - this.#lastMs < NOT_AGAIN_WITHIN_MS) return
    let woken = false
    for (const onReached of [...this.#all]) woken = onReached() || woken
    if (woken) this.#lastMs = nowMs
  }
}
