// V815, V821: nodes, when they are among the objects.
import { keySpan } from '../../objects/read-object.ts'
import { counted, type RuleContext } from '../context.ts'

const EXCLUDE_LABEL = 'node.kubernetes.io/exclude-from-external-load-balancers'

export function clusterNodes(context: RuleContext): void {
  const { nodes, peers } = context.objects
  const first = nodes[0]
  if (first === undefined) return
  for (const peer of peers) {
    if (peer.failed.has('nodeSelectors')) continue
    if (context.nodes.classOf(peer.spec.nodeSelectors)?.nodes?.length === 0)
      context.report('V815', peer, {
        message: `Its nodeSelectors match none of the ${counted(nodes.length, 'node')}, so nobody connects to this router.`,
        path: ['spec', 'nodeSelectors'],
        at: keySpan(peer, ['spec'], 'nodeSelectors'),
      })
  }
  if (nodes.every((n) => Object.hasOwn(n.labels, EXCLUDE_LABEL)))
    context.report('V821', first, {
      message: `Every node has the label ${EXCLUDE_LABEL}: since 0.14.2 MetalLB announces from none of them.`,
      path: ['metadata', 'labels', EXCLUDE_LABEL],
      hint: 'Remove the label, or start the speakers with --ignore-exclude-lb (0.14.4 or later).',
    })
}
