import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeUtf8, encodeUtf8 } from './utf8.ts'

/** Any code points, halves of surrogate pairs included. */
const text = fc
  .array(fc.oneof(fc.nat(0x7f), fc.nat(0x10ffff)))
  .map((points) => String.fromCodePoint(...points))

it('encodes as the platform does, unpaired surrogates included', () => {
  fc.assert(
    fc.property(text, (value) => {
      expect(encodeUtf8(value)).toEqual(new TextEncoder().encode(value))
    }),
  )
  expect(encodeUtf8('a\ud800b')).toEqual(Uint8Array.of(0x61, 0xef, 0xbf, 0xbd, 0x62))
})

it('decodes whatever it encodes', () => {
  fc.assert(
    fc.property(text, (value) => {
      const bytes = new TextEncoder().encode(value)
      expect(decodeUtf8(bytes)).toBe(new TextDecoder('utf-8', { ignoreBOM: true }).decode(bytes))
    }),
  )
})

it('accepts exactly the bytes that the platform accepts', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 8 }), (bytes) => {
      const strict = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true })
      let expected: string | undefined
      try {
        expected = strict.decode(bytes)
      } catch {
        expected = undefined // not UTF-8: then ours has replacement characters
      }
      if (expected === undefined) expect(decodeUtf8(bytes)).toContain('\ufffd')
      else expect(decodeUtf8(bytes)).toBe(expected)
    }),
    { numRuns: 2000 },
  )
  // Overlong, surrogate, above U+10FFFF, cut.
  for (const bad of [
    [0xc0, 0x80],
    [0xe0, 0x80, 0x80],
    [0xed, 0xa0, 0x80],
    [0xf4, 0x90, 0x80, 0x80],
    [0xe2, 0x82],
  ])
    expect(decodeUtf8(Uint8Array.from(bad))).toBe('\ufffd'.repeat(bad.length))
})
