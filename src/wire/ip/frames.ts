// Whole frames that carry IP: for probes, and for whoever needs a packet with sensible defaults.
import type { Ip } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'
import { ETHER_TYPE, encodeEthernet, type VlanTag } from '../ethernet/ethernet.ts'
import { encodeIcmpv4 } from './icmpv4.ts'
import { encodeIcmpv6 } from './icmpv6.ts'
import { encodeIpv4 } from './ipv4.ts'
import { encodeIpv6 } from './ipv6.ts'
import { IP_PROTOCOL } from './protocols.ts'
import { encodeTcp, TCP_FLAG } from './tcp.ts'
import { encodeUdp } from './udp.ts'

const NONE = new Uint8Array(0)

/** RFC 1700: the hop limit that hosts start with. */
const DEFAULT_HOP_LIMIT = 64

/** RFC 9293 §3.7.1: payload that fits a 1500 byte link behind the fixed headers of IPv4 and of IPv6. */
const SYN_SEGMENT_BYTES = { 4: 1460, 6: 1440 } as const

/** Both ends of a packet on the wire; the addresses are of one family. */
export interface FrameEnds {
  readonly from: { readonly mac: Mac; readonly ip: Ip }
  readonly to: { readonly mac: Mac; readonly ip: Ip }
  /** outermost first; default none */
  readonly tags?: readonly VlanTag[]
}

/** A frame around one IPv4 or IPv6 packet. */
export function ipFrame(
  { from, to, tags = [] }: FrameEnds,
  protocol: number,
  payload: Uint8Array,
  hopLimit: number = DEFAULT_HOP_LIMIT,
): Uint8Array {
  const common = { trafficClass: 0, hopLimit, source: from.ip, destination: to.ip, protocol, payload }
  const isIpv4 = from.ip.family === 4
  const packet = isIpv4
    ? // RFC 6864 §4.1: a packet that must not be fragmented may have any identification.
      encodeIpv4({
        ...common,
        identification: 0,
        dontFragment: true,
        moreFragments: false,
        fragmentOffsetBytes: 0,
        options: NONE,
      })
    : encodeIpv6({ ...common, flowLabel: 0, extensions: [] })
  const etherType = isIpv4 ? ETHER_TYPE.ipv4 : ETHER_TYPE.ipv6
  return encodeEthernet({
    kind: 'typed',
    destination: to.mac,
    source: from.mac,
    tags,
    etherType,
    payload: packet,
    padding: NONE,
  })
}

/** The SYN of a connection that is never completed: asks whether somebody listens, refuses or forbids. */
export function tcpSynFrame(
  ends: FrameEnds,
  probe: { readonly sourcePort: number; readonly destinationPort: number; readonly sequence: number },
): Uint8Array {
  const ips = { source: ends.from.ip, destination: ends.to.ip }
  const options = [{ kind: 'maximum-segment-size', bytes: SYN_SEGMENT_BYTES[ips.source.family] }] as const
  const rest = {
    acknowledgment: 0,
    flags: TCP_FLAG.syn,
    window: 64240,
    urgentPointer: 0,
    options,
    payload: NONE,
  }
  return ipFrame(ends, IP_PROTOCOL.tcp, encodeTcp({ ...probe, ...rest }, ips))
}

/** A ping of the family of the addresses. */
export function echoRequestFrame(
  ends: FrameEnds,
  probe: { readonly identifier: number; readonly sequence: number; readonly data: Uint8Array },
): Uint8Array {
  const message = { kind: 'echo-request', ...probe } as const
  if (ends.from.ip.family === 4) return ipFrame(ends, IP_PROTOCOL.icmpv4, encodeIcmpv4(message))
  const ips = { source: ends.from.ip, destination: ends.to.ip }
  return ipFrame(ends, IP_PROTOCOL.icmpv6, encodeIcmpv6(message, ips))
}

export function udpFrame(
  ends: FrameEnds,
  datagram: { readonly sourcePort: number; readonly destinationPort: number; readonly payload: Uint8Array },
): Uint8Array {
  const ips = { source: ends.from.ip, destination: ends.to.ip }
  return ipFrame(ends, IP_PROTOCOL.udp, encodeUdp(datagram, ips))
}
