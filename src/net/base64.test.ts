import fc from 'fast-check'
import { expect, it } from 'vitest'
import { encodeBase64, utf8Bytes } from './base64.ts'

it('equals what the platform makes of the same text', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (text) => {
      expect(encodeBase64(utf8Bytes(text))).toBe(Buffer.from(text, 'utf8').toString('base64'))
    }),
  )
  expect(encodeBase64(utf8Bytes('\ud800'))).toBe(Buffer.from('\ufffd').toString('base64'))
})
