// Neighbour discovery: who has an IPv6 address, who is a router.
// Standards: RFC 4861 §4.1 to §4.4, §6.1, §7.1 (validation); RFC 4191 §2.2 (router preference); RFC 6275 §7.1 (home
// agent); RFC 4389 §4.1.3.3 (proxy). Redirects are left to the ICMPv6 codec, which shows them as `other`.
import type { Ip } from '../../net/ip.ts'
import { readIpv6, writeIp } from '../addresses.ts'
import type { IpEnds } from '../checksum.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import { finishIcmpv6, readIcmpv6Head } from '../ip/icmpv6.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'
import { type NdpOption, readNdpOptions, writeNdpOption } from './options.ts'
import { isLinkLocalIpv6, isMulticastIpv6, isSolicitedNodeAddress } from './solicited-node.ts'

export const NDP_TYPE = {
  routerSolicitation: 133,
  routerAdvertisement: 134,
  neighborSolicitation: 135,
  neighborAdvertisement: 136,
} as const

/** RFC 4861 §7.1: no router forwards a packet with it, so it proves that the sender is on the link. */
export const NDP_HOP_LIMIT = 255

export interface NeighborSolicitation {
  readonly kind: 'neighbor-solicitation'
  readonly target: Ip
  readonly options: readonly NdpOption[]
}

export interface NeighborAdvertisement {
  readonly kind: 'neighbor-advertisement'
  readonly target: Ip
  readonly router: boolean
  readonly solicited: boolean
  readonly override: boolean
  readonly options: readonly NdpOption[]
}

export interface RouterSolicitation {
  readonly kind: 'router-solicitation'
  readonly options: readonly NdpOption[]
}

export interface RouterAdvertisement {
  readonly kind: 'router-advertisement'
  /** for the packets of hosts; 0 = not said */
  readonly currentHopLimit: number
  readonly managedAddresses: boolean
  readonly otherConfiguration: boolean
  readonly homeAgent: boolean
  readonly preference: 'low' | 'medium' | 'high'
  readonly proxy: boolean
  /** 0 = not a default router */
  readonly routerLifetimeSeconds: number
  /** 0 = not said */
  readonly reachableTimeMs: number
  /** 0 = not said */
  readonly retransTimerMs: number
  readonly options: readonly NdpOption[]
}

export type NdpMessage =
  | NeighborSolicitation
  | NeighborAdvertisement
  | RouterSolicitation
  | RouterAdvertisement

/** What the rules need to know of the packet around the message. */
export interface NdpPacketFacts extends IpEnds {
  readonly hopLimit: number
}

/** Whether an ICMPv6 message of this type is one of the four above. */
export const isNdpType = (type: number | undefined): boolean =>
  type !== undefined && type >= NDP_TYPE.routerSolicitation && type <= NDP_TYPE.neighborAdvertisement

/**
 * Decodes an ICMPv6 message (from its type byte on) and applies all receive rules of RFC 4861, so that what comes out
 * may be acted upon.
 *
 *    0      1   2           4                        8
 *   | type | 0 | checksum  | reserved               | target (16) | options …      NS
 *   | type | 0 | checksum  | R S O | reserved       | target (16) | options …      NA
 *   | type | 0 | checksum  | reserved               | options …                    RS
 *   | type | 0 | checksum  | hops | flags | lifetime| reachable (4) | retrans (4) | options …   RA
 */
export function decodeNdp(bytes: Uint8Array, packet: NdpPacketFacts): Decoded<NdpMessage> {
  return decoding('ndp', 'RFC 4861 §4', bytes, (r) => {
    const { type, code } = readIcmpv6Head(r, bytes, packet)
    if (!isNdpType(type)) throw r.reject('not-neighbour-discovery', 'RFC 4861 §4', { at: 0, have: type })
    // RFC 4861 §6.1.1, §6.1.2, §7.1.1, §7.1.2: the same two rules open all four lists.
    if (packet.hopLimit !== NDP_HOP_LIMIT)
      throw r.reject('hop-limit-not-255', 'RFC 4861 §7.1', {
        at: 0,
        need: NDP_HOP_LIMIT,
        have: packet.hopLimit,
      })
    if (code !== 0) throw r.reject('code-not-zero', 'RFC 4861 §7.1', { at: 1, need: 0, have: code })
    const message = readMessage(r, type)
    checkMessage(r, message, packet)
    return message
  })
}

