// What a node tries to reach by TCP: the speakers of other nodes, and the port of MetalLB's webhook.
import { formatIp, parseIp } from '../../net/ip.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import { grouped } from '../cluster/grouped.ts'
import { gossipPort, webhookEndpoints } from '../cluster/installation-ports.ts'
import { textAt } from '../cluster/object-fields.ts'
import { nodeOf } from '../cluster/object-keys.ts'
import type { ReachTarget } from './agent-plan.ts'

/** Up to here every node is asked about every other one. */
const ALL_PAIRS = 20
/** Beyond that each is asked about so many others. */
const OTHERS = 8
const MOST_ENDPOINTS = 2

export const speakerNodes = (view: ClusterView): readonly string[] =>
  view.speakerPods
    .filter((pod) => textAt(pod, 'status', 'phase') === 'Running')
    .flatMap((pod) => nodeOf(pod) ?? [])
    .sort()

/** InternalIPs, the first of each family. */
export function nodeAddresses(name: string, view: ClusterView): readonly string[] {
  const node = view.objects.nodes.find((each) => each.name === name)
  const found = (node?.addresses ?? [])
    .filter(({ type }) => type === 'InternalIP')
    .flatMap(({ address }) => parseIp(address) ?? [])
  return ([4, 6] as const).flatMap((family) => {
    const first = found.find((each) => each.family === family)
    return first === undefined ? [] : formatIp(first)
  })
}

/** Speakers that run on other nodes; where there are many, a ring with chords, so that all nodes hang together. */
export function gossipTargets(node: string, view: ClusterView): readonly ReachTarget[] {
  if (view.installation?.memberlist !== true) return []
  const speakers = speakerNodes(view)
  const port = gossipPort(view.installation)
  const others =
    speakers.length <= ALL_PAIRS
      ? speakers
      : Array.from({ length: OTHERS }, (_, power) => {
          const own = Math.max(0, speakers.indexOf(node))
          return speakers[(own + 2 ** power) % speakers.length] ?? ''
        })
  return [...new Set(others)]
    .filter((name) => name !== node && name !== '')
    .flatMap((name) =>
      nodeAddresses(name, view)
        .slice(0, 1)
        .map((address) => ({ purpose: 'gossip' as const, name, address, port })),
    )
}

/** The endpoints of the Service that the API server calls; the port is that of the Pods. */
export function webhookTargets(view: ClusterView): readonly ReachTarget[] {
  const byService = grouped(webhookEndpoints(view), ({ service }) => service)
  return [...byService].flatMap(([name, endpoints]) =>
    endpoints
      .slice(0, MOST_ENDPOINTS)
      .map(({ address, port }) => ({ purpose: 'webhook' as const, name, address, port })),
  )
}
