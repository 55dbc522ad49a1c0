import type { LinkFacts } from '../facts/link-facts.ts'
import { fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { macWithOrigin } from '../mac-vendors.ts'
import { ownersOf, ownerText } from './answers.ts'

export const knownOwner: Check<LinkFacts> = {
  id: 'known-owner',
  title: 'the owner is a node of the cluster',
  evaluate: (facts) => {
    if (facts.nodes === undefined) return skip('no list of nodes was given (--nodes)')
    if (facts.examined.role === 'gateway') return skip('it is the gateway that was asked for')
    const owners = ownersOf(facts)
    const [owner] = owners
    if (owner === undefined) return skip('nobody answered')
    if (owners.length > 1) return skip('see how many answer')
    if (owner.node !== undefined) return pass(ownerText(owner))
    const { address } = facts.examined
    const withMac = facts.nodes.filter(({ macs }) => macs.length > 0)
    if (withMac.length === 0) return skip('no hardware address of a node is known')
    return fail({
      code: 'F11',
      title: `${address} is answered by ${macWithOrigin(owner.mac)}, which is no node of the cluster.`,
      severity: 'error',
      confidence: withMac.length === facts.nodes.length ? 'likely' : 'possible',
      subject: address,
      evidence: [
        `answer from ${macWithOrigin(owner.mac)}`,
        `hardware addresses of ${withMac.length} of ${facts.nodes.length} nodes are known: ${withMac.map(({ name, macs }) => `${name} ${macs.join(' ')}`).join(', ')}`,
      ],
      cause:
        'The address is in use outside of the cluster: a DHCP lease, a static address, or another cluster.',
      fix: [
        {
          text: 'Find that machine by its hardware address in the table of the switch or of the DHCP server.',
        },
        { text: 'Take the address out of the pool, or move the DHCP range or the static address.' },
      ],
      candidates: ['F13', 'F25'],
    })
  },
}
