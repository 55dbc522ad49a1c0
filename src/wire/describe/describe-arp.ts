// One line in plain words for ARP.
import { formatIp } from '../../net/ip.ts'
import { BROADCAST_MAC, ZERO_MAC } from '../../net/mac.ts'
import { ARP_OPERATION, type ArpPacket, decodeArp } from '../arp/arp.ts'
import type { TypedFrame } from '../ethernet/ethernet.ts'
import { notDecodable } from './not-decodable.ts'

/** `ARP who-has 192.0.2.10 tell 192.0.2.1 (02:00:00:00:00:01)` */
export function describeArp(frame: TypedFrame): string {
  const arp = decodeArp(frame.payload)
  return arp.ok
    ? `ARP ${describePacket(arp.value, frame)}`
    : notDecodable(`ARP from ${frame.source}`, arp.error)
}

function describePacket(arp: ArpPacket, frame: TypedFrame): string {
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
