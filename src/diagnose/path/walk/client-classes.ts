// Which clients the rules tell apart. The addresses that rules compare the source with cut the address space into pieces; one
// address of each piece stands for all of it.
import { type Ip, type IpFamily, ip, ipMax } from '../../../net/ip.ts'
import { type IpRange, mergeRanges, rangeContains } from '../../../net/prefix.ts'

export interface ClientClass {
  readonly representative: Ip
  /** the piece: ranges in ascending order */
  readonly ranges: readonly IpRange[]
  /** no rule names any of these addresses */
  readonly elsewhere: boolean
}

/** More pieces than this are not looked at one by one. */
const MOST_RANGES = 64

export interface ClientClasses {
  readonly classes: readonly ClientClass[]
  /** how many ranges were left out */
  readonly leftOut: number
}

/** @param named ranges that rules compare the source with */
export function clientClasses(family: IpFamily, named: readonly IpRange[]): ClientClasses {
  const unique = uniqueRanges(named.filter((range) => range.family === family))
  const used = unique.slice(0, MOST_RANGES)
  const bounds = new Set<bigint>([0n])
  for (const { first, last } of used) {
    bounds.add(first)
    if (last < ipMax(family)) bounds.add(last + 1n)
  }
  const starts = [...bounds].sort((a, b) => (a < b ? -1 : 1))
  const pieces = new Map<string, IpRange[]>()
  for (const [index, first] of starts.entries()) {
    const next = starts[index + 1]
    const last = next === undefined ? ipMax(family) : next - 1n
    const key = used.map((range) => (rangeContains(range, ip(family, first)) ? '1' : '0')).join('')
    const piece = pieces.get(key) ?? []
    piece.push({ family, first, last })
    pieces.set(key, piece)
  }
  const classes = [...pieces].map(([key, ranges]) => ({
    ranges: mergeRanges(ranges),
    representative: representativeOf(ranges),
    elsewhere: !key.includes('1'),
  }))
  return { classes, leftOut: unique.length - used.length }
}

function uniqueRanges(ranges: readonly IpRange[]): IpRange[] {
  const known = new Map(ranges.map((range) => [`${range.first}-${range.last}`, range]))
  return [...known.values()]
}

/** From the largest range; not its first address, which may be that of a network. */
function representativeOf(ranges: readonly IpRange[]): Ip {
  const [largest] = [...ranges].sort((a, b) => (b.last - b.first > a.last - a.first ? 1 : -1))
  if (largest === undefined) throw new Error('a class of clients has at least one range')
  const { family, first, last } = largest
  const middle = ip(family, first + (last - first) / 2n)
  // The middle of all of IPv4 is an address of the loopback interface, which rules take for the host itself.
  return isLoopback(middle) ? ip(family, first + ((last - first) / 4n) * 3n) : middle
}

const isLoopback = ({ family, value }: Ip): boolean => family === 4 && value >> 24n === 127n
