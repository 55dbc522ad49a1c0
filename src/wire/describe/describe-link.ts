// One line in plain words for the link layer alone: ARP, and what an Ethernet frame carries.
import { decodeEthernet, ETHER_TYPE, type EthernetFrame } from '../ethernet/ethernet.ts'
import { describeArp } from './describe-arp.ts'
import { notDecodable } from './not-decodable.ts'

/**
 * `ARP who-has 192.0.2.10 tell 192.0.2.1 (02:00:00:00:00:01)`, with `VLAN 10: ` in front of tagged frames.
 * @param higher finds words for what is above the link layer; undefined for what it does not know
 */
export function describeLink(
  bytes: Uint8Array,
  higher: (frame: EthernetFrame) => string | undefined = () => undefined,
): string {
  const decoded = decodeEthernet(bytes)
  if (!decoded.ok) return notDecodable('Ethernet frame', decoded.error)
  const frame = decoded.value
  const tags = frame.tags.map(({ vlanId }) => `VLAN ${vlanId}: `).join('')
  return `${tags}${describeArpIn(frame) ?? higher(frame) ?? describeCarrier(frame)}`
}

const describeArpIn = (frame: EthernetFrame): string | undefined =>
  frame.kind === 'typed' && frame.etherType === ETHER_TYPE.arp ? describeArp(frame) : undefined

function describeCarrier(frame: EthernetFrame): string {
  const ends = `${frame.source} to ${frame.destination}`
  if (frame.kind === 'length') return `802.3 ${ends}, ${frame.payload.length} bytes`
  const type = `0x${frame.etherType.toString(16).padStart(4, '0')}`
  return `Ethernet ${ends}, type ${type}, ${frame.payload.length} bytes`
}
