import { formatIp } from '../../../net/ip.ts'
import { openAsn } from '../../../wire/bgp/open.ts'
import { type CheckOutcome, fail, pass, skip } from '../../finding.ts'
import type { Check } from '../../judge.ts'
import type { BgpFacts } from '../bgp-facts.ts'
import { peerText, subjectOf } from '../peer-text.ts'
import { transcriptOf } from '../transcript.ts'

const FROM = {
  given: 'routerID of the configuration',
  address: 'the address of the session',
  interface: 'the first IPv4 address of the interface',
  'node name': 'made from the name of the node',
} as const

export const routerId: Check<BgpFacts> = {
  id: 'router-id',
  title: 'router IDs are usable, and no two are the same',
  evaluate: (facts): CheckOutcome => {
    const { routerId: own, routerIdFrom, routerIdSharedWith } = facts.expected
    const transcript = transcriptOf(facts)
    const notification = transcript?.notification
    const theirs = transcript?.peerOpen === undefined ? undefined : formatIp(transcript.peerOpen.routerId)
    const from = routerIdFrom === undefined ? '' : ` (${FROM[routerIdFrom]})`
    if (notification?.code === 2 && notification.subcode === 3)
      return bad(facts, `${peerText(facts)} does not accept the router ID ${own}: Bad BGP Identifier.`, [
        `our router ID is ${own}${from}`,
        ...(theirs === undefined ? [] : [`that of the peer is ${theirs}`]),
      ])
    if (own === undefined) return skip('it is not known which router ID this node would use')
    if (theirs === own && facts.source.address === facts.peer.address)
      return pass(`both are ${own}, because the peer is this host itself`)
    if (theirs === own) {
      // RFC 6286 §2.1: unique within an AS; between two, some routers refuse it all the same.
      const sameAs =
        transcript?.peerOpen !== undefined && openAsn(transcript.peerOpen) === facts.expected.myAsn
      return bad(
        facts,
        `${peerText(facts)} and this node have the same router ID ${own}.`,
        [`our router ID is ${own}${from}`, `the OPEN of the peer has ${theirs}`],
        sameAs ? 'error' : 'warning',
      )
    }
    if (routerIdSharedWith.length > 0)
      return bad(
        facts,
        `The router ID ${own} is that of several nodes: ${routerIdSharedWith.join(', ')} and this one.`,
        [`the BGPPeer gives routerID ${own} to every node that it selects`],
      )
    if (isUnusable(own))
      return bad(
        facts,
        `The router ID ${own} is not one that a host can have.`,
        [`it is ${FROM[routerIdFrom ?? 'given']}`],
        'warning',
      )
    return pass(`ours is ${own}${from}${theirs === undefined ? '' : `, that of the peer ${theirs}`}`)
  },
}

/** 0.0.0.0/8, and 224.0.0.0 and above: some routers refuse these. */
function isUnusable(id: string): boolean {
  const first = Number(id.split('.')[0])
  return first === 0 || first >= 224
}

const bad = (
  facts: BgpFacts,
  title: string,
  evidence: readonly string[],
  severity: 'error' | 'warning' = 'error',
): CheckOutcome =>
  fail({
    ...subjectOf(facts),
    code: 'F42',
    title,
    severity,
    confidence: 'certain',
    evidence,
    cause:
      'Routers are told apart by this number. Two with the same one are taken for one: sessions reset each other, or the routes of one are ignored as its own. Over IPv6 a node without IPv4 address has none of its own, and MetalLB makes one from its name.',
    fix: [
      {
        text: 'Give each node its own: one BGPPeer for each node with routerID and nodeSelectors, or leave routerID out where the nodes have IPv4 addresses.',
        configuration: [
          'spec:',
          `  routerID: ${facts.source.address?.includes('.') === true ? facts.source.address : '10.0.0.1'}`,
          '  nodeSelectors:',
          '    - matchLabels:',
          `        kubernetes.io/hostname: ${facts.host.name}`,
        ],
      },
      {
        text: 'Or change that of the router.',
        configuration: ['router bgp ASN', ' bgp router-id ADDRESS-OF-THE-ROUTER'],
      },
    ],
    candidates: [],
  })
