// F44: how many prefixes each router gets from a node, where it is known how many it takes.
import { formatPrefix, prefixOf } from '../../../net/prefix.ts'
import type { Peer } from '../../../speaker/configuration/configuration.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import { itemsOf } from '../cluster-facts.ts'
import type { ClusterView } from '../cluster-view.ts'
import { textAt } from '../object-fields.ts'
import { addressesOf, keyOf } from '../object-keys.ts'
import { counted } from '../wording.ts'

/** What the routers of providers accept from each peer before they close the session, by the scheme of providerID. */
const LIMITS: Readonly<Record<string, { readonly provider: string; readonly limit: number }>> = {
  azure: { provider: 'Azure Route Server', limit: 1000 },
  equinixmetal: { provider: 'Equinix Metal', limit: 10 },
  packet: { provider: 'Equinix Metal', limit: 10 },
}
/** From here on it is time to act. */
const NEAR = 0.8

export const prefixCounts: ClusterCheck = {
  id: 'prefix-counts',
  code: 'F44',
  link: 'wire',
  title: 'no router gets more prefixes than it accepts',
  needs: ['configuration', 'services', 'nodes', 'endpointSlices'],
  evaluate: (view) => {
    const known = itemsOf(view.facts.nodes).flatMap(
      (node) => LIMITS[textAt(node, 'spec', 'providerID')?.split(':')[0] ?? ''] ?? [],
    )
    const [first] = known
    if (first === undefined) return skip('it is not known how many prefixes the routers accept')
    const { configuration } = view
    if (!configuration.ok) return skip('the configuration is refused')
    const { peers } = configuration.value
    const findings = peers.flatMap((peer) => draft(peer, most(peer, view), first, view) ?? [])
    return failOr(findings, counted(peers.length, 'router'))
  },
}

interface Count {
  readonly node: string
  readonly prefixes: ReadonlySet<string>
}

/** Of the node that announces the most to this router. */
function most(peer: Peer, view: ClusterView): Count {
  const byNode = new Map<string, Set<string>>()
  for (const service of view.servicesWithAddress) {
    const adverts =
      view.poolOf(service)?.bgp.filter(({ peers }) => peers.length === 0 || peers.includes(peer.name)) ?? []
    if (adverts.length === 0) continue
    const prefixes = addressesOf(service).flatMap((address) =>
      adverts.map(({ lengths }) => formatPrefix(prefixOf(address, lengths[address.family]))),
    )
    for (const [node, { bgp }] of view.matrixOf(service)?.nodes ?? []) {
      if (!bgp.announces) continue
      const known = byNode.get(node) ?? new Set()
      for (const prefix of prefixes) known.add(prefix)
      byNode.set(node, known)
    }
  }
  const [first] = [...byNode].sort((a, b) => b[1].size - a[1].size)
  return { node: first?.[0] ?? '', prefixes: first?.[1] ?? new Set() }
}

function draft(
  peer: Peer,
  { node, prefixes }: Count,
  { provider, limit }: { readonly provider: string; readonly limit: number },
  view: ClusterView,
): ClusterDraft | undefined {
  if (prefixes.size < limit * NEAR) return undefined
  const over = prefixes.size > limit
  return {
    title: `${node} announces ${counted(prefixes.size, 'prefix', 'prefixes')} to the router of ${peer.name}, and ${provider} accepts ${limit}${over ? ': the router closes the session' : ''}.`,
    severity: over ? 'error' : 'warning',
    confidence: 'likely',
    subject: `BGPPeer ${peer.name}`,
    evidence: [
      `providerID of the nodes names ${provider}, whose limit is ${limit} unless it was raised`,
      `prefixes of ${node}: ${[...prefixes].slice(0, 5).join(', ')}${prefixes.size > 5 ? ' …' : ''}`,
    ],
    cause:
      'Each address of a Service is a prefix of its own unless pools are aggregated. A router that gets more than it accepts ends the session (NOTIFICATION 6/1), mostly until somebody clears it: all Services vanish when one is added.',
    fix: [
      {
        text: 'Announce fewer: aggregate in the BGPAdvertisement.',
        configuration: ['spec:', '  aggregationLength: 28'],
      },
      { text: `Or have ${provider} raise the limit.` },
    ],
    affects: over
      ? view.servicesWithAddress.filter((service) => (view.poolOf(service)?.bgp.length ?? 0) > 0).map(keyOf)
      : [],
  }
}
