// The addresses of one family that a pool hands out, numbered from 0 in the order in which they are handed out: entries as they are
// declared, addresses ascending. Addresses that a pool leaves out (avoidBuggyIPs) have no number, so nothing has to skip them.
import type { IpFamily } from '../net/ip.ts'
import type { IpRange } from '../net/prefix.ts'

interface Part {
  readonly range: IpRange
  /** number of the first usable address */
  readonly from: bigint
  readonly count: bigint
}

export class AddressSpace {
  readonly family: IpFamily
  /** how many addresses can be handed out */
  readonly capacity: bigint
  readonly #parts: readonly Part[]
  /** the same by address */
  readonly #byAddress: readonly Part[]
  readonly #avoidBuggyIps: boolean

  /** @param ranges without overlaps; those of the other family are left out */
  constructor(family: IpFamily, ranges: readonly IpRange[], avoidBuggyIps: boolean) {
    this.family = family
    this.#avoidBuggyIps = avoidBuggyIps && family === 4
    let from = 0n
    const parts: Part[] = []
    for (const range of ranges) {
      if (range.family !== family) continue
      const count = this.#rank(range.last + 1n) - this.#rank(range.first)
      if (count === 0n) continue
      parts.push({ range, from, count })
      from += count
    }
    this.capacity = from
    this.#parts = parts
    this.#byAddress = [...parts].sort((a, b) => (a.range.first < b.range.first ? -1 : 1))
  }

  /** Undefined for an address that this pool does not hand out. */
  numberOf(address: bigint): bigint | undefined {
    const part = lastThat(this.#byAddress, ({ range }) => range.first <= address)
    if (part === undefined || part.range.last < address || this.#isLeftOut(address)) return undefined
    return part.from + this.#rank(address) - this.#rank(part.range.first)
  }

  /** @param number at least 0 and below the capacity */
  addressOf(number: bigint): bigint {
    const part = lastThat(this.#parts, ({ from }) => from <= number)
    if (part === undefined) throw new RangeError(`address number ${number} is below 0`)
    const rank = this.#rank(part.range.first) + number - part.from
    return this.#avoidBuggyIps ? (rank / 254n) * 256n + (rank % 254n) + 1n : rank
  }

  /** The addresses with these numbers, without gaps: an entry ends a range, and so does an address that is left out. */
  *rangesOf(first: bigint, last: bigint): Generator<IpRange> {
    const { family } = this
    for (let from = first; from <= last; ) {
      const address = this.addressOf(from)
      const ofPart = lastThat(this.#parts, (part) => part.from <= from)
      const end = ofPart === undefined ? last : ofPart.from + ofPart.count - 1n
      const inBlock = this.#avoidBuggyIps ? 0xfen - (address & 0xffn) : end
      const to = [end, from + inBlock, last].reduce((a, b) => (a < b ? a : b))
      yield { family, first: address, last: address + to - from }
      from = to + 1n
    }
  }

  #isLeftOut(address: bigint): boolean {
    const last = address & 0xffn
    return this.#avoidBuggyIps && (last === 0n || last === 0xffn)
  }

  /** How many addresses below `address` can be handed out, from the lowest of the family on. Of 256, .0 and .255 are left out. */
  #rank(address: bigint): bigint {
    if (!this.#avoidBuggyIps) return address
    const inBlock = address & 0xffn
    return (address >> 8n) * 254n + (inBlock === 0n ? 0n : inBlock - 1n)
  }
}

/** Of items in order, the last one for which `holds` is true; it is true for all before it. */
function lastThat<T>(items: readonly T[], holds: (item: T) => boolean): T | undefined {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (holds(items[middle] as T)) low = middle + 1
    else high = middle
  }
  return items[low - 1]
}
