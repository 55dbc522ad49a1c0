import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { PathFacts, PortFacts, TreeNode, WalkFacts } from '../path-facts.ts'
import { clientText, endsText, portText } from '../path-words.ts'

/** externalTrafficPolicy Local, or internalTrafficPolicy Local, on a node that has no endpoint. */
export const localEndpoint: Check<PathFacts> = {
  id: 'local-endpoint',
  title: 'this node may forward connections',
  evaluate: (facts): CheckOutcome => {
    const known = facts.ports.filter(({ roles }) => roles.some((role) => role !== 'health check'))
    if (known.length === 0) return skip('no port of a Service')
    for (const port of known) {
      const dropped = port.walks.find((walk) => lacksLocal(walk, port.virtualServer?.localOnly === true))
      if (dropped === undefined) continue
      return fail(findingOf(port, dropped, portText(facts.target, port.port)))
    }
    const reached = known
      .flatMap(({ walks }) => walks)
      .some(({ ends }) => ends.some(({ end }) => end === 'endpoint'))
    return reached ? pass('yes') : skip('nothing leads to an endpoint, for another reason')
  },
}

/** Of the two policies, the one that counts for the address. */
const POLICIES = {
  external: {
    from: ' from outside',
    cause:
      'externalTrafficPolicy is Local: a node forwards only to endpoints of its own, and stops what comes for others by design. Only nodes with a ready endpoint may announce the address.',
    fix: [
      {
        text: 'Test from outside against a node that has one, or see that the load balancer announces from such a node.',
      },
      {
        text: 'Or let every node forward; endpoints then see the address of a node.',
        configuration: ['spec:', '  externalTrafficPolicy: Cluster'],
      },
    ],
  },
  internal: {
    from: '',
    cause:
      'internalTrafficPolicy is Local: connections to the ClusterIP, from Pods and from the node itself, go only to endpoints of the same node, and are dropped where there is none.',
    fix: [
      { text: 'Run a Pod of the Service on each node that needs it, with a DaemonSet for example.' },
      {
        text: 'Or let connections go to endpoints of other nodes.',
        configuration: ['spec:', '  internalTrafficPolicy: Cluster'],
      },
    ],
  },
} as const

function findingOf({ roles, service = 'the Service', walks }: PortFacts, dropped: WalkFacts, what: string) {
  const { from, cause, fix } = POLICIES[roles.includes('ClusterIP') ? 'internal' : 'external']
  const isRefused = dropped.ends.some(({ end }) => end === 'rejected')
  const others = walks.filter((walk) => walk.ends.some(({ end }) => end === 'endpoint'))
  return {
    code: 'F28',
    title: `This node ${isRefused ? 'refuses' : 'drops'} connections to ${what}${from}: ${service} has no endpoint on it.`,
    severity: 'error' as const,
    confidence: 'certain' as const,
    subject: what,
    evidence: [
      ...dropped.ends.flatMap(({ stoppedBy, stoppedIn }) =>
        stoppedIn === undefined ? [] : [`${stoppedIn}: ${stoppedBy}`],
      ),
      ...others.map(
        ({ clients, ends }) =>
          `${clientText(clients)}: ${endsText(ends)}, which is why a test from there says nothing`,
      ),
    ],
    cause,
    fix: [{ text: 'See which nodes have one.', command: 'kubectl get endpointslices -A -o wide' }, ...fix],
  }
}

/** @param byIpvs a virtual server that has the endpoints of this node only */
function lacksLocal({ ends, tree, clients }: WalkFacts, byIpvs: boolean): boolean {
  if (clients.kind === 'this node' || ends.some(({ end }) => end === 'endpoint')) return false
  if (byIpvs) return ends.some(({ stoppedIn }) => stoppedIn === 'ipvs')
  // Up to 1.24 a chain of its own marks the packet; whether the mark drops it is up to another rule.
  return (
    ends.some(
      ({ end, stoppedBy = '', stoppedIn = '' }) =>
        end === 'dropped' &&
        (/has no local endpoints$/.test(stoppedBy) || /endpoints-check$/.test(stoppedIn)),
    ) || holdsChain(tree, /^KUBE-XLB-/)
  )
}

const holdsChain = (nodes: readonly TreeNode[], pattern: RegExp): boolean =>
  nodes.some(
    ({ label, kind, children }) => (kind === 'chain' && pattern.test(label)) || holdsChain(children, pattern),
  )
