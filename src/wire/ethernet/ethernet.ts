// Ethernet frames without preamble and frame check sequence, as packet sockets and capture files carry them.
// Standards: IEEE 802.3 (length or type), 802.1Q (tags), 802.1ad (stacked tags), RFC 894, RFC 1042.
import type { Mac } from '../../net/mac.ts'
import { readMac, writeMac } from '../addresses.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'

export const ETHER_TYPE = { ipv4: 0x0800, arp: 0x0806, ipv6: 0x86dd } as const

/** Tag protocol identifiers: customer tag, service tag (802.1ad), and the one used before 802.1ad. */
export const TAG_PROTOCOL = { customer: 0x8100, service: 0x88a8, oldService: 0x9100 } as const

/** IEEE 802.3 §4.2.3.3: 64 bytes with the frame check sequence, which the hardware adds. */
export const MINIMUM_FRAME_BYTES = 60

/** One 802.1Q or 802.1ad tag. */
export interface VlanTag {
  readonly protocolId: number
  /** 0..7 */
  readonly priority: number
  readonly dropEligible: boolean
  /** 0..4095; 0 means priority only, no VLAN */
  readonly vlanId: number
}

interface EthernetCommon {
  readonly destination: Mac
  readonly source: Mac
  /** outermost first */
  readonly tags: readonly VlanTag[]
  readonly payload: Uint8Array
  /** what stands behind the payload to reach the minimum length; usually zeros */
  readonly padding: Uint8Array
}

/** A frame with an EtherType, the form that IP and ARP use. */
export interface TypedFrame extends EthernetCommon {
  readonly kind: 'typed'
  /** 0x0600 and above */
  readonly etherType: number
}

/** An IEEE 802.3 frame, whose length field gives the payload (LLC: spanning tree, IS-IS, old discovery protocols). */
export interface LengthFrame extends EthernetCommon {
  readonly kind: 'length'
}

export type EthernetFrame = TypedFrame | LengthFrame

/**
 * Decodes a whole frame; payload and padding are views.
 *
 *    0      6      12              14+4n      then
 *   | dst  | src  | n × tag (4)   | type/len | payload | padding |
 *   tag:  | protocol id (16) | priority (3) | drop eligible (1) | VLAN id (12) |
 *
 * Typed frames have no length of their own: for ARP, IPv4 and IPv6 it is taken from their header, for other types all
 * bytes count as payload.
 */
export function decodeEthernet(bytes: Uint8Array): Decoded<EthernetFrame> {
  return decoding('ethernet', 'IEEE 802.3 §3.2', bytes, (r) => {
    const destination = readMac(r)
    const source = readMac(r)
    const tags: VlanTag[] = []
    let lengthOrType = r.u16()
    while (isTagProtocol(lengthOrType)) {
      const [priority, dropEligible, vlanId] = r.bits(3, 1, 12)
      tags.push({ protocolId: lengthOrType, priority, dropEligible: dropEligible === 1, vlanId })
      lengthOrType = r.u16()
    }
    const addresses = { destination, source, tags }
    // IEEE 802.3 §3.2.6: up to 1500 it is a length, from 0x0600 a type; between them it means nothing.
    if (lengthOrType <= 1500)
      return { kind: 'length', ...addresses, payload: r.bytes(lengthOrType), padding: r.rest() }
    if (lengthOrType < 0x0600)
      throw r.reject('neither-length-nor-type', 'IEEE 802.3 §3.2.6', { at: r.at - 2, have: lengthOrType })
    const payload = r.bytes(typedPayloadLength(lengthOrType, r))
    return { kind: 'typed', ...addresses, etherType: lengthOrType, payload, padding: r.rest() }
  })
}

/**
 * Encodes a frame and fills it with zeros up to the minimum length behind its own padding.
 * @param minimumBytes 0 gives the frame as it stands, as a kernel shows its own frames before the card pads them
 */
export function encodeEthernet(frame: EthernetFrame, minimumBytes: number = MINIMUM_FRAME_BYTES): Uint8Array {
  const w = new Writer()
  writeMac(w, frame.destination)
  writeMac(w, frame.source)
  for (const { protocolId, priority, dropEligible, vlanId } of frame.tags)
    w.u16(protocolId).bits([priority, 3], [dropEligible, 1], [vlanId, 12])
  w.u16(frame.kind === 'typed' ? frame.etherType : frame.payload.length)
  w.bytes(frame.payload).bytes(frame.padding)
  return w.zeros(Math.max(0, minimumBytes - w.length)).finish()
}

const isTagProtocol = (value: number): boolean =>
  value === TAG_PROTOCOL.customer || value === TAG_PROTOCOL.service || value === TAG_PROTOCOL.oldService

/** Length that the payload's own header states, if that can be true; else everything that is left. */
function typedPayloadLength(etherType: number, r: Reader): number {
  const stated = statedLength(etherType, r)
  return stated === undefined || stated > r.remaining ? r.remaining : stated
}

function statedLength(etherType: number, r: Reader): number | undefined {
  const u8 = (offset: number) => r.peek(offset) ?? 0
  const u16 = (offset: number) => u8(offset) * 256 + u8(offset + 1)
  switch (etherType) {
    case ETHER_TYPE.arp:
      return 8 + 2 * (u8(4) + u8(5))
    case ETHER_TYPE.ipv4:
      // 0 is what a kernel leaves there when the card cuts a large packet into segments.
      return u8(0) >>> 4 === 4 && u16(2) >= 20 ? u16(2) : undefined
    case ETHER_TYPE.ipv6:
      return u8(0) >>> 4 === 6 ? 40 + u16(4) : undefined
    default:
      return undefined
  }
}
