import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { compareDigests, sha256, sha256Words } from './sha256.ts'

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex')
const reference = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest()

it('gives the digests of FIPS 180-4', () => {
  expect(hex(sha256(Buffer.from('abc')))).toBe(
    'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
  )
  expect(hex(sha256(new Uint8Array(0)))).toBe(
    'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
  )
})

it('agrees with node:crypto at every length around the ends of blocks', () => {
  for (let length = 0; length <= 200; length++) {
    const bytes = Uint8Array.from({ length }, (_, i) => (i * 37 + length) & 255)
    expect(hex(sha256(bytes)), `${length} bytes`).toBe(hex(reference(bytes)))
  }
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 500 }), (bytes) => hex(sha256(bytes)) === hex(reference(bytes))),
  )
})

it('orders digests as their bytes are ordered', () => {
  fc.assert(
    fc.property(fc.uint8Array(), fc.uint8Array(), (a, b) => {
      const order = compareDigests(sha256Words(a), sha256Words(b))
      expect(Math.sign(order)).toBe(Buffer.compare(reference(a), reference(b)))
    }),
  )
})
