// Time that passes only when a test says so.
import type { BgpClock } from '../ports.ts'

interface Due {
  readonly atMs: number
  readonly order: number
  readonly then: () => void
}

export class VirtualClock implements BgpClock {
  #nowMs = 0
  #order = 0
  readonly #due: Due[] = []

  nowMs(): number {
    return this.#nowMs
  }

  wallMs(): number {
    return 1_800_000_000_000 + this.#nowMs
  }

  after(ms: number, then: () => void): () => void {
    const due: Due = { atMs: this.#nowMs + Math.max(0, ms), order: this.#order++, then }
    let at = this.#due.length
    while (at > 0 && (this.#due[at - 1]?.atMs ?? 0) > due.atMs) at--
    this.#due.splice(at, 0, due)
    return () => {
      const index = this.#due.indexOf(due)
      if (index >= 0) this.#due.splice(index, 1)
    }
  }

  soon(then: () => void): void {
    this.after(0, then)
  }

  /** Everything that is due within `ms`, in order, and what that brings about. */
  advance(ms: number): void {
    const end = this.#nowMs + ms
    for (let next = this.#due[0]; next !== undefined && next.atMs <= end; next = this.#due[0]) {
      this.#due.shift()
      this.#nowMs = next.atMs
      next.then()
    }
    this.#nowMs = end
  }

  /** @returns whether it came true before `limitMs` had passed */
  until(condition: () => boolean, limitMs: number): boolean {
    const end = this.#nowMs + limitMs
    while (!condition()) {
      const next = this.#due[0]
      if (next === undefined || next.atMs > end) {
        this.#nowMs = end
        return condition()
      }
      this.advance(next.atMs - this.#nowMs)
    }
    return true
  }

  /** timers that wait */
  get waiting(): number {
    return this.#due.length
  }
}
