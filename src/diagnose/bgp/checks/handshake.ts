import { milliseconds } from '../../checks/answers.ts'
import { type CheckOutcome, fail, pass, skip, unknown } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'
import { agreedHoldSeconds } from '../exchange.ts'
import { isExpectedAsn } from '../expected-asn.ts'
import { attemptOf, NOT_TRIED_TEXT, peerText, subjectOf } from '../peer-text.ts'
import { routerState } from '../remedies.ts'
import { asnOf, type Transcript, transcriptOf } from '../transcript.ts'

export const handshake: Check<BgpFacts> = {
  id: 'handshake',
  title: 'a session comes up',
  evaluate: (facts): CheckOutcome => {
    if (facts.notTried !== undefined) return skip(NOT_TRIED_TEXT[facts.notTried])
    const transcript = transcriptOf(facts)
    if (transcript?.conversation.handshake !== true) return skip('our OPEN was not sent (--handshake)')
    const { peerOpen, ourOpen, notification, established, malformed } = transcript
    if (notification !== undefined) return skip('the peer sent a NOTIFICATION: see above')
    if (peerOpen === undefined || ourOpen === undefined) return skip('no OPEN came')
    if (isExpectedAsn(asnOf(peerOpen), facts.expected) === false)
      return skip('the AS number is wrong: see above')
    if (attemptOf(facts, transcript.conversation.purpose)?.acknowledged === false) return skip('see the TTL')
    if (malformed !== undefined) return garbled(facts, malformed)
    if (!established) return notConfirmed(facts, transcript)
    return watched(facts, transcript)
  },
}

function notConfirmed(facts: BgpFacts, { conversation }: Transcript): CheckOutcome {
  const { end } = conversation
  if (end.how === 'we')
    return fail({
      ...subjectOf(facts),
      code: 'F41',
      title: `${peerText(facts)} does not confirm our OPEN: no KEEPALIVE came.`,
      confidence: 'likely',
      evidence: [
        `both OPENs were exchanged, and ${milliseconds(end.atMs)} after the connection was made the peer was still silent`,
      ],
      cause:
        'A router that accepts an OPEN answers with a KEEPALIVE at once (RFC 4271 §8.2.2). This one hangs, or what we send does not reach it whole. The session would stay in OpenConfirm until the hold time is over, again and again.',
      fix: [routerState(facts, 'See what the router says about this neighbour, and how busy it is.')],
      candidates: ['F39', 'F33'],
    })
  return fail({
    ...subjectOf(facts),
    code: 'F40',
    title: `${peerText(facts)} drops the connection after our OPEN, without a NOTIFICATION.`,
    confidence: 'possible',
    evidence: [
      `its OPEN came, ours went out, and ${milliseconds(end.atMs)} after the connection was made it was ${end.how === 'peer reset' ? 'reset' : 'closed'}`,
    ],
    cause:
      'The router would say why in a NOTIFICATION. Without one, another connection of this neighbour has won (another speaker with the same address), its daemon crashed, or a firewall that reads BGP cut it.',
    fix: [
      {
        text: 'See whether another speaker of this host, or one behind the same address, talks to the router.',
        command: `ss -tnp "dport = :${facts.peer.port} or sport = :${facts.peer.port}"`,
      },
      routerState(facts, 'See what the router says about this neighbour.'),
    ],
    candidates: ['F36', 'F34'],
  })
}

const garbled = (facts: BgpFacts, reason: string): CheckOutcome =>
  fail({
    ...subjectOf(facts),
    code: 'F43',
    title: `${peerText(facts)} sends a message that cannot be read: ${reason}.`,
    confidence: 'certain',
    evidence: [`reason: ${reason}`],
    cause: 'A speaker has to close the session for it (RFC 4271 §6), or drop the routes in it (RFC 7606).',
    fix: [
      {
        text: 'Update the router, and capture the message for its authors.',
        command: 'lbctl capture --bgp -i any',
      },
    ],
    candidates: ['F36'],
  })

/** Where the hold time is short enough, the second KEEPALIVE was waited for. */
function watched(facts: BgpFacts, { conversation, peerOpen, keepalives }: Transcript): CheckOutcome {
  const hold = agreedHoldSeconds(facts.expected.holdTimeSeconds, peerOpen?.holdTimeSeconds ?? 0)
  const { end } = conversation
  if (keepalives < 2 && hold > 0 && end.atMs >= hold * 1000)
    return fail({
      ...subjectOf(facts),
      code: 'F41',
      title: `${peerText(facts)} lets the session starve: no second KEEPALIVE came within the hold time of ${hold} s.`,
      confidence: 'certain',
      evidence: [`${keepalives} KEEPALIVE of the peer in ${milliseconds(end.atMs)}`],
      cause:
        'A peer sends one every third of the hold time (RFC 4271 §4.4). This one is too busy, or they are lost on the way. The session goes down and up again, once for each hold time.',
      fix: [
        {
          text: 'See how busy the router is, and whether packets are lost on the way.',
          command: `ping -c 20 -i 0.2 ${facts.peer.address}`,
        },
        {
          text: 'A longer hold time on both sides hides short pauses.',
          configuration: ['spec:', '  holdTime: 90s'],
        },
      ],
      candidates: ['F33'],
    })
  if (end.how !== 'we')
    return unknown(
      `The session came up and ${peerText(facts)} closed it after ${milliseconds(end.atMs)}, without a NOTIFICATION.`,
    )
  const more = keepalives > 1 ? `, ${keepalives} KEEPALIVEs` : ''
  return pass(
    `established in ${milliseconds(confirmedMs(conversation))}${more}; ended with Cease/Administrative Shutdown`,
  )
}

/** When the first KEEPALIVE of the peer came. */
const confirmedMs = ({ messages }: Transcript['conversation']): number =>
  messages.find(({ from, text }) => from === 'peer' && text === 'KEEPALIVE')?.atMs ?? 0
