import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ip, parseIp } from '../../net/ip.ts'
import { checkCodec } from '../codec-properties.ts'
import {
  decodeIcmpv4,
  encodeIcmpv4,
  type Icmpv4Message,
  icmpTimeExceededName,
  icmpv4UnreachableName,
} from './icmpv4.ts'
import { decodeIcmpv6, encodeIcmpv6, type Icmpv6Message, icmpv6UnreachableName } from './icmpv6.ts'
import { encodeIpv4 } from './ipv4.ts'
import { encodeIpv6 } from './ipv6.ts'
import { decodeQuotedPacket } from './quoted-packet.ts'

const u8 = fc.nat(255)
const u16 = fc.nat(65535)
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const data = fc.uint8Array({ maxLength: 60 })
const noise = fc.uint8Array({ maxLength: 64 })
const kind = <K extends string>(...kinds: K[]) => fc.constantFrom(...kinds)
const echo = fc.record({ kind: kind('echo-request', 'echo-reply'), identifier: u16, sequence: u16, data })

const icmpv4: fc.Arbitrary<Icmpv4Message> = fc.oneof(
  echo,
  fc.record({
    kind: kind('destination-unreachable'),
    code: u8,
    nextHopMtu: u16,
    originalWords: u8,
    quoted: data,
  }),
  fc.record({ kind: kind('time-exceeded'), code: u8, originalWords: u8, quoted: data }),
  fc.record({
    kind: kind('redirect'),
    code: u8,
    gateway: fc.bigInt(0n, 0xffffffffn).map((v) => ip(4, v)),
    quoted: data,
  }),
  fc.record({ kind: kind('other'), type: fc.constantFrom(9, 10, 12, 13, 42), code: u8, body: data }),
)
const icmpv6: fc.Arbitrary<Icmpv6Message> = fc.oneof(
  echo,
  fc.record({
    kind: kind('destination-unreachable', 'time-exceeded'),
    code: u8,
    originalWords: u8,
    quoted: data,
  }),
  fc.record({ kind: kind('packet-too-big'), mtu: u32, quoted: data }),
  fc.record({ kind: kind('parameter-problem'), code: u8, pointer: u32, quoted: data }),
  fc.record({ kind: kind('other'), type: fc.constantFrom(133, 136, 137, 143, 200), code: u8, body: data }),
)
const ends = { source: parseIp('2001:db8::1')!, destination: parseIp('2001:db8::2')! }

describe('ICMPv4', () => {
  it('keeps the promises of a codec', () => {
    const codec = { name: 'icmpv4', decode: decodeIcmpv4, encode: encodeIcmpv4 }
    // A cut message has a wrong checksum, unless what is cut sums to nothing: only the fixed part is indispensable.
    const indispensableBytes = (m: Icmpv4Message) => (m.kind === 'other' ? 4 : 8)
    fc.assert(
      fc.property(icmpv4, noise, (m, random) => checkCodec({ ...codec, indispensableBytes }, m, random)),
    )
  })

  it('refuses a wrong checksum and says where it stands', () => {
    const bytes = encodeIcmpv4({
      kind: 'echo-request',
      identifier: 1,
      sequence: 2,
      data: Uint8Array.of(1, 2, 3),
    })
    bytes[9] = 77
    expect(decodeIcmpv4(bytes)).toMatchObject({ error: { reason: 'bad-checksum', at: 2 } })
  })

  it('names the codes that diagnosis turns on', () => {
    expect([0, 1, 3, 4, 9, 10, 13, 15].map(icmpv4UnreachableName)).toEqual([
      'net-unreachable',
      'host-unreachable',
      'port-unreachable',
      'fragmentation-needed',
      'net-prohibited',
      'host-prohibited',
      'admin-prohibited',
      'precedence-cutoff',
    ])
    expect(icmpv4UnreachableName(16)).toBe('code 16')
    expect([0, 1, 2].map(icmpTimeExceededName)).toEqual([
      'hop-limit-exceeded',
      'reassembly-time-exceeded',
      'code 2',
    ])
  })
})

