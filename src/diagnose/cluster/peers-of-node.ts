// BGPPeers that a node has a session with, by the configuration.
import { matchesAny } from '../../config/semantics/selector.ts'
import type { Peer } from '../../speaker/configuration/configuration.ts'
import type { ClusterView } from './cluster-view.ts'

/** None while the configuration is refused. */
export function peersOf(node: string, view: ClusterView): readonly Peer[] {
  const { configuration } = view
  const labels = view.nodes.get(node)?.labels
  if (!configuration.ok || labels === undefined) return []
  return configuration.value.peers.filter(({ nodes }) => nodes.length === 0 || matchesAny(nodes, labels))
}
