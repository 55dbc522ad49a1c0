import { counted } from '../address-list.ts'
import { findConflict, names, needsNodes, needsServices, stateCheck } from './by-state.ts'

export const rightOwner = stateCheck({
  id: 'right-owner',
  title: 'nodes answer for the addresses of Services',
  state: 'wrong-owner',
  needs: (facts) => needsServices(facts) ?? needsNodes(facts),
  passed: 'every owner that answered is a node, as far as hardware addresses are known',
  finding: (found, { nodes = [] }) => ({
    code: 'F11',
    title: `${counted(found.length, 'address of a Service is', 'addresses of Services are')} answered by a machine that is no node: ${names(found)}.`,
    severity: 'error',
    confidence: nodes.every(({ macs }) => macs.length > 0) ? 'likely' : 'possible',
    evidence: [
      `hardware addresses of ${nodes.filter(({ macs }) => macs.length > 0).length} of ${nodes.length} nodes are known`,
    ],
    cause:
      'The address is in use outside of the cluster: a DHCP lease, a static address, or another cluster.',
    fix: findConflict,
    candidates: ['F13', 'F25'],
  }),
})
