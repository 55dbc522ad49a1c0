// Which BGPPeers each node tells the address of a Service, by the configuration: an advertisement has to select the node, the Service and
// the peer, and the peer the node.
import type { ServiceObject } from '../../config/objects/read-object.ts'
import { matchesAny } from '../../config/semantics/selector.ts'
import type { BgpAdvert } from '../../speaker/configuration/configuration.ts'
import type { ClusterView } from './cluster-view.ts'

/** node → names of the BGPPeers that its speaker should tell; nodes that announce and tell nobody are left out. */
export function shouldTell(
  service: ServiceObject,
  view: ClusterView,
): ReadonlyMap<string, readonly string[]> {
  const { configuration } = view
  const peers = configuration.ok ? configuration.value.peers : []
  const adverts = view.poolOf(service)?.bgp ?? []
  const result = new Map<string, readonly string[]>()
  for (const node of announcersOf(service, view)) {
    const labels = view.nodes.get(node)?.labels ?? {}
    const isFor = (nodes: BgpAdvert['nodes']): boolean => nodes.length === 0 || matchesAny(nodes, labels)
    const here = adverts.filter(
      ({ nodes, services }) =>
        isFor(nodes) && (services.length === 0 || matchesAny(services, service.labels)),
    )
    const names = peers
      .filter(
        ({ nodes, name }) =>
          isFor(nodes) && here.some((advert) => advert.peers.length === 0 || advert.peers.includes(name)),
      )
      .map(({ name }) => name)
    if (names.length > 0) result.set(node, names)
  }
  return result
}

/** Nodes that announce the Service by BGP to whoever is their peer. */
export const announcersOf = (service: ServiceObject, view: ClusterView): readonly string[] =>
  [...(view.matrixOf(service)?.nodes ?? [])].flatMap(([node, { bgp }]) => (bgp.announces ? [node] : []))
