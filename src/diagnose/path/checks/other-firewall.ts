import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { EndFacts, PathFacts } from '../path-facts.ts'
import { clientText, portText } from '../path-words.ts'
import { isKubeProxyChain } from '../walk/chain-meaning.ts'

/** Rules of somebody else that stop what kube-proxy would forward. */
export const otherFirewall: Check<PathFacts> = {
  id: 'other-firewall',
  title: 'no other rule of this node stops the connection',
  evaluate: ({ ports, target, mode }): CheckOutcome => {
    if (mode === undefined || ports.length === 0) return skip('no Service has the address')
    for (const { walks, port } of ports)
      for (const { clients, ends } of walks) {
        const stopped = ends.find(isForeign)
        if (stopped === undefined) continue
        const what = portText(target, port)
        const verb = stopped.end === 'dropped' ? 'drops' : 'rejects'
        return fail({
          code: 'F34',
          title: `A firewall on this node ${verb} connections to ${what}: ${stopped.stoppedIn}.`,
          severity: 'error',
          confidence: 'certain',
          subject: what,
          evidence: [
            `the rule: ${stopped.stoppedBy}`,
            `clients that it stops: ${clientText(clients)}`,
            ...(stopped.endpoint === undefined
              ? []
              : [`kube-proxy had sent it on to ${stopped.endpoint} already`]),
          ],
          cause:
            'A rule that is not of kube-proxy stops the packet on this node, before or after the address is rewritten. The filter of FORWARD sees the address of the endpoint, not that of the Service.',
          fix: [
            {
              text: 'Find out who writes this rule: firewalld, ufw, Docker (which sets the policy of FORWARD to DROP), a network policy.',
              command: 'nft list ruleset',
            },
            { text: 'Allow forwarding to the network of the Pods there.' },
          ],
        })
      }
    return pass('none')
  },
}

function isForeign({ end, stoppedIn = '' }: EndFacts): boolean {
  if (end !== 'dropped' && end !== 'rejected') return false
  const [table = '', chain = ''] = stoppedIn.split(' ')
  return table !== 'kube-proxy' && table !== 'ipvs' && !isKubeProxyChain(chain)
}
