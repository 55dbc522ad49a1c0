import { counted } from '../address-list.ts'
import { names, needsNodes, stateCheck } from './by-state.ts'

export const splitBrain = stateCheck({
  id: 'one-speaker',
  title: 'no two nodes answer for the same address',
  state: 'several-nodes',
  needs: needsNodes,
  passed: 'none is answered by two nodes',
  finding: (found) => ({
    code: 'F20',
    title: `Several nodes answer for ${counted(found.length, 'address', 'addresses')}: ${names(found)}.`,
    severity: 'error',
    confidence: 'possible',
    cause:
      'Two speakers think that they are elected: they do not hear each other on port 7946, or have different memberlist keys. Two nodes also answer when kube-proxy is in IPVS mode without strictARP, or when an old owner still has the address.',
    fix: [
      {
        text: 'See which nodes say that they announce it.',
        command: 'kubectl get servicel2statuses.metallb.io -A',
      },
      { text: 'Open 7946 TCP and UDP between all nodes, and restart the speaker of the wrong owner.' },
    ],
    candidates: ['F18', 'F25'],
  }),
})
