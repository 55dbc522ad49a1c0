import { notificationMeaning } from '../../../wire/bgp/notification-meaning.ts'
import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'
import { agreedHoldSeconds } from '../exchange.ts'
import { peerText, subjectOf } from '../peer-text.ts'
import { openText, type Transcript, transcriptOf } from '../transcript.ts'

export const holdTime: Check<BgpFacts> = {
  id: 'hold-time',
  title: 'both sides can live with the hold time',
  evaluate: (facts): CheckOutcome => {
    const transcript = transcriptOf(facts)
    if (transcript === undefined) return skip('nothing was listened to')
    const { peerOpen, notification } = transcript
    if (notification?.code === 2 && notification.subcode === 6) return refused(facts, transcript)
    if (peerOpen === undefined) return skip('no OPEN came')
    const ours = facts.expected.holdTimeSeconds
    const theirs = peerOpen.holdTimeSeconds
    if (theirs === 1 || theirs === 2) return tooShort(facts, transcript, theirs)
    const agreed = agreedHoldSeconds(ours, theirs)
    // RFC 4271 §4.4: 0 on either side, and nobody watches.
    if (agreed === 0) return unwatched(facts, transcript)
    return pass(
      `${agreed} s, the smaller of ours (${ours} s) and that of the peer (${theirs} s); a KEEPALIVE every ${Math.floor(agreed / 3)} s`,
    )
  },
}

const lines = (seconds: number) => ({
  peer: ['spec:', `  holdTime: ${seconds}s`, `  keepaliveTime: ${Math.floor(seconds / 3)}s`],
  router: (facts: BgpFacts) => [
    `router bgp ${typeof facts.expected.peerAsn === 'number' ? facts.expected.peerAsn : 'ASN'}`,
    ` neighbor ${facts.source.address ?? 'NODE'} timers ${Math.floor(seconds / 3)} ${seconds}`,
  ],
})

const fixes = (facts: BgpFacts) => [
  { text: 'In the BGPPeer, for example', configuration: lines(90).peer },
  {
    text: 'and on the router; the smaller of both hold times is what counts.',
    configuration: lines(90).router(facts),
  },
]

function refused(facts: BgpFacts, { notification }: Transcript): CheckOutcome {
  const meaning = notification === undefined ? undefined : notificationMeaning(notification)
  return fail({
    ...subjectOf(facts),
    code: 'F41',
    title: `${peerText(facts)} does not accept our hold time of ${facts.expected.holdTimeSeconds} s: Unacceptable Hold Time.`,
    confidence: 'certain',
    evidence: [
      `NOTIFICATION 2/6${meaning?.kind === 'hold-time' ? `, which names ${meaning.seconds} s` : ''}`,
    ],
    cause: 'The router demands a minimum, or refuses 0, which means that nobody watches.',
    fix: fixes(facts),
    candidates: [],
  })
}

const tooShort = (facts: BgpFacts, transcript: Transcript, seconds: number): CheckOutcome =>
  fail({
    ...subjectOf(facts),
    code: 'F41',
    title: `${peerText(facts)} proposes a hold time of ${seconds} s, which every speaker must refuse.`,
    confidence: 'certain',
    evidence: [openText(transcript)],
    cause: 'RFC 4271 §4.2 allows 0, or 3 and more.',
    fix: fixes(facts),
    candidates: [],
  })

function unwatched(facts: BgpFacts, transcript: Transcript): CheckOutcome {
  const ours = facts.expected.holdTimeSeconds
  return fail({
    ...subjectOf(facts),
    code: 'F41',
    title: `Nobody would watch the session to ${peerText(facts)}: the hold time agreed on is 0.`,
    severity: 'warning',
    confidence: 'certain',
    evidence: [`ours is ${ours} s`, openText(transcript)],
    cause: `${ours === 0 ? 'The BGPPeer says holdTime 0s. That is also what becomes of a BGPPeer of version v1beta1 that leaves the timers out.' : 'The router proposes 0.'} Without hold time no KEEPALIVE is sent, and a dead peer is found out by TCP alone, after some 15 minutes.`,
    fix: fixes(facts),
    candidates: ['F46'],
  })
}
