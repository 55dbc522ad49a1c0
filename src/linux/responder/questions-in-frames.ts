// Who asks for which address, of frames that are an ARP request or a neighbour solicitation. Read for the refresh of neighbours only.
import type { Asker } from '../../layer2/askers.ts'
import type { Ip } from '../../net/ip.ts'
import { macFromBytes } from '../../net/mac.ts'
import { decodeArp } from '../../wire/arp/arp.ts'
import { decodeEthernet } from '../../wire/ethernet/ethernet.ts'
import { decodeIpv6 } from '../../wire/ip/ipv6.ts'
import { decodeNdp } from '../../wire/ndp/ndp.ts'

export interface Question {
  readonly target: Ip
  readonly asker: Asker
}

const ARP_AT = 14
const ETHERNET_SOURCE_AT = 6

/** Of an ARP request. */
export function arpQuestion(buffer: Buffer, length: number): Question | undefined {
  const arp = decodeArp(buffer.subarray(ARP_AT, Math.min(length, buffer.length)))
  if (!arp.ok) return undefined
  const { targetIp, senderIp, senderMac } = arp.value
  return { target: targetIp, asker: { address: senderIp, mac: senderMac } }
}

/** Of a neighbour solicitation. Its sender is where its option says, or where it came from (RFC 4861 §7.2.4). */
export function neighbourQuestion(buffer: Buffer, length: number): Question | undefined {
  const frame = buffer.subarray(0, Math.min(length, buffer.length))
  const ethernet = decodeEthernet(frame)
  if (!ethernet.ok) return undefined
  const packet = decodeIpv6(ethernet.value.payload)
  if (!packet.ok) return undefined
  const message = decodeNdp(packet.value.payload, packet.value)
  if (!message.ok || message.value.kind !== 'neighbor-solicitation') return undefined
  const [mac = macFromBytes(frame.subarray(ETHERNET_SOURCE_AT, ETHERNET_SOURCE_AT + 6))] =
    message.value.options.flatMap((option) =>
      option.kind === 'source-link-layer-address' ? [option.mac] : [],
    )
  return mac === undefined
    ? undefined
    : { target: message.value.target, asker: { address: packet.value.source, mac } }
}
