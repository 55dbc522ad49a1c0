// Reads the capture files that pcapng.ts, tshark and dumpcap write: one section, interface descriptions and enhanced
// packet blocks. Other blocks (statistics, names, secrets) are stepped over.
// Standard: draft-ietf-opsawg-pcapng.
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { decodeUtf8 } from '../utf8.ts'
import { type Capture, type CapturedPacket, type CaptureInterface, ticksToNs } from './capture.ts'
import { BLOCK, BYTE_ORDER_MAGIC, DIRECTION_BITS, OPTION, paddingOf } from './pcapng.ts'

const SPECIFICATION = 'draft-ietf-opsawg-pcapng'

interface DescribedInterface extends CaptureInterface {
  readonly ticksPerSecond: bigint
}

/** Reads a whole file; packets are views. */
export function decodePcapng(bytes: Uint8Array): Decoded<Capture> {
  // §4.1: the byte-order magic in the first block tells how all numbers of the section are written.
  const littleEndian = bytes[8] !== 0x1a
  return decoding('pcapng', SPECIFICATION, bytes, (r) => readSection(r), { littleEndian })
}

function readSection(r: Reader): Capture {
  const interfaces: DescribedInterface[] = []
  const packets: CapturedPacket[] = []
  readBlock(r, (type, body) => {
    if (type !== BLOCK.sectionHeader || body.u32() !== BYTE_ORDER_MAGIC)
      throw body.reject('not-a-pcapng-file', SPECIFICATION, { at: 0 })
    const major = body.u16()
    if (major !== 1) throw body.reject('bad-version', SPECIFICATION, { need: 1, have: major })
  })
  r.many(() =>
    readBlock(r, (type, body) => {
      if (type === BLOCK.sectionHeader) throw body.reject('several-sections', SPECIFICATION)
      if (type === BLOCK.interfaceDescription) interfaces.push(readInterface(body))
      if (type === BLOCK.enhancedPacket) packets.push(readPacket(body, interfaces))
    }),
  )
  return {
    interfaces: interfaces.map(({ name, linkType, snapLengthBytes }) => ({
      name,
      linkType,
      snapLengthBytes,
    })),
    packets,
  }
}

function readBlock(r: Reader, read: (type: number, body: Reader) => void): void {
  const type = r.u32()
  const total = r.u32()
  // §3.1: the length counts the 12 bytes around the body and is a multiple of 4.
  if (total < 12 || total % 4 !== 0)
    throw r.reject('bad-block-length', SPECIFICATION, { at: r.at - 4, need: 12, have: total })
  const body = r.sub(total - 12)
  const repeated = r.u32()
  if (repeated !== total)
    throw r.reject('block-lengths-differ', SPECIFICATION, { at: r.at - 4, need: total, have: repeated })
  read(type, body)
}

function readInterface(r: Reader): DescribedInterface {
  const linkType = r.u16()
  r.skip(2)
  const snapLengthBytes = r.u32()
  let name: string | undefined
  let ticksPerSecond = 1_000_000n
  readOptions(r, (code, value) => {
    if (code === OPTION.interfaceName) name = decodeUtf8(value.rest())
    if (code === OPTION.timestampResolution) ticksPerSecond = resolution(value.u8())
  })
  return { name, linkType, snapLengthBytes, ticksPerSecond }
}

/** §4.2, if_tsresol: with the highest bit a negative power of 2, else of 10. */
const resolution = (code: number): bigint => ((code & 0x80) === 0 ? 10n : 2n) ** BigInt(code & 0x7f)

function readPacket(r: Reader, interfaces: readonly DescribedInterface[]): CapturedPacket {
  const start = r.at
  const interfaceIndex = r.u32()
  const owner = interfaces[interfaceIndex]
  if (owner === undefined)
    throw r.reject('no-such-interface', SPECIFICATION, {
      at: start,
      need: interfaces.length,
      have: interfaceIndex,
    })
  const high = BigInt(r.u32())
  const timestampNs = ticksToNs((high << 32n) | BigInt(r.u32()), owner.ticksPerSecond)
  if (timestampNs >> 64n !== 0n) throw r.reject('timestamp-too-large', SPECIFICATION, { at: start + 4 })
  const length = r.u32()
  const originalBytes = r.u32()
  const bytes = r.bytes(length)
  r.skip(paddingOf(length))
  let comment: string | undefined
  let direction: CapturedPacket['direction']
  readOptions(r, (code, value) => {
    if (code === OPTION.comment) comment = decodeUtf8(value.rest())
    if (code === OPTION.packetFlags) direction = directionOf(value.u32() & 3)
  })
  return { interfaceIndex, timestampNs, bytes, originalBytes, direction, comment }
}

function directionOf(bits: number): CapturedPacket['direction'] {
  if (bits === DIRECTION_BITS.received) return 'received'
  return bits === DIRECTION_BITS.sent ? 'sent' : undefined
}

function readOptions(r: Reader, read: (code: number, value: Reader) => void): void {
  while (r.remaining > 0) {
    const code = r.u16()
    const length = r.u16()
    if (code === OPTION.end) return
    read(code, r.sub(length))
    r.skip(paddingOf(length))
  }
}
