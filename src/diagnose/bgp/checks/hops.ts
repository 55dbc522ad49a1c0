import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { AttemptFacts, BgpFacts } from '../bgp-facts.ts'
import { hasConnected } from '../connected.ts'
import { isInternal } from '../expected-asn.ts'
import { attemptEvidence, attemptOf, mainAttempt, NOT_TRIED_TEXT, peerText, subjectOf } from '../peer-text.ts'
import { bgpPeerFix, routerFix } from '../remedies.ts'

const GTSM_TTL = 255

/** How far the peer is, how far our packets go, and from how far it takes them. */
export const hops: Check<BgpFacts> = {
  id: 'hops',
  title: 'packets live long enough to reach the peer, and come from near enough for it',
  evaluate: (facts): CheckOutcome => {
    if (facts.notTried !== undefined) return skip(NOT_TRIED_TEXT[facts.notTried])
    return tooFar(facts) ?? securedByTtl(facts) ?? reaches(facts)
  },
}

/** RFC 5082: only what cannot have passed a router is taken. */
function securedByTtl(facts: BgpFacts): CheckOutcome | undefined {
  const unanswered = facts.conversation?.purpose === 'ttl-255'
  const main = mainAttempt(facts)
  const notTaken = main?.acknowledged === false && main.acknowledgedWithFullTtl === true
  if (!unanswered && !notTaken) return main?.acknowledged === false ? notTakenAtAll(facts) : undefined
  return fail({
    ...subjectOf(facts),
    code: 'F39',
    title: `${peerText(facts)} takes packets with a TTL of ${GTSM_TTL} only (GTSM, ttl-security), and a speaker sends them with 64 or 1.`,
    confidence: 'certain',
    evidence: [
      ...facts.attempts.filter(({ purpose }) => purpose !== 'other-port').map(attemptEvidence),
      ...(notTaken
        ? [
            'with the usual TTL the connection is made, and nothing that follows is acknowledged by the kernel of the peer; sent again with 255, it is',
          ]
        : []),
    ],
    cause:
      'The router drops what could have come from further away than one hop (RFC 5082). BGPPeer has no field for it, and neither mode of MetalLB sends with 255.',
    fix: [
      routerFix(facts, 'Switch it off on the router for this neighbour.', { removeGtsm: true }),
      {
        text: 'Or see what the router says to one who is near enough.',
        command: `lbctl diagnose bgp ${facts.peer.address} --ttl ${GTSM_TTL}`,
      },
    ],
    candidates: [],
  })
}

const notTakenAtAll = (facts: BgpFacts): CheckOutcome =>
  fail({
    ...subjectOf(facts),
    code: 'F39',
    title: `${peerText(facts)} accepts the connection, and then takes nothing of what this host sends.`,
    confidence: 'possible',
    evidence: [
      ...facts.attempts.filter(({ purpose }) => purpose !== 'other-port').map(attemptEvidence),
      'what was sent on the connection is not acknowledged by the kernel of the peer, with a TTL of 255 neither',
    ],
    cause:
      'The packets that make the connection pass, and those that follow do not: a minimum TTL on the router (GTSM) and more than one hop in between, a firewall that drops what it has not seen begin, or a way that changes.',
    fix: [
      routerFix(facts, 'Switch GTSM off on the router for this neighbour.', { removeGtsm: true }),
      {
        text: 'Capture on both sides: which packets leave here and do not arrive there?',
        command: `tcpdump -vni any "tcp port ${facts.peer.port}"`,
      },
    ],
    candidates: ['F34', 'F30'],
  })

const passesOneHop = ({ result, code, icmp }: AttemptFacts): boolean =>
  result === 'connected' || (code === 'ECONNREFUSED' && icmp === undefined)

function tooFar(facts: BgpFacts): CheckOutcome | undefined {
  const oneHop = attemptOf(facts, 'one-hop')
  if (oneHop === undefined || passesOneHop(oneHop)) return undefined
  const { multihop } = facts.expected
  const isWell = facts.conversation?.messages.some(({ from }) => from === 'peer') === true
  // Of the command line nothing is known about multihop, and a peer that speaks has no such problem.
  if (multihop === undefined && (isWell || hasConnected(facts) === undefined)) return undefined
  const gateway = facts.way?.nextHop?.address ?? 'a gateway'
  return fail({
    ...subjectOf(facts),
    code: 'F39',
    title: `${peerText(facts)} is behind ${gateway}, and the session is ${multihop === undefined ? 'eBGP' : 'eBGP without ebgpMultiHop'}: packets that live for one hop do not get there.`,
    severity: isWell ? 'warning' : 'error',
    confidence: isWell ? 'possible' : 'likely',
    evidence: [
      attemptEvidence(oneHop),
      ...facts.attempts.filter(({ purpose }) => purpose === 'unsigned').map(attemptEvidence),
    ],
    cause:
      "eBGP is for neighbours on one link: FRR, which MetalLB uses in its FRR modes, and most routers send it with a TTL of 1 and refuse peers that are not on a link of theirs, unless multihop is set. MetalLB's own native speaker sends with 64 and does not care, but the router's side has to be set all the same.",
    fix: [
      bgpPeerFix(facts, 'Say so in the BGPPeer,', { multihop: true }),
      routerFix(facts, 'and on the router.', { multihop: true }),
    ],
    candidates: isWell ? [] : ['F36'],
  })
}

function reaches(facts: BgpFacts): CheckOutcome {
  const { nextHop } = facts.way ?? {}
  if (nextHop === undefined) return skip('it is not known how far away the peer is')
  if (nextHop.role === 'target')
    return facts.attempts.some(passesOneHop)
      ? pass('the peer is on the link')
      : skip('nothing came back that would tell')
  const oneHop = attemptOf(facts, 'one-hop')
  if (oneHop !== undefined && passesOneHop(oneHop))
    return pass(`behind ${nextHop.address}, which a TTL of 1 is enough for`)
  const how =
    isInternal(facts.expected) === true
      ? 'iBGP may pass any number of hops'
      : facts.expected.multihop === true
        ? 'multihop is set on this side'
        : 'eBGP then needs multihop on both sides'
  return pass(`the peer is behind ${nextHop.address}; ${how}`)
}
