import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ip } from '../../net/ip.ts'
import { macFromBytes } from '../../net/mac.ts'
import { checkCodec } from '../codec-properties.ts'
import { type ArpPacket, decodeArp, encodeArp } from './arp.ts'

const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((b) => macFromBytes(b)!)
const ipv4 = fc.bigInt(0n, 0xffffffffn).map((value) => ip(4, value))
const arp: fc.Arbitrary<ArpPacket> = fc.record({
  operation: fc.oneof(fc.constantFrom(1, 2), fc.integer({ min: 0, max: 65535 })),
  senderMac: mac,
  senderIp: ipv4,
  targetMac: mac,
  targetIp: ipv4,
})

describe('decodeArp', () => {
  const request = encodeArp({
    operation: 1,
    senderMac: macFromBytes(Uint8Array.of(2, 0, 0, 0, 0, 1))!,
    senderIp: ip(4, 0xc0000201n),
    targetMac: macFromBytes(new Uint8Array(6))!,
    targetIp: ip(4, 0xc000020an),
  })

  it('keeps the promises of a codec', () => {
    fc.assert(
      fc.property(arp, fc.uint8Array({ maxLength: 64 }), (packet, noise) =>
        checkCodec({ name: 'arp', decode: decodeArp, encode: encodeArp }, packet, noise),
      ),
    )
  })

  it('lays the fields out as RFC 826 does', () => {
    expect(Buffer.from(request).toString('hex')).toBe(
      '0001' + '0800' + '06' + '04' + '0001' + '020000000001' + 'c0000201' + '000000000000' + 'c000020a',
    )
  })

  it('does not look at padding', () => {
    expect(decodeArp(Uint8Array.of(...request, 1, 2, 3))).toEqual(decodeArp(request))
  })

  it.each([
    [1, 6, { reason: 'hardware-type-not-ethernet', at: 0, need: 1, have: 6 }],
    [2, 0x86, { reason: 'protocol-type-not-ipv4', at: 2, need: 0x800, have: 0x8600 }],
    [4, 8, { reason: 'bad-hardware-length', at: 4, need: 6, have: 8 }],
    [5, 16, { reason: 'bad-protocol-length', at: 5, need: 4, have: 16 }],
  ])('refuses byte %i = %i', (at, value, error) => {
    const bytes = request.slice()
    bytes[at] = value
    expect(decodeArp(bytes)).toMatchObject({
      ok: false,
      error: { protocol: 'arp', rfc: 'RFC 826', ...error },
    })
  })
})
