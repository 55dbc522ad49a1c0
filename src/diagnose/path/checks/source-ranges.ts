import { type CheckOutcome, fail, pass, skip, unknown } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { PathFacts, PortFacts, TreeNode, WalkFacts } from '../path-facts.ts'
import { clientText, portText } from '../path-words.ts'

/** loadBalancerSourceRanges: some clients may, all others are dropped. That is what was asked for, and easily forgotten. */
export const sourceRanges: Check<PathFacts> = {
  id: 'source-ranges',
  title: 'the Service lets every client in',
  evaluate: ({ ports, target, mode, unknownSets = [], rulesKnown }): CheckOutcome => {
    const known = ports.filter(({ roles }) => roles.length > 0)
    if (known.length === 0) return skip('no Service has the address')
    const limited = known.find(({ walks }) => walks.some(isShutOut))
    const unread = mode === 'ipvs' ? unknownSets.find((set) => /-SOURCE-/.test(set)) : undefined
    if (limited === undefined && unread !== undefined)
      return unknown(
        `which clients the Service lets in: kube-proxy keeps them in sets of the kernel such as ${unread}, and what is in those is not known`,
      )
    if (limited === undefined && mode === 'ipvs' && rulesKnown === false)
      return unknown(
        'which clients the Service lets in: only what IPVS balances could be read, and the filters of kube-proxy are rules of iptables',
      )
    if (limited === undefined)
      return pass('it has no loadBalancerSourceRanges, or they hold all that were looked at')
    return fail(findingOf(limited, portText(target, limited.port), mode === 'ipvs'))
  },
}

export const isShutOut = ({ ends, tree }: WalkFacts): boolean =>
  ends.every(({ end }) => end !== 'endpoint') &&
  (ends.some(({ stoppedIn = '' }) =>
    / (KUBE-PROXY-FIREWALL|KUBE-SOURCE-RANGES-FIREWALL|firewall-)/.test(stoppedIn),
  ) ||
    isMarkedByFirewall(tree))

/** Up to 1.25: the chain KUBE-FW (of IPVS: KUBE-FIREWALL) ends with a mark, and another rule drops what has it. */
const isMarkedByFirewall = (nodes: readonly TreeNode[]): boolean =>
  nodes.some(
    ({ label, children }) =>
      (/^KUBE-(FW-|FIREWALL$)/.test(label) && children.some((child) => child.label === 'KUBE-MARK-DROP')) ||
      isMarkedByFirewall(children),
  )

/** `IPSET_ERR_INVALID_CIDR` of hash:ip,port,net for a length of 0 */
const WHOLE_RANGE = {
  text: 'In IPVS mode 0.0.0.0/0 and ::/0 do not work: a set of the kernel takes no prefix of length 0, so that nobody is let in. To let everybody in, leave the field out.',
}

function findingOf({ walks, service }: PortFacts, what: string, byIpvs: boolean) {
  const out = walks.filter(isShutOut).map(({ clients }) => clientText(clients))
  const letIn = walks.filter((walk) => !isShutOut(walk)).map(({ clients }) => clients)
  const allowed = letIn.map(clientText)
  const nobody = letIn.every(({ kind }) => kind === 'this node')
  return {
    code: 'F34',
    title: `${service ?? 'The Service'} at ${what} drops ${out.join(' and ')}: loadBalancerSourceRanges.`,
    severity: nobody ? ('error' as const) : ('info' as const),
    confidence: 'certain' as const,
    subject: what,
    evidence: nobody
      ? ['no client outside of this node that was looked at is let in']
      : [`let in: ${allowed.join('; ')}`],
    cause:
      'spec.loadBalancerSourceRanges names the clients that may connect; kube-proxy drops all others without an answer, so that they see a time-out. The source that counts is the one that the node sees: NAT on the way changes it.',
    fix: [
      ...(byIpvs && nobody ? [WHOLE_RANGE] : []),
      {
        text: 'Name the network of the client too, or leave the field out.',
        configuration: ['spec:', '  loadBalancerSourceRanges:', '  - CLIENT/32'],
      },
    ],
  }
}
