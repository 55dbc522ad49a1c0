// TCP segments: enough to send a SYN probe and to show what passes by. The connection itself is the kernel's.
// Standards: RFC 9293 §3.1; RFC 3168 (ECE, CWR); RFC 9768 (AE, formerly the nonce sum).
import { type IpEnds, transportChecksum } from '../checksum.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import { Writer } from '../writer.ts'
import { IP_PROTOCOL } from './protocols.ts'
import { readTcpOptions, type TcpOption, writeTcpOption } from './tcp-options.ts'

/** Bits of `TcpSegment.flags`. */
export const TCP_FLAG = {
  fin: 0x001,
  syn: 0x002,
  rst: 0x004,
  psh: 0x008,
  ack: 0x010,
  urg: 0x020,
  ece: 0x040,
  cwr: 0x080,
  ae: 0x100,
} as const

export interface TcpSegment {
  readonly sourcePort: number
  readonly destinationPort: number
  readonly sequence: number
  readonly acknowledgment: number
  /** sum of TCP_FLAG bits */
  readonly flags: number
  /** as on the wire, not scaled */
  readonly window: number
  readonly urgentPointer: number
  /** in order; the end-of-options mark and padding are left out */
  readonly options: readonly TcpOption[]
  readonly payload: Uint8Array
}

const FIXED_HEADER_BYTES = 20

/**
 * Decodes a segment. The checksum is not checked: in a capture on the sending host the card has not filled it in yet.
 * Ask `tcpChecksumIsRight` where it matters.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   |          source port          |       destination port        |
 *   |                        sequence number                        |
 *   |                     acknowledgment number                     |
 *   | offset| rsvd|A|C|E|U|A|P|R|S|F|            window             |
 *   |           checksum            |        urgent pointer         |
 *   |               options (offset − 5 words) …                    |
 */
export function decodeTcp(bytes: Uint8Array): Decoded<TcpSegment> {
  return decoding('tcp', 'RFC 9293 §3.1', bytes, (r) => {
    const sourcePort = r.u16()
    const destinationPort = r.u16()
    const sequence = r.u32()
    const acknowledgment = r.u32()
    const [dataOffset, , flags] = r.bits(4, 3, 9)
    if (dataOffset < 5)
      throw r.reject('data-offset-below-minimum', 'RFC 9293 §3.1', { at: 12, need: 5, have: dataOffset })
    const window = r.u16()
    r.skip(2)
    const urgentPointer = r.u16()
    const options = readTcpOptions(r.sub(dataOffset * 4 - FIXED_HEADER_BYTES))
    const ports = { sourcePort, destinationPort, sequence, acknowledgment }
    return { ...ports, flags, window, urgentPointer, options, payload: r.rest() }
  })
}

/** Encodes a segment with its checksum, which covers the addresses. Options may take 40 bytes. */
export function encodeTcp(segment: TcpSegment, ends: IpEnds): Uint8Array {
  const options = new Writer()
  for (const option of segment.options) writeTcpOption(options, option)
  // RFC 9293 §3.1: the header ends on a 32-bit boundary, padded with zeros, which read as the end of options.
  options.zeros((4 - (options.length % 4)) % 4)
  const w = new Writer()
  w.u16(segment.sourcePort).u16(segment.destinationPort)
  w.u32(segment.sequence).u32(segment.acknowledgment)
  w.bits([(FIXED_HEADER_BYTES + options.length) / 4, 4], [0, 3], [segment.flags, 9])
  w.u16(segment.window).u16(0).u16(segment.urgentPointer)
  w.bytes(options.finish()).bytes(segment.payload)
  return w.patchU16(16, transportChecksum(ends, IP_PROTOCOL.tcp, w.finish())).finish()
}

/** @param segment header and payload, without anything behind them */
export const tcpChecksumIsRight = (segment: Uint8Array, ends: IpEnds): boolean =>
  transportChecksum(ends, IP_PROTOCOL.tcp, segment) === 0

/** `SYN ACK`, in the order of the handshake; `no flags` when there are none. */
export function tcpFlagNames(flags: number): string {
  const names = Object.entries(TCP_FLAG).filter(([, bit]) => (flags & bit) !== 0)
  return names.map(([name]) => name.toUpperCase()).join(' ') || 'no flags'
}
