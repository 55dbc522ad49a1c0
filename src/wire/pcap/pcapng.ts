// The capture file of today: several interfaces, nanoseconds, directions and comments. Written little-endian.
// Standard: draft-ietf-opsawg-pcapng ("PCAP Next Generation Capture File Format").
//
// A file is a run of blocks: pcapngHeader once, then a pcapngPacket for each packet as it comes.
//
//    0      4               8         …         length − 4
//   | type | total length  | body … | options … | total length |
//   option:  | code (16) | length (16) | value, padded to 4 bytes |

import { encodeUtf8 } from '../utf8.ts'
import { Writer } from '../writer.ts'
import type { Capture, CapturedPacket, CaptureInterface } from './capture.ts'

export const BLOCK = { sectionHeader: 0x0a0d0d0a, interfaceDescription: 1, enhancedPacket: 6 } as const
export const BYTE_ORDER_MAGIC = 0x1a2b3c4d
export const OPTION = {
  end: 0,
  comment: 1,
  interfaceName: 2,
  packetFlags: 2,
  timestampResolution: 9,
  application: 4,
} as const
/** §4.3.1, epb_flags: the two lowest bits. */
export const DIRECTION_BITS = { received: 1, sent: 2 } as const

/** §4.2: timestamps count units of 10^-9 s. */
const NANOSECONDS = 9

/** Starts a file: section header and one description per interface. */
export function pcapngHeader(interfaces: readonly CaptureInterface[], application = 'lbctl'): Uint8Array {
  const w = new Writer({ littleEndian: true })
  writeBlock(w, BLOCK.sectionHeader, (body) => {
    // §4.1: a section length of all ones means "not known yet".
    body.u32(BYTE_ORDER_MAGIC).u16(1).u16(0).u64(0xffff_ffff_ffff_ffffn)
    writeOptions(body, [[OPTION.application, encodeUtf8(application)]])
  })
  for (const { name, linkType, snapLengthBytes } of interfaces) {
    writeBlock(w, BLOCK.interfaceDescription, (body) => {
      body.u16(linkType).u16(0).u32(snapLengthBytes)
      const named = name === undefined ? [] : [[OPTION.interfaceName, encodeUtf8(name)] as const]
      writeOptions(body, [...named, [OPTION.timestampResolution, Uint8Array.of(NANOSECONDS)]])
    })
  }
  return w.finish()
}

/** One enhanced packet block. */
export function pcapngPacket(packet: CapturedPacket): Uint8Array {
  const { timestampNs, bytes, direction, comment } = packet
  const w = new Writer({ littleEndian: true })
  writeBlock(w, BLOCK.enhancedPacket, (body) => {
    body.u32(packet.interfaceIndex)
    // §4.3: the upper half of the timestamp comes first in either byte order.
    body.u32(Number(timestampNs >> 32n)).u32(Number(timestampNs & 0xffff_ffffn))
    body.u32(bytes.length).u32(packet.originalBytes).bytes(bytes).zeros(paddingOf(bytes.length))
    const options: [number, Uint8Array][] = []
    if (comment !== undefined) options.push([OPTION.comment, encodeUtf8(comment)])
    if (direction !== undefined)
      options.push([OPTION.packetFlags, Uint8Array.of(DIRECTION_BITS[direction], 0, 0, 0)])
    writeOptions(body, options)
  })
  return w.finish()
}

/** A whole file at once. */
export function encodePcapng({ interfaces, packets }: Capture): Uint8Array {
  const w = new Writer()
  w.bytes(pcapngHeader(interfaces))
  for (const packet of packets) w.bytes(pcapngPacket(packet))
  return w.finish()
}

/** Bytes that fill up to a multiple of 4. */
export const paddingOf = (length: number): number => (4 - (length % 4)) % 4

function writeBlock(w: Writer, type: number, writeBody: (body: Writer) => void): void {
  const body = new Writer({ littleEndian: true })
  writeBody(body)
  const total = body.length + 12
  w.u32(type).u32(total).bytes(body.finish()).u32(total)
}

function writeOptions(w: Writer, options: readonly (readonly [code: number, value: Uint8Array])[]): void {
  if (options.length === 0) return
  for (const [code, value] of options)
    w.u16(code).u16(value.length).bytes(value).zeros(paddingOf(value.length))
  w.u16(OPTION.end).u16(0)
}
