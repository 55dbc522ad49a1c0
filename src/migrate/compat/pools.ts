// IPAddressPool, BGPAdvertisement, L2Advertisement and Community objects as MetalLB's converter makes them.
import type { Node } from '../../config/source/node.ts'
import { type Field, report } from '../legacy/readers.ts'
import type { LegacyAdvertisement, LegacyConfig, LegacyPool } from '../legacy/shape.ts'
import { type Origin, originOf, type Planned } from '../planned.ts'
import { type Conversion, nonZero } from './conversion.ts'

/** Keys of old releases that the converter does not know, although they meant something. */
const UNKNOWN_TO_IT = ['cidr', 'advertisements', 'arp-network'] as const

export function ipAddressPool(conversion: Conversion, pool: Field<LegacyPool>): Planned {
  const { value } = pool
  const origins = new Map([['', originOf(pool)]])
  for (const key of UNKNOWN_TO_IT)
    if (value[key] !== undefined) conversion.dropped(value[key].path, value[key].key ?? value[key].node)
  for (const [index, address] of (value.addresses?.value ?? []).entries())
    origins.set(`spec.addresses[${index}]`, originOf(address))
  if (
    value.protocol?.value !== 'bgp' &&
    value.protocol?.value !== 'layer2' &&
    value['bgp-advertisements'] === undefined
  )
    report(
      conversion,
      'M015',
      'warning',
      value.protocol?.node ?? pool.node,
      `The pool "${value.name?.value ?? ''}" gets no advertisement from MetalLB's converter, because its protocol is neither "bgp" nor "layer2".`,
    )
  const spec = {
    addresses: (value.addresses?.value ?? []).map((address) => address.value),
    ...(value['auto-assign'] === undefined ? {} : { autoAssign: value['auto-assign'].value }),
    ...nonZero('avoidBuggyIPs', value['avoid-buggy-ips']?.value),
  }
  const status = { assignedIPv4: 0, assignedIPv6: 0, availableIPv4: 0, availableIPv6: 0 }
  return conversion.planned('IPAddressPool', poolName(conversion, pool), spec, origins, { status })
}

export function bgpAdvertisements(conversion: Conversion, pools: readonly Field<LegacyPool>[]): Planned[] {
  const planned: Planned[] = []
  const add = (pool: Field<LegacyPool>, advertisement: LegacyAdvertisement, at: Origin) => {
    const { 'aggregation-length': v4, 'aggregation-length-v6': v6, localpref, communities } = advertisement
    const origins = new Map([['', at]])
    if (v4 !== undefined) origins.set('spec.aggregationLength', originOf(v4))
    if (v6 !== undefined) origins.set('spec.aggregationLengthV6', originOf(v6))
    for (const [index, community] of (communities?.value ?? []).entries())
      origins.set(`spec.communities[${index}]`, originOf(community))
    const spec = {
      ...(v4 === undefined ? {} : { aggregationLength: v4.value }),
      ...(v6 === undefined ? {} : { aggregationLengthV6: v6.value }),
      ...(communities && communities.value.length > 0
        ? { communities: communities.value.map((c) => c.value) }
        : {}),
      ipAddressPools: [poolName(conversion, pool)],
      ...nonZero('localPref', localpref?.value),
    }
    planned.push(
      conversion.planned('BGPAdvertisement', `bgpadvertisement${planned.length + 1}`, spec, origins),
    )
  }
  for (const pool of pools) {
    const listed = pool.value['bgp-advertisements']?.value ?? []
    for (const advertisement of listed) add(pool, advertisement.value, originOf(advertisement))
    if (listed.length === 0 && pool.value.protocol?.value === 'bgp') add(pool, {}, originOf(pool))
  }
  return planned
}

export function l2Advertisements(conversion: Conversion, pools: readonly Field<LegacyPool>[]): Planned[] {
  const layer2 = pools.filter((pool) => pool.value.protocol?.value === 'layer2')
  return layer2.map((pool, index) =>
    conversion.planned(
      'L2Advertisement',
      `l2advertisement${index + 1}`,
      { ipAddressPools: [poolName(conversion, pool)] },
      new Map([['', originOf(pool)]]),
    ),
  )
}

export function community(conversion: Conversion, config: LegacyConfig, root: Node): Planned[] {
  const aliases = config['bgp-communities']?.value ?? []
  if (aliases.length === 0) return []
  const sorted = [...aliases].sort((a, b) => ((a.key?.text ?? '') < (b.key?.text ?? '') ? -1 : 1))
  const origins = new Map<string, Origin>([
    ['', { path: 'bgp-communities', node: config['bgp-communities']?.node ?? root, key: undefined }],
  ])
  for (const [index, alias] of sorted.entries()) origins.set(`spec.communities[${index}]`, originOf(alias))
  return [
    conversion.planned(
      'Community',
      'communities',
      { communities: sorted.map((alias) => ({ name: alias.key?.text ?? '', value: alias.value })) },
      origins,
    ),
  ]
}

const poolName = (conversion: Conversion, pool: Field<LegacyPool>): string =>
  pool.value.name === undefined ? '' : conversion.name('IpAddressPool', pool.value.name)
