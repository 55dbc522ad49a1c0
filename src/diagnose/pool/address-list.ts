// Lists of addresses and ranges as text.
import { type Ip, ip } from '../../net/ip.ts'
import { formatRange, type IpRange, mergeRanges } from '../../net/prefix.ts'

export const rangeSize = ({ first, last }: IpRange): bigint => last - first + 1n

/** The addresses of a range, ascending. Only for ranges whose size was checked. */
export function* addressesOf({ family, first, last }: IpRange): Generator<Ip> {
  for (let value = first; value <= last; value++) yield ip(family, value)
}

/** Neighbouring addresses joined: `192.0.2.1-192.0.2.3`. */
export const rangesOfAddresses = (addresses: Iterable<Ip>): string[] =>
  mergeRanges([...addresses].map(({ family, value }) => ({ family, first: value, last: value }))).map(
    formatRange,
  )

/** The first few, and how many more there are: `192.0.2.1, 192.0.2.7 and 3 more`. */
export function listed(texts: readonly string[], most = 6): string {
  const shown = texts.slice(0, most)
  const rest = texts.length - shown.length
  if (rest > 0) return `${shown.join(', ')} and ${rest} more`
  const last = shown.pop() ?? ''
  return shown.length === 0 ? last : `${shown.join(', ')} and ${last}`
}

export const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en-US')} ${count === 1 ? one : many}`
