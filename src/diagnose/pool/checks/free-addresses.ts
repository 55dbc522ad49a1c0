import { counted } from '../address-list.ts'
import { findConflict, manyBehindOne, names, needsServices, stateCheck } from './by-state.ts'

export const freeIsFree = stateCheck({
  id: 'free-addresses',
  title: 'nobody answers for addresses that no Service has',
  state: 'taken',
  needs: needsServices,
  passed: 'none of them has an owner',
  finding: (found) => {
    const proxy = manyBehindOne(found)
    return {
      code: 'F11',
      title: `${counted(found.length, 'free address already has an owner', 'free addresses already have an owner')}: ${names(found)}.`,
      severity: 'error',
      confidence: 'certain',
      evidence: proxy === undefined ? [] : [proxy],
      cause:
        'MetalLB does not look at the wire before it hands out an address. The next Service that gets one of these is answered by the wrong machine: a DHCP lease, a static address, or another cluster.',
      fix: findConflict,
      candidates: proxy === undefined ? ['F13', 'F25'] : ['F14', 'F13'],
    }
  },
})
