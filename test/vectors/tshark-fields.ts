// Our decoding of a frame in tshark's terms, so that the two can be compared field by field.
import { formatIp } from '../../src/net/ip.ts'
import { type ArpPacket, decodeArp } from '../../src/wire/arp/arp.ts'
import type { IpEnds } from '../../src/wire/checksum.ts'
import type { Decoded } from '../../src/wire/decode-error.ts'
import { formatDecodeError } from '../../src/wire/decode-error.ts'
import { decodeEthernet, type EthernetFrame } from '../../src/wire/ethernet/ethernet.ts'
import { decodeIcmpv4, type Icmpv4Message } from '../../src/wire/ip/icmpv4.ts'
import { decodeIcmpv6, type Icmpv6Message } from '../../src/wire/ip/icmpv6.ts'
import { decodeIpv4 } from '../../src/wire/ip/ipv4.ts'
import { decodeIpv6, type Ipv6Packet } from '../../src/wire/ip/ipv6.ts'
import { decodeQuotedPacket } from '../../src/wire/ip/quoted-packet.ts'
import { decodeTcp, tcpChecksumIsRight } from '../../src/wire/ip/tcp.ts'
import { decodeUdp, udpChecksumIsRight } from '../../src/wire/ip/udp.ts'
import { decodeNdp, isNdpType, type NdpMessage } from '../../src/wire/ndp/ndp.ts'
import type { NdpOption } from '../../src/wire/ndp/options.ts'
import type { Fields } from '../support/tshark.ts'

/** Our decoding of a frame in tshark's terms. Throws when a codec refuses it: the frames given here are good ones. */
export function fieldsOf(frame: Uint8Array): Fields {
  const fields: Fields = {}
  const add: Add = (key, value) => {
    fields[key] ??= []
    fields[key].push(typeof value === 'boolean' ? String(Number(value)) : String(value))
  }
  ethernetFields(expectValue(decodeEthernet(frame)), add)
  return fields
}

type Add = (key: string, value: string | number | bigint | boolean) => void

function expectValue<T>(decoded: Decoded<T>): T {
  if (!decoded.ok) throw new Error(formatDecodeError(decoded.error))
  return decoded.value
}

const hex = (value: number, digits: number) => `0x${value.toString(16).padStart(digits, '0')}`

function ethernetFields(frame: EthernetFrame, add: Add): void {
  add('eth.dst', frame.destination)
  add('eth.src', frame.source)
  for (const { protocolId, vlanId, priority } of frame.tags) {
    add(protocolId === 0x88a8 ? 'ieee8021ad.id' : 'vlan.id', vlanId)
    if (protocolId === 0x8100) add('vlan.priority', priority)
  }
  if (frame.kind === 'length') {
    add('eth.len', frame.payload.length)
    return
  }
  if (frame.etherType === 0x0806) arpFields(expectValue(decodeArp(frame.payload)), add)
  if (frame.etherType === 0x0800) ipv4Fields(frame.payload, add)
  if (frame.etherType === 0x86dd) ipv6Fields(expectValue(decodeIpv6(frame.payload)), add)
}

function arpFields(arp: ArpPacket, add: Add): void {
  add('arp.opcode', arp.operation)
  add('arp.src.hw_mac', arp.senderMac)
  add('arp.src.proto_ipv4', formatIp(arp.senderIp))
  add('arp.dst.hw_mac', arp.targetMac)
  add('arp.dst.proto_ipv4', formatIp(arp.targetIp))
}

function ipv4Fields(bytes: Uint8Array, add: Add): void {
  const packet = expectValue(decodeIpv4(bytes))
  add('ip.src', formatIp(packet.source))
  add('ip.dst', formatIp(packet.destination))
  add('ip.ttl', packet.hopLimit)
  add('ip.proto', packet.protocol)
  if (packet.protocol === 1) icmpv4Fields(expectValue(decodeIcmpv4(packet.payload)), add)
  else {
    add('ip.id', hex(packet.identification, 4))
    add('ip.flags.df', packet.dontFragment)
    transportFields(packet.protocol, packet.payload, packet, add)
  }
}

function ipv6Fields(packet: Ipv6Packet, add: Add): void {
  add('ipv6.src', formatIp(packet.source))
  add('ipv6.dst', formatIp(packet.destination))
  add('ipv6.hlim', packet.hopLimit)
  if (packet.protocol !== 58) {
    add('ipv6.flow', hex(packet.flowLabel, 6))
    transportFields(packet.protocol, packet.payload, packet, add)
  } else if (isNdpType(packet.payload[0])) {
    add('icmpv6.type', packet.payload[0] ?? 0)
    ndpFields(expectValue(decodeNdp(packet.payload, packet)), add)
  } else icmpv6Fields(expectValue(decodeIcmpv6(packet.payload, packet)), add)
}

function transportFields(protocol: number, bytes: Uint8Array, ends: IpEnds, add: Add): void {
  if (protocol === 17) {
    const udp = expectValue(decodeUdp(bytes))
    if (!udpChecksumIsRight(bytes, ends)) throw new Error('UDP checksum is wrong')
    add('udp.srcport', udp.sourcePort)
    add('udp.dstport', udp.destinationPort)
    add('udp.length', udp.payload.length + 8)
  }
  if (protocol !== 6) return
  const tcp = expectValue(decodeTcp(bytes))
  if (!tcpChecksumIsRight(bytes, ends)) throw new Error('TCP checksum is wrong')
  add('tcp.srcport', tcp.sourcePort)
  add('tcp.dstport', tcp.destinationPort)
  add('tcp.seq_raw', tcp.sequence)
  add('tcp.ack_raw', tcp.acknowledgment)
  add('tcp.flags', hex(tcp.flags, 4))
  add('tcp.window_size_value', tcp.window)
  for (const option of tcp.options) {
    if (option.kind === 'maximum-segment-size') add('tcp.options.mss_val', option.bytes)
    if (option.kind === 'window-scale') add('tcp.options.wscale.shift', option.shift)
    if (option.kind === 'timestamps') add('tcp.options.timestamp.tsval', option.value)
    if (option.kind === 'md5-signature') add('tcp.options.md5.digest', colons(option.digest))
  }
}

