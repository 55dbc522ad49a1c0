// One captured frame → what is told about it: which protocol, between whom, and one line in plain words.
// BFD and gossip over TCP are told by their ports and lengths: the one has no codec here, the other is a stream of its own.
import { formatIp, type Ip } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'
import { ARP_OPERATION, decodeArp } from '../../wire/arp/arp.ts'
import { describeBgpStream } from '../../wire/describe/describe-bgp.ts'
import { describeFrame } from '../../wire/describe/describe-frame.ts'
import { describeGossipPacket } from '../../wire/describe/describe-gossip.ts'
import { decodeEthernet, ETHER_TYPE, type EthernetFrame } from '../../wire/ethernet/ethernet.ts'
import { decodeIpv4 } from '../../wire/ip/ipv4.ts'
import { decodeIpv6 } from '../../wire/ip/ipv6.ts'
import { IP_PROTOCOL } from '../../wire/ip/protocols.ts'
import { decodeTcp, tcpFlagNames } from '../../wire/ip/tcp.ts'
import { decodeUdp } from '../../wire/ip/udp.ts'
import { decodeNdp } from '../../wire/ndp/ndp.ts'
import { type BgpHeader, readBgpHeaders } from './bgp-headers.ts'
import { BFD_PORTS, type CaptureKind, kindOfPorts } from './subject.ts'

export interface FrameEnd {
  readonly mac: Mac
  readonly ip: Ip | undefined
  readonly port: number | undefined
}

export type FrameDetails =
  | {
      readonly kind: 'arp'
      readonly operation: 'request' | 'reply' | number
      readonly senderMac: Mac
      readonly senderIp: Ip
      readonly targetMac: Mac
      readonly targetIp: Ip
    }
  | { readonly kind: 'ndp'; readonly message: string; readonly target: Ip | undefined }
  | {
      readonly kind: 'tcp'
      readonly flags: string
      readonly payloadBytes: number
      /** only of BGP */
      readonly messages: readonly BgpHeader[] | undefined
    }
  | { readonly kind: 'udp'; readonly payloadBytes: number }

export interface FrameAccount {
  /** `other`: what came through the filter and is none of ours, or cannot be decoded */
  readonly protocol: CaptureKind | 'other'
  /** one line, printable */
  readonly summary: string
  /** outermost first */
  readonly vlanIds: readonly number[]
  /** undefined when not even the Ethernet header can be read */
  readonly source: FrameEnd | undefined
  readonly destination: FrameEnd | undefined
  readonly details: FrameDetails | undefined
}

/** Total: for any bytes. */
export function accountOf(bytes: Uint8Array): FrameAccount {
  const nothing = { vlanIds: [], source: undefined, destination: undefined, details: undefined }
  const ethernet = decodeEthernet(bytes)
  if (!ethernet.ok) return { protocol: 'other', summary: describeFrame(bytes), ...nothing }
  const frame = ethernet.value
  const inner = payloadAccount(frame)
  const end = (mac: Mac, which: 0 | 1): FrameEnd => ({
    mac,
    ip: inner.ips?.[which],
    port: inner.ports?.[which],
  })
  const vlanIds = frame.tags.map(({ vlanId }) => vlanId)
  return {
    protocol: inner.protocol,
    summary:
      inner.summary === undefined
        ? describeFrame(bytes)
        : `${vlanIds.map((id) => `VLAN ${id}: `).join('')}${inner.summary}`,
    vlanIds,
    source: end(frame.source, 0),
    destination: end(frame.destination, 1),
    details: inner.details,
  }
}

interface Inner {
  readonly protocol: CaptureKind | 'other'
  readonly ips?: readonly [Ip, Ip]
  readonly ports?: readonly [number, number]
  readonly details?: FrameDetails
  /** in place of describeFrame's line */
  readonly summary?: string
}

const OTHER: Inner = { protocol: 'other' }

