import type { LinkFacts } from '../facts/link-facts.ts'
import { fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { protocolOf } from './answers.ts'

export const onLink: Check<LinkFacts> = {
  id: 'on-link',
  title: 'the address is on a link of this host',
  evaluate: (facts) => {
    const { target, examined, route } = facts
    if (facts.own !== undefined) return pass('this host has the address itself')
    if (examined.role === 'target')
      return route.found || facts.interfacesGiven
        ? pass('it is asked for directly')
        : skip('there is no route')
    const protocol = protocolOf(facts)
    return fail({
      code: 'F14',
      title: `${target.address} is not on a link of this host: it is behind the gateway ${examined.address}.`,
      severity: 'info',
      confidence: 'certain',
      subject: target.address,
      evidence: [`route: through ${examined.address} on ${route.interface ?? 'an interface'}`],
      cause: `No router forwards ${protocol}, so this host never asks for ${target.address} itself; it asks for the gateway.`,
      fix: [
        {
          text: `Ask on a host of the segment that ${target.address} is on; the gateway's own table may know more.`,
        },
        {
          text: 'If the address should be on the link here, give the interface an address of its subnet, or name the interface with --interface to ask all the same.',
        },
      ],
      notTested: [`who has ${target.address}: that is decided behind the gateway`],
    })
  },
}
