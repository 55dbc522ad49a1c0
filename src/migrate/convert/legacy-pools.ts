// address-pools of a legacy configuration → pool plans (metallb.md §1.8 for what each release meant).
import type { Node } from '../../config/source/node.ts'
import type { Dialect } from '../dialect.ts'
import type { Field, LegacyAdvertisement, LegacyPool } from '../legacy/shape.ts'
import { type Origin, originOf } from '../planned.ts'
import { withoutArpNetworkEnds } from './arp-network.ts'
import { type Communities, checkCommunity } from './communities.ts'
import { type Convert, say, sayMissing } from './context.ts'
import { type Named, named } from './named.ts'
import type { PoolAdvertisement, PoolPlan } from './pool.ts'
import { readProtocol } from './protocol.ts'

export function legacyPools(
  pools: Field<readonly Field<LegacyPool>[]> | undefined,
  dialect: Dialect,
  communities: Communities,
  namespace: string,
  convert: Convert,
): PoolPlan[] {
  return named(pools?.value ?? [], { kind: 'IPAddressPool', noun: 'pool' }, namespace, convert).flatMap(
    (pool) => legacyPool(pool, dialect, communities, namespace, convert) ?? [],
  )
}

function legacyPool(
  { item: pool, source, name }: Named<LegacyPool>,
  dialect: Dialect,
  communities: Communities,
  namespace: string,
  convert: Convert,
): PoolPlan | undefined {
  const protocol = readProtocol(pool, dialect, convert)
  if (protocol === undefined) return undefined
  const addresses = addressesOf(pool, protocol.value, dialect, convert)
  if (addresses === undefined) return undefined
  const advertisements = protocol.value === 'bgp' ? advertisementsOf(pool, communities, convert) : []
  refuseForeignKeys(pool, protocol.value, convert)
  const { 'auto-assign': autoAssign, 'avoid-buggy-ips': avoidBuggyIps } = pool.value
  return {
    namespace,
    sourceName: source.value,
    name,
    addresses,
    autoAssign: autoAssign && { value: autoAssign.value, origin: originOf(autoAssign) },
    avoidBuggyIps: avoidBuggyIps && { value: avoidBuggyIps.value, origin: originOf(avoidBuggyIps) },
    protocol: protocol.value,
    protocolOrigin: protocol.origin,
    advertisements,
    origin: originOf(pool),
    nameOrigin: originOf(source),
  }
}

function addressesOf(
  pool: Field<LegacyPool>,
  protocol: PoolPlan['protocol'],
  dialect: Dialect,
  convert: Convert,
): PoolPlan['addresses'] | undefined {
  // v0.5 took both keys and read `cidr` after `addresses`.
  const entries = [...(pool.value.addresses?.value ?? []), ...(pool.value.cidr?.value ?? [])]
  if (entries.length === 0) {
    sayMissing(
      convert,
      pool.node,
      `The pool "${pool.value.name?.value}" has no addresses.`,
      'List CIDR blocks or ranges under "addresses".',
    )
    return undefined
  }
  const plain = entries.map((entry) => ({ text: entry.value.trim(), origin: originOf(entry) }))
  return protocol === 'layer2' ? withoutArpNetworkEnds(pool, plain, dialect, convert) : plain
}

function advertisementsOf(
  pool: Field<LegacyPool>,
  communities: Communities,
  convert: Convert,
): PoolAdvertisement[] {
  const listed = [
    ...(pool.value['bgp-advertisements']?.value ?? []),
    ...(pool.value.advertisements?.value ?? []),
  ]
  if (listed.length > 0) return listed.map((field) => advertisement(field, communities, convert))
  const origin = originOf(pool.value.protocol ?? pool)
  say(
    convert,
    'M050',
    'info',
    origin.node,
    `The pool "${pool.value.name?.value}" lists no advertisement, which meant one for each address; it is written out.`,
  )
  return [{ origin, origins: new Map() }]
}

function advertisement(
  field: Field<LegacyAdvertisement>,
  communities: Communities,
  convert: Convert,
): PoolAdvertisement {
  const {
    'aggregation-length': v4,
    'aggregation-length-v6': v6,
    localpref,
    communities: listed,
  } = field.value
  for (const community of listed?.value ?? []) checkCommunity(community, communities, convert)
  if (localpref?.value === 0)
    say(
      convert,
      'M057',
      'info',
      localpref.node,
      'A localpref of 0 is what MetalLB sends anyway; it is left out.',
    )
  const origins = new Map<string, Origin>()
  const set = { aggregationLength: v4, aggregationLengthV6: v6, localPref: localpref, communities: listed }
  for (const [key, value] of Object.entries(set)) if (value !== undefined) origins.set(key, originOf(value))
  for (const [index, community] of (listed?.value ?? []).entries())
    origins.set(`communities[${index}]`, originOf(community))
  return {
    ...(v4 !== undefined && v4.value !== 32 ? { aggregationLength: v4.value } : {}),
    ...(v6 !== undefined && v6.value !== 128 ? { aggregationLengthV6: v6.value } : {}),
    ...(localpref !== undefined && localpref.value !== 0 ? { localPref: localpref.value } : {}),
    ...(listed !== undefined && listed.value.length > 0
      ? { communities: listed.value.map((c) => c.value) }
      : {}),
    origin: originOf(field),
    origins,
  }
}

/** Keys of the other protocol were refused by MetalLB, not ignored: one of the two is a mistake. */
function refuseForeignKeys(pool: Field<LegacyPool>, protocol: PoolPlan['protocol'], convert: Convert): void {
  const refuse = (node: Node, key: string, what: string) =>
    say(
      convert,
      'M018',
      'error',
      node,
      `"${key}" stands in the pool "${pool.value.name?.value}", which is announced by ${what}; MetalLB refused that.`,
      `Remove "${key}", or correct the protocol.`,
    )
  const advertisements = pool.value['bgp-advertisements'] ?? pool.value.advertisements
  if (protocol === 'layer2' && advertisements !== undefined && advertisements.value.length > 0)
    refuse(
      advertisements.key ?? advertisements.node,
      advertisements.key?.text ?? 'bgp-advertisements',
      'layer 2',
    )
  const arpNetwork = pool.value['arp-network']
  if (protocol === 'bgp' && arpNetwork !== undefined)
    refuse(arpNetwork.key ?? arpNetwork.node, 'arp-network', 'BGP')
}
