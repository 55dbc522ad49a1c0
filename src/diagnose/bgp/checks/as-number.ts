import { notificationMeaning } from '../../../wire/bgp/notification-meaning.ts'
import { type OpenMessage, openAsn } from '../../../wire/bgp/open.ts'
import { type CheckOutcome, type FindingDraft, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'
import { isExpectedAsn } from '../expected-asn.ts'
import { peerText, subjectOf } from '../peer-text.ts'
import { bgpPeerFix, routerFix } from '../remedies.ts'
import { isFrr } from '../router-stanza.ts'
import { openText, type Transcript, transcriptOf } from '../transcript.ts'

export const asNumber: Check<BgpFacts> = {
  id: 'as-number',
  title: 'both sides have the AS number that the other one expects',
  evaluate: (facts): CheckOutcome => {
    const transcript = transcriptOf(facts)
    if (transcript === undefined) return skip('nothing was listened to')
    const { peerOpen, notification } = transcript
    const refused = notification?.code === 2 && notification.subcode === 2
    if (peerOpen === undefined) return refused ? oursRefused(facts, transcript) : skip('no OPEN came')
    const observed = openAsn(peerOpen)
    if (isExpectedAsn(observed, facts.expected) === false) return other(facts, transcript, peerOpen)
    if (refused) return oursRefused(facts, transcript)
    const narrow = tooNarrow(facts, peerOpen, transcript)
    if (narrow !== undefined) return narrow
    const { peerAsn } = facts.expected
    return pass(
      peerAsn === undefined ? `it has AS ${observed}; --peer-asn would compare it` : `AS ${observed}`,
    )
  },
}

const common = (facts: BgpFacts, transcript: Transcript) =>
  ({
    ...subjectOf(facts),
    code: 'F37',
    evidence: transcript.conversation.messages
      .filter(({ text }) => /^(OPEN|NOTIFICATION)/.test(text))
      .map(({ from, text }) => `${from === 'peer' ? 'from the peer' : 'from us'}: ${text}`),
  }) satisfies Partial<FindingDraft>

function other(facts: BgpFacts, transcript: Transcript, open: OpenMessage): CheckOutcome {
  const { expected } = facts
  const observed = openAsn(open)
  const { peerAsn, myAsn } = expected
  const wanted =
    typeof peerAsn === 'number'
      ? `AS ${peerAsn}`
      : peerAsn === 'internal'
        ? `our own AS ${myAsn}`
        : `another AS than our own`
  const swapped = observed === myAsn && typeof peerAsn === 'number' && peerAsn !== myAsn
  return fail({
    ...common(facts, transcript),
    title: `${peerText(facts)} has AS ${observed}, and ${wanted} is expected.`,
    confidence: 'certain',
    cause: `${
      swapped
        ? `AS ${observed} is what the nodes have by this configuration: myASN and peerASN are swapped, or the router takes the nodes for its own AS (iBGP).`
        : peerAsn === 'internal' || (typeof peerAsn === 'number' && peerAsn === myAsn)
          ? 'This side means iBGP, and the router is of another AS: that is eBGP.'
          : 'The number in the BGPPeer is not the one that the router has.'
    } Each side closes the session as soon as it sees the OPEN of the other; MetalLB logs "unexpected peer ASN ${observed}", and with FRR the session never leaves OpenSent.`,
    fix: [
      bgpPeerFix(facts, 'If the router is right, correct the BGPPeer:', {
        peerAsn: observed,
        ...(swapped && typeof peerAsn === 'number' ? { myAsn: peerAsn } : {}),
      }),
      typeof peerAsn === 'number' && observed !== myAsn && isFrr(facts)
        ? routerFix(
            facts,
            `If this side is right, let the router be AS ${peerAsn} for this neighbour; FRR does not change its own number while it runs:`,
            { routerAsn: observed },
          )
        : routerFix(facts, 'If this side is right, correct the router:'),
    ],
    candidates: [],
  })
}

/** RFC 4271 §6.2: the router expects another number of us. */
function oursRefused(facts: BgpFacts, transcript: Transcript): CheckOutcome {
  const { expected, source } = facts
  const { notification } = transcript
  const meaning = notification === undefined ? undefined : notificationMeaning(notification)
  const { peerAsn, myAsn } = expected
  return fail({
    ...common(facts, transcript),
    title: `${peerText(facts)} does not accept AS ${myAsn ?? 'of ours'}: Bad Peer AS.`,
    confidence: 'certain',
    cause: `The router has this node (${source.address ?? 'its address'}) configured with another AS number.${meaning?.kind === 'asn' && meaning.asn === myAsn ? '' : meaning?.kind === 'asn' ? ` It names AS ${meaning.asn}.` : ''} Its own, ${peerAsn === undefined ? 'which was not compared' : 'which is as expected'}, is not the question. With a number above 65535 it may also be that the router knows only two bytes and has to expect 23456.`,
    fix: [
      routerFix(facts, 'Correct the router:'),
      { text: 'Or set myASN (or localASN, for this router alone) to the number that the router expects.' },
    ],
    candidates: [],
  })
}

/** RFC 6793 §4.1: who does not say the capability, cannot read a number above 65535. */
function tooNarrow(facts: BgpFacts, open: OpenMessage, transcript: Transcript): CheckOutcome | undefined {
  const { myAsn } = facts.expected
  if (myAsn === undefined || myAsn <= 0xffff) return undefined
  if (open.capabilities.some(({ kind }) => kind === 'four-octet-as')) return undefined
  return fail({
    ...common(facts, transcript),
    title: `${peerText(facts)} knows AS numbers of two bytes only, and the nodes have AS ${myAsn}.`,
    confidence: 'certain',
    evidence: [openText(transcript), 'the capability for AS numbers of four bytes (65) is not among those'],
    cause:
      'The router sees AS_TRANS, 23456, in place of the number (RFC 6793 §4.2). MetalLB refuses such a peer: "peer does not support 4-byte ASNs".',
    fix: [
      {
        text: 'Let the router offer AS numbers of four bytes: a newer system, or an option that somebody switched off.',
      },
      bgpPeerFix(facts, 'Or give the nodes a number of two bytes for this router:', { myAsn: 64512 }),
    ],
    candidates: [],
  })
}
