// What was typed as NAME|RANGE|CIDR → the addresses that are asked for, and those that are too many.
import type { ReadObjects } from '../config/objects/read-object.ts'
import { type AddressEntryError, parseAddressEntry } from '../config/semantics/addresses.ts'
import { rangeSize } from '../diagnose/pool/address-list.ts'
import type { PoolDescription } from '../diagnose/pool/pool-facts.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { type Ip, type IpFamily, parseIp } from '../net/ip.ts'
import { formatRange, type IpRange, rangeContains } from '../net/prefix.ts'
import { findPool } from './diagnose-pool-input.ts'

/** More than that is no pool, but a mistake; and at 100 a second a /16 takes 20 minutes already. */
const MOST: Readonly<Record<IpFamily, bigint>> = { 4: 65_536n, 6: 4_096n }

export interface AskedRanges {
  readonly pool: PoolDescription | undefined
  readonly ranges: readonly IpRange[]
  /** of a pool: too many addresses to ask for each; those that Services have are among the ranges */
  readonly tooLarge: readonly IpRange[]
}

/** @throws LbctlError `usage` */
export function askedRanges(
  asked: string,
  objects: ReadObjects | undefined,
  used: readonly string[],
): AskedRanges {
  if (isRange(asked)) return { pool: undefined, ranges: [typedRange(asked)], tooLarge: [] }
  const { entries, description } = findPool(asked, objects)
  const ranges = entries.map(({ range }) => range)
  const isTooLarge = (range: IpRange) => rangeSize(range) > MOST[range.family]
  const tooLarge = ranges.filter(isTooLarge)
  const inside = used
    .flatMap((text) => parseIp(text) ?? [])
    .filter((address) => tooLarge.some((range) => rangeContains(range, address)))
    .map(({ family, value }) => ({ family, first: value, last: value }))
  const scanned = [...ranges.filter((range) => !isTooLarge(range)), ...inside]
  const [first] = tooLarge
  if (scanned.length === 0 && first !== undefined) throw tooMany(`The pool "${asked}"`, first)
  return { pool: description, ranges: scanned, tooLarge }
}

/** Names of pools may hold digits, dots and dashes, too; but they do not begin like an address. */
const isRange = (asked: string): boolean =>
  asked.includes('/') || asked.includes(':') || /^\d{1,3}(\.\d{1,3}){1,3}(\s*-|$)/.test(asked)

function typedRange(asked: string): IpRange {
  const single = parseIp(asked)
  if (single !== undefined)
    return checked(asked, { family: single.family, first: single.value, last: single.value })
  const parsed = parseAddressEntry(asked)
  if (!parsed.ok) throw notARange(asked, parsed.error)
  return checked(asked, parsed.value.range)
}

function checked(asked: string, range: IpRange): IpRange {
  if (rangeSize(range) > MOST[range.family]) throw tooMany(asked, range)
  const { family, first, last } = range
  if (isGroup({ family, value: last }) || first === 0n)
    throw new LbctlError('usage', `${asked} holds addresses that no host can have.`)
  return range
}

/** RFC 1112 §4 and above, 224.0.0.0/3; RFC 4291 §2.7, ff00::/8. */
const isGroup = ({ family, value }: Ip): boolean =>
  family === 4 ? value >> 29n === 7n : value >> 120n === 0xffn

const tooMany = (what: string, range: IpRange): LbctlError =>
  new LbctlError(
    'usage',
    `${what} holds ${rangeSize(range) > 1_000_000_000n ? 'more than a billion' : rangeSize(range).toLocaleString('en-US')} addresses; lbctl asks for at most ${MOST[range.family].toLocaleString('en-US')} of IPv${range.family} in one run.`,
    {
      facts: { range: formatRange(range) },
      hints: [
        range.family === 6
          ? 'Name the part that is handed out, such as 2001:db8::100-2001:db8::1ff. A single address: lbctl diagnose ndp ADDRESS.'
          : 'Name a smaller range.',
      ],
    },
  )

function notARange(asked: string, error: AddressEntryError): LbctlError {
  const suggestion = 'suggestion' in error ? error.suggestion : undefined
  return new LbctlError('usage', `"${asked}" is no range of addresses: ${reason(error)}.`, {
    hints: [
      suggestion === undefined
        ? 'A range is written 192.0.2.0/24 or 192.0.2.10-192.0.2.20.'
        : error.kind === 'invalid end'
          ? `Did you mean the last address to be ${suggestion}?`
          : `Did you mean ${suggestion}?`,
    ],
  })
}

function reason(error: AddressEntryError): string {
  switch (error.kind) {
    case 'invalid prefix':
      return `"${error.text}" is no prefix`
    case 'invalid start':
      return `"${error.text}" is no address`
    case 'invalid end':
      return `"${error.text}" is no address`
    case 'start after end':
      return 'the first address comes after the last'
    case 'mixed families':
      return 'one end is IPv4 and the other IPv6'
  }
}
