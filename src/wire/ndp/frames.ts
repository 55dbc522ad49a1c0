// Whole frames of neighbour discovery that we send.
// Standards: RFC 4861 §7.2.2 (solicitation), §7.2.4 (answer), §7.2.6 (unsolicited), §6.3.7 (router solicitation);
// RFC 4862 §5.4.2 (probe for duplicates).
import type { Ip } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'
import type { VlanTag } from '../ethernet/ethernet.ts'
import { ipFrame } from '../ip/frames.ts'
import { IP_PROTOCOL } from '../ip/protocols.ts'
import { encodeNdp, NDP_HOP_LIMIT, type NdpMessage } from './ndp.ts'
import type { NdpOption } from './options.ts'
import { ALL_NODES, ALL_ROUTERS, multicastMac, solicitedNodeAddress, UNSPECIFIED } from './solicited-node.ts'

interface Ends {
  readonly from: { readonly mac: Mac; readonly ip: Ip }
  readonly to: { readonly mac: Mac; readonly ip: Ip }
  readonly tags?: readonly VlanTag[]
}

/** Puts a message into a packet with hop limit 255 and that into a frame. */
export function ndpFrame(ends: Ends, message: NdpMessage): Uint8Array {
  const bytes = encodeNdp(message, { source: ends.from.ip, destination: ends.to.ip })
  return ipFrame(ends, IP_PROTOCOL.icmpv6, bytes, NDP_HOP_LIMIT)
}

interface SolicitationOptions {
  /** ask this neighbour alone whether it still has the address; default: the solicited-node group */
  readonly unicastTo?: Mac
  /** more options behind the sender's address; a nonce for instance */
  readonly options?: readonly NdpOption[]
  readonly tags?: readonly VlanTag[]
}

/** Who has `target`? */
export function neighborSolicitationFrame(
  from: { readonly mac: Mac; readonly ip: Ip },
  target: Ip,
  { unicastTo, options = [], tags = [] }: SolicitationOptions = {},
): Uint8Array {
  const group = solicitedNodeAddress(target)
  const to =
    unicastTo === undefined ? { mac: multicastMac(group), ip: group } : { mac: unicastTo, ip: target }
  const own = { kind: 'source-link-layer-address', mac: from.mac } as const
  return ndpFrame({ from, to, tags }, { kind: 'neighbor-solicitation', target, options: [own, ...options] })
}

/** RFC 4862 §5.4.2: does anybody have `target`? From nobody, so that no neighbour table is changed by asking. */
export function duplicateAddressProbeFrame(
  mac: Mac,
  target: Ip,
  { options = [], tags = [] }: Omit<SolicitationOptions, 'unicastTo'> = {},
): Uint8Array {
  const group = solicitedNodeAddress(target)
  const ends = { from: { mac, ip: UNSPECIFIED }, to: { mac: multicastMac(group), ip: group }, tags }
  return ndpFrame(ends, { kind: 'neighbor-solicitation', target, options })
}

export interface AdvertisementFrame {
  /** the owner's address on the link */
  readonly mac: Mac
  readonly source: Ip
  readonly target: Ip
  /** default: all nodes, which must not go with `solicited` (RFC 4861 §7.1.2) */
  readonly to?: { readonly mac: Mac; readonly ip: Ip }
  readonly solicited: boolean
  readonly override: boolean
  readonly tags?: readonly VlanTag[]
}

/** `mac` has `target`. Without `to` and with `override` it tells everybody of a move (RFC 4861 §7.2.6). */
export function neighborAdvertisementFrame(frame: AdvertisementFrame): Uint8Array {
  const { mac, source, target, solicited, override, tags = [] } = frame
  const to = frame.to ?? { mac: multicastMac(ALL_NODES), ip: ALL_NODES }
  // RFC 4861 §4.4: the address of the owner must be there when a multicast solicitation is answered.
  const options = [{ kind: 'target-link-layer-address', mac }] as const
  const flags = { router: false, solicited, override }
  return ndpFrame(
    { from: { mac, ip: source }, to, tags },
    { kind: 'neighbor-advertisement', target, ...flags, options },
  )
}

/** Are there routers? The sender's address is told when it has an IP address to be answered at. */
export function routerSolicitationFrame(from: { readonly mac: Mac; readonly ip: Ip }): Uint8Array {
  const to = { mac: multicastMac(ALL_ROUTERS), ip: ALL_ROUTERS }
  const own = { kind: 'source-link-layer-address', mac: from.mac } as const
  return ndpFrame({ from, to }, { kind: 'router-solicitation', options: from.ip.value === 0n ? [] : [own] })
}
