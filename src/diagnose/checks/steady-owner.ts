import type { LinkFacts } from '../facts/link-facts.ts'
import { type CheckOutcome, fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { ownerRounds, ownersOf, ownerText } from './answers.ts'

export const steadyOwner: Check<LinkFacts> = {
  id: 'steady-owner',
  title: 'the same machine answers every time',
  evaluate: (facts): CheckOutcome => {
    const owners = ownersOf(facts)
    if (owners.length === 0) return skip('nobody answered')
    if (!facts.rawFrames) return skip('without CAP_NET_RAW the answers cannot be seen one by one')
    if (!isFlapping(facts))
      return pass(owners.length === 1 ? 'no change while we watched' : 'several at once, no change')
    const { address } = facts.examined
    return fail({
      code: 'F20',
      title: `The owner of ${address} changes from probe to probe: ${owners.map(({ mac }) => mac).join(' and ')} in turn.`,
      severity: 'error',
      confidence: 'possible',
      subject: address,
      evidence: [
        ...owners.map((owner) => `${ownerText(owner)}: ${owner.answers} answers`),
        `in order: ${sequenceOf(facts).join(', ')}`,
      ],
      cause:
        'Never two answers to one probe, but not always the same one: two speakers take turns, a failover is going on, or a bond in mode balance-alb spreads its answers over its cards.',
      fix: [
        {
          text: 'Watch it for a minute: each change of owner is one line.',
          command: `lbctl diagnose ${facts.target.family === 4 ? 'arp' : 'ndp'} ${address} --watch`,
        },
        {
          text: 'See which nodes say that they announce it.',
          command: 'kubectl get servicel2statuses.metallb.io -A',
        },
        { text: 'If both hardware addresses are of one host, set its bond to mode 1 or 4.' },
      ],
      candidates: ['F19', 'F21', 'F25', 'F11'],
    })
  },
}

/** The hardware address of each answer, in the order of the probes. */
const sequenceOf = (facts: LinkFacts): string[] =>
  ownerRounds(facts).flatMap(({ replies }) =>
    replies.filter(({ kind }) => kind === 'answer').map(({ mac }) => mac),
  )

/** At most one answer per probe, and not always from the same machine. */
export function isFlapping(facts: LinkFacts): boolean {
  const macs = new Set(sequenceOf(facts))
  if (macs.size < 2) return false
  return (
    ownerRounds(facts).every(({ replies }) => {
      const answers = replies.filter(({ kind }) => kind === 'answer')
      return new Set(answers.map(({ probe }) => probe)).size === answers.length
    }) && onOneInterface(facts)
  )
}

const onOneInterface = (facts: LinkFacts): boolean =>
  new Set(ownerRounds(facts).flatMap((round) => (round.replies.length > 0 ? round.interface : []))).size === 1
