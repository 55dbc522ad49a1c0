// Addresses and prefixes as iptables and nft write them.
import { type IpFamily, parseIp, sameIp } from '../../../net/ip.ts'
import { type IpRange, parsePrefix, prefixRange } from '../../../net/prefix.ts'

/** `192.0.2.1`, `192.0.2.0/24`, `192.0.2.0/255.255.255.0`, `192.0.2.1-192.0.2.9`; undefined when it is none of them. */
export function addressRange(text: string): IpRange | undefined {
  const dash = text.indexOf('-')
  if (dash > 0) return fromTo(text.slice(0, dash), text.slice(dash + 1))
  const single = parseIp(text)
  if (single !== undefined) return { family: single.family, first: single.value, last: single.value }
  const prefix = parsePrefix(text) ?? withMask(text)
  return prefix === undefined ? undefined : prefixRange(prefix)
}

function fromTo(from: string, to: string): IpRange | undefined {
  const [first, last] = [parseIp(from), parseIp(to)]
  if (first === undefined || last === undefined || first.family !== last.family) return undefined
  return { family: first.family, first: first.value, last: last.value }
}

/** iptables prints a netmask where the bits that are set are not the first ones, and takes one everywhere. */
function withMask(text: string) {
  const [address = '', mask = ''] = text.split('/')
  const parsed = parseIp(mask)
  if (parsed === undefined || parsed.family !== 4) return undefined
  const length = parsed.value.toString(2).padStart(32, '0').lastIndexOf('1') + 1
  const expected = length === 0 ? 0n : ((1n << BigInt(length)) - 1n) << BigInt(32 - length)
  const contiguous = sameIp(parsed, { family: 4 as IpFamily, value: expected })
  return contiguous ? parsePrefix(`${address}/${length}`) : undefined
}