const colons = (bytes: Uint8Array) => (Buffer.from(bytes).toString('hex').match(/../g) ?? []).join(':')

/** The packet inside an ICMP error appears in tshark's lists behind the outer one. */
function quotationFields(quoted: Uint8Array, add: Add): void {
  const { source, destination, protocol, hopLimit, ports } = expectValue(decodeQuotedPacket(quoted))
  const ip = source.family === 4 ? 'ip' : 'ipv6'
  add(`${ip}.src`, formatIp(source))
  add(`${ip}.dst`, formatIp(destination))
  add(source.family === 4 ? 'ip.ttl' : 'ipv6.hlim', hopLimit)
  if (source.family === 4) add('ip.proto', protocol)
  if (ports === undefined) return
  add(protocol === 6 ? 'tcp.srcport' : 'udp.srcport', ports.source)
  add(protocol === 6 ? 'tcp.dstport' : 'udp.dstport', ports.destination)
}

function icmpv4Fields(message: Icmpv4Message, add: Add): void {
  switch (message.kind) {
    case 'echo-request':
    case 'echo-reply':
      add('icmp.type', message.kind === 'echo-request' ? 8 : 0)
      add('icmp.ident', message.identifier)
      add('icmp.seq', message.sequence)
      break
    case 'destination-unreachable':
      if (message.code === 4) add('icmp.mtu', message.nextHopMtu)
      quotationFields(message.quoted, add)
      break
    case 'time-exceeded':
      quotationFields(message.quoted, add)
      break
    case 'redirect':
    case 'other':
      break
  }
}

function icmpv6Fields(message: Icmpv6Message, add: Add): void {
  switch (message.kind) {
    case 'echo-request':
    case 'echo-reply':
      add('icmpv6.type', message.kind === 'echo-request' ? 128 : 129)
      add('icmpv6.echo.identifier', hex(message.identifier, 4))
      add('icmpv6.echo.sequence_number', message.sequence)
      break
    case 'destination-unreachable':
    case 'time-exceeded':
      add('icmpv6.code', message.code)
      quotationFields(message.quoted, add)
      break
    case 'packet-too-big':
      add('icmpv6.mtu', message.mtu)
      quotationFields(message.quoted, add)
      break
    case 'parameter-problem':
      quotationFields(message.quoted, add)
      break
    case 'other':
      add('icmpv6.type', message.type)
      add('icmpv6.code', message.code)
      break
  }
}

function ndpFields(message: NdpMessage, add: Add): void {
  if (message.kind === 'neighbor-solicitation') add('icmpv6.nd.ns.target_address', formatIp(message.target))
  if (message.kind === 'neighbor-advertisement') {
    add('icmpv6.nd.na.target_address', formatIp(message.target))
    add('icmpv6.nd.na.flag.r', message.router)
    add('icmpv6.nd.na.flag.s', message.solicited)
    add('icmpv6.nd.na.flag.o', message.override)
  }
  if (message.kind === 'router-advertisement') {
    add('icmpv6.nd.ra.cur_hop_limit', message.currentHopLimit)
    add('icmpv6.nd.ra.flag.m', message.managedAddresses)
    add('icmpv6.nd.ra.flag.o', message.otherConfiguration)
    add('icmpv6.nd.ra.flag.h', message.homeAgent)
    add('icmpv6.nd.ra.flag.prf', { medium: 0, high: 1, low: 3 }[message.preference])
    add('icmpv6.nd.ra.router_lifetime', message.routerLifetimeSeconds)
    add('icmpv6.nd.ra.reachable_time', message.reachableTimeMs)
    add('icmpv6.nd.ra.retrans_timer', message.retransTimerMs)
  }
  for (const option of message.options) optionFields(option, add)
}

function optionFields(option: NdpOption, add: Add): void {
  switch (option.kind) {
    case 'source-link-layer-address':
    case 'target-link-layer-address':
      add('icmpv6.opt.type', option.kind === 'source-link-layer-address' ? 1 : 2)
      add('icmpv6.opt.linkaddr', option.mac)
      break
    case 'prefix-information':
      add('icmpv6.opt.type', 3)
      add('icmpv6.opt.prefix', formatIp(option.prefix))
      add('icmpv6.opt.prefix.length', option.prefixLength)
      add('icmpv6.opt.prefix.flag.l', option.onLink)
      add('icmpv6.opt.prefix.flag.a', option.autonomous)
      add('icmpv6.opt.prefix.valid_lifetime', option.validLifetimeSeconds)
      add('icmpv6.opt.prefix.preferred_lifetime', option.preferredLifetimeSeconds)
      break
    case 'mtu':
      add('icmpv6.opt.type', 5)
      add('icmpv6.opt.mtu', option.mtu)
      break
    case 'recursive-dns-server':
      add('icmpv6.opt.type', 25)
      add('icmpv6.opt.rdnss.lifetime', option.lifetimeSeconds)
      for (const address of option.addresses) add('icmpv6.opt.rdnss', formatIp(address))
      break
    case 'nonce':
      add('icmpv6.opt.type', 14)
      add('icmpv6.opt.nonce', colons(option.nonce))
      break
    case 'unknown':
      add('icmpv6.opt.type', option.type)
      break
  }
}
