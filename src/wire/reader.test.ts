import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatDecodeError } from './decode-error.ts'
import { decoding } from './decoding.ts'
import type { Reader } from './reader.ts'

const read = <T>(bytes: number[], use: (r: Reader) => T, options = {}) =>
  decoding('sample', 'RFC 1', Uint8Array.from(bytes), use, options)

const readValue = <T>(bytes: number[], use: (r: Reader) => T, options = {}): T => {
  const decoded = read(bytes, use, options)
  if (!decoded.ok) throw new Error(formatDecodeError(decoded.error))
  return decoded.value
}

const readError = <T>(bytes: number[], use: (r: Reader) => T) => {
  const decoded = read(bytes, use)
  if (decoded.ok) throw new Error('decoded')
  return decoded.error
}

describe('Reader', () => {
  const ramp = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16]

  it('reads unsigned numbers in network order', () => {
    expect(readValue(ramp, (r) => [r.u8(), r.u16(), r.u24(), r.u32()])).toEqual([
      1, 0x0203, 0x040506, 0x0708090a,
    ])
    expect(readValue(ramp, (r) => r.u64())).toBe(0x0102030405060708n)
    expect(readValue(ramp, (r) => r.u128())).toBe(0x0102030405060708090a0b0c0d0e0f10n)
    expect(readValue([255, 255, 255, 255], (r) => r.u32())).toBe(4294967295)
    expect(readValue([255, 255, 255], (r) => r.u24())).toBe(0xffffff)
  })

  it('reads little-endian where told, also in sub-readers', () => {
    const little = { littleEndian: true }
    expect(readValue(ramp, (r) => [r.u16(), r.u24(), r.sub(4).u32()], little)).toEqual([
      0x0201, 0x050403, 0x09080706,
    ])
    expect(readValue(ramp, (r) => r.u64(), little)).toBe(0x0807060504030201n)
  })

  it('splits bit fields, the most significant first', () => {
    expect(readValue([0b101_00011], (r) => r.bits(3, 5))).toEqual([5, 3])
    expect(readValue([0x6f, 0xf1, 0x23, 0x45], (r) => r.bits(4, 8, 20))).toEqual([6, 0xff, 0x12345])
    expect(readValue([255, 255, 255, 255], (r) => r.bits(1, 31))).toEqual([1, 0x7fffffff])
    expect(readValue([255, 255, 255, 255], (r) => r.bits(32))).toEqual([0xffffffff])
  })

  it('refuses bit fields that are not whole bytes, as a bug', () => {
    expect(() => read(ramp, (r) => r.bits(3, 4))).toThrow('bit fields of 7 bits')
  })

  it('says where bytes are missing, how many are needed and how many there are', () => {
    const error = readError([1, 2, 3], (r) => [r.u16(), r.u32()])
    expect(error).toEqual({ protocol: 'sample', at: 2, reason: 'truncated', need: 4, have: 1, rfc: 'RFC 1' })
    expect(formatDecodeError(error)).toBe('sample: truncated at byte 2: needs 4, has 1 (RFC 1)')
  })

  it('bounds a sub-reader and counts its positions from the outermost start', () => {
    const error = readError(ramp, (r) => {
      r.skip(4)
      const inner = r.sub(3)
      inner.u8()
      const innermost = inner.sub(2)
      innermost.u8()
      return innermost.u16()
    })
    expect(error).toMatchObject({ at: 6, need: 2, have: 1 })
  })

  it('moves behind a sub-reader, whatever that one read', () => {
    expect(readValue(ramp, (r) => [r.sub(5).u8(), r.u8(), r.at, r.remaining])).toEqual([1, 6, 6, 10])
  })

  it('peeks without consuming, undefined past the end', () => {
    expect(readValue([7, 8], (r) => [r.peek(), r.peek(1), r.peek(2), r.remaining])).toEqual([
      7,
      8,
      undefined,
      2,
    ])
  })

  it('refuses what follows a finished message, and rules that are broken', () => {
    expect(readError([1, 2], (r) => [r.u8(), r.finish()])).toMatchObject({
      reason: 'trailing-bytes',
      at: 1,
      have: 1,
    })
    const reject = (r: Reader) => {
      if (r.u8() !== 2) throw r.reject('bad-version', 'RFC 1 §2', { at: 0, need: 2, have: 1 })
    }
    expect(readError([1], reject)).toEqual({
      protocol: 'sample',
      at: 0,
      reason: 'bad-version',
      need: 2,
      have: 1,
      rfc: 'RFC 1 §2',
    })
  })

  it('never loops for ever over elements that consume nothing', () => {
    expect(readError([1], (r) => r.many(() => 0)).reason).toBe('empty-element')
    expect(readValue([1, 2, 3, 4], (r) => r.many((inner) => inner.u16()))).toEqual([0x0102, 0x0304])
  })

  it('lets bugs of a codec through', () => {
    expect(() => read([], () => ramp.flatMap(undefined as never))).toThrow(TypeError)
    expect(() => read(ramp, (r) => r.bytes(-1))).toThrow('a read of -1 bytes')
    expect(() => read(ramp, (r) => r.bytes(1.5))).toThrow('a read of 1.5 bytes')
  })

  it('gives views that share memory with the input', () => {
    const bytes = Uint8Array.from(ramp)
    const decoded = decoding('sample', 'RFC 1', bytes, (r) => r.bytes(2))
    bytes[0] = 99
    expect(decoded).toEqual({ ok: true, value: Uint8Array.of(99, 2) })
  })

  it('gives plain bytes for a Node Buffer, so that slice() copies', () => {
    const decoded = decoding('sample', 'RFC 1', Buffer.from([1, 2, 3]), (r) => r.sub(2).rest())
    expect(decoded.ok && Object.getPrototypeOf(decoded.value)).toBe(Uint8Array.prototype)
  })

  it('gives the same in a larger buffer and never looks around', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 4 }), fc.uint8Array({ minLength: 1 }), (bytes, around) => {
        const large = Uint8Array.of(...around, ...bytes, ...around)
        const inside = large.subarray(around.length, around.length + bytes.length)
        const use = (r: Reader) => [r.u24(), r.peek(), r.rest()]
        expect(decoding('s', 'R', inside, use)).toEqual(decoding('s', 'R', bytes, use))
        expect(decoding('s', 'R', inside, (r) => r.bytes(bytes.length + 1)).ok).toBe(false)
      }),
    )
  })
})
