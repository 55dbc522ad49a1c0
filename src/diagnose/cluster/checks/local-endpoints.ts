// F28: with externalTrafficPolicy Local only nodes with an endpoint of their own may announce.
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { keyOf } from '../object-keys.ts'
import { lacksEndpoints, nodesFor } from '../silent-services.ts'
import { counted, listed, sentence, servicesText } from '../wording.ts'

export const localEndpoints: ClusterCheck = {
  id: 'local-endpoints',
  code: 'F28',
  link: 'candidates',
  title: 'Services with externalTrafficPolicy Local have endpoints on nodes that may announce',
  needs: ['services', 'endpointSlices', 'nodes', 'configuration'],
  evaluate: (view) => {
    const local = view.servicesWithAddress.filter(
      ({ externalTrafficPolicy }) => externalTrafficPolicy === 'Local',
    )
    if (local.length === 0) return skip('no Service with an address has it')
    return failOr([...nowhere(view), ...single(view)], counted(local.length, 'Service'))
  },
}

function nowhere(view: ClusterView): ClusterDraft[] {
  const silent = view.silent.filter(
    (each) =>
      each.service.externalTrafficPolicy === 'Local' &&
      !lacksEndpoints(view, each) &&
      nodesFor(each, 'no-local-endpoint', 'noLocalEndpoints').length > 0 &&
      nodesFor(each, 'excluded-by-label', 'nodeLabeledExcludeBalancers', 'no-speaker', 'network-unavailable')
        .length === 0,
  )
  const [first] = silent
  if (first === undefined) return []
  const keys = silent.map(({ key }) => key)
  const on = [...(view.endpointsOf(first.service).nodes ?? [])].sort()
  return [
    {
      title: `${sentence(servicesText(keys))} with externalTrafficPolicy Local ${keys.length === 1 ? 'has its' : 'have their'} endpoints on nodes that may not announce ${keys.length === 1 ? 'it' : 'them'}.`,
      severity: 'error',
      confidence: 'certain',
      subject: keys.length === 1 ? `Service ${first.key}` : counted(keys.length, 'Service'),
      evidence: [
        `endpoints of ${first.key} are on ${listed(on) || 'no node'}`,
        `nodes that may announce, without an endpoint: ${listed(nodesFor(first, 'no-local-endpoint', 'noLocalEndpoints'))}`,
      ],
      cause:
        'With Local, a node announces and forwards only to endpoints of its own; others drop the packets by design.',
      fix: [
        { text: 'Let the Pods run on nodes that the advertisement selects, or let it select their nodes.' },
        {
          text: 'Or give up the address of the client.',
          command: `kubectl -n ${first.service.namespace ?? 'default'} patch service ${first.service.name} -p '{"spec":{"externalTrafficPolicy":"Cluster"}}'`,
        },
      ],
      affects: keys,
    },
  ]
}

/** Works, and does not outlive that node. Layer 2 only: with BGP one route is one node by wish or by chance, and routers say so. */
function single(view: ClusterView): ClusterDraft[] {
  const alone = view.servicesWithAddress.filter((service) => {
    if (service.externalTrafficPolicy !== 'Local' || view.nodes.size < 2) return false
    const matrix = view.matrixOf(service)
    return matrix !== undefined && matrix.succession.length === 1
  })
  const [first] = alone
  if (first === undefined) return []
  const keys = alone.map(keyOf)
  return [
    {
      title: `${sentence(servicesText(keys))} with externalTrafficPolicy Local can be announced by one node only: there is no failover.`,
      severity: 'warning',
      confidence: 'certain',
      subject: keys.length === 1 ? `Service ${keys[0] ?? ''}` : counted(keys.length, 'Service'),
      evidence: alone
        .slice(0, 5)
        .map((service) => `${keyOf(service)}: ${view.matrixOf(service)?.owner ?? ''}`),
      cause: 'All its endpoints are on one of the nodes that may announce it.',
      fix: [
        {
          text: 'Spread the Pods over several nodes: topologySpreadConstraints on kubernetes.io/hostname, and more than one replica.',
        },
      ],
      affects: keys,
    },
  ]
}
