// Does a frame say that one of our addresses is somebody's? Answered for each frame that passed the filter, so the common
// answer (no) costs one look-up.
import type { ForeignClaim } from '../../layer2/ports.ts'
import { type Mac, macFromBytes } from '../../net/mac.ts'
import { ARP_OPERATION, decodeArp } from '../../wire/arp/arp.ts'
import { decodeEthernet } from '../../wire/ethernet/ethernet.ts'
import { decodeIpv6 } from '../../wire/ip/ipv6.ts'
import { decodeNdp, NDP_TYPE } from '../../wire/ndp/ndp.ts'
import type { OwnedAddressSet } from './owned-addresses.ts'

export type Claim = Omit<ForeignClaim, 'count' | 'interfaceName'>

const ARP_HEADER_AT = 14
const ARP_SENDER_IP_AT = 28
const ARP_FRAME_BYTES = 42

/** An ARP packet of any operation whose sender address is ours (RFC 5227 §2.4). The caller knows which MACs are its own. */
export function arpClaim(frame: Buffer, length: number, owned: OwnedAddressSet): Claim | undefined {
  if (length < ARP_FRAME_BYTES) return undefined
  const entry = owned.ipv4(frame.readInt32BE(ARP_SENDER_IP_AT))
  if (entry === undefined) return undefined
  const arp = decodeArp(frame.subarray(ARP_HEADER_AT, Math.min(length, frame.length)))
  if (!arp.ok) return undefined
  const kind = arp.value.operation === ARP_OPERATION.request ? 'arp-request' : 'arp-reply'
  return { address: entry.address, mac: arp.value.senderMac, kind }
}

const IPV6_SOURCE_AT = 22
const ICMP_TYPE_AT = 54

/** An advertisement of our address, or a probe for duplicates of it (RFC 4862 §5.4.3, §5.4.4). */
export function neighbourClaim(buffer: Buffer, length: number, owned: OwnedAddressSet): Claim | undefined {
  // Solicitations from an address, the usual frames, end here.
  if (buffer[ICMP_TYPE_AT] !== NDP_TYPE.neighborAdvertisement && buffer[IPV6_SOURCE_AT] !== 0)
    return undefined
  const frame = buffer.subarray(0, Math.min(length, buffer.length))
  const ethernet = decodeEthernet(frame)
  if (!ethernet.ok) return undefined
  const packet = decodeIpv6(ethernet.value.payload)
  if (!packet.ok) return undefined
  const fromNobody = packet.value.source.value === 0n
  const message = decodeNdp(packet.value.payload, packet.value)
  if (!message.ok) return undefined
  if (message.value.kind === 'neighbor-advertisement') {
    const entry = owned.ipv6Address(message.value.target)
    const [mac = ethernet.value.source] = message.value.options.flatMap((option) =>
      option.kind === 'target-link-layer-address' ? [option.mac] : [],
    )
    return entry === undefined ? undefined : { address: entry.address, mac, kind: 'neighbor-advertisement' }
  }
  if (message.value.kind !== 'neighbor-solicitation' || !fromNobody) return undefined
  const entry = owned.ipv6Address(message.value.target)
  const mac: Mac | undefined = macFromBytes(frame.subarray(6, 12))
  return entry === undefined || mac === undefined
    ? undefined
    : { address: entry.address, mac, kind: 'duplicate-address-probe' }
}
