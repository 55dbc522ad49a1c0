// An entry of a pool: `192.0.2.0/24` or `192.0.2.10-192.0.2.20`. The grammar is MetalLB's.
import { compareIp, formatIp, type Ip, type IpFamily, ip, ipBits, ipMax, parseIp } from '../../net/ip.ts'
import { type IpRange, type Prefix, parsePrefix, prefixRange, rangePrefixes } from '../../net/prefix.ts'
import { err, ok, type Result } from '../../net/result.ts'

export interface AddressEntry {
  readonly text: string
  readonly family: IpFamily
  readonly range: IpRange
  /** the blocks that make up the entry, ascending; one for a prefix */
  readonly prefixes: readonly Prefix[]
  /** length of the widest block: no aggregation length may be below it */
  readonly widestLength: number
  /** length of the narrowest block */
  readonly narrowestLength: number
  /** the entry is a prefix whose written address is not its first one: `192.0.2.10/24` */
  readonly hostBits: boolean
}

export type AddressEntryError =
  | { readonly kind: 'invalid prefix'; readonly text: string; readonly suggestion?: string }
  | { readonly kind: 'invalid start'; readonly text: string }
  | { readonly kind: 'invalid end'; readonly text: string; readonly suggestion?: string }
  | { readonly kind: 'start after end'; readonly first: Ip; readonly last: Ip }
  /** MetalLB takes IPv4-IPv6, and gets no address at all from it; IPv6-IPv4 it refuses */
  | { readonly kind: 'mixed families'; readonly refused: boolean }

/** Parses one entry. With a dash it is a range, split at the first one, blanks around the ends allowed. */
export function parseAddressEntry(text: string): Result<AddressEntry, AddressEntryError> {
  const dash = text.indexOf('-')
  return dash < 0 ? parsePrefixEntry(text) : parseRangeEntry(text, dash)
}

function parsePrefixEntry(text: string): Result<AddressEntry, AddressEntryError> {
  const prefix = parsePrefix(text)
  if (prefix === undefined) {
    const suggestion = suggestPrefix(text)
    return err({ kind: 'invalid prefix', text, ...(suggestion === undefined ? {} : { suggestion }) })
  }
  const written = parseIp(text.slice(0, text.indexOf('/')))
  return ok({
    text,
    family: prefix.family,
    range: prefixRange(prefix),
    prefixes: [prefix],
    widestLength: prefix.length,
    narrowestLength: prefix.length,
    hostBits: written !== undefined && written.value !== prefix.base,
  })
}

/** What was most likely meant: an address without a length, or a netmask instead of one. */
function suggestPrefix(text: string): string | undefined {
  const [address = '', mask] = text.trim().split('/')
  const parsed = parseIp(address)
  if (parsed === undefined) return undefined
  if (mask === undefined) return `${address}/${ipBits(parsed.family)}`
  const length = parsed.family === 4 ? maskLength(mask) : undefined
  if (length !== undefined) return `${address}/${length}`
  return text === text.trim() ? undefined : text.trim()
}

function maskLength(mask: string): number | undefined {
  const parsed = parseIp(mask)
  if (parsed?.family !== 4) return undefined
  for (let length = 0; length <= 32; length++)
    if (parsed.value === ((ipMax(4) << BigInt(32 - length)) & ipMax(4))) return length
  return undefined
}

function parseRangeEntry(text: string, dash: number): Result<AddressEntry, AddressEntryError> {
  const startText = text.slice(0, dash).trim()
  const endText = text.slice(dash + 1).trim()
  const first = parseIp(startText)
  if (first === undefined) return err({ kind: 'invalid start', text: startText })
  const last = parseIp(endText)
  if (last === undefined) {
    const suggestion = completeEnd(startText, endText)
    return err({ kind: 'invalid end', text: endText, ...(suggestion === undefined ? {} : { suggestion }) })
  }
  // MetalLB compares 16 bytes, in which every IPv4 address stands below 2^48: IPv6 to IPv4 is "start after end" to it.
  if (first.family !== last.family)
    return err({
      kind: 'mixed families',
      refused: first.family === 6 && first.value > last.value + (0xffffn << 32n),
    })
  if (compareIp(first, last) > 0) return err({ kind: 'start after end', first, last })
  const range: IpRange = { family: first.family, first: first.value, last: last.value }
  const prefixes = rangePrefixes(range)
  const lengths = prefixes.map((p) => p.length)
  return ok({
    text,
    family: first.family,
    range,
    prefixes,
    widestLength: Math.min(...lengths),
    narrowestLength: Math.max(...lengths),
    hostBits: false,
  })
}

/** `192.0.2.10-20` is how people write it elsewhere. */
function completeEnd(start: string, end: string): string | undefined {
  const parts = end.split('.')
  const stem = start.split('.')
  if (stem.length !== 4 || parts.length >= 4 || parts.some((p) => !/^\d{1,3}$/.test(p))) return undefined
  const whole = [...stem.slice(0, 4 - parts.length), ...parts].join('.')
  const parsed = parseIp(whole)
  return parsed === undefined ? undefined : formatIp(ip(4, parsed.value))
}
