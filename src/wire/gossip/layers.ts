// What is wrapped around messages: compression and the checksum. Encryption has a file of its own.
//
//   | 9 | map {Algo: 0, Buf: LZW of a message with its type byte} |      | 12 | CRC-32 of the rest (4) | message … |
import { DecodeFault } from '../decode-error.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'
import { crc32 } from './crc32.ts'
import { bytes, readStruct, uint8, writeStruct } from './go-struct.ts'
import { compressLzw, decompressLzw } from './lzw.ts'
import { GOSSIP_TYPE, MEMBERLIST } from './protocol.ts'

const LZW_ALGORITHM = 0
const COMPRESS = { Algo: uint8, Buf: bytes }
const CRC_HEADER_BYTES = 5

/** Reads what stands behind the type byte 9. @param longest largest inflated size in bytes */
export function readCompressed(r: Reader, longest: number): Uint8Array {
  const at = r.at
  const { Algo, Buf } = readStruct(r, COMPRESS)
  if (Algo !== LZW_ALGORITHM)
    throw r.reject('unknown-compression', MEMBERLIST, { at, need: LZW_ALGORITHM, have: Algo })
  const inflated = decompressLzw(Buf, longest)
  // Places inside the compressed bytes say nothing to anybody: the map is named instead.
  if (!inflated.ok) throw new DecodeFault({ ...inflated.error, at })
  if (inflated.value.length === 0) throw r.reject('empty-message', MEMBERLIST, { at })
  return inflated.value
}

export function encodeCompressed(message: Uint8Array): Uint8Array {
  const w = new Writer().u8(GOSSIP_TYPE.compress)
  writeStruct(w, COMPRESS, { Algo: LZW_ALGORITHM, Buf: compressLzw(message) })
  return w.finish()
}

export const encodeChecksummed = (message: Uint8Array): Uint8Array =>
  new Writer().u8(GOSSIP_TYPE.hasCrc).u32(crc32(message)).bytes(message).finish()

/**
 * Moves behind a checksum at the start of `input`, where there is one, and checks it. A packet of type 12 that is too short
 * for one fails as an unknown message afterwards: memberlist does the same.
 */
export function checkChecksum(r: Reader, input: Uint8Array): void {
  if (input[0] !== GOSSIP_TYPE.hasCrc || input.length < CRC_HEADER_BYTES) return
  const at = r.at
  r.skip(1)
  const expected = r.u32()
  const actual = crc32(input.subarray(CRC_HEADER_BYTES))
  if (actual !== expected) throw r.reject('wrong-checksum', MEMBERLIST, { at, need: expected, have: actual })
}
