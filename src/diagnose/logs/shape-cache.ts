// What lines of a shape are, so that only the first of them is parsed. Bounded: when it is full, all is forgotten and learnt anew,
// which costs less than keeping account of which shape was used last.
import type { OpenIncident } from './incident-table.ts'

/** `ignored`: nothing to know; `exact`: to be parsed each time, because numbers decide. */
export type ShapeMeaning = 'ignored' | 'exact' | ShapeUse

/** Lines of a shape in the chunk that is being read, by their places. */
export interface ShapeUse {
  readonly incident: OpenIncident
  readonly check: number
  firstStart: number
  firstEnd: number
  lastStart: number
  lastEnd: number
  /** of the present chunk */
  touched: boolean
}

interface Entry {
  readonly check: number
  readonly meaning: ShapeMeaning
}

export const MOST_SHAPES = 32_768

export class ShapeCache {
  readonly #entries = new Map<number, Entry>()
  readonly #most: number

  constructor(most = MOST_SHAPES) {
    this.#most = most
  }

  get size(): number {
    return this.#entries.size
  }

  /** Undefined for a shape that is new, or that has the hash of another one. */
  get(hash: number, check: number): ShapeMeaning | undefined {
    const entry = this.#entries.get(hash)
    return entry === undefined || entry.check !== check ? undefined : entry.meaning
  }

  set(hash: number, check: number, meaning: ShapeMeaning): void {
    if (this.#entries.size >= this.#most) this.#entries.clear()
    this.#entries.set(hash, { check, meaning })
  }
}
