// Where prefixes wait for the same UPDATE.
import type { PrefixTable } from '../prefix-table.ts'
import type { UpdateFrame } from './update-frame.ts'

const NOBODY = -1

/** By slot: where a prefix waits, and behind and before whom (-1: nobody). */
export interface WaitingPrefixes {
  readonly prefixes: PrefixTable
  readonly outlet: (Outlet | undefined)[]
  readonly previous: Int32Array
  readonly next: Int32Array
}

/** First come, first served. Leaving from the middle costs nothing and leaves nothing behind. */
export class Outlet {
  readonly table: WaitingPrefixes
  readonly frame: UpdateFrame
  /** what it is found by */
  readonly key: string
  /** prefixes that the peer has with these attributes */
  users = 0
  #size = 0
  #first = NOBODY
  #last = NOBODY

  constructor(table: WaitingPrefixes, frame: UpdateFrame, key: string) {
    this.table = table
    this.frame = frame
    this.key = key
  }

  get size(): number {
    return this.#size
  }

  /** The slot that is served next; -1: nobody waits. */
  get first(): number {
    return this.#first
  }

  /** To the end. It waits nowhere else. */
  push(slot: number): void {
    const { table } = this
    table.outlet[slot] = this
    table.previous[slot] = this.#last
    table.next[slot] = NOBODY
    if (this.#last === NOBODY) this.#first = slot
    else table.next[this.#last] = slot
    this.#last = slot
    this.#size++
  }

  remove(slot: number): void {
    const { table } = this
    const previous = table.previous[slot] as number
    const next = table.next[slot] as number
    if (previous === NOBODY) this.#first = next
    else table.next[previous] = next
    if (next === NOBODY) this.#last = previous
    else table.previous[next] = previous
    table.outlet[slot] = undefined
    this.#size--
  }
}
