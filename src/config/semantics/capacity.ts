// How many addresses a pool can hand out, and which it keeps back.
import type { Ip } from '../../net/ip.ts'
import { type Prefix, prefixSize } from '../../net/prefix.ts'

/** avoidBuggyIPs is about IPv4 only, and about the last byte only, whatever the length of the prefix. */
export const isBuggyIp = (address: Ip): boolean =>
  address.family === 4 && ((address.value & 0xffn) === 0n || (address.value & 0xffn) === 0xffn)

/** How many addresses of a prefix end in .0 or .255. */
export function buggyCount(prefix: Prefix): bigint {
  if (prefix.family !== 4) return 0n
  if (prefix.length <= 24) return 2n << BigInt(24 - prefix.length)
  const first = prefix.base & 0xffn
  const last = (prefix.base + prefixSize(prefix) - 1n) & 0xffn
  // A /32 has one address, which cannot be both.
  return (first === 0n ? 1n : 0n) + (last === 0xffn ? 1n : 0n)
}

/** MetalLB counts in 64 bits and gives up on prefixes with this many host bits. */
export const UNCOUNTABLE_HOST_BITS = 62

/** Addresses that the prefixes offer. */
export const capacity = (prefixes: readonly Prefix[], avoidBuggyIps: boolean): bigint =>
  prefixes.reduce((sum, p) => sum + prefixSize(p) - (avoidBuggyIps ? buggyCount(p) : 0n), 0n)
