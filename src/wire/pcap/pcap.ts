// The classic capture file. Written little-endian with nanoseconds; read in either byte order, micro- or nanoseconds.
// Standard: draft-ietf-opsawg-pcap ("PCAP Capture File Format").
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'
import { type Capture, type CapturedPacket, ticksToNs } from './capture.ts'

const SPECIFICATION = 'draft-ietf-opsawg-pcap'
const MAGIC_MICROSECONDS = 0xa1b2c3d4
const MAGIC_NANOSECONDS = 0xa1b23c4d
const SECOND_NS = 1_000_000_000n

/** What stands at the start of the file, 24 bytes: | magic | 2 | 4 | 0 | 0 | snap length | link type |. */
export function pcapHeader(linkType: number, snapLengthBytes: number): Uint8Array {
  const w = new Writer({ littleEndian: true })
  return w.u32(MAGIC_NANOSECONDS).u16(2).u16(4).u32(0).u32(0).u32(snapLengthBytes).u32(linkType).finish()
}

/** One packet: | seconds | nanoseconds | captured length | original length | bytes |. */
export function pcapRecord(
  packet: Pick<CapturedPacket, 'timestampNs' | 'bytes' | 'originalBytes'>,
): Uint8Array {
  const w = new Writer({ littleEndian: true })
  w.u32(Number(packet.timestampNs / SECOND_NS)).u32(Number(packet.timestampNs % SECOND_NS))
  return w.u32(packet.bytes.length).u32(packet.originalBytes).bytes(packet.bytes).finish()
}

/** Reads a whole file; packets are views. A file that ends inside a packet is refused. */
export function decodePcap(bytes: Uint8Array): Decoded<Capture> {
  // The magic number tells the byte order of the machine that wrote the file.
  const littleEndian = bytes[0] !== 0xa1
  return decoding('pcap', SPECIFICATION, bytes, (r) => readFile(r), { littleEndian })
}

function readFile(r: Reader): Capture {
  const magic = r.u32()
  if (magic !== MAGIC_MICROSECONDS && magic !== MAGIC_NANOSECONDS)
    throw r.reject('not-a-pcap-file', SPECIFICATION, { at: 0, have: magic })
  const perSecond = magic === MAGIC_NANOSECONDS ? SECOND_NS : 1_000_000n
  r.skip(12)
  const snapLengthBytes = r.u32()
  // The upper bits say whether frame check sequences were kept.
  const linkType = r.u32() & 0xffff
  const packets = r.many((): CapturedPacket => {
    const seconds = BigInt(r.u32())
    const fraction = BigInt(r.u32())
    if (fraction >= perSecond) throw r.reject('fraction-of-a-second-or-more', SPECIFICATION, { at: r.at - 4 })
    const timestampNs = seconds * SECOND_NS + ticksToNs(fraction, perSecond)
    const length = r.u32()
    const originalBytes = r.u32()
    const packet = { timestampNs, bytes: r.bytes(length), originalBytes }
    return { interfaceIndex: 0, ...packet, direction: undefined, comment: undefined }
  })
  return { interfaces: [{ name: undefined, linkType, snapLengthBytes }], packets }
}
