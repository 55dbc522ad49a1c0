import type { LinkFacts, ProbeRound } from '../facts/link-facts.ts'
import { type CheckOutcome, fail, pass, skip } from '../finding.ts'
import type { Check } from '../judge.ts'
import { ownerRounds, roundText } from './answers.ts'

const hasAnswer = (round: ProbeRound): boolean => round.replies.some(({ kind }) => kind === 'answer')

/** IPv6 is asked in several ways; that only some of them work is a fault with a name. */
export const solicitationPaths: Check<LinkFacts> = {
  id: 'solicitation-paths',
  title: 'neighbour solicitations are answered however they are sent',
  evaluate: (facts): CheckOutcome => {
    if (facts.target.family === 4) return skip('IPv6 only')
    const rounds = ownerRounds(facts).filter(({ sent }) => sent > 0)
    if (rounds.length < 2 || !rounds.some(hasAnswer)) return skip('there is nothing to compare')
    const silent = rounds.filter((round) => !hasAnswer(round))
    if (silent.length === 0) return pass(`${rounds.length} ways`)
    const multicast = rounds.filter(({ unicastTo }) => unicastTo === undefined)
    const unicast = rounds.filter(({ unicastTo }) => unicastTo !== undefined)
    const isGroup = multicast.length > 0 && !multicast.some(hasAnswer) && unicast.some(hasAnswer)
    const { address } = facts.examined
    return fail({
      code: 'F27',
      title: isGroup
        ? `${address} answers when asked alone, but not by multicast.`
        : `${address} answers some neighbour solicitations and leaves others without an answer.`,
      severity: 'error',
      confidence: isGroup ? 'likely' : 'possible',
      subject: address,
      evidence: rounds.map(roundText),
      cause: isGroup
        ? 'The solicited-node multicast group does not reach the owner: it has not joined it, or a switch with MLD snooping drops it.'
        : 'The owner does not answer solicitations from every kind of source address, so entries expire and traffic stops for seconds at a time.',
      fix: isGroup
        ? [
            { text: 'Look for the group on the owner.', command: 'ip -6 maddr show' },
            { text: 'Switch MLD snooping off for that VLAN, or give it a querier.' },
          ]
        : [{ text: 'Ask from the router in both ways, and update what announces the address.' }],
    })
  },
}
