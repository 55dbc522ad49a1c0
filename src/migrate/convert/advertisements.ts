// Pool plans → L2Advertisement and BGPAdvertisement objects: equal ones become one, for all the pools that they are for.
import type { BGPAdvertisementSpec, L2AdvertisementSpec } from '../../config/schema/advertisement-kinds.ts'
import { type Origin, type Planned, referenceTo } from '../planned.ts'
import type { Convert } from './context.ts'
import { type PoolAdvertisement, type PoolPlan, settable } from './pool.ts'

interface Group {
  readonly advertisement: PoolAdvertisement
  readonly pools: PoolPlan[]
  readonly mergedFrom: Origin[]
}

export function advertisements(pools: readonly PoolPlan[], convert: Convert): Planned[] {
  const namespaces = [...new Set(pools.map((pool) => pool.namespace))]
  return namespaces.flatMap((namespace) => {
    const here = pools.filter((pool) => pool.namespace === namespace)
    return [...bgpAdvertisements(here, namespace, convert), ...l2Advertisements(here, namespace, convert)]
  })
}

function l2Advertisements(pools: readonly PoolPlan[], namespace: string, convert: Convert): Planned[] {
  const layer2 = pools.filter((pool) => pool.protocol === 'layer2')
  const [first, ...others] = layer2
  if (first === undefined) return []
  const name =
    convert.options.names === 'legacy'
      ? convert.names.count('L2Advertisement', namespace, 'l2advertisement')
      : convert.names.derive('L2Advertisement', namespace, others.length === 0 ? first.name : 'layer2')
  const origins = new Map<string, Origin>([['', first.protocolOrigin]])
  for (const [index, pool] of layer2.entries())
    origins.set(`spec.ipAddressPools[${index}]`, referenceTo(pool.nameOrigin))
  const spec: L2AdvertisementSpec = { ipAddressPools: layer2.map((pool) => pool.name) }
  return [
    {
      object: {
        apiVersion: 'metallb.io/v1beta1',
        kind: 'L2Advertisement',
        metadata: { name, namespace },
        spec,
      },
      origins,
      mergedFrom: others.map((pool) => pool.protocolOrigin),
    },
  ]
}

function bgpAdvertisements(pools: readonly PoolPlan[], namespace: string, convert: Convert): Planned[] {
  const groups = new Map<string, Group>()
  for (const pool of pools)
    for (const advertisement of pool.advertisements) {
      const key = effect(advertisement)
      const group = groups.get(key)
      if (group === undefined) groups.set(key, { advertisement, pools: [pool], mergedFrom: [] })
      else if (group.pools.at(-1) !== pool) {
        group.pools.push(pool)
        group.mergedFrom.push(advertisement.origin)
      }
    }
  return [...groups.values()].map((group) => bgpAdvertisement(group, namespace, convert))
}

/** Two advertisements with the same effect announce the same: the order of communities does not matter. */
function effect({
  aggregationLength,
  aggregationLengthV6,
  localPref,
  communities,
}: PoolAdvertisement): string {
  return JSON.stringify([aggregationLength, aggregationLengthV6, localPref, [...new Set(communities)].sort()])
}

function bgpAdvertisement(group: Group, namespace: string, convert: Convert): Planned {
  const { advertisement, pools } = group
  const { explicit } = convert.options
  const origins = new Map<string, Origin>([['', advertisement.origin]])
  for (const [index, pool] of pools.entries())
    origins.set(`spec.ipAddressPools[${index}]`, referenceTo(pool.nameOrigin))
  for (const [field, origin] of advertisement.origins) origins.set(`spec.${field}`, origin)
  const spec: BGPAdvertisementSpec = {
    ipAddressPools: pools.map((pool) => pool.name),
    ...settable('aggregationLength', advertisement.aggregationLength, 32, explicit),
    ...settable('aggregationLengthV6', advertisement.aggregationLengthV6, 128, explicit),
    ...(advertisement.localPref === undefined ? {} : { localPref: advertisement.localPref }),
    ...(advertisement.communities === undefined ? {} : { communities: advertisement.communities }),
  }
  const name = nameOf(group, namespace, convert)
  return {
    object: {
      apiVersion: 'metallb.io/v1beta1',
      kind: 'BGPAdvertisement',
      metadata: { name, namespace },
      spec,
    },
    origins,
    mergedFrom: [...group.mergedFrom, ...pools.map((pool) => pool.protocolOrigin)],
  }
}

/** After the pool, or `bgp` for several; a second one is told apart by what it does. */
function nameOf({ advertisement, pools }: Group, namespace: string, convert: Convert): string {
  if (convert.options.names === 'legacy')
    return convert.names.count('BGPAdvertisement', namespace, 'bgpadvertisement')
  const base = pools.length === 1 ? (pools[0]?.name ?? 'bgp') : 'bgp'
  const { aggregationLength, aggregationLengthV6 } = advertisement
  const parts = [
    ...(aggregationLength === undefined ? [] : [`-${aggregationLength}`]),
    ...(aggregationLengthV6 === undefined ? [] : [`-v6-${aggregationLengthV6}`]),
  ]
  let wanted = base
  for (const part of ['', ...parts]) {
    wanted += part
    if (wanted.length <= 253 && convert.names.reserve('BGPAdvertisement', namespace, wanted)) return wanted
  }
  return convert.names.derive('BGPAdvertisement', namespace, base)
}
