import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { crc32 } from './crc32.ts'
import { compressLzw, decompressLzw } from './lzw.ts'

const MUCH = 1 << 22
const words = (...texts: readonly string[]) => Uint8Array.from(Buffer.from(texts.join('')))

// A second implementation, written from the description of the format and for nothing but being plain.

function plainRead(bytes: Uint8Array): Uint8Array {
  const bits = [...bytes].flatMap((byte) => [...Array(8).keys()].map((i) => (byte >> i) & 1))
  const out: number[] = []
  let table: number[][] = []
  let previous: number[] | undefined
  for (let at = 0; ; ) {
    // The entry that this code makes counts already.
    const highest = Math.min(4095, 257 + table.length + (previous === undefined ? 0 : 1))
    const width = Math.max(9, highest.toString(2).length)
    const code = bits.slice(at, at + width).reduce((sum, bit, i) => sum + bit * 2 ** i, 0)
    at += width
    if (at > bits.length) throw new Error('no end code')
    if (code === 257) return Uint8Array.from(out)
    if (code === 256) {
      table = []
      previous = undefined
      continue
    }
    const known = code < 256 ? [code] : table[code - 258]
    const string = known ?? [...(previous ?? []), previous?.[0] ?? 0]
    out.push(...string)
    if (previous !== undefined && table.length < 3838) table.push([...previous, string[0] ?? 0])
    previous = string
  }
}

function plainWrite(input: Uint8Array): Uint8Array {
  const bits: number[] = []
  const put = (code: number, width: number) => {
    for (let i = 0; i < width; i++) bits.push((code >> i) & 1)
  }
  let table = new Map<string, number>()
  let written = 0
  const widthNow = () => Math.min(12, Math.max(9, (257 + written).toString(2).length))
  put(256, 9)
  let current = ''
  const codeOf = (string: string) => (string.includes(',') ? (table.get(string) ?? -1) : Number(string))
  const emit = () => {
    put(codeOf(current), widthNow())
    written++
  }
  for (const byte of input) {
    const longer = current === '' ? `${byte}` : `${current},${byte}`
    if (current === '' || table.has(longer)) current = longer
    else {
      emit()
      table.set(longer, 257 + written)
      if (257 + written === 4095) {
        put(256, 12)
        table = new Map()
        written = 0
      }
      current = `${byte}`
    }
  }
  if (current !== '') emit()
  if (257 + written === 4095) {
    put(256, 12)
    written = 0
  }
  put(257, widthNow())
  while (bits.length % 8 !== 0) bits.push(0)
  const bytes = new Uint8Array(bits.length / 8)
  for (const [i, bit] of bits.entries()) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (bit << (i & 7))
  return bytes
}

/** Bytes that repeat enough to fill the table, and that are the same in every run. */
function sample(length: number, alphabet: number): Uint8Array {
  let seed = length + alphabet
  return Uint8Array.from({ length }, () => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) >>> 0
    return (seed >>> 16) % alphabet
  })
}

describe('LZW', () => {
  it.each([
    ['nothing', new Uint8Array(0)],
    ['one byte', Uint8Array.of(0)],
    ['a code that is used while it is made', words('aaaaaaaa')],
    ['words', words('TOBEORNOTTOBEORTOBEORNOT')],
    ['a table that fills once', sample(6_000, 256)],
    ['a table that fills often', sample(40_000, 4)],
    ['all bytes the same', new Uint8Array(20_000).fill(7)],
  ])('agrees with a plain implementation about %s', (_, input) => {
    const compressed = compressLzw(input)
    expect(Buffer.from(compressed).equals(plainWrite(input))).toBe(true)
    expect(Buffer.from(plainRead(compressed)).equals(input)).toBe(true)
    const back = decompressLzw(compressed, MUCH)
    expect(back.ok && Buffer.from(back.value).equals(input)).toBe(true)
  })

  it('gives back what was put in', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.uint8Array({ maxLength: 3000 }), fc.array(fc.nat(2), { maxLength: 3000 })),
        (input) => {
          const bytes = Uint8Array.from(input)
          expect(decompressLzw(compressLzw(bytes), MUCH)).toEqual({ ok: true, value: bytes })
        },
      ),
    )
  })

  it('refuses every beginning of it', () => {
    const compressed = compressLzw(sample(900, 5))
    for (let length = 0; length < compressed.length; length++)
      expect(decompressLzw(compressed.subarray(0, length), MUCH)).toMatchObject({
        ok: false,
        error: { reason: 'truncated' },
      })
  })

  it('survives any bytes and never gives more than it may', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 400 }), fc.nat(500), (bytes, longest) => {
        const result = decompressLzw(bytes, longest)
        if (result.ok) expect(result.value.length).toBeLessThanOrEqual(longest)
      }),
      { numRuns: 3000 },
    )
  })

  it('stops at the limit, to the byte', () => {
    const compressed = compressLzw(new Uint8Array(5000))
    expect(decompressLzw(compressed, 5000).ok).toBe(true)
    expect(decompressLzw(compressed, 4999)).toMatchObject({
      ok: false,
      error: { reason: 'inflates-too-much' },
    })
  })

  it('refuses a code that was not made', () => {
    // clear, then 258 before any other code; 9 bits each, the lowest first
    expect(decompressLzw(Uint8Array.of(0x00, 0x05, 0x02, 0x02), MUCH)).toMatchObject({
      ok: false,
      error: { reason: 'unknown-lzw-code' },
    })
  })

  it('goes on with a full table that nobody empties', () => {
    // Go's writer empties the table when it is full; others may go on with it. Only literals and entries that are there.
    const literals = 5_000
    const bits: number[] = []
    let next = 257
    for (let i = 0; i < literals; i++) {
      const width = Math.min(12, Math.max(9, next.toString(2).length))
      for (let b = 0; b < width; b++) bits.push(((i % 256) >> b) & 1)
      if (next < 4095) next++
    }
    // The first entry, the last one, the end.
    for (const code of [258, 4095, 257]) for (let b = 0; b < 12; b++) bits.push((code >> b) & 1)
    const bytes = new Uint8Array(Math.ceil(bits.length / 8))
    for (const [i, bit] of bits.entries()) bytes[i >> 3] = (bytes[i >> 3] ?? 0) | (bit << (i & 7))
    const result = decompressLzw(bytes, MUCH)
    expect(result.ok && result.value.length).toBe(literals + 4)
    expect(result.ok && [...result.value.subarray(-4)]).toEqual([0, 1, 253, 254])
  })
})

it('CRC-32 gives the check value of its catalogue', () => {
  expect(crc32(words('123456789'))).toBe(0xcbf43926)
  expect(crc32(new Uint8Array(0))).toBe(0)
})
