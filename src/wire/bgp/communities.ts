// Communities in the notation that people use for them.
import { formatIp, ip } from '../../net/ip.ts'
import type { LargeCommunity } from './path-attribute.ts'

/** IANA: BGP Well-known Communities (RFC 1997, 3765, 7611, 7999, 8326, 9494). */
const WELL_KNOWN: Readonly<Record<number, string>> = {
  4294901760: 'graceful-shutdown',
  4294901761: 'accept-own',
  4294901766: 'llgr-stale',
  4294901767: 'no-llgr',
  4294902426: 'blackhole',
  4294967041: 'no-export',
  4294967042: 'no-advertise',
  4294967043: 'no-export-subconfed',
  4294967044: 'no-peer',
}

/** `65000:100`, or the name of a well-known one. */
export const formatCommunity = (community: number): string =>
  WELL_KNOWN[community] ?? `${community >>> 16}:${community & 0xffff}`

/** `65000:1:2` (RFC 8092 §4.1) */
export const formatLargeCommunity = ({ global, local1, local2 }: LargeCommunity): string =>
  `${global}:${local1}:${local2}`

/** By the low byte of the type. */
const SUBTYPES: Readonly<Record<number, string>> = { 2: 'target', 3: 'origin' }

/**
 * `target 65000:100` (RFC 4360 §4, §5; RFC 5668 for 4-byte AS numbers); hexadecimal for what is neither route target nor
 * route origin.
 *
 *   | type (1) | subtype (1) | AS (2) | number (4) |     type 0
 *   | type (1) | subtype (1) | address (4) | number (2) |     type 1; type 2 with an AS number of 4 bytes
 */
export function formatExtendedCommunity(community: bigint): string {
  // RFC 4360 §2: the second bit says non-transitive, the first that IANA gave the number out.
  const type = Number(community >> 56n) & 0x3f
  const name = SUBTYPES[Number((community >> 48n) & 0xffn)]
  const [high32, low16] = [Number((community >> 16n) & 0xffffffffn), Number(community & 0xffffn)]
  if (name === undefined || type > 2) return `0x${community.toString(16).padStart(16, '0')}`
  if (type === 0) return `${name} ${high32 >>> 16}:${Number(community & 0xffffffffn)}`
  return `${name} ${type === 1 ? formatIp(ip(4, BigInt(high32))) : high32}:${low16}`
}
