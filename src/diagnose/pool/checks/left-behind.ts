import { counted } from '../address-list.ts'
import { names, needsNodes, needsServices, stateCheck } from './by-state.ts'

export const leftBehind = stateCheck({
  id: 'left-behind',
  title: 'no node still answers for an address that no Service has',
  state: 'left-behind',
  needs: (facts) => needsServices(facts) ?? needsNodes(facts),
  passed: 'no node does',
  finding: (found) => ({
    code: 'F25',
    title: `A node answers for ${counted(found.length, 'address', 'addresses')} that no Service has: ${names(found)}.`,
    severity: 'warning',
    confidence: 'likely',
    cause:
      'An address was left on an interface of the node, by another load balancer or by hand, or the list of Services is older than the scan.',
    fix: [
      {
        text: 'On the node, see which interface has it, and remove it there.',
        command: `ip -br addr show to ${found[0]?.address ?? ''}`,
      },
      { text: 'Read the Services anew, and scan again.' },
    ],
    candidates: ['F11', 'F18'],
  }),
})
