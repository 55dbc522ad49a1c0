// F45: what routers share evenly is nodes, not Pods; and with one node there is nothing to share.
import type { ServiceObject } from '../../../config/objects/read-object.ts'
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { firstAndMore } from '../first-and-more.ts'
import { keyOf } from '../object-keys.ts'
import { announcersOf, shouldTell } from '../told-peers.ts'
import { counted, listed } from '../wording.ts'

/** Less than this is in the nature of things. */
const UNEQUAL = 2

interface Shares {
  readonly service: ServiceObject
  /** endpoints that can serve, by node that announces; most first */
  readonly byNode: readonly (readonly [node: string, endpoints: number])[]
}

export const equalShares: ClusterCheck = {
  id: 'equal-shares',
  code: 'F45',
  link: 'wire',
  title: 'routers share the load of a Service as its Pods are spread',
  needs: ['services', 'endpointSlices', 'nodes', 'configuration'],
  evaluate: (view) => {
    const announced = view.servicesWithAddress.flatMap((service) => sharesOf(service, view) ?? [])
    if (announced.length === 0) return skip('BGP announces no Service')
    return failOr(
      [
        ...firstAndMore(
          announced.filter(isUnequal),
          5,
          unequal,
          (more) => `${more} more Services are spread unevenly`,
        ),
        ...alone(announced, view),
      ],
      counted(announced.length, 'Service'),
    )
  },
}

function sharesOf(service: ServiceObject, view: ClusterView): Shares | undefined {
  // A node without a session is no next hop of anybody. One that no router is told of is another finding.
  const nodes = [...shouldTell(service, view).keys()]
  if (nodes.length === 0) return undefined
  const endpoints = view.slicesOf(service).flatMap((slice) => slice.endpoints)
  const byNode = nodes.map(
    (node) =>
      [node, endpoints.filter(({ nodeName, ready }) => nodeName === node && ready !== false).length] as const,
  )
  return { service, byNode: byNode.sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)) }
}

/** With Cluster, kube-proxy evens it out behind the nodes. */
function isUnequal({ service, byNode }: Shares): boolean {
  const most = byNode[0]?.[1] ?? 0
  const least = byNode.at(-1)?.[1] ?? 0
  return service.externalTrafficPolicy === 'Local' && least > 0 && most >= least * UNEQUAL
}

function unequal({ service, byNode }: Shares): ClusterDraft {
  const key = keyOf(service)
  const [most, least] = [byNode[0], byNode.at(-1)]
  const times = Math.round(((most?.[1] ?? 1) / (least?.[1] ?? 1)) * 10) / 10
  return {
    title: `Each Pod of ${key} on ${least?.[0] ?? ''} gets ${times} times the load of one on ${most?.[0] ?? ''}.`,
    severity: 'warning',
    confidence: 'certain',
    subject: `Service ${key}`,
    evidence: byNode
      .slice(0, 6)
      .map(([node, count]) => `${node}: ${counted(count, 'endpoint')}, 1 of ${byNode.length} shares`),
    cause:
      'Routers give every next hop the same share (ECMP), and with externalTrafficPolicy Local it stays on that node, however many Pods it has.',
    fix: [
      {
        text: 'Spread the Pods evenly.',
        configuration: [
          'topologySpreadConstraints:',
          '  - maxSkew: 1',
          '    topologyKey: kubernetes.io/hostname',
          '    whenUnsatisfiable: DoNotSchedule',
        ],
      },
      {
        text: 'Or let kube-proxy even it out: externalTrafficPolicy Cluster, which hides the address of the client.',
      },
    ],
    affects: [key],
  }
}

/** Services with Cluster that only one of several nodes announces: no ECMP, and all breaks while another one takes over. */
function alone(announced: readonly Shares[], view: ClusterView): ClusterDraft[] {
  if (view.nodes.size < 2) return []
  const single = announced.filter(
    ({ service, byNode }) => service.externalTrafficPolicy !== 'Local' && byNode.length === 1,
  )
  const [first] = single
  if (first === undefined) return []
  const keys = single.map(({ service }) => keyOf(service))
  return [
    {
      title: `BGP announces ${listed(keys, 3)} from ${first.byNode[0]?.[0] ?? ''} only: one node carries it all, and there is no failover.`,
      severity: 'warning',
      confidence: 'certain',
      subject: keys.length === 1 ? `Service ${keys[0] ?? ''}` : counted(keys.length, 'Service'),
      evidence: [
        `${counted(view.nodes.size, 'node')}, and one that ${announcersOf(first.service, view).length === 1 ? 'the advertisements select and that may announce' : 'announces and has a BGPPeer'}`,
      ],
      cause:
        'A router shares among the next hops that it has; nodeSelectors (of BGPAdvertisements and of BGPPeers), the label that excludes nodes, or speakers that do not run leave one.',
      fix: [
        {
          text: 'Let the BGPAdvertisement select more nodes, and a BGPPeer be for each of them.',
          command: `kubectl -n ${view.installation?.namespace ?? 'metallb-system'} get bgpadvertisements,bgppeers -o yaml`,
        },
      ],
      affects: keys,
    },
  ]
}
