// How much a member doubts itself. Probes that fail while nobody says why, and accusations against us, point at ourselves:
// then we probe slower rather than accuse others.

export class Awareness {
  readonly #worst: number
  #score = 0

  /** @param maxMultiplier how many times slower it gets at worst; at least 1 */
  constructor(maxMultiplier: number) {
    this.#worst = maxMultiplier - 1
  }

  /** 0 is healthy. */
  get score(): number {
    return this.#score
  }

  apply(delta: number): void {
    this.#score = Math.min(this.#worst, Math.max(0, this.#score + delta))
  }

  scaleMs(ms: number): number {
    return ms * (this.#score + 1)
  }
}
