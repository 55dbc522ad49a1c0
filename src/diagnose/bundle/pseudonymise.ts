// Facts with pseudonyms for addresses, wherever they stand: in fields, in keys and inside of texts.
import { formatIp, type Ip, ipBits, parseIp } from '../../net/ip.ts'
import { sha256Words } from '../../net/sha256.ts'
import type { ClusterFacts } from '../cluster/cluster-facts.ts'
import { ClusterView } from '../cluster/cluster-view.ts'
import { keyOf } from '../cluster/object-keys.ts'
import { AddressPseudonyms } from './address-pseudonyms.ts'

/** Something with pseudonyms in the place of addresses, of the same shape. */
export type Pseudonymiser = <T>(value: T) => T

/** @param key nobody must know it, and no two bundles need share it */
export function pseudonymiser(facts: ClusterFacts, key: string): Pseudonymiser {
  const addresses = new AddressPseudonyms(key, JSON.stringify(facts))
  const text = (value: string): string => withPseudonyms(value, addresses, key)
  const mapped = (value: unknown): unknown => {
    if (typeof value === 'string') return text(value)
    if (Array.isArray(value)) return value.map(mapped)
    if (typeof value !== 'object' || value === null) return value
    return Object.fromEntries(Object.entries(value).map(([name, each]) => [text(name), mapped(each)]))
  }
  return <T>(value: T) => mapped(value) as T
}

/** Who announces hangs on hashes of the real addresses, so the order of the nodes is written down before they are gone. */
export function withElections(facts: ClusterFacts): ClusterFacts {
  const view = new ClusterView(facts)
  const elections = view.allServices.flatMap((service) => {
    const order = view.matrixOf(service)?.succession.map(({ node }) => node) ?? []
    return order.length < 2 ? [] : [[keyOf(service), order] as const]
  })
  return { ...facts, elections: Object.fromEntries(elections) }
}

const IPV6 = /(?<![\w:.])(?:[\da-f]{0,4}:){2,}[\da-f:.]*(\/\d{1,3})?/gi
const IPV4 = /(?<![\d.])((?:\d{1,3}\.){3}\d{1,3})(\/\d{1,2})?(?!\d|\.\d)/g
/** Names of machines are made from addresses: `ip-10-0-0-1` */
const DASHED = /(?<!\d|\d-)(?:\d{1,3}-){3}\d{1,3}(?!\d|-\d)/g
const MAC = /(?<![\da-f:-])([\da-f]{2}(?::[\da-f]{2}){2})((?::[\da-f]{2}){3})(?![\da-f:-])/gi

function withPseudonyms(text: string, addresses: AddressPseudonyms, key: string): string {
  if (!/\d[.:-]|:[\da-f:]/i.test(text)) return text
  const mapped = (whole: string, address: string, length = ''): string => {
    const end = /[:.]*$/.exec(address)?.[0] ?? ''
    const parsed = parseIp(address)
    if (parsed !== undefined) return networkText(addresses.of(parsed), parsed, length)
    const bare = parseIp(address.slice(0, address.length - end.length))
    return bare === undefined ? whole : `${networkText(addresses.of(bare), bare, '')}${end}${length}`
  }
  return text
    .replaceAll(MAC, (_whole, maker: string, rest: string) => `${maker}${cardOf(`${maker}${rest}`, key)}`)
    .replaceAll(IPV6, (whole: string, length = '') =>
      mapped(whole, whole.slice(0, whole.length - length.length), length),
    )
    .replaceAll(IPV4, (whole: string, address: string, length = '') => mapped(whole, address, length))
    .replaceAll(DASHED, (whole: string) => {
      const parsed = parseIp(whole.replaceAll('-', '.'))
      return parsed === undefined ? whole : formatIp(addresses.of(parsed)).replaceAll('.', '-')
    })
}

/** A network stays one: bits behind its length are zero afterwards if they were before. */
function networkText(made: Ip, before: Ip, length: string): string {
  if (length === '') return formatIp(made)
  const host = BigInt(ipBits(made.family)) - BigInt(length.slice(1))
  const isNetwork = host >= 0n && (before.value >> host) << host === before.value
  return `${formatIp(isNetwork ? { ...made, value: (made.value >> host) << host } : made)}${length}`
}

/** The maker of a card stays, which tells virtual machines apart. */
function cardOf(mac: string, key: string): string {
  const word = sha256Words(new TextEncoder().encode(`${key} ${mac.toLowerCase()}`))[0] ?? 0
  return [16, 8, 0].map((shift) => `:${((word >>> shift) & 0xff).toString(16).padStart(2, '0')}`).join('')
}
