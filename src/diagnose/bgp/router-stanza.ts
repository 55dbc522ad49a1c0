// The router's side of the session of the facts, in the language of a vendor, as `lbctl router config` writes it.
import type { BgpSession } from '../../config/semantics/bgp-session.ts'
import { parseIp } from '../../net/ip.ts'
import { neighbourStanza } from '../../router/vendors/neighbour-stanza.ts'
import { VENDORS } from '../../router/vendors/render.ts'
import type { BgpFacts, ExpectedSession } from './bgp-facts.ts'
import type { Changes } from './changes.ts'
import { isInternal } from './expected-asn.ts'

type Sides = Pick<BgpFacts, 'peer' | 'source' | 'host' | 'expected' | 'routerVendor'>

export const DEFAULT_VENDOR = 'frr'

export const isFrr = ({ routerVendor }: Pick<BgpFacts, 'routerVendor'>): boolean =>
  (routerVendor ?? DEFAULT_VENDOR) === DEFAULT_VENDOR

/** undefined: not enough is known of the session */
export function vendorLines(facts: Sides, changes: Changes): readonly string[] | undefined {
  const session = sessionOf(facts, changes)
  const address = facts.source.address === undefined ? undefined : parseIp(facts.source.address)
  const vendor = VENDORS.find((each) => each === (facts.routerVendor ?? DEFAULT_VENDOR))
  if (session === undefined || address === undefined || vendor === undefined) return undefined
  const text = neighbourStanza({ session, node: { name: facts.host.name, address } }, vendor)
  return text === undefined
    ? undefined
    : text.lines.filter((line, index, all) => line !== '' || index < all.length - 1)
}

function sessionOf({ peer, expected }: Sides, changes: Changes): BgpSession | undefined {
  const address = parseIp(peer.address)
  const localAsn = changes.myAsn ?? expected.myAsn
  const peerAsn = changes.peerAsn ?? expected.peerAsn
  if (address === undefined || peer.zone !== undefined || localAsn === undefined || peerAsn === undefined)
    return undefined
  return {
    peer: peer.name ?? 'router',
    namespace: undefined,
    remote: { kind: 'address', address },
    port: peer.port,
    localAsn,
    myAsn: localAsn,
    peerAsn,
    internal: isInternal({ peerAsn, myAsn: localAsn }) === true,
    routerId: undefined,
    holdTimeSeconds: expected.holdTimeSeconds,
    keepaliveTimeSeconds: Math.floor(expected.holdTimeSeconds / 3),
    timersFrom: 'default',
    connectTimeSeconds: undefined,
    families: familiesOf(expected, peer.family, changes),
    password:
      (changes.password ?? expected.password !== 'none')
        ? { kind: 'secret', name: 'password', namespace: undefined }
        : undefined,
    source: undefined,
    vrf: undefined,
    multihop: changes.multihop ?? expected.multihop === true,
    gracefulRestart: expected.gracefulRestart,
    bfdProfile: undefined,
  }
}

const familiesOf = (
  { families }: ExpectedSession,
  family: 4 | 6,
  { bothFamilies }: Changes,
): readonly (4 | 6)[] => (bothFamilies === true ? [4, 6] : (families ?? [family]))
