// Which numbers below a capacity are free, as ranges: what is not touched costs nothing, be it a /32 or a /64.
import { SortedMap } from './sorted-map.ts'

export class FreeNumbers {
  /** first number of a range → last number. Ranges do not touch. */
  readonly #ranges = new SortedMap<bigint>()
  #count: bigint

  constructor(capacity: bigint) {
    this.#count = capacity
    if (capacity > 0n) this.#ranges.set(0n, capacity - 1n)
  }

  get count(): bigint {
    return this.#count
  }

  /** How many ranges there are: what the set costs. */
  get fragments(): number {
    return this.#ranges.size
  }

  first(): bigint | undefined {
    return this.#ranges.first()?.key
  }

  /** In order, first and last number of each. */
  *ranges(): Generator<readonly [first: bigint, last: bigint]> {
    for (const { key, value } of this.#ranges.entries()) yield [key, value]
  }

  has(number: bigint): boolean {
    const range = this.#ranges.floor(number)
    return range !== undefined && number <= range.value
  }

  /** False when it was taken already. */
  take(number: bigint): boolean {
    const range = this.#ranges.floor(number)
    if (range === undefined || range.value < number) return false
    if (range.key === number) this.#ranges.delete(number)
    else this.#ranges.set(range.key, number - 1n)
    if (number < range.value) this.#ranges.set(number + 1n, range.value)
    this.#count--
    return true
  }

  /** Gives a number back. False when it was free already. */
  put(number: bigint): boolean {
    const before = this.#ranges.floor(number)
    if (before !== undefined && number <= before.value) return false
    const after = this.#ranges.get(number + 1n)
    const last = after ?? number
    if (after !== undefined) this.#ranges.delete(number + 1n)
    if (before !== undefined && before.value === number - 1n) this.#ranges.set(before.key, last)
    else this.#ranges.set(number, last)
    this.#count++
    return true
  }
}
