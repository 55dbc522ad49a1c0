// Which addresses nobody has, as ranges in the order in which they are handed out, and which ones only look free.
import type { PoolSpace } from '../../ipam/pool-space.ts'
import type { PoolState } from '../../ipam/pool-state.ts'
import { compareIp, formatIp, type Ip, type IpFamily, ip } from '../../net/ip.ts'
import { formatRange, type IpRange, rangeContains, rangeWithout } from '../../net/prefix.ts'
import type { KnownUse, UseReason } from './known-uses.ts'
import { type Count, count } from './pool-report.ts'

export interface FreeFamily {
  /** of the pool, without those that it leaves out */
  readonly capacity: Count
  readonly free: Count
  /** `192.0.2.10-192.0.2.12`, or one address */
  readonly ranges: readonly string[]
  /** how many addresses of the pool's entries it never hands out, because of avoidBuggyIPs */
  readonly leftOut: Count
  /** the first of those */
  readonly leftOutAddresses: readonly string[]
}

export interface KeptAddress {
  readonly address: string
  readonly pool: string
  readonly why: UseReason
  readonly by: string
}

export interface FreePool {
  readonly name: string
  readonly ranges: readonly string[]
  /** null: not asked for, or the pool has no addresses of the family */
  readonly ipv4: FreeFamily | null
  readonly ipv6: FreeFamily | null
}

export interface FreeReport {
  readonly pools: readonly FreePool[]
  /** not among the free ones, although the controller would hand them out */
  readonly kept: readonly KeptAddress[]
  /** the first free addresses of the pools; null where no number was asked for */
  readonly addresses: readonly { readonly address: string; readonly pool: string }[] | null
}

export interface FreeQuestion {
  readonly families: readonly IpFamily[]
  /** undefined: ranges are enough */
  readonly wanted: number | undefined
}

export function freeReport(
  pools: readonly PoolState[],
  uses: readonly KnownUse[],
  { families, wanted }: FreeQuestion,
): FreeReport {
  const addresses: { address: string; pool: string }[] = []
  const kept: (Omit<KeptAddress, 'address'> & { readonly address: Ip })[] = []
  const familyOf = (pool: PoolState, family: IpFamily): FreeFamily | null => {
    const space = pool.spaces[family]
    if (!families.includes(family) || space.capacity === 0n) return null
    const inside = uses.filter(({ address }) => isFreeIn(space, address))
    kept.push(...inside.map(({ address, why, by }) => ({ address, pool: pool.name, why, by })))
    const ranges = freeRanges(space, inside)
    for (const address of firstOf(ranges, (wanted ?? 0) - addresses.length))
      addresses.push({ address, pool: pool.name })
    const leftOut = sizeOf(pool.definition.ranges, family) - space.capacity
    return {
      capacity: count(space.capacity),
      free: count(space.freeCount - BigInt(inside.length)),
      ranges: ranges.map(formatRange),
      leftOut: count(leftOut),
      leftOutAddresses: leftOut === 0n ? [] : leftOutOf(pool.definition.ranges),
    }
  }
  const found = pools.map((pool) => ({
    name: pool.name,
    ranges: pool.definition.ranges.map(formatRange),
    ipv4: familyOf(pool, 4),
    ipv6: familyOf(pool, 6),
  }))
  kept.sort((a, b) => compareIp(a.address, b.address))
  const named = kept.map(({ address, ...rest }) => ({ address: formatIp(address), ...rest }))
  return { pools: found, kept: named, addresses: wanted === undefined ? null : addresses }
}

function isFreeIn(space: PoolSpace, address: KnownUse['address']): boolean {
  if (address.family !== space.family) return false
  const number = space.numberOf(address)
  return number !== undefined && space.use(number) === undefined && space.heldBackAt(number) === undefined
}

function freeRanges(space: PoolSpace, uses: readonly KnownUse[]): readonly IpRange[] {
  const holes = uses.map(({ address }) => address.value)
  const joined: IpRange[] = []
  for (const range of space.freeRanges()) {
    const previous = joined.at(-1)
    // Entries that touch are one range to everybody but the pool.
    if (previous !== undefined && previous.last + 1n === range.first)
      joined[joined.length - 1] = { ...previous, last: range.last }
    else joined.push(range)
  }
  return joined.flatMap((range) => {
    const inside = uses.filter(({ address }) => rangeContains(range, address))
    return inside.length === 0 ? [range] : rangeWithout(range, holes)
  })
}

function firstOf(ranges: readonly IpRange[], most: number): readonly string[] {
  const found: string[] = []
  for (const { family, first, last } of ranges)
    for (let value = first; value <= last && found.length < most; value++)
      found.push(formatIp(ip(family, value)))
  return found
}

const MOST_LEFT_OUT = 8

/** The first IPv4 addresses that end in .0 or .255. */
function leftOutOf(ranges: readonly IpRange[]): readonly string[] {
  const found: string[] = []
  for (const { family, first, last } of ranges) {
    if (family !== 4) continue
    for (let block = first >> 8n; block <= last >> 8n && found.length < MOST_LEFT_OUT; block++)
      for (const value of [block << 8n, (block << 8n) + 255n])
        if (first <= value && value <= last) found.push(formatIp(ip(4, value)))
  }
  return found.slice(0, MOST_LEFT_OUT)
}

const sizeOf = (ranges: readonly IpRange[], family: IpFamily): bigint =>
  ranges.reduce((sum, range) => (range.family === family ? sum + range.last - range.first + 1n : sum), 0n)
