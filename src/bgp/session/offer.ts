// The OPEN that we send.
import { type IpFamily, ip } from '../../net/ip.ts'
import type { Capability } from '../../wire/bgp/capability.ts'
import { AFI, unicast } from '../../wire/bgp/families.ts'
import { type OpenMessage, shortAsnOf } from '../../wire/bgp/open.ts'
import type { BgpPeerOptions } from '../peer.ts'

export interface OfferState {
  /** R: this process has just been started again, and the peer may hold our routes (RFC 4724 §4.1) */
  readonly restarted: boolean
  /** the peer refused all optional parameters: say nothing but what RFC 4271 §4.2 has (RFC 5492 §3) */
  readonly bare: boolean
}

export function offeredOpen(options: BgpPeerOptions, state: OfferState): OpenMessage {
  return {
    kind: 'open',
    shortAsn: shortAsnOf(options.localAsn),
    holdTimeSeconds: options.holdTimeSeconds,
    routerId: ip(4, options.routerId.value),
    capabilities: state.bare ? [] : capabilities(options, state),
    otherParameters: [],
  }
}

function capabilities(options: BgpPeerOptions, { restarted }: OfferState): Capability[] {
  const { families, gracefulRestart } = options
  const offered: Capability[] = families.map((family) => ({
    kind: 'multiprotocol',
    family: unicast(family),
  }))
  offered.push({ kind: 'route-refresh' }, { kind: 'enhanced-route-refresh' })
  offered.push({ kind: 'four-octet-as', asn: options.localAsn }, { kind: 'extended-message' })
  if (wantsExtendedNextHop(options))
    offered.push({ kind: 'extended-next-hop', entries: [{ family: unicast(4), nextHopAfi: AFI.ipv6 }] })
  if (gracefulRestart !== undefined) {
    const { restartSeconds, forwardingPreserved = true, throughNotifications = false } = gracefulRestart
    offered.push({
      ...{ kind: 'graceful-restart', restarting: restarted, notification: throughNotifications },
      // RFC 4724 §3: 12 bits.
      restartSeconds: Math.min(restartSeconds, 4095),
      families: families.map((family) => ({ family: unicast(family), forwarding: forwardingPreserved })),
    })
  }
  return offered
}

/** RFC 8950 §4: IPv4 routes need it where the session has IPv6 addresses only. */
const wantsExtendedNextHop = ({ remote, families }: BgpPeerOptions): boolean =>
  remote.address.family === 6 && families.includes(4)

/** The unicast families that an OPEN offers. Without a word about families, IPv4 (RFC 4760 §8, RFC 4271 §4.3). */
export function offeredFamilies(open: OpenMessage): IpFamily[] {
  const said = open.capabilities.flatMap((c) => (c.kind === 'multiprotocol' ? [c.family] : []))
  if (said.length === 0) return [4]
  return ([4, 6] as const).filter((family) => {
    const { afi, safi } = unicast(family)
    return said.some((one) => one.afi === afi && one.safi === safi)
  })
}
