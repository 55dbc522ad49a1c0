import fc from 'fast-check'
import { expect, it } from 'vitest'
import { decodeBase64, encodeBase64, utf8Bytes } from './base64.ts'

it('equals what the platform makes of the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(encodeBase64(utf8Bytes(text))).toBe(Buffer.from(text, 'utf8').toString('base64'))
    }),
  )
  expect(encodeBase64(utf8Bytes('\ud800'))).toBe(Buffer.from('\ufffd').toString('base64'))
})

it('decodes what it encodes, with and without padding, and refuses other texts', () => {
  fc.assert(
    fc.property(fc.uint8Array(), (bytes) => {
      const text = encodeBase64(bytes)
      expect(decodeBase64(text)).toEqual(bytes)
      expect(decodeBase64(text.replaceAll('=', ''))).toEqual(bytes)
      expect(decodeBase64(text.replaceAll(/(.{5})/g, '$1\n'))).toEqual(bytes)
    }),
  )
  for (const text of ['A', 'AB*=', 'AAAAA', '=AAA', 'ÄAAA']) expect(decodeBase64(text), text).toBeUndefined()
})
