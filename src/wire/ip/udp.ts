// UDP datagrams.
// Standards: RFC 768; RFC 8200 §8.1 (the checksum is not optional in IPv6).
import { type IpEnds, transportChecksum } from '../checksum.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import { Writer } from '../writer.ts'
import { IP_PROTOCOL } from './protocols.ts'

export interface UdpDatagram {
  readonly sourcePort: number
  readonly destinationPort: number
  readonly payload: Uint8Array
}

/**
 * Decodes a datagram. The checksum is not checked: in a capture on the sending host the card has not filled it in yet.
 * Ask `udpChecksumIsRight` where it matters.
 *
 *    0             2                  4          6           8
 *   | source port | destination port | length   | checksum  | payload …
 */
export function decodeUdp(bytes: Uint8Array): Decoded<UdpDatagram> {
  return decoding('udp', 'RFC 768', bytes, (r) => {
    const sourcePort = r.u16()
    const destinationPort = r.u16()
    const length = r.u16()
    // RFC 768: the length includes the header.
    if (length < 8) throw r.reject('length-below-header', 'RFC 768', { at: 4, need: 8, have: length })
    r.skip(2)
    return { sourcePort, destinationPort, payload: r.bytes(length - 8) }
  })
}

/** Encodes a datagram with its checksum, which covers the addresses. */
export function encodeUdp({ sourcePort, destinationPort, payload }: UdpDatagram, ends: IpEnds): Uint8Array {
  const w = new Writer()
  w.u16(sourcePort)
    .u16(destinationPort)
    .u16(8 + payload.length)
    .u16(0)
    .bytes(payload)
  const checksum = transportChecksum(ends, IP_PROTOCOL.udp, w.finish())
  // RFC 768: a computed zero is sent as all ones, because zero means "no checksum".
  return w.patchU16(6, checksum === 0 ? 0xffff : checksum).finish()
}

/** @param datagram header and payload, without anything behind them */
export function udpChecksumIsRight(datagram: Uint8Array, ends: IpEnds): boolean {
  const absent = datagram[6] === 0 && datagram[7] === 0
  if (absent) return ends.source.family === 4
  return transportChecksum(ends, IP_PROTOCOL.udp, datagram) === 0
}
