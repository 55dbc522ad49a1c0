import type { Ip } from '../../net/ip.ts'
import { decodeArp } from '../../wire/arp/arp.ts'
import { decodeEthernet, ETHER_TYPE } from '../../wire/ethernet/ethernet.ts'
import { decodeIpv6 } from '../../wire/ip/ipv6.ts'
import { IP_PROTOCOL } from '../../wire/ip/protocols.ts'
import { decodeNdp } from '../../wire/ndp/ndp.ts'

/** The address that the sender of the frame says is its own; who says so is for `claimIn`. */
export function claimedAddress(bytes: Uint8Array): Ip | undefined {
  const frame = decodeEthernet(bytes)
  if (!frame.ok || frame.value.kind !== 'typed') return undefined
  const { etherType, payload } = frame.value
  if (etherType === ETHER_TYPE.arp) {
    const arp = decodeArp(payload)
    return arp.ok ? arp.value.senderIp : undefined
  }
  if (etherType !== ETHER_TYPE.ipv6) return undefined
  const packet = decodeIpv6(payload)
  if (!packet.ok || packet.value.protocol !== IP_PROTOCOL.icmpv6) return undefined
  const ndp = decodeNdp(packet.value.payload, packet.value)
  return ndp.ok && ndp.value.kind === 'neighbor-advertisement' ? ndp.value.target : undefined
}
