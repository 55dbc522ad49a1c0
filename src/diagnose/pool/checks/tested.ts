import { type CheckOutcome, pass, unknown } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import { counted } from '../address-list.ts'
import type { JudgedPool } from './by-state.ts'

export const tested: Check<JudgedPool> = {
  id: 'tested',
  title: 'every address could be asked for',
  evaluate: ({ facts: { notTested, addressCount } }): CheckOutcome => {
    const left = notTested.reduce((sum, each) => sum + each.addressCount, 0)
    if (left === 0) return pass(counted(addressCount, 'address', 'addresses'))
    return unknown(
      `${left === addressCount ? 'No address' : `Only ${addressCount - left} of ${addressCount} addresses`} could be tested: ${notTested.map(({ text }) => text).join('; ')}.`,
    )
  },
}
