// The part of MessagePack that the protocol needs, in the old specification: strings and byte strings are one type, `raw`.
//
//   0xxxxxxx positive integer   1000xxxx map   1001xxxx array   101xxxxx raw   111xxxxx negative integer
//   c0 nil   c2 false   c3 true   ca cb float   cc–cf unsigned 8–64   d0–d3 signed 8–64
//   da raw16   db raw32   dc dd array16 array32   de df map16 map32
//   and of the new one, which is read but never written: c4–c6 bin   d9 raw8   c7–c9 d4–d8 extensions
import type { Reader } from '../reader.ts'
import { decodeUtf8, encodeUtf8 } from '../utf8.ts'
import type { Writer } from '../writer.ts'
import { MEMBERLIST } from './protocol.ts'

const NIL = 0xc0
/** In a field that we do not know. */
const MOST_SKIPPED_VALUES = 256
/** No structure of the protocol has more than eight. */
const MOST_FIELDS = 64

const wrong = (r: Reader, reason: string, at: number, have: number): Error =>
  r.reject(reason, MEMBERLIST, { at, have })

/** A byte string; nil is an empty one, as in Go. A view of the input. */
export function readRaw(r: Reader): Uint8Array {
  const at = r.at
  const first = r.u8()
  if (first >= 0xa0 && first <= 0xbf) return r.bytes(first & 0x1f)
  switch (first) {
    case NIL:
      return r.bytes(0)
    case 0xc4:
    case 0xd9:
      return r.bytes(r.u8())
    case 0xc5:
    case 0xda:
      return r.bytes(r.u16())
    case 0xc6:
    case 0xdb:
      return r.bytes(r.u32())
    default:
      throw wrong(r, 'not-a-string', at, first)
  }
}

export const readText = (r: Reader): string => decodeUtf8(readRaw(r))

/** An integer from 0 to `max`; nil is 0. Go writes positive integers of a signed type in the signed forms. */
export function readUint(r: Reader, max: number): number {
  const at = r.at
  const first = r.u8()
  const value = first < 0x80 ? first : unsignedValue(r, first, at)
  if (value < 0 || value > max)
    throw r.reject('number-out-of-range', MEMBERLIST, { at, need: max, have: value })
  return value
}

function unsignedValue(r: Reader, first: number, at: number): number {
  switch (first) {
    case NIL:
      return 0
    case 0xcc:
    case 0xd0:
      return first === 0xcc ? r.u8() : signed(r.u8(), 8)
    case 0xcd:
    case 0xd1:
      return first === 0xcd ? r.u16() : signed(r.u16(), 16)
    case 0xce:
    case 0xd2:
      return first === 0xce ? r.u32() : signed(r.u32(), 32)
    case 0xcf:
    case 0xd3:
      // Beyond 2^53 the number is not exact; whatever `max` is, it is out of range then.
      return first === 0xcf ? Number(r.u64()) : Number(BigInt.asIntN(64, r.u64()))
    default:
      if (first >= 0xe0) return first - 256
      throw wrong(r, 'not-a-number', at, first)
  }
}

const signed = (value: number, bits: number): number => (value >= 2 ** (bits - 1) ? value - 2 ** bits : value)

export function readBoolean(r: Reader): boolean {
  const at = r.at
  const first = r.u8()
  if (first !== 0xc2 && first !== 0xc3 && first !== NIL) throw wrong(r, 'not-a-boolean', at, first)
  return first === 0xc3
}

/** How many pairs follow; nil is an empty map. */
export function readMapHeader(r: Reader): number {
  const at = r.at
  const first = r.u8()
  if (first >= 0x80 && first <= 0x8f) return first & 0x0f
  if (first === NIL) return 0
  if (first !== 0xde && first !== 0xdf) throw wrong(r, 'not-a-map', at, first)
  const count = first === 0xde ? r.u16() : r.u32()
  if (count > MOST_FIELDS)
    throw r.reject('too-many-fields', MEMBERLIST, { at, need: MOST_FIELDS, have: count })
  return count
}

