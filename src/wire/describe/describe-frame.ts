// One line in plain words for any Ethernet frame: what `lbctl capture` prints. Total: bytes that cannot be decoded are
// described by the reason. No line holds control characters, whatever the frame holds.
import { ETHER_TYPE, type EthernetFrame } from '../ethernet/ethernet.ts'
import { describeIpv4, describeIpv6 } from './describe-ip.ts'
import { describeLink } from './describe-link.ts'

/** `ARP who-has 192.0.2.10 tell 192.0.2.1 (02:00:00:00:00:01)`, with `VLAN 10: ` in front of tagged frames. */
export const describeFrame = (bytes: Uint8Array): string => describeLink(bytes, describeIp)

function describeIp(frame: EthernetFrame): string | undefined {
  if (frame.kind === 'length') return undefined
  if (frame.etherType === ETHER_TYPE.ipv4) return describeIpv4(frame)
  return frame.etherType === ETHER_TYPE.ipv6 ? describeIpv6(frame) : undefined
}
