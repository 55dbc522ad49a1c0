import { counted } from '../address-list.ts'
import { names, needsNodes, stateCheck } from './by-state.ts'

export const strictArp = stateCheck({
  id: 'strict-arp',
  title: 'not every node answers for the same address',
  state: 'every-node',
  needs: needsNodes,
  passed: 'none is answered by all nodes',
  finding: (found) => ({
    code: 'F18',
    title: `Every node answers for ${counted(found.length, 'address', 'addresses')}: ${names(found)}.`,
    severity: 'error',
    confidence: 'likely',
    cause:
      'kube-proxy in IPVS mode gives every Service address to every node, and without strictARP the kernel of each answers.',
    fix: [
      {
        text: 'Set ipvs.strictARP: true in the configuration of kube-proxy, and restart it.',
        command: 'kubectl -n kube-system edit configmap kube-proxy',
      },
    ],
    candidates: ['F20', 'F25'],
  }),
})