function readMessage(r: Reader, type: number): NdpMessage {
  switch (type) {
    case NDP_TYPE.neighborSolicitation:
      r.skip(4)
      return { kind: 'neighbor-solicitation', target: readIpv6(r), options: readNdpOptions(r) }
    case NDP_TYPE.neighborAdvertisement: {
      const [router, solicited, override] = r.bits(1, 1, 1, 29)
      const flags = { router: router === 1, solicited: solicited === 1, override: override === 1 }
      return { kind: 'neighbor-advertisement', target: readIpv6(r), ...flags, options: readNdpOptions(r) }
    }
    case NDP_TYPE.routerSolicitation:
      r.skip(4)
      return { kind: 'router-solicitation', options: readNdpOptions(r) }
    default:
      return readRouterAdvertisement(r)
  }
}

function readRouterAdvertisement(r: Reader): RouterAdvertisement {
  const currentHopLimit = r.u8()
  const [managed, other, homeAgent, preference, proxy] = r.bits(1, 1, 1, 2, 1, 2)
  return {
    kind: 'router-advertisement',
    currentHopLimit,
    managedAddresses: managed === 1,
    otherConfiguration: other === 1,
    homeAgent: homeAgent === 1,
    // RFC 4191 §2.2: 10 is reserved and read as medium.
    preference: preference === 1 ? 'high' : preference === 3 ? 'low' : 'medium',
    proxy: proxy === 1,
    routerLifetimeSeconds: r.u16(),
    reachableTimeMs: r.u32(),
    retransTimerMs: r.u32(),
    options: readNdpOptions(r),
  }
}

/** The rules of RFC 4861 that look at addresses and options together. */
function checkMessage(r: Reader, message: NdpMessage, { source, destination }: IpEnds): void {
  const fromNobody = source.value === 0n
  const tellsSource = message.options.some(({ kind }) => kind === 'source-link-layer-address')
  switch (message.kind) {
    case 'neighbor-solicitation':
      if (isMulticastIpv6(message.target)) throw r.reject('target-is-multicast', 'RFC 4861 §7.1.1', { at: 8 })
      if (fromNobody && !isSolicitedNodeAddress(destination))
        throw r.reject('probe-not-to-solicited-node-group', 'RFC 4861 §7.1.1', { at: 0 })
      if (fromNobody && tellsSource)
        throw r.reject('link-layer-address-without-source', 'RFC 4861 §7.1.1', { at: 24 })
      break
    case 'neighbor-advertisement':
      if (isMulticastIpv6(message.target)) throw r.reject('target-is-multicast', 'RFC 4861 §7.1.2', { at: 8 })
      if (isMulticastIpv6(destination) && message.solicited)
        throw r.reject('solicited-to-a-group', 'RFC 4861 §7.1.2', { at: 4 })
      break
    case 'router-solicitation':
      if (fromNobody && tellsSource)
        throw r.reject('link-layer-address-without-source', 'RFC 4861 §6.1.1', { at: 8 })
      break
    case 'router-advertisement':
      if (!isLinkLocalIpv6(source)) throw r.reject('source-not-link-local', 'RFC 4861 §6.1.2', { at: 0 })
      break
  }
}

const PREFERENCE_BITS = { medium: 0, high: 1, low: 3 } as const

/** Encodes the ICMPv6 message, with its checksum, which covers the addresses. */
export function encodeNdp(message: NdpMessage, ends: IpEnds): Uint8Array {
  const w = new Writer()
  const head = (type: number) => w.u8(type).u8(0).u16(0)
  switch (message.kind) {
    case 'neighbor-solicitation':
      head(NDP_TYPE.neighborSolicitation).zeros(4)
      writeIp(w, message.target)
      break
    case 'neighbor-advertisement':
      head(NDP_TYPE.neighborAdvertisement)
      w.bits([message.router, 1], [message.solicited, 1], [message.override, 1], [0, 29])
      writeIp(w, message.target)
      break
    case 'router-solicitation':
      head(NDP_TYPE.routerSolicitation).zeros(4)
      break
    case 'router-advertisement':
      head(NDP_TYPE.routerAdvertisement).u8(message.currentHopLimit)
      w.bits(
        [message.managedAddresses, 1],
        [message.otherConfiguration, 1],
        [message.homeAgent, 1],
        [PREFERENCE_BITS[message.preference], 2],
        [message.proxy, 1],
        [0, 2],
      )
      w.u16(message.routerLifetimeSeconds).u32(message.reachableTimeMs).u32(message.retransTimerMs)
      break
  }
  for (const option of message.options) writeNdpOption(w, option)
  return finishIcmpv6(w, ends)
}
