// One line in plain words for what IPv4 and IPv6 packets carry.
import { formatIp, type Ip } from '../../net/ip.ts'
import type { IpEnds } from '../checksum.ts'
import type { EthernetFrame } from '../ethernet/ethernet.ts'
import { decodeIcmpv4, icmpTimeExceededName, icmpv4UnreachableName } from '../ip/icmpv4.ts'
import { decodeIcmpv6, icmpv6UnreachableName } from '../ip/icmpv6.ts'
import { decodeIpv4 } from '../ip/ipv4.ts'
import { decodeIpv6, ipv6FragmentOffsetBytes } from '../ip/ipv6.ts'
import { IP_PROTOCOL, ipProtocolName } from '../ip/protocols.ts'
import { decodeQuotedPacket } from '../ip/quoted-packet.ts'
import { decodeTcp, TCP_FLAG, type TcpSegment, tcpFlagNames } from '../ip/tcp.ts'
import { decodeUdp } from '../ip/udp.ts'
import { decodeNdp, isNdpType } from '../ndp/ndp.ts'
import { describeBgpStream } from './describe-bgp.ts'
import { describeNdp } from './describe-ndp.ts'
import { notDecodable } from './not-decodable.ts'

/** RFC 4271 §8.2.1 */
const BGP_PORT = 179

export function describeIpv4(frame: EthernetFrame): string {
  const decoded = decodeIpv4(frame.payload)
  if (!decoded.ok) return notDecodable(`IPv4 from ${frame.source}`, decoded.error)
  const packet = decoded.value
  if (packet.fragmentOffsetBytes > 0) return fragment(packet, packet.protocol, packet.fragmentOffsetBytes)
  if (packet.protocol === IP_PROTOCOL.icmpv4) return describeIcmpv4(packet, packet.payload)
  return describeTransport(packet, packet.protocol, packet.payload)
}

export function describeIpv6(frame: EthernetFrame): string {
  const decoded = decodeIpv6(frame.payload)
  if (!decoded.ok) return notDecodable(`IPv6 from ${frame.source}`, decoded.error)
  const packet = decoded.value
  const offset = ipv6FragmentOffsetBytes(packet)
  if (offset > 0) return fragment(packet, packet.protocol, offset)
  if (packet.protocol !== IP_PROTOCOL.icmpv6)
    return describeTransport(packet, packet.protocol, packet.payload)
  if (!isNdpType(packet.payload[0])) return describeIcmpv6(packet, packet.payload)
  const message = decodeNdp(packet.payload, packet)
  if (message.ok) return describeNdp(message.value, packet, frame)
  return notDecodable(`NDP ${fromTo(packet)}`, message.error)
}

function describeIcmpv4(ends: IpEnds, bytes: Uint8Array): string {
  const who = `ICMP ${fromTo(ends)}`
  const decoded = decodeIcmpv4(bytes)
  if (!decoded.ok) return notDecodable(who, decoded.error)
  const message = decoded.value
  switch (message.kind) {
    case 'echo-request':
    case 'echo-reply':
      return `${who}: ${message.kind.replace('-', ' ')} ${message.sequence}`
    case 'destination-unreachable': {
      const mtu = message.nextHopMtu === 0 ? '' : `, MTU ${message.nextHopMtu}`
      return `${who}: ${icmpv4UnreachableName(message.code)}${mtu}${quotation(message.quoted)}`
    }
    case 'time-exceeded':
      return `${who}: ${icmpTimeExceededName(message.code)}${quotation(message.quoted)}`
    case 'redirect':
      return `${who}: redirect to ${formatIp(message.gateway)}${quotation(message.quoted)}`
    case 'other':
      return `${who}: type ${message.type} code ${message.code}`
  }
}

