// Which of many ranges hold an address or overlap another range, by sorting.
import { compareIp, ip } from '../../net/ip.ts'
import { type IpRange, rangesOverlap } from '../../net/prefix.ts'

export interface Ranged {
  readonly range: IpRange
}

const startOf = (r: IpRange) => ip(r.family, r.first)

export class RangeIndex<T extends Ranged> {
  readonly #items: readonly T[]
  /** for each item, the item up to it that reaches furthest within its family */
  readonly #furthest: readonly T[]

  constructor(items: readonly T[]) {
    this.#items = [...items].sort((a, b) => compareIp(startOf(a.range), startOf(b.range)))
    const furthest: T[] = []
    for (const item of this.#items) {
      const before = furthest.at(-1)
      const keeps =
        before !== undefined &&
        before.range.family === item.range.family &&
        before.range.last >= item.range.last
      furthest.push(keeps ? before : item)
    }
    this.#furthest = furthest
  }

  /** An item that overlaps `range`, or undefined. O(log n). */
  find(range: IpRange): T | undefined {
    let low = 0
    let high = this.#items.length
    const last = ip(range.family, range.last)
    while (low < high) {
      const middle = (low + high) >> 1
      const item = this.#items[middle]
      if (item !== undefined && compareIp(startOf(item.range), last) <= 0) low = middle + 1
      else high = middle
    }
    const candidate = this.#furthest[low - 1]
    return candidate !== undefined && rangesOverlap(candidate.range, range) ? candidate : undefined
  }

  /** For each item that overlaps one that starts before it: the pair. One sweep; at most one pair for each item. */
  overlaps(): { readonly item: T; readonly earlier: T }[] {
    const pairs: { item: T; earlier: T }[] = []
    for (const [index, item] of this.#items.entries()) {
      const earlier = this.#furthest[index - 1]
      if (earlier !== undefined && rangesOverlap(earlier.range, item.range)) pairs.push({ item, earlier })
    }
    return pairs
  }
}
