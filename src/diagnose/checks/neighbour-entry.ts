import type { LinkFacts } from '../facts/link-facts.ts'
import { type CheckOutcome, fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { isResolved, ownerRounds, ownersOf, ownerText } from './answers.ts'

export const neighbourEntry: Check<LinkFacts> = {
  id: 'neighbour-entry',
  title: "the kernel's neighbour entry agrees with who answers",
  evaluate: (facts): CheckOutcome => {
    if (!facts.rawFrames) return skip('the neighbour entry is all that could be read')
    const { address } = facts.examined
    const rounds = ownerRounds(facts)
    if (rounds.some(({ vlanId }) => vlanId !== undefined))
      return skip('the kernel has no entries for that VLAN')
    if (rounds.every(({ unicastTo }) => unicastTo !== undefined))
      return skip('only one hardware address was asked')
    const owners = ownersOf(facts)
    if (owners.length === 0) return skip('nobody answered')
    const entry = facts.neighbourBefore.find((each) => each.address === address && isResolved(each.state))
    if (entry?.mac === undefined) return pass('the kernel has no entry that could be wrong')
    const { mac, state } = entry
    if (owners.some((owner) => owner.mac === mac)) return pass(`${state}, ${mac}`)
    const permanent = state === 'permanent'
    const family = facts.target.family === 6 ? '-6 ' : ''
    return fail({
      code: 'F21',
      title: `This host still sends ${address} to ${mac}, but ${owners.map((owner) => owner.mac).join(' and ')} answers now.`,
      severity: 'warning',
      confidence: permanent ? 'certain' : 'likely',
      subject: address,
      evidence: [
        `neighbour entry on ${entry.interface}: ${mac}, ${state}`,
        ...owners.map((owner) => `answer from ${ownerText(owner)}`),
      ],
      cause: permanent
        ? 'Somebody set a permanent entry by hand; it is never updated.'
        : 'The owner has changed, and the announcement of the new one did not reach this host or was not believed. Other hosts and routers may be in the same state.',
      fix: [
        {
          text: 'Drop the entry; the next packet asks anew.',
          command: `ip ${family}neigh del ${address} dev ${entry.interface}`,
        },
        { text: 'Do the same on the router, or shorten the ARP timeout there.' },
      ],
    })
  },
}
