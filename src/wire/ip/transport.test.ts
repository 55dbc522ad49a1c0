import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ip, parseIp } from '../../net/ip.ts'
import { checkCodec } from '../codec-properties.ts'
import { decodeTcp, encodeTcp, TCP_FLAG, type TcpSegment, tcpChecksumIsRight, tcpFlagNames } from './tcp.ts'
import type { TcpOption } from './tcp-options.ts'
import { decodeUdp, encodeUdp, type UdpDatagram, udpChecksumIsRight } from './udp.ts'

const max = (bits: number) => fc.nat(2 ** bits - 1)
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const noise = fc.uint8Array({ maxLength: 64 })
const ends4 = { source: parseIp('192.0.2.1')!, destination: parseIp('192.0.2.10')! }
const ends6 = { source: parseIp('2001:db8::1')!, destination: parseIp('2001:db8::a')! }
const ends = fc.oneof(
  fc
    .tuple(fc.bigInt(0n, 0xffffffffn), fc.bigInt(0n, 0xffffffffn))
    .map(([a, b]) => ({ source: ip(4, a), destination: ip(4, b) })),
  fc
    .tuple(fc.bigInt(0n, (1n << 128n) - 1n), fc.bigInt(0n, (1n << 128n) - 1n))
    .map(([a, b]) => ({ source: ip(6, a), destination: ip(6, b) })),
)

const udp: fc.Arbitrary<UdpDatagram> = fc.record({
  sourcePort: max(16),
  destinationPort: max(16),
  payload: fc.uint8Array({ maxLength: 60 }),
})

const option: fc.Arbitrary<TcpOption> = fc.oneof(
  fc.constant({ kind: 'no-operation' as const }),
  fc.record({ kind: fc.constant('maximum-segment-size' as const), bytes: max(16) }),
  fc.record({ kind: fc.constant('window-scale' as const), shift: max(8) }),
  fc.constant({ kind: 'selective-acknowledgement-permitted' as const }),
  fc.record({ kind: fc.constant('timestamps' as const), value: u32, echoReply: u32 }),
  fc.record({
    kind: fc.constant('md5-signature' as const),
    digest: fc.uint8Array({ minLength: 16, maxLength: 16 }),
  }),
  fc.record({
    kind: fc.constant('unknown' as const),
    type: fc.constantFrom(5, 29, 30, 34, 253),
    body: fc.uint8Array({ maxLength: 8 }),
  }),
)
// Two options take 36 bytes at most, which leaves room in the 40 bytes that a header has for them.
const tcp: fc.Arbitrary<TcpSegment> = fc.record({
  sourcePort: max(16),
  destinationPort: max(16),
  sequence: u32,
  acknowledgment: u32,
  flags: max(9),
  window: max(16),
  urgentPointer: max(16),
  options: fc.array(option, { maxLength: 2 }),
  payload: fc.uint8Array({ maxLength: 60 }),
})

