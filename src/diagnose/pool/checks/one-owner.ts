import { counted } from '../address-list.ts'
import { findConflict, names, stateCheck } from './by-state.ts'

export const severalMachines = stateCheck({
  id: 'one-owner',
  title: 'one machine answers for each address',
  state: 'several-machines',
  passed: 'none has two owners outside of the cluster',
  finding: (found, { nodes }) => ({
    code: 'F11',
    title: `Several machines answer for ${counted(found.length, 'address', 'addresses')}: ${names(found)}.`,
    severity: 'error',
    confidence: nodes === undefined ? 'possible' : 'likely',
    cause:
      nodes === undefined
        ? 'Two owners share the traffic by chance: another machine has the address, two clusters have the same pool, or two nodes both announce it. The list of nodes (--nodes) tells these apart.'
        : 'A machine that is no node has the address, too: a DHCP lease, a static address, or a second cluster with the same pool.',
    fix: findConflict,
    candidates: nodes === undefined ? ['F20', 'F13', 'F18', 'F25', 'F19'] : ['F13', 'F25'],
  }),
})
