// Prefixes (CIDR blocks) and ranges of addresses.
import { formatIp, type Ip, type IpFamily, ip, ipBits, ipMax, parseIp } from './ip.ts'

/** A CIDR block. `base` has all host bits zero. */
export interface Prefix {
  readonly family: IpFamily
  readonly base: bigint
  /** 0..32 for IPv4, 0..128 for IPv6 */
  readonly length: number
}

/** Addresses from `first` to `last`, both included, of one family. */
export interface IpRange {
  readonly family: IpFamily
  readonly first: bigint
  readonly last: bigint
}

/** How many addresses a prefix holds. */
export const prefixSize = (prefix: Prefix): bigint => 1n << BigInt(ipBits(prefix.family) - prefix.length)

export const prefixRange = (prefix: Prefix): IpRange => ({
  family: prefix.family,
  first: prefix.base,
  last: prefix.base + prefixSize(prefix) - 1n,
})

/** The prefix of `length` bits that holds `address`; host bits are cleared. */
export function prefixOf(address: Ip, length: number): Prefix {
  const host = BigInt(ipBits(address.family) - length)
  return { family: address.family, base: (address.value >> host) << host, length }
}

/**
 * Parses `address/length` as Go's `net.ParseCIDR` does: host bits are allowed and cleared, a bare address is not a
 * prefix, the length has no leading zero. An IPv4-mapped IPv6 prefix shorter than /96 is refused: it would hold both.
 */
export function parsePrefix(text: string): Prefix | undefined {
  const slash = text.indexOf('/')
  if (slash < 0) return undefined
  const address = parseIp(text.slice(0, slash))
  const lengthText = text.slice(slash + 1)
  if (address === undefined || !/^(0|[1-9]\d{0,2})$/.test(lengthText)) return undefined
  const mapped = address.family === 4 && text.includes(':')
  const length = Number(lengthText) - (mapped ? 96 : 0)
  if (length < 0 || length > ipBits(address.family)) return undefined
  return prefixOf(address, length)
}

export const formatPrefix = (p: Prefix): string => `${formatIp(ip(p.family, p.base))}/${p.length}`

export const formatRange = (r: IpRange): string =>
  r.first === r.last
    ? formatIp(ip(r.family, r.first))
    : `${formatIp(ip(r.family, r.first))}-${formatIp(ip(r.family, r.last))}`

export const prefixContains = (p: Prefix, address: Ip): boolean =>
  p.family === address.family && rangeContains(prefixRange(p), address)

export const rangeContains = (r: IpRange, address: Ip): boolean =>
  r.family === address.family && r.first <= address.value && address.value <= r.last

export const rangesOverlap = (a: IpRange, b: IpRange): boolean =>
  a.family === b.family && a.first <= b.last && b.first <= a.last

/** The fewest prefixes that cover a range exactly, in ascending order. Empty when `first` is after `last`. */
export function rangePrefixes({ family, first, last }: IpRange): Prefix[] {
  const prefixes: Prefix[] = []
  const bits = ipBits(family)
  let at = first
  while (at <= last) {
    let host = at === 0n ? bits : trailingZeros(at)
    while (at + (1n << BigInt(host)) - 1n > last) host--
    prefixes.push({ family, base: at, length: bits - host })
    at += 1n << BigInt(host)
  }
  return prefixes
}

function trailingZeros(value: bigint): number {
  let count = 0
  let rest = value
  while ((rest & 0xffffffffn) === 0n) {
    rest >>= 32n
    count += 32
  }
  while ((rest & 1n) === 0n) {
    rest >>= 1n
    count++
  }
  return count
}

/** Ascending and joined: ranges that touch or overlap become one. */
export function mergeRanges(ranges: readonly IpRange[]): IpRange[] {
  const sorted = [...ranges].sort(
    (a, b) => a.family - b.family || (a.first < b.first ? -1 : a.first > b.first ? 1 : 0),
  )
  const merged: IpRange[] = []
  for (const range of sorted) {
    const previous = merged.at(-1)
    if (previous !== undefined && previous.family === range.family && range.first <= previous.last + 1n) {
      if (range.last > previous.last) merged[merged.length - 1] = { ...previous, last: range.last }
    } else merged.push(range)
  }
  return merged
}

/** `range` without the single addresses in `holes` (any order; others are ignored). */
export function rangeWithout(range: IpRange, holes: readonly bigint[]): IpRange[] {
  const cuts = [...new Set(holes)]
    .filter((h) => range.first <= h && h <= range.last)
    .sort((a, b) => (a < b ? -1 : 1))
  const parts: IpRange[] = []
  let from = range.first
  for (const cut of cuts) {
    if (cut > from) parts.push({ ...range, first: from, last: cut - 1n })
    from = cut + 1n
  }
  if (from <= range.last) parts.push({ ...range, first: from })
  return parts
}

export const wholeFamily = (family: IpFamily): IpRange => ({ family, first: 0n, last: ipMax(family) })