function describeIcmpv6(ends: IpEnds, bytes: Uint8Array): string {
  const who = `ICMPv6 ${fromTo(ends)}`
  const decoded = decodeIcmpv6(bytes, ends)
  if (!decoded.ok) return notDecodable(who, decoded.error)
  const message = decoded.value
  switch (message.kind) {
    case 'echo-request':
    case 'echo-reply':
      return `${who}: ${message.kind.replace('-', ' ')} ${message.sequence}`
    case 'destination-unreachable':
      return `${who}: ${icmpv6UnreachableName(message.code)}${quotation(message.quoted)}`
    case 'time-exceeded':
      return `${who}: ${icmpTimeExceededName(message.code)}${quotation(message.quoted)}`
    case 'packet-too-big':
      return `${who}: packet too big, MTU ${message.mtu}${quotation(message.quoted)}`
    case 'parameter-problem':
      return `${who}: parameter problem at byte ${message.pointer}${quotation(message.quoted)}`
    case 'other':
      return `${who}: type ${message.type} code ${message.code}`
  }
}

/** ` for TCP 192.0.2.5:4000 to 192.0.2.10:80`; nothing when the quotation cannot be read. */
function quotation(quoted: Uint8Array): string {
  const decoded = decodeQuotedPacket(quoted)
  if (!decoded.ok) return ''
  const { source, destination, protocol, ports } = decoded.value
  const ends = `${socket(source, ports?.source)} to ${socket(destination, ports?.destination)}`
  return ` for ${ipProtocolName(protocol)} ${ends}`
}

function describeTransport(ends: IpEnds, protocol: number, bytes: Uint8Array): string {
  if (protocol === IP_PROTOCOL.tcp) {
    const tcp = decodeTcp(bytes)
    return tcp.ok ? describeTcp(ends, tcp.value) : notDecodable(`TCP ${fromTo(ends)}`, tcp.error)
  }
  if (protocol === IP_PROTOCOL.udp) {
    const udp = decodeUdp(bytes)
    if (!udp.ok) return notDecodable(`UDP ${fromTo(ends)}`, udp.error)
    const { sourcePort, destinationPort, payload } = udp.value
    return `UDP ${sockets(ends, sourcePort, destinationPort)}, ${payload.length} bytes`
  }
  const family = ends.source.family === 4 ? 'IPv4' : 'IPv6'
  return `${family} ${fromTo(ends)}, ${ipProtocolName(protocol)}, ${bytes.length} bytes`
}

function describeTcp(ends: IpEnds, segment: TcpSegment): string {
  const { sourcePort, destinationPort, payload } = segment
  if (payload.length > 0 && (sourcePort === BGP_PORT || destinationPort === BGP_PORT)) {
    const end = segment.flags & (TCP_FLAG.fin | TCP_FLAG.rst)
    const last = end === 0 ? '' : `, ${tcpFlagNames(end)}`
    return `BGP ${sockets(ends, sourcePort, destinationPort)}: ${describeBgpStream(payload)}${last}`
  }
  const details = [tcpFlagNames(segment.flags)]
  for (const option of segment.options) {
    if (option.kind === 'maximum-segment-size') details.push(`MSS ${option.bytes}`)
    if (option.kind === 'md5-signature') details.push('MD5 signature')
  }
  if (payload.length > 0) details.push(`${payload.length} bytes`)
  return `TCP ${sockets(ends, sourcePort, destinationPort)} ${details.join(', ')}`
}

const fragment = (ends: IpEnds, protocol: number, offsetBytes: number): string =>
  `${ipProtocolName(protocol)} ${fromTo(ends)}, fragment from byte ${offsetBytes}`

const fromTo = ({ source, destination }: IpEnds): string => `${formatIp(source)} to ${formatIp(destination)}`

const sockets = (ends: IpEnds, sourcePort: number, destinationPort: number): string =>
  `${socket(ends.source, sourcePort)} to ${socket(ends.destination, destinationPort)}`

function socket(address: Ip, port: number | undefined): string {
  const text = formatIp(address)
  if (port === undefined) return text
  return address.family === 4 ? `${text}:${port}` : `[${text}]:${port}`
}
