import type { LinkFacts } from '../facts/link-facts.ts'
import { fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { ownersOf } from './answers.ts'

export const wireless: Check<LinkFacts> = {
  id: 'wireless',
  title: 'the interface is wired',
  evaluate: (facts) => {
    const radio = facts.interfaces.find((link) => link.wireless)
    if (facts.interfaces.length === 0) return skip('there is no interface to ask on')
    if (radio === undefined) return pass('no wireless interface')
    if (ownersOf(facts).length === 0) return skip('see the answers')
    return fail({
      code: 'F15',
      title: `${radio.name} is wireless: answers may stop while it still looks fine.`,
      severity: 'info',
      confidence: 'possible',
      subject: radio.name,
      evidence: [`${radio.name} is a wireless interface${radio.promiscuous ? ' in promiscuous mode' : ''}`],
      cause:
        'Wireless cards drop ARP for addresses that they do not have, and access points answer for their clients or keep them apart.',
      fix: [{ text: 'Compare with a host on a wire before you believe it.' }],
    })
  },
}
