import { type CheckOutcome, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'
import { transcriptOf } from '../transcript.ts'
import { familyList } from './families.ts'

/** For information: what the peer announces to this node is not what the node needs to announce. */
export const routes: Check<BgpFacts> = {
  id: 'routes',
  title: 'what the peer announces',
  evaluate: (facts): CheckOutcome => {
    const transcript = transcriptOf(facts)
    if (transcript?.established !== true) return skip('no session came up')
    const { routeCount, updates, endOfRib } = transcript.conversation
    const marks = endOfRib.length === 0 ? 'no End-of-RIB came' : `End-of-RIB for ${familyList(endOfRib)}`
    return pass(
      `${routeCount} ${routeCount === 1 ? 'route' : 'routes'} in ${updates} ${updates === 1 ? 'UPDATE' : 'UPDATEs'}; ${marks}`,
    )
  },
}