describe('ICMPv6', () => {
  it('keeps the promises of a codec', () => {
    const codec = {
      name: 'icmpv6',
      decode: (b: Uint8Array) => decodeIcmpv6(b, ends),
      encode: (m: Icmpv6Message) => encodeIcmpv6(m, ends),
      indispensableBytes: (m: Icmpv6Message) => (m.kind === 'other' ? 4 : 8),
    }
    fc.assert(fc.property(icmpv6, noise, (m, random) => checkCodec(codec, m, random)))
  })

  it('refuses a message whose addresses were changed on the way', () => {
    const bytes = encodeIcmpv6({ kind: 'packet-too-big', mtu: 1280, quoted: Uint8Array.of(1) }, ends)
    expect(decodeIcmpv6(bytes, ends).ok).toBe(true)
    expect(decodeIcmpv6(bytes, { ...ends, source: parseIp('2001:db8::9')! })).toMatchObject({
      error: { reason: 'bad-checksum' },
    })
  })

  it('names codes', () => {
    expect([0, 1, 3, 4, 5, 8, 9].map(icmpv6UnreachableName)).toEqual([
      'no-route',
      'admin-prohibited',
      'address-unreachable',
      'port-unreachable',
      'source-address-refused',
      'headers-too-long',
      'code 9',
    ])
  })
})

describe('decodeQuotedPacket', () => {
  const payload = Uint8Array.of(0x0f, 0xa0, 0, 80, 1, 2, 3, 4)
  const v4 = encodeIpv4({
    trafficClass: 0,
    identification: 7,
    dontFragment: true,
    moreFragments: false,
    fragmentOffsetBytes: 0,
    hopLimit: 63,
    protocol: 6,
    source: parseIp('192.0.2.5')!,
    destination: parseIp('192.0.2.10')!,
    options: Uint8Array.of(1, 1, 1, 0),
    payload: Uint8Array.of(...payload, ...new Uint8Array(100)),
  })
  const v6 = encodeIpv6({
    trafficClass: 0,
    flowLabel: 0,
    hopLimit: 63,
    ...ends,
    extensions: [{ protocol: 0, body: Uint8Array.of(0, 1, 4, 0, 0, 0, 0) }],
    protocol: 17,
    payload: Uint8Array.of(...payload, ...new Uint8Array(100)),
  })
  const ports = { source: 4000, destination: 80 }

  it('reads addresses and ports though the packet is cut and its checksum is wrong', () => {
    const cut = v4.slice(0, 32)
    cut[10] = 0
    expect(decodeQuotedPacket(cut)).toEqual({
      ok: true,
      value: {
        source: parseIp('192.0.2.5'),
        destination: parseIp('192.0.2.10'),
        protocol: 6,
        hopLimit: 63,
        ports,
      },
    })
    expect(decodeQuotedPacket(v6.subarray(0, 56))).toEqual({
      ok: true,
      value: { ...ends, protocol: 17, hopLimit: 63, ports },
    })
  })

  it('gives no ports where there are none', () => {
    expect(decodeQuotedPacket(v4.subarray(0, 27))).toMatchObject({ value: { ports: undefined } })
    const later = v4.slice()
    later[7] = 8
    expect(decodeQuotedPacket(later)).toMatchObject({ value: { ports: undefined } })
    const icmp = v4.slice()
    icmp[9] = 1
    expect(decodeQuotedPacket(icmp)).toMatchObject({ value: { protocol: 1, ports: undefined } })
  })

  it('is total', () => {
    fc.assert(
      fc.property(fc.constantFrom(v4, v6), fc.nat(200), fc.nat(60), u8, (packet, cut, at, byte) => {
        const bytes = packet.slice(0, cut)
        if (at < bytes.length) bytes[at] = byte
        const decoded = decodeQuotedPacket(bytes)
        if (!decoded.ok) expect(decoded.error.at).toBeLessThanOrEqual(bytes.length)
      }),
    )
    expect(decodeQuotedPacket(new Uint8Array(0)).ok).toBe(false)
  })
})