describe('UDP', () => {
  it('keeps the promises of a codec', () => {
    const codec = { name: 'udp', decode: decodeUdp, encode: (v: UdpDatagram) => encodeUdp(v, ends4) }
    fc.assert(fc.property(udp, noise, (datagram, random) => checkCodec(codec, datagram, random)))
  })

  it('writes a checksum that is right for its addresses, and never zero', () => {
    fc.assert(
      fc.property(udp, ends, (datagram, around) => {
        const bytes = encodeUdp(datagram, around)
        expect(udpChecksumIsRight(bytes, around)).toBe(true)
        expect(bytes[6] === 0 && bytes[7] === 0).toBe(false)
        bytes[bytes.length - 1] = bytes[bytes.length - 1]! ^ 1
        expect(udpChecksumIsRight(bytes, around)).toBe(false)
      }),
    )
  })

  it('sends a computed zero as all ones', () => {
    // The sum of everything else is 0xffff: the payload makes up the difference.
    const sum = 0xc000 + 0x0201 + 0xc000 + 0x020a + 17 + 10 + 1 + 2 + 10
    const folded = (sum & 0xffff) + (sum >> 16)
    const rest = 0xffff - folded
    const bytes = encodeUdp(
      { sourcePort: 1, destinationPort: 2, payload: Uint8Array.of(rest >> 8, rest & 255) },
      ends4,
    )
    expect([bytes[6], bytes[7]]).toEqual([255, 255])
    expect(udpChecksumIsRight(bytes, ends4)).toBe(true)
  })

  it('takes no checksum for right in IPv4 and wrong in IPv6', () => {
    const bytes = Uint8Array.of(0, 1, 0, 2, 0, 8, 0, 0)
    expect(udpChecksumIsRight(bytes, ends4)).toBe(true)
    expect(udpChecksumIsRight(bytes, ends6)).toBe(false)
  })

  it('refuses a length below its header', () => {
    expect(decodeUdp(Uint8Array.of(0, 1, 0, 2, 0, 7, 0, 0))).toMatchObject({
      error: { reason: 'length-below-header', at: 4, need: 8, have: 7 },
    })
  })
})

describe('TCP', () => {
  it('keeps the promises of a codec', () => {
    const codec = {
      name: 'tcp',
      decode: decodeTcp,
      encode: (v: TcpSegment) => encodeTcp(v, ends6),
      indispensableBytes: (v: TcpSegment, encoded: Uint8Array) => encoded.length - v.payload.length,
    }
    fc.assert(fc.property(tcp, noise, (segment, random) => checkCodec(codec, segment, random)))
  })

  it('writes a checksum that is right for its addresses', () => {
    fc.assert(
      fc.property(tcp, ends, (segment, around) => {
        const bytes = encodeTcp(segment, around)
        expect(tcpChecksumIsRight(bytes, around)).toBe(true)
        bytes[4] = bytes[4]! ^ 1
        expect(tcpChecksumIsRight(bytes, around)).toBe(false)
      }),
    )
  })

  const header = (...options: number[]) => {
    const padded = [...options, ...new Array<number>((4 - (options.length % 4)) % 4).fill(0)]
    return Uint8Array.of(
      ...new Array<number>(12).fill(0),
      (5 + padded.length / 4) << 4,
      2,
      0,
      0,
      0,
      0,
      0,
      0,
      ...padded,
    )
  }

  it('reads options in order up to the end mark', () => {
    expect(decodeTcp(header(2, 4, 5, 0xb4, 1, 3, 3, 7, 4, 2, 0, 99))).toMatchObject({
      value: {
        options: [
          { kind: 'maximum-segment-size', bytes: 1460 },
          { kind: 'no-operation' },
          { kind: 'window-scale', shift: 7 },
          { kind: 'selective-acknowledgement-permitted' },
        ],
      },
    })
  })

  it('keeps a known option of the wrong length as unknown', () => {
    expect(decodeTcp(header(2, 3, 9, 1))).toMatchObject({
      value: { options: [{ kind: 'unknown', type: 2, body: Uint8Array.of(9) }, { kind: 'no-operation' }] },
    })
  })

  it.each([
    [header(2, 1, 0, 0), { reason: 'option-length-below-two', at: 21 }],
    [header(1, 1, 8, 10), { reason: 'truncated', at: 24, need: 8, have: 0 }],
    [
      Uint8Array.of(...new Array<number>(12).fill(0), 0x40, 0, 0, 0, 0, 0, 0, 0),
      { reason: 'data-offset-below-minimum', at: 12 },
    ],
  ])('refuses broken headers %#', (bytes, error) => {
    expect(decodeTcp(bytes)).toMatchObject({ ok: false, error })
  })

  it('names flags in words', () => {
    expect(tcpFlagNames(TCP_FLAG.syn | TCP_FLAG.ack)).toBe('SYN ACK')
    expect(tcpFlagNames(0)).toBe('no flags')
  })
})
