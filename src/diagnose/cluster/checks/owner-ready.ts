// F24: MetalLB does not ask whether the node that it elects is ready; and where all nodes that may announce are out of it, nobody does.
import { type ClusterCheck, type ClusterDraft, failOr, skip } from '../cluster-check.ts'
import type { ClusterView } from '../cluster-view.ts'
import { grouped } from '../grouped.ts'
import { conditionOf } from '../object-fields.ts'
import { keyOf } from '../object-keys.ts'
import { lacksEndpoints, nodesFor, type SilentService, type Why } from '../silent-services.ts'
import { listed, sentence, servicesText } from '../wording.ts'

export const ownerReady: ClusterCheck = {
  id: 'owner-ready',
  code: 'F24',
  link: 'owner',
  title: 'the nodes that announce are ready',
  needs: ['nodes', 'services', 'endpointSlices', 'configuration'],
  evaluate: (view) => {
    const owned = view.servicesWithAddress.flatMap((service) => {
      const node = view.matrixOf(service)?.owner
      return node === undefined ? [] : [{ key: keyOf(service), node }]
    })
    const broken = [...grouped(owned, ({ node }) => node)].filter(
      ([node]) => (conditionOf(view.rawNodes.get(node), 'Ready')?.status ?? 'True') !== 'True',
    )
    const findings = [
      ...broken.map(([node, all]) =>
        notReady(
          node,
          all.map(({ key }) => key),
          view,
        ),
      ),
      ...nobodyLeft(view),
    ]
    if (findings.length === 0 && owned.length === 0) return skip(noOwner(view))
    return failOr(findings, listed([...new Set(owned.map(({ node }) => node))].sort()))
  },
}

/** Why no node owns an address. */
export function noOwner(view: ClusterView): string {
  if (!view.configuration.ok) return 'the configuration is refused, so nobody knows who announces'
  return view.servicesWithAddress.length === 0
    ? 'no Service has an address'
    : 'no node announces an address by layer 2'
}

function notReady(node: string, keys: readonly string[], view: ClusterView): ClusterDraft {
  const ready = conditionOf(view.rawNodes.get(node), 'Ready')
  return {
    title: `${sentence(servicesText(keys))} ${keys.length === 1 ? 'is' : 'are'} announced by ${node}, which is not ready.`,
    severity: 'error',
    confidence: view.members === undefined ? 'likely' : 'certain',
    subject: `Node ${node}`,
    evidence: [
      `condition Ready is ${ready?.status ?? 'unknown'}${ready?.message === '' ? '' : `: ${ready?.message ?? ''}`}`,
      `owner of ${listed(keys)}`,
    ],
    cause:
      'The election counts speakers that are alive; whether the kubelet or the network plugin of the node works is not asked.',
    fix: [
      {
        text: 'Repair the node, or keep it out of the election until it works.',
        command: `kubectl label node ${node} node.kubernetes.io/exclude-from-external-load-balancers=`,
      },
    ],
    affects: keys,
  }
}

/** What takes a node that was chosen out of it, and how that is told. */
const OUT_OF_IT: Readonly<Partial<Record<Why, string>>> = {
  'no-speaker': 'its speaker does not run',
  'network-unavailable': 'its network is not available (condition NetworkUnavailable)',
  nodeNetworkUnavailable: 'its network is not available (condition NetworkUnavailable)',
  unschedulable: 'it is cordoned',
  'unknown-node': 'there is no Node of this name',
}
const REASONS = Object.keys(OUT_OF_IT) as Why[]

/** Services that only nodes could announce which are out of it. The label is another finding, and so is a Service without endpoints. */
function nobodyLeft(view: ClusterView): ClusterDraft[] {
  const silent = view.silent.filter(
    (each) =>
      !lacksEndpoints(view, each) &&
      nodesFor(each, ...REASONS).length > 0 &&
      nodesFor(each, 'excluded-by-label', 'nodeLabeledExcludeBalancers').length === 0,
  )
  const [first] = silent
  if (first === undefined) return []
  const keys = silent.map(({ key }) => key)
  const nodes = nodesFor(first, ...REASONS)
  return [
    {
      title: `${sentence(servicesText(keys))} ${keys.length === 1 ? 'is' : 'are'} announced by nobody: ${nodes.length === 1 ? `${nodes[0] ?? ''}, the only node that could, is` : `the nodes that could, ${listed(nodes)}, are`} out of service.`,
      severity: 'error',
      confidence: 'certain',
      subject: nodes.length === 1 ? `Node ${nodes[0] ?? ''}` : `Service ${first.key}`,
      evidence: nodes.slice(0, 5).map((node) => `${node}: ${whyOut(first, node)}`),
      cause:
        'The other nodes may not announce: advertisements select nodes, and Local wants an endpoint there.',
      fix: [
        {
          text: 'Repair these nodes, or let the advertisements of the pool select others, too.',
          command: `kubectl describe node ${nodes[0] ?? ''}`,
        },
      ],
      affects: keys,
    },
  ]
}

const whyOut = (silent: SilentService, node: string): string =>
  REASONS.flatMap((why) => (nodesFor(silent, why).includes(node) ? (OUT_OF_IT[why] ?? []) : []))[0] ?? ''