function payloadAccount(frame: EthernetFrame): Inner {
  if (frame.kind !== 'typed') return OTHER
  switch (frame.etherType) {
    case ETHER_TYPE.arp:
      return arpAccount(frame.payload)
    case ETHER_TYPE.ipv4: {
      const packet = decodeIpv4(frame.payload)
      if (!packet.ok || packet.value.fragmentOffsetBytes > 0) return OTHER
      const { source, destination, protocol, payload } = packet.value
      return transportAccount([source, destination], protocol, payload)
    }
    case ETHER_TYPE.ipv6: {
      const packet = decodeIpv6(frame.payload)
      if (!packet.ok) return OTHER
      const { source, destination, protocol, payload } = packet.value
      if (protocol !== IP_PROTOCOL.icmpv6) return transportAccount([source, destination], protocol, payload)
      const message = decodeNdp(payload, packet.value)
      // Those that must not be believed are neighbour discovery all the same; the summary says what is wrong.
      if (!message.ok) return { protocol: 'ndp', ips: [source, destination] }
      const target = 'target' in message.value ? message.value.target : undefined
      const details = { kind: 'ndp', message: message.value.kind, target } as const
      return { protocol: 'ndp', ips: [source, destination], details }
    }
    default:
      return OTHER
  }
}

function arpAccount(payload: Uint8Array): Inner {
  const decoded = decodeArp(payload)
  if (!decoded.ok) return { protocol: 'arp' }
  const { operation, senderMac, senderIp, targetMac, targetIp } = decoded.value
  const name =
    operation === ARP_OPERATION.request ? 'request' : operation === ARP_OPERATION.reply ? 'reply' : operation
  return {
    protocol: 'arp',
    ips: [senderIp, targetIp],
    details: { kind: 'arp', operation: name, senderMac, senderIp, targetMac, targetIp },
  }
}

function transportAccount(ips: readonly [Ip, Ip], protocol: number, payload: Uint8Array): Inner {
  if (protocol === IP_PROTOCOL.tcp) return tcpAccount(ips, payload)
  if (protocol === IP_PROTOCOL.udp) return udpAccount(ips, payload)
  return { protocol: 'other', ips }
}

function tcpAccount(ips: readonly [Ip, Ip], bytes: Uint8Array): Inner {
  const decoded = decodeTcp(bytes)
  if (!decoded.ok) return { protocol: 'other', ips }
  const { sourcePort, destinationPort, flags, payload } = decoded.value
  const ports = [sourcePort, destinationPort] as const
  const protocol = kindOfPorts('tcp', ports) ?? 'other'
  const bgp = protocol === 'bgp' && payload.length > 0 ? readBgpHeaders(payload) : undefined
  const details = {
    kind: 'tcp',
    flags: tcpFlagNames(flags),
    payloadBytes: payload.length,
    messages: bgp?.messages,
  } as const
  const common = { protocol, ips, ports, details } as const
  // Without contents it is TCP at work (handshake, acknowledgement, end), which describeFrame tells.
  if (payload.length === 0) return common
  if (bgp !== undefined)
    return { ...common, summary: `BGP ${between(ips, ports)}: ${describeBgpStream(payload)}` }
  if (protocol !== 'gossip') return common
  return { ...common, summary: `Gossip over TCP ${between(ips, ports)}, ${payload.length} bytes` }
}

function udpAccount(ips: readonly [Ip, Ip], bytes: Uint8Array): Inner {
  const decoded = decodeUdp(bytes)
  if (!decoded.ok) return { protocol: 'other', ips }
  const { sourcePort, destinationPort, payload } = decoded.value
  const ports = [sourcePort, destinationPort] as const
  const protocol = kindOfPorts('udp', ports) ?? 'other'
  const common = { protocol, ips, ports, details: { kind: 'udp', payloadBytes: payload.length } } as const
  if (protocol === 'other') return common
  if (protocol === 'gossip')
    return { ...common, summary: `Gossip ${between(ips, ports)}: ${describeGossipPacket(payload)}` }
  return { ...common, summary: `${bfdName(ports)} ${between(ips, ports)}, ${payload.length} bytes` }
}

/** The destination decides: control packets of both ends carry the well-known port there (RFC 5881 §4). */
function bfdName([source, destination]: readonly [number, number]): string {
  const is = (port: number): boolean =>
    destination === port || (source === port && !(Object.values(BFD_PORTS) as number[]).includes(destination))
  if (is(BFD_PORTS.multihop)) return 'BFD multihop control'
  return is(BFD_PORTS.echo) ? 'BFD echo' : 'BFD control'
}

const between = (ips: readonly [Ip, Ip], ports: readonly [number, number]): string =>
  `${socketName(ips[0], ports[0])} to ${socketName(ips[1], ports[1])}`

const socketName = (address: Ip, port: number): string =>
  address.family === 4 ? `${formatIp(address)}:${port}` : `[${formatIp(address)}]:${port}`
