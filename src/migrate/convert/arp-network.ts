// v0.3 and v0.4 kept two addresses of each ARP pool back: the first and the last of its `arp-network`.
import type { Node } from '../../config/source/node.ts'
import { ip } from '../../net/ip.ts'
import { networkEnds } from '../../net/network-ends.ts'
import {
  formatPrefix,
  formatRange,
  type IpRange,
  type Prefix,
  parsePrefix,
  prefixOf,
  prefixRange,
  rangeWithout,
} from '../../net/prefix.ts'
import type { Dialect } from '../dialect.ts'
import type { Field, LegacyPool } from '../legacy/shape.ts'
import type { Origin } from '../planned.ts'
import { type Convert, say } from './context.ts'
import type { PoolPlan } from './pool.ts'

type Addresses = PoolPlan['addresses']

/** The addresses that v0.3/v0.4 would hand out: those of the pool, without the ends of its network. Later pools are unchanged. */
export function withoutArpNetworkEnds(
  pool: Field<LegacyPool>,
  addresses: Addresses,
  dialect: Dialect,
  convert: Convert,
): Addresses {
  const given = pool.value['arp-network']
  if (!appliesTo(pool, dialect))
    return given === undefined
      ? addresses
      : accounted(addresses, [{ node: given.node, reason: 'left out: only v0.3 and v0.4 looked at it' }])
  const network = networkOf(pool, addresses, convert)
  if (network === undefined) return addresses
  const whole = prefixRange(network)
  const ends = networkEnds(network).map((end) => end.value)
  const accounts: Account[] = []
  let cut = false
  const kept = addresses.flatMap((address) => {
    const range = cidrRange(address.text)
    if (range === undefined || range.family !== 4) return [address]
    if (range.first < whole.first || range.last > whole.last) {
      say(
        convert,
        'M019',
        'error',
        address.origin.node,
        `${address.text} is not inside the pool's arp-network ${formatPrefix(network)}; MetalLB refused that.`,
      )
      return [address]
    }
    const parts = rangeWithout(range, ends)
    if (parts.length === 1 && parts[0]?.first === range.first && parts[0].last === range.last)
      return [address]
    if (parts.length === 0)
      accounts.push({ node: address.origin.node, reason: 'cut out: never handed out by v0.3 and v0.4' })
    else cut = true
    reportCut(address.text, parts, network, address.origin.node, convert)
    return parts.map((part) => ({ text: formatEntry(part), origin: address.origin }))
  })
  if (kept.length === 0)
    say(
      convert,
      'M019',
      'error',
      pool.node,
      `The pool "${pool.value.name?.value}" holds only the first and the last address of its arp-network: MetalLB never handed one out.`,
    )
  if (given !== undefined)
    accounts.push({
      node: given.node,
      reason:
        cut || accounts.length > 0
          ? 'applied: its first and last address are cut out'
          : 'applied: its first and last address are not in the pool',
    })
  return accounted(kept, accounts)
}

type Account = NonNullable<Origin['accounts']>[number]

/** The first address carries what is to be told about places that are in no field. */
const accounted = ([first, ...others]: Addresses, accounts: readonly Account[]): Addresses =>
  first === undefined ? [] : [{ ...first, origin: { ...first.origin, accounts } }, ...others]

/** Only `protocol: arp`, and only releases that looked at arp-network: v0.5 read the key and ignored it. */
function appliesTo(pool: Field<LegacyPool>, { era, assumed }: Dialect): boolean {
  if (pool.value.protocol?.value !== 'arp' || pool.value.addresses !== undefined) return false
  return assumed === undefined ? era.since <= 4 : assumed === 3 || assumed === 4
}

function networkOf(pool: Field<LegacyPool>, addresses: Addresses, convert: Convert): Prefix | undefined {
  const given = pool.value['arp-network']
  if (given === undefined) {
    const first = addresses.map((a) => cidrRange(a.text)).find((r) => r !== undefined && r.family === 4)
    return first === undefined ? undefined : prefixOf(ip(4, first.first), 24)
  }
  const network = parsePrefix(given.value.trim())
  if (network === undefined || network.family !== 4)
    say(
      convert,
      'M017',
      'error',
      given.node,
      `"${given.value}" is not an IPv4 network in CIDR form, such as 192.168.1.0/24.`,
    )
  return network?.family === 4 ? network : undefined
}

/** Ranges came with v0.5, so an entry is one block here; what is no block is refused later, with the other pools. */
function cidrRange(text: string): IpRange | undefined {
  const block = parsePrefix(text)
  return block === undefined ? undefined : prefixRange(block)
}

/** A single address has no range form that MetalLB takes, but a /32. */
const formatEntry = (range: IpRange): string =>
  range.first === range.last ? `${formatRange(range)}/32` : formatRange(range)

function reportCut(
  text: string,
  parts: readonly IpRange[],
  network: Prefix,
  at: Node,
  convert: Convert,
): void {
  const left =
    parts.length === 0 ? 'nothing is left of it' : `what is left is ${parts.map(formatEntry).join(' and ')}`
  say(
    convert,
    'M019',
    'info',
    at,
    `${text} touches the first or last address of the arp-network ${formatPrefix(network)}, which v0.3 and v0.4 never handed out; ${left}.`,
    'If this ran on v0.5 (which used both), say so with --assume-version 0.5.',
  )
}
