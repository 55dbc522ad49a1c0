import type { IpFamily } from '../../../net/ip.ts'
import { unicastFamily } from '../../../wire/bgp/families.ts'
import { notificationMeaning } from '../../../wire/bgp/notification-meaning.ts'
import type { OpenMessage } from '../../../wire/bgp/open.ts'
import { describeCapability } from '../../../wire/describe/describe-bgp-open.ts'
import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'
import { peerText, subjectOf } from '../peer-text.ts'
import { bgpPeerFix, routerFix } from '../remedies.ts'
import { openText, type Transcript, transcriptOf } from '../transcript.ts'

export const families: Check<BgpFacts> = {
  id: 'families',
  title: 'both sides carry routes of the same address families',
  evaluate: (facts): CheckOutcome => {
    const transcript = transcriptOf(facts)
    if (transcript === undefined) return skip('nothing was listened to')
    const { notification, peerOpen } = transcript
    if (notification?.code === 2 && (notification.subcode === 7 || notification.subcode === 4))
      return refused(facts, transcript)
    if (peerOpen === undefined) return skip('no OPEN came')
    const theirs = familiesOf(peerOpen)
    const { families: ours, poolFamilies } = facts.expected
    if (ours === undefined) return pass(`the peer carries ${familyList(theirs)}`)
    const missing = ours.filter((family) => !theirs.includes(family))
    const wanted = missing.filter((family) => poolFamilies.length === 0 || poolFamilies.includes(family))
    if (wanted.length > 0) return notThere(facts, transcript, wanted, theirs)
    const left = poolFamilies.filter((family) => !ours.includes(family))
    if (left.length > 0) return notCarried(facts, left)
    return pass(
      `${familyList(ours.filter((family) => theirs.includes(family)))}${missing.length === 0 ? '' : `; ${familyList(missing)} is not needed by any pool`}`,
    )
  },
}

/** RFC 4760 §8: who says no family at all means IPv4. */
function familiesOf({ capabilities }: OpenMessage): IpFamily[] {
  const said = capabilities.flatMap((capability) =>
    capability.kind === 'multiprotocol' ? [capability.family] : [],
  )
  if (said.length === 0) return [4]
  return said.flatMap((family) => unicastFamily(family) ?? [])
}

export const familyList = (list: readonly IpFamily[]): string =>
  list.length === 0 ? 'no unicast routes' : list.map((family) => `IPv${family}`).join(' and ')

function notThere(
  facts: BgpFacts,
  transcript: Transcript,
  missing: readonly IpFamily[],
  theirs: readonly IpFamily[],
): CheckOutcome {
  const all = theirs.every((family) => facts.expected.families?.includes(family) !== true)
  return fail({
    ...subjectOf(facts),
    code: 'F43',
    title: `${peerText(facts)} does not take ${familyList(missing)} routes on this session.`,
    severity:
      all || facts.expected.poolFamilies.some((family) => missing.includes(family)) ? 'error' : 'warning',
    confidence: 'certain',
    evidence: [openText(transcript), `this side would send ${familyList(facts.expected.families ?? [])}`],
    cause:
      'A family is exchanged only when both OPENs have it (RFC 4760 §8). The session comes up, and routes of the missing family go nowhere; without one common family some daemons refuse it.',
    fix: [
      routerFix(facts, 'Activate the family for this neighbour on the router:', { activate: true }),
      { text: 'Or have one session for each family, each over its own addresses.' },
    ],
    candidates: [],
  })
}

function notCarried(facts: BgpFacts, left: readonly IpFamily[]): CheckOutcome {
  return fail({
    ...subjectOf(facts),
    code: 'F43',
    title: `Pools that are announced to ${peerText(facts)} hold ${familyList(left)} addresses, and this session carries ${familyList(facts.expected.families ?? [])} only.`,
    severity: 'warning',
    confidence: 'certain',
    evidence: ['the BGPPeer has no dualStackAddressFamily'],
    cause:
      'Since 0.15 a session of MetalLB carries the family of its own addresses, unless it is told otherwise.',
    fix: [
      bgpPeerFix(facts, 'Let the session carry both,', { bothFamilies: true }),
      routerFix(facts, 'on the router, too.', { bothFamilies: true }),
    ],
    candidates: [],
  })
}

function refused(facts: BgpFacts, { notification }: Transcript): CheckOutcome {
  const meaning = notification === undefined ? undefined : notificationMeaning(notification)
  const named =
    meaning?.kind === 'capabilities' && meaning.capabilities.length > 0
      ? meaning.capabilities.map(describeCapability).join(', ')
      : undefined
  return fail({
    ...subjectOf(facts),
    code: 'F43',
    title: `${peerText(facts)} refuses what our OPEN offers, or misses something in it${named === undefined ? '' : `: ${named}`}.`,
    confidence: 'likely',
    evidence: [
      `NOTIFICATION ${notification?.code}/${notification?.subcode}${named === undefined ? '' : `, which names ${named}`}`,
    ],
    cause:
      'Mostly an address family that one side has configured and the other one has not; with very old routers, capabilities as such.',
    fix: [
      routerFix(facts, 'Activate the same families on the router,', { activate: true }),
      lacksOther(facts, meaning)
        ? bgpPeerFix(facts, 'or carry both families on this side.', { bothFamilies: true })
        : { text: 'or switch off there what a node cannot offer: MetalLB has IPv4 and IPv6 unicast only.' },
    ],
    candidates: ['F37'],
  })
}

/** Nothing is named, or the other unicast family is: then it may be this side that lacks it. */
const lacksOther = (facts: BgpFacts, meaning: ReturnType<typeof notificationMeaning> | undefined): boolean =>
  meaning?.kind !== 'capabilities' ||
  meaning.capabilities.length === 0 ||
  meaning.capabilities.some((capability) => {
    if (capability.kind !== 'multiprotocol') return false
    const family = unicastFamily(capability.family)
    return family !== undefined && facts.expected.families?.includes(family) !== true
  })
