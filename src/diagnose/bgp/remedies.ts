// What to write on both sides: the BGPPeer of the cluster, and the router's lines. No password is ever among them.
import type { Fix } from '../finding.ts'
import type { BgpFacts, ExpectedSession } from './bgp-facts.ts'
import type { Changes } from './changes.ts'
import { isInternal } from './expected-asn.ts'
import { addressText } from './peer-text.ts'
import { listenersCommand, neighbourCommand } from './router-commands.ts'
import { DEFAULT_VENDOR, isFrr, vendorLines } from './router-stanza.ts'

type Sides = Pick<BgpFacts, 'peer' | 'source' | 'host' | 'expected' | 'way' | 'routerVendor'>

export const bgpPeerFix = (facts: Sides, text: string, changes: Changes = {}): Fix => ({
  text,
  configuration: bgpPeerLines(facts, changes),
})

/** What to change on the router. For FRR, the lines that matter here; for others, the whole neighbour. */
export function routerFix(facts: Sides, text: string, changes: Changes = {}): Fix {
  return {
    text,
    configuration:
      (isFrr(facts) ? undefined : vendorLines(facts, changes)) ??
      frrLines(facts, changes, changes.activate === true || changes.bothFamilies === true),
  }
}

/** The whole neighbour, with filters, for a router that does not have it. */
export const newNeighbourFix = (facts: Sides, text: string): Fix => ({
  text,
  configuration: vendorLines(facts, {}) ?? frrLines(facts, {}, true),
})

const numberOr = (asn: ExpectedSession['peerAsn'], otherwise: string): string =>
  typeof asn === 'number' ? `${asn}` : otherwise

function bgpPeerLines({ peer, source, expected }: Sides, changes: Changes): string[] {
  const peerAsn = changes.peerAsn ?? expected.peerAsn
  const multihop = changes.multihop ?? expected.multihop === true
  const password = changes.password ?? expected.password !== 'none'
  return [
    'apiVersion: metallb.io/v1beta2',
    'kind: BGPPeer',
    'metadata:',
    `  name: ${peer.name ?? 'router'}`,
    '  namespace: metallb-system',
    'spec:',
    `  myASN: ${numberOr(changes.myAsn ?? expected.myAsn, 'ASN-OF-THE-NODES')}`,
    peerAsn === 'internal' || peerAsn === 'external'
      ? `  dynamicASN: ${peerAsn}`
      : `  peerASN: ${numberOr(peerAsn, 'ASN-OF-THE-ROUTER')}`,
    peer.zone === undefined ? `  peerAddress: ${quotedV6(peer.address)}` : `  interface: ${peer.zone}`,
    peer.port === 179 ? [] : `  peerPort: ${peer.port}`,
    source.given && source.interface !== undefined && source.address !== undefined
      ? `  sourceAddress: ${quotedV6(source.address)}`
      : [],
    multihop ? '  ebgpMultiHop: true' : [],
    changes.bothFamilies === true ? '  dualStackAddressFamily: true' : [],
    password ? ['  passwordSecret:', '    name: SECRET-OF-TYPE-kubernetes.io/basic-auth'] : [],
  ].flat()
}

const quotedV6 = (address: string): string => (address.includes(':') ? `"${address}"` : address)

/** @param withFamilies also what switches families on, with filters: on a neighbour that works they would replace its own */
function frrLines(facts: Sides, changes: Changes, withFamilies: boolean): string[] {
  const { expected, host, peer } = facts
  const multihop = changes.multihop ?? (expected.multihop === true || facts.way?.nextHop?.role === 'gateway')
  const password = changes.password ?? expected.password !== 'none'
  const neighbour = neighbourName(facts)
  const internal = isInternal({
    peerAsn: changes.peerAsn ?? expected.peerAsn,
    myAsn: changes.myAsn ?? expected.myAsn,
  })
  const line = (words: string) => ` neighbor ${neighbour} ${words}`
  return [
    `router bgp ${changes.routerAsn ?? numberOr(changes.peerAsn ?? expected.peerAsn, 'ASN-OF-THE-ROUTER')}`,
    line(
      `${peer.zone === undefined ? '' : 'interface '}remote-as ${numberOr(changes.myAsn ?? expected.myAsn, 'ASN-OF-THE-NODES')}`,
    ),
    changes.routerAsn === undefined
      ? []
      : line(
          `local-as ${numberOr(changes.peerAsn ?? expected.peerAsn, 'ASN-OF-THE-ROUTER')} no-prepend replace-as`,
        ),
    withFamilies ? line(`description ${host.name}`) : [],
    password
      ? line('password PASSWORD')
      : changes.password === false
        ? ` no neighbor ${neighbour} password`
        : [],
    changes.removeGtsm === true ? ` no neighbor ${neighbour} ttl-security hops 1` : [],
    internal === true || !multihop ? [] : line('ebgp-multihop 8'),
    (withFamilies ? familiesOf(facts, changes) : []).flatMap((family) =>
      [
        ` address-family ipv${family} unicast`,
        ` ${line('activate')}`,
        // FRR 7.5 and later take no routes from another AS without a policy (RFC 8212).
        internal === true
          ? []
          : [` ${line('route-map FROM-METALLB in')}`, ` ${line('route-map TO-METALLB out')}`],
        ' exit-address-family',
      ].flat(),
    ),
    internal === true || !withFamilies
      ? []
      : ['route-map FROM-METALLB permit 10', 'route-map TO-METALLB deny 10'],
  ].flat()
}

const neighbourName = ({ source, peer }: Sides): string =>
  peer.zone === undefined ? (source.address ?? 'ADDRESS-OF-THE-NODE') : 'INTERFACE-TO-THE-NODE'

function familiesOf({ expected, peer }: Sides, { bothFamilies }: Changes): readonly (4 | 6)[] {
  if (bothFamilies === true) return [4, 6]
  return expected.families ?? [peer.family]
}

/** For routers that have no BGP. */
export const LAYER_2_FIX: Fix = {
  text: 'If the router cannot do BGP at all, announce by ARP and NDP instead, which needs nothing of it: the addresses have to be of the subnet of the nodes then.',
  configuration: [
    'apiVersion: metallb.io/v1beta1',
    'kind: L2Advertisement',
    'metadata:',
    '  name: layer2',
    '  namespace: metallb-system',
  ],
}

/** Where the answer on a router is. */
export const routerState = (facts: Sides, text: string): Fix => ({
  text,
  command: neighbourCommand(facts.routerVendor ?? DEFAULT_VENDOR, facts.source.address ?? 'NODE'),
})

/** Which program has a port of the router, where that has a shell. */
export function routerListeners(facts: Sides, text: string): Fix {
  const command = listenersCommand(facts.routerVendor ?? DEFAULT_VENDOR, facts.peer.port)
  return command === undefined ? { text } : { text, command }
}

export const handshakeFix = (facts: Sides, text: string): Fix => ({
  text,
  command: `lbctl diagnose bgp ${addressText(facts)}${facts.peer.port === 179 ? '' : ` --port ${facts.peer.port}`} --my-asn ${facts.expected.myAsn ?? 'ASN'} --peer-asn ${numberOr(facts.expected.peerAsn, 'ASN')} --handshake`,
})
