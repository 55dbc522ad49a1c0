import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { PathFacts, PortFacts, TreeNode, WalkFacts } from '../path-facts.ts'
import { clientText, portText } from '../path-words.ts'

/** loadBalancerSourceRanges: some clients may, all others are dropped. That is what was asked for, and easily forgotten. */
export const sourceRanges: Check<PathFacts> = {
  id: 'source-ranges',
  title: 'the Service lets every client in',
  evaluate: ({ ports, target }): CheckOutcome => {
    const known = ports.filter(({ roles }) => roles.length > 0)
    if (known.length === 0) return skip('no Service has the address')
    const limited = known.find(({ walks }) => walks.some(isShutOut))
    if (limited === undefined)
      return pass('it has no loadBalancerSourceRanges, or they hold all that were looked at')
    return fail(findingOf(limited, portText(target, limited.port)))
  },
}

export const isShutOut = ({ ends, tree }: WalkFacts): boolean =>
  ends.every(({ end }) => end !== 'endpoint') &&
  (ends.some(({ stoppedIn = '' }) => / (KUBE-PROXY-FIREWALL|firewall-)/.test(stoppedIn)) ||
    isMarkedByFirewall(tree))

/** Up to 1.25: the chain KUBE-FW ends with a mark, and another rule drops what has it. */
const isMarkedByFirewall = (nodes: readonly TreeNode[]): boolean =>
  nodes.some(
    ({ label, children }) =>
      (/^KUBE-FW-/.test(label) && children.some((child) => child.label === 'KUBE-MARK-DROP')) ||
      isMarkedByFirewall(children),
  )

function findingOf({ walks, service }: PortFacts, what: string) {
  const out = walks.filter(isShutOut).map(({ clients }) => clientText(clients))
  const allowed = walks.filter((walk) => !isShutOut(walk)).map(({ clients }) => clientText(clients))
  const nobody = allowed.length === 0
  return {
    code: 'F34',
    title: `${service ?? 'The Service'} at ${what} drops ${out.join(' and ')}: loadBalancerSourceRanges.`,
    severity: nobody ? ('error' as const) : ('info' as const),
    confidence: 'certain' as const,
    subject: what,
    evidence: nobody ? ['no client that was looked at is let in'] : [`let in: ${allowed.join('; ')}`],
    cause:
      'spec.loadBalancerSourceRanges names the clients that may connect; kube-proxy drops all others without an answer, so that they see a time-out. The source that counts is the one that the node sees: NAT on the way changes it.',
    fix: [
      {
        text: 'Name the network of the client too, or leave the field out.',
        configuration: ['spec:', '  loadBalancerSourceRanges:', '  - CLIENT/32'],
      },
    ],
  }
}
