// The label that keeps clusters on one network apart. MetalLB sets none, so neither do we; others are told by theirs.
//
//   | 244 | length (1), 1 to 255 | label … | the rest of the packet or stream … |
import type { Reader } from '../reader.ts'
import { decodeUtf8, encodeUtf8 } from '../utf8.ts'
import { Writer } from '../writer.ts'
import { GOSSIP_TYPE, MEMBERLIST } from './protocol.ts'

const LONGEST_LABEL_BYTES = 255

/** Moves behind a label; empty when there is none. */
export function readLabel(r: Reader): string {
  if (r.peek() !== GOSSIP_TYPE.hasLabel) return ''
  r.skip(1)
  const at = r.at
  const length = r.u8()
  if (length === 0) throw r.reject('empty-label', MEMBERLIST, { at, need: 1, have: 0 })
  return decodeUtf8(r.bytes(length))
}

/** @throws RangeError for more than 255 bytes */
export function encodeLabel(label: string): Uint8Array {
  const bytes = encodeUtf8(label)
  if (bytes.length === 0) return bytes
  if (bytes.length > LONGEST_LABEL_BYTES) throw new RangeError(`a label of ${bytes.length} bytes`)
  return new Writer().u8(GOSSIP_TYPE.hasLabel).u8(bytes.length).bytes(bytes).finish()
}
