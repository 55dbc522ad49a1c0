import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ip, parseIp } from '../../net/ip.ts'
import { checkCodec } from '../codec-properties.ts'
import { decodeIpv4, encodeIpv4, type Ipv4Packet } from './ipv4.ts'
import {
  decodeIpv6,
  encodeIpv6,
  IPV6_EXTENSION,
  type Ipv6Extension,
  type Ipv6Packet,
  ipv6FragmentOffsetBytes,
} from './ipv6.ts'

const max = (bits: number) => fc.nat(2 ** bits - 1)
const noise = fc.uint8Array({ maxLength: 64 })
const ipv4 = fc.bigInt(0n, 0xffffffffn).map((value) => ip(4, value))
const ipv6 = fc.bigInt(0n, (1n << 128n) - 1n).map((value) => ip(6, value))
const words = (maxWords: number) =>
  fc.nat(maxWords).chain((n) => fc.uint8Array({ minLength: n * 4, maxLength: n * 4 }))

const ipv4Packet: fc.Arbitrary<Ipv4Packet> = fc.record({
  trafficClass: max(8),
  identification: max(16),
  dontFragment: fc.boolean(),
  moreFragments: fc.boolean(),
  fragmentOffsetBytes: max(13).map((units) => units * 8),
  hopLimit: max(8),
  protocol: max(8),
  source: ipv4,
  destination: ipv4,
  options: words(10),
  payload: fc.uint8Array({ maxLength: 80 }),
})

const body = (length: number, first: number) =>
  fc.uint8Array({ minLength: length - 1, maxLength: length - 1 }).map((b) => {
    const bytes = b.slice()
    bytes[0] = first
    return bytes
  })
const extension: fc.Arbitrary<Ipv6Extension> = fc.oneof(
  fc
    .nat(3)
    .chain((n) =>
      fc.record({ protocol: fc.constantFrom(0, 43, 60, 135, 139, 140), body: body((n + 1) * 8, n) }),
    ),
  // Authentication counts words of 4 bytes minus 2.
  fc.nat(4).chain((n) => fc.record({ protocol: fc.constant(51), body: body((n + 2) * 4, n) })),
  // A first fragment: offset 0, more to come.
  fc
    .uint8Array({ minLength: 4, maxLength: 4 })
    .map((id) => ({ protocol: 44, body: Uint8Array.of(0, 0, 1, ...id) })),
)
const ipv6Packet: fc.Arbitrary<Ipv6Packet> = fc.record({
  trafficClass: max(8),
  flowLabel: max(20),
  hopLimit: max(8),
  source: ipv6,
  destination: ipv6,
  extensions: fc.array(extension, { maxLength: 4 }),
  protocol: fc.constantFrom(6, 17, 58, 59, 50, 253),
  payload: fc.uint8Array({ maxLength: 80 }),
})

describe('decodeIpv4', () => {
  // The example of many textbooks: checksum 0xb861.
  const header = '45000073000040004011b861c0a80001c0a800c7'
  const bytes = Buffer.from(header + '00'.repeat(0x73 - 20), 'hex')

  it('keeps the promises of a codec', () => {
    const codec = { name: 'ipv4', decode: decodeIpv4, encode: encodeIpv4 }
    fc.assert(fc.property(ipv4Packet, noise, (packet, random) => checkCodec(codec, packet, random)))
  })

  it('reads and writes the checksum that others compute', () => {
    const decoded = decodeIpv4(bytes)
    expect(decoded).toMatchObject({
      value: {
        dontFragment: true,
        moreFragments: false,
        hopLimit: 64,
        protocol: 17,
        source: parseIp('192.168.0.1'),
      },
    })
    if (decoded.ok) expect(Buffer.from(encodeIpv4(decoded.value)).toString('hex').slice(0, 40)).toBe(header)
  })

  it('refuses any single wrong bit of the header, and does not look at padding', () => {
    for (let bit = 8; bit < 160; bit++) {
      const wrong = Uint8Array.from(bytes)
      wrong[bit >> 3] = wrong[bit >> 3]! ^ (1 << (bit & 7))
      expect(decodeIpv4(wrong).ok).toBe(false)
    }
    expect(decodeIpv4(Uint8Array.of(...bytes, 1, 2, 3))).toEqual(decodeIpv4(Uint8Array.from(bytes)))
  })

  it.each([
    [0, 0x65, 'bad-version'],
    [0, 0x44, 'header-length-below-minimum'],
    [12, 0xff, 'bad-checksum'],
  ])('refuses byte %i = %i: %s', (at, value, reason) => {
    const wrong = Uint8Array.from(bytes)
    wrong[at] = value
    expect(decodeIpv4(wrong)).toMatchObject({ ok: false, error: { reason, protocol: 'ipv4' } })
  })

  it('refuses a total length below the header, checksum right', () => {
    const short = Buffer.from('45000013000040004011b8c1c0a80001c0a800c7', 'hex')
    expect(decodeIpv4(short)).toMatchObject({
      error: { reason: 'total-length-below-header', need: 20, have: 19 },
    })
  })
})

describe('decodeIpv6', () => {
  it('keeps the promises of a codec', () => {
    const codec = { name: 'ipv6', decode: decodeIpv6, encode: encodeIpv6 }
    fc.assert(fc.property(ipv6Packet, noise, (packet, random) => checkCodec(codec, packet, random)))
  })

  it('stops at a later fragment: it holds no further headers', () => {
    const fragmentHeader = {
      protocol: IPV6_EXTENSION.fragment,
      body: Uint8Array.of(0, 0x05, 0xa9, 0, 0, 0, 7),
    }
    const source = parseIp('2001:db8::1')!
    const packet: Ipv6Packet = {
      trafficClass: 0,
      flowLabel: 0,
      hopLimit: 64,
      source,
      destination: source,
      extensions: [fragmentHeader],
      protocol: IPV6_EXTENSION.destinationOptions,
      payload: Uint8Array.of(1, 2, 3),
    }
    const decoded = decodeIpv6(encodeIpv6(packet))
    expect(decoded).toEqual({ ok: true, value: packet })
    expect(ipv6FragmentOffsetBytes(packet)).toBe(0x5a8)
    expect(ipv6FragmentOffsetBytes({ extensions: [] })).toBe(0)
  })

  it('refuses an extension header that is longer than the packet', () => {
    const bytes = new Uint8Array(48)
    bytes.set([0x60, 0, 0, 0, 0, 8, 0, 64])
    bytes.set([58, 1], 40)
    expect(decodeIpv6(bytes)).toMatchObject({ error: { reason: 'truncated', at: 41, need: 15, have: 7 } })
  })

  it('refuses to encode an extension header whose length byte lies', () => {
    const extensions = [{ protocol: 0, body: Uint8Array.of(3, 0, 0, 0, 0, 0, 0) }]
    const source = parseIp('::1')!
    const rest = { trafficClass: 0, flowLabel: 0, hopLimit: 1, source, destination: source, protocol: 59 }
    expect(() => encodeIpv6({ ...rest, extensions, payload: new Uint8Array(0) })).toThrow(RangeError)
  })
})
