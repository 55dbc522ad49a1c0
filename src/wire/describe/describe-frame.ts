// One line in plain words for any Ethernet frame: what `lbctl capture` prints. Total: bytes that cannot be decoded are
// described by the reason. No line holds control characters, whatever the frame holds.
import { formatIp } from '../../net/ip.ts'
import { BROADCAST_MAC, ZERO_MAC } from '../../net/mac.ts'
import { ARP_OPERATION, type ArpPacket, decodeArp } from '../arp/arp.ts'
import { decodeEthernet, ETHER_TYPE, type EthernetFrame } from '../ethernet/ethernet.ts'
import { describeIpv4, describeIpv6 } from './describe-ip.ts'
import { notDecodable } from './not-decodable.ts'

/** `ARP who-has 192.0.2.10 tell 192.0.2.1 (02:00:00:00:00:01)`, with `VLAN 10: ` in front of tagged frames. */
export function describeFrame(bytes: Uint8Array): string {
  const decoded = decodeEthernet(bytes)
  if (!decoded.ok) return notDecodable('Ethernet frame', decoded.error)
  const frame = decoded.value
  const tags = frame.tags.map(({ vlanId }) => `VLAN ${vlanId}: `).join('')
  return `${tags}${describePayload(frame)}`
}

function describePayload(frame: EthernetFrame): string {
  const ends = `${frame.source} to ${frame.destination}`
  if (frame.kind === 'length') return `802.3 ${ends}, ${frame.payload.length} bytes`
  switch (frame.etherType) {
    case ETHER_TYPE.arp: {
      const arp = decodeArp(frame.payload)
      return arp.ok
        ? `ARP ${describeArp(arp.value, frame)}`
        : notDecodable(`ARP from ${frame.source}`, arp.error)
    }
    case ETHER_TYPE.ipv4:
      return describeIpv4(frame)
    case ETHER_TYPE.ipv6:
      return describeIpv6(frame)
    default: {
      const type = `0x${frame.etherType.toString(16).padStart(4, '0')}`
      return `Ethernet ${ends}, type ${type}, ${frame.payload.length} bytes`
    }
  }
}

function describeArp(arp: ArpPacket, frame: EthernetFrame): string {
  const sender = formatIp(arp.senderIp)
  const target = formatIp(arp.targetIp)
  // A sender address that is not the frame's source is what proxies and forgers show.
  const carrier = arp.senderMac === frame.source ? '' : `, frame from ${frame.source}`
  const isAboutItself = arp.senderIp.value === arp.targetIp.value
  if (arp.operation === ARP_OPERATION.request) {
    const unicast = frame.destination === BROADCAST_MAC ? '' : `, asked of ${frame.destination}`
    if (arp.senderIp.value === 0n) return `probe who-has ${target} (${arp.senderMac})${unicast}${carrier}`
    if (isAboutItself) return `announcement ${target} is-at ${arp.senderMac}${unicast}${carrier}`
    return `who-has ${target} tell ${sender} (${arp.senderMac})${unicast}${carrier}`
  }
  if (arp.operation === ARP_OPERATION.reply) {
    if (isAboutItself) return `announcement (reply) ${sender} is-at ${arp.senderMac}${carrier}`
    const asker = arp.targetMac === ZERO_MAC ? '' : ` (${arp.targetMac})`
    return `${sender} is-at ${arp.senderMac}, told to ${target}${asker}${carrier}`
  }
  return `operation ${arp.operation} from ${sender} (${arp.senderMac}) to ${target} (${arp.targetMac})${carrier}`
}
