import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../net/ip.ts'
import { internetChecksum, onesSum, pseudoHeaderSum, transportChecksum } from './checksum.ts'

describe('internetChecksum', () => {
  it('gives the sum of the example in RFC 1071 §3', () => {
    expect(onesSum(Uint8Array.of(0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7))).toBe(0xddf2)
  })

  it('pads an odd last byte with zero', () => {
    expect(onesSum(Uint8Array.of(0x12, 0x34, 0x56))).toBe(0x1234 + 0x5600)
  })

  it('turns to zero once it is in place, and goes on from piece to piece', () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 2, maxLength: 64 }), fc.uint8Array(), (head, tail) => {
        const even = head.subarray(0, head.length & ~1)
        const bytes = Uint8Array.of(0, 0, ...even, ...tail)
        const checksum = internetChecksum(bytes)
        bytes[0] = checksum >>> 8
        bytes[1] = checksum & 255
        expect(internetChecksum(bytes)).toBe(0)
        expect(onesSum(tail, onesSum(even))).toBe(onesSum(Uint8Array.of(...even, ...tail)))
      }),
    )
  })
})

describe('pseudoHeaderSum', () => {
  it('equals the sum of the pseudo-header as it is drawn in RFC 8200 §8.1', () => {
    const source = parseIp('2001:db8::1')!
    const destination = parseIp('fe80::ff:fe00:1')!
    const drawn = Uint8Array.of(
      ...[0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1],
      ...[0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xfe, 0, 0, 1],
      ...[0, 1, 0x11, 0x70, 0, 0, 0, 58],
    )
    expect(pseudoHeaderSum({ source, destination }, 58, 70000)).toBe(onesSum(drawn))
  })

  it('equals the sum of the pseudo-header as it is drawn in RFC 9293 §3.1', () => {
    const ends = { source: parseIp('192.0.2.1')!, destination: parseIp('203.0.113.9')! }
    const drawn = Uint8Array.of(192, 0, 2, 1, 203, 0, 113, 9, 0, 6, 0, 2)
    expect(transportChecksum(ends, 6, Uint8Array.of(0xab, 0xcd))).toBe(
      internetChecksum(Uint8Array.of(...drawn, 0xab, 0xcd)),
    )
  })
})
