import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decoding } from './decoding.ts'
import { Writer } from './writer.ts'

const max = (bits: number) => fc.integer({ min: 0, max: 2 ** bits - 1 })

describe('Writer', () => {
  it('writes what the reader reads, in both byte orders', () => {
    const fields = fc.tuple(
      max(8),
      max(16),
      max(24),
      max(32),
      fc.bigInt(0n, (1n << 64n) - 1n),
      fc.bigInt(0n, (1n << 128n) - 1n),
      fc.uint8Array(),
    )
    fc.assert(
      fc.property(fields, fc.boolean(), (values, littleEndian) => {
        const [a, b, c, d, e, f, g] = values
        const w = new Writer({ littleEndian })
        const written = w.u8(a).u16(b).u24(c).u32(d).u64(e).u128(f).bytes(g).finish()
        const back = decoding(
          'sample',
          'RFC 1',
          written,
          (r) => [r.u8(), r.u16(), r.u24(), r.u32(), r.u64(), r.u128(), r.rest()],
          { littleEndian },
        )
        expect(back).toEqual({ ok: true, value: values })
      }),
    )
  })

  it('packs bit fields', () => {
    expect(new Writer().bits([6, 4], [0xff, 8], [0x12345, 20]).finish()).toEqual(
      Uint8Array.of(0x6f, 0xf1, 0x23, 0x45),
    )
    expect(new Writer().bits([true, 1], [false, 7]).finish()).toEqual(Uint8Array.of(0x80))
    expect(new Writer().bits([0xffffffff, 32]).finish()).toEqual(Uint8Array.of(255, 255, 255, 255))
    expect(() => new Writer().bits([1, 3])).toThrow('bit fields of 3 bits')
  })

  it('refuses values that do not fit', () => {
    expect(() => new Writer().u8(256)).toThrow(RangeError)
    expect(() => new Writer().u8(-1)).toThrow(RangeError)
    expect(() => new Writer().u16(1.5)).toThrow(RangeError)
    expect(() => new Writer().u24(2 ** 24)).toThrow(RangeError)
    expect(() => new Writer().u32(2 ** 32)).toThrow(RangeError)
    expect(() => new Writer().u64(1n << 64n)).toThrow(RangeError)
    expect(() => new Writer().u128(-1n)).toThrow(RangeError)
    expect(() => new Writer().bits([8, 3], [0, 5])).toThrow('8 does not fit 3 bits')
  })

  it('patches what was written, and only that', () => {
    const w = new Writer().zeros(8)
    expect(w.patchU16(0, 0x0102).patchU32(4, 0x03040506).finish()).toEqual(
      Uint8Array.of(1, 2, 0, 0, 3, 4, 5, 6),
    )
    expect(() => w.patchU16(7, 1)).toThrow(RangeError)
  })

  it('grows, keeps what it has, and hands out bytes of their own', () => {
    const w = new Writer()
    for (let i = 0; i < 1000; i++) w.u8(i % 256)
    const first = w.finish()
    w.patchU16(0, 0xffff)
    expect(w.length).toBe(1000)
    expect([...first]).toEqual(Array.from({ length: 1000 }, (_, i) => i % 256))
    expect(w.zeros(5000).finish().length).toBe(6000)
  })
})
