import { counted } from '../address-list.ts'
import { names, needsServices, stateCheck } from './by-state.ts'

export const unanswered = stateCheck({
  id: 'used-addresses',
  title: 'somebody answers for each address that a Service has',
  state: 'unanswered',
  needs: (facts) =>
    needsServices(facts) ??
    (facts.pool?.announcedBy === 'BGP'
      ? 'the pool is announced by BGP, so nobody needs to answer on the link'
      : undefined),
  passed: 'somebody does',
  finding: (found, { pool, onNode }) => {
    // MetalLB answers from user space, so a node that announces an address does not see its own answer.
    const certain = pool?.announcedBy === 'layer 2' && onNode === undefined
    return {
      code: 'F01',
      title: `Nobody answers for ${counted(found.length, 'address that a Service has', 'addresses that Services have')}: ${names(found)}.`,
      severity: certain ? 'warning' : 'info',
      confidence: certain ? 'likely' : 'possible',
      evidence:
        onNode === undefined ? [] : [`this host is the node ${onNode}: it cannot see what it answers itself`],
      cause: `No L2Advertisement selects the pool, no node is left to announce it, or the Service has no ready endpoint.${pool?.announcedBy === 'layer 2' ? '' : ' When BGP announces it, this is as it should be.'}`,
      fix: [
        { text: 'See who announces them.', command: 'kubectl get servicel2statuses.metallb.io -A' },
        { text: 'Look at one of them closely.', command: `lbctl diagnose arp ${found[0]?.address ?? ''}` },
      ],
      candidates: ['F08', 'F03', 'F23', 'F16'],
    }
  },
})
