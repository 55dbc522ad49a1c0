import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import { counted, listed } from '../address-list.ts'
import { unsharedUses } from '../classify.ts'
import { type JudgedPool, needsServices } from './by-state.ts'

export const handedOutOnce: Check<JudgedPool> = {
  id: 'handed-out-once',
  title: 'no address is handed out twice',
  evaluate: ({ facts }): CheckOutcome => {
    const missing = needsServices(facts)
    if (missing !== undefined) return skip(missing)
    const found = unsharedUses(facts)
    if (found.length === 0) return pass('none is')
    return fail({
      code: 'F13',
      title: `${counted(found.length, 'address is', 'addresses are')} handed out twice: ${listed(found.map(({ address }) => address))}.`,
      severity: 'error',
      confidence: 'certain',
      subject: listed(found.map(({ address }) => address)),
      evidence: found.map(
        ({ address, uses }) =>
          `${address}: ${uses.map(({ service, shareKey, ports }) => `Service ${service} (${ports.join(', ')}${shareKey === undefined ? '' : `, sharing key "${shareKey}"`})`).join(' and ')}`,
      ),
      cause:
        'Services may share an address only with the same key in the annotation metallb.io/allow-shared-ip and with different ports. These came about another way: two controllers, two clusters, or an edit of the status.',
      fix: [
        { text: 'Delete and create the younger Service anew, so that it gets another address.' },
        { text: 'Or give both the same sharing key, when their ports differ.' },
      ],
      candidates: ['F07'],
    })
  },
}
