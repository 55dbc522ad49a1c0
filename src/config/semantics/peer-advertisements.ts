// Which pools a peer is shown on a node: the BGPAdvertisements that name it (or no peer at all) and select the node.
import type { IpFamily } from '../../net/ip.ts'
import type { BGPAdvertisement, BGPPeer, Pool, ReadObjects } from '../objects/read-object.ts'
import { parseAddressEntry } from './addresses.ts'
import type { NodeLabels } from './bgp-session.ts'
import { PoolSelector } from './pool-selection.ts'
import { compileSelector, matchesAny } from './selector.ts'

export interface ShownPools {
  readonly advertisement: BGPAdvertisement
  readonly pools: readonly Pool[]
}

type Objects = Pick<ReadObjects, 'pools' | 'bgpAdvertisements'>

/** Labels undefined: the node is not known, and node selectors leave nothing out. Advertisements that are wrong show nothing. */
export function poolsShownTo(
  peer: Pick<BGPPeer, 'name'>,
  objects: Objects,
  labels: NodeLabels | undefined,
  pools: PoolSelector = new PoolSelector(objects.pools),
): readonly ShownPools[] {
  return objects.bgpAdvertisements.flatMap((advertisement) => {
    const { spec, failed } = advertisement
    if (failed.has('peers') || failed.has('nodeSelectors')) return []
    const names = spec.peers ?? []
    if (names.length > 0 && !names.includes(peer.name)) return []
    if (!selectsNode(advertisement, labels)) return []
    const selection = pools.select(advertisement)
    return selection === undefined || selection.pools.length === 0
      ? []
      : [{ advertisement, pools: selection.pools }]
  })
}

function selectsNode({ spec }: BGPAdvertisement, labels: NodeLabels | undefined): boolean {
  const selectors = spec.nodeSelectors ?? []
  if (labels === undefined || selectors.length === 0) return true
  const compiled = selectors.flatMap((selector) => {
    const result = compileSelector(selector)
    return result.ok ? [result.value] : []
  })
  return matchesAny(compiled, labels)
}

/** Families of the addresses in these pools, IPv4 first: what a session has to carry for all of them to arrive. */
export function familiesOfPools(shown: readonly ShownPools[]): readonly IpFamily[] {
  const found = new Set<IpFamily>()
  for (const { pools } of shown)
    for (const pool of pools)
      for (const text of pool.spec.addresses ?? []) {
        const entry = parseAddressEntry(text)
        if (entry.ok) found.add(entry.value.family)
      }
  return ([4, 6] as const).filter((family) => found.has(family))
}