/**
 * Moves behind one value of any type. Nesting costs a counter and no stack. The limit is for streams, which are read anew
 * with every chunk until they are whole: each attempt must be cheap.
 */
export function skipValue(r: Reader): void {
  const at = r.at
  let pending = 1
  for (let seen = 0; pending > 0; seen++) {
    if (seen === MOST_SKIPPED_VALUES)
      throw r.reject('too-many-values', MEMBERLIST, { at, need: MOST_SKIPPED_VALUES })
    pending += skipOne(r) - 1
  }
}

/** Moves behind a scalar, or behind the header of a container; gives how many values are in it. */
function skipOne(r: Reader): number {
  const at = r.at
  const first = r.u8()
  if (first < 0x80 || first >= 0xe0) return 0
  if (first <= 0x8f) return (first & 0x0f) * 2
  if (first <= 0x9f) return first & 0x0f
  if (first <= 0xbf) {
    r.skip(first & 0x1f)
    return 0
  }
  const rule = SKIPPED[first]
  if (rule === undefined) throw wrong(r, 'reserved-type', at, first)
  const [lengthBytes, extraBytes, valuesEach] = rule
  const length = lengthBytes === 0 ? 0 : lengthBytes === 1 ? r.u8() : lengthBytes === 2 ? r.u16() : r.u32()
  if (valuesEach > 0) return length * valuesEach
  r.skip(length + extraBytes)
  return 0
}

/** By first byte: bytes of the length, bytes besides what the length says, values for each one counted (containers). */
const SKIPPED: Readonly<
  Record<number, readonly [lengthBytes: 0 | 1 | 2 | 4, extra: number, valuesEach: 0 | 1 | 2]>
> = {
  ...{ 192: [0, 0, 0], 194: [0, 0, 0], 195: [0, 0, 0] },
  ...{ 196: [1, 0, 0], 197: [2, 0, 0], 198: [4, 0, 0] },
  ...{ 199: [1, 1, 0], 200: [2, 1, 0], 201: [4, 1, 0] },
  ...{ 202: [0, 4, 0], 203: [0, 8, 0] },
  ...{ 204: [0, 1, 0], 205: [0, 2, 0], 206: [0, 4, 0], 207: [0, 8, 0] },
  ...{ 208: [0, 1, 0], 209: [0, 2, 0], 210: [0, 4, 0], 211: [0, 8, 0] },
  ...{ 212: [0, 2, 0], 213: [0, 3, 0], 214: [0, 5, 0], 215: [0, 9, 0], 216: [0, 17, 0] },
  ...{ 217: [1, 0, 0], 218: [2, 0, 0], 219: [4, 0, 0] },
  ...{ 220: [2, 0, 1], 221: [4, 0, 1], 222: [2, 0, 2], 223: [4, 0, 2] },
}

/** Fixraw, raw16 or raw32: what old readers understand. */
export function writeRaw(w: Writer, bytes: Uint8Array): void {
  if (bytes.length < 32) w.u8(0xa0 | bytes.length)
  else if (bytes.length < 65_536) w.u8(0xda).u16(bytes.length)
  else w.u8(0xdb).u32(bytes.length)
  w.bytes(bytes)
}

/** Nil for an empty byte string, as Go writes a slice that was never made. */
export function writeRawOrNil(w: Writer, bytes: Uint8Array): void {
  if (bytes.length === 0) w.u8(NIL)
  else writeRaw(w, bytes)
}

export const writeText = (w: Writer, text: string): void => writeRaw(w, encodeUtf8(text))

export function writeUint(w: Writer, value: number): void {
  if (value < 0x80) w.u8(value)
  else if (value < 0x100) w.u8(0xcc).u8(value)
  else if (value < 0x10000) w.u8(0xcd).u16(value)
  else w.u8(0xce).u32(value)
}

export function writeBoolean(w: Writer, value: boolean): void {
  w.u8(value ? 0xc3 : 0xc2)
}

/** @param count at most 15: no structure of the protocol has more fields */
export function writeMapHeader(w: Writer, count: number): void {
  w.u8(0x80 | count)
}
