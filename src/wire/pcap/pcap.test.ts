import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { checkCodec, checkTotality } from '../codec-properties.ts'
import type { Capture, CapturedPacket } from './capture.ts'
import { decodePcapng } from './decode-pcapng.ts'
import { decodePcap, pcapHeader, pcapRecord } from './pcap.ts'
import { encodePcapng, pcapngHeader, pcapngPacket } from './pcapng.ts'

const noise = fc.uint8Array({ maxLength: 40 })
const text = fc.option(fc.string({ maxLength: 20, unit: fc.constantFrom('a', ' ', '\n', 'é', '€', '😀') }), {
  nil: undefined,
})
const packetOf = (interfaces: number) =>
  fc.record({
    interfaceIndex: fc.nat(interfaces - 1),
    timestampNs: fc.bigInt(0n, (1n << 62n) - 1n),
    bytes: fc.uint8Array({ maxLength: 40 }),
    originalBytes: fc.nat(65535),
    direction: fc.constantFrom('received' as const, 'sent' as const, undefined),
    comment: text,
  })
const capture: fc.Arbitrary<Capture> = fc
  .array(fc.record({ name: text, linkType: fc.nat(65535), snapLengthBytes: fc.nat(262144) }), {
    minLength: 1,
    maxLength: 3,
  })
  .chain((interfaces) =>
    fc.record({
      interfaces: fc.constant(interfaces),
      packets: fc.array(packetOf(interfaces.length), { maxLength: 4 }),
    }),
  )

describe('pcapng', () => {
  it('keeps the promises of a codec', () => {
    const codec = {
      name: 'pcapng',
      decode: decodePcapng,
      encode: encodePcapng,
      // A file that ends between two blocks is a shorter capture; only the section header must be there.
      indispensableBytes: () => pcapngHeader([]).length,
    }
    fc.assert(fc.property(capture, noise, (value, random) => checkCodec(codec, value, random)))
  })

  const one: CapturedPacket = {
    interfaceIndex: 0,
    timestampNs: 1_700_000_000_123_456_789n,
    bytes: Uint8Array.of(1, 2, 3),
    originalBytes: 60,
    direction: 'sent',
    comment: 'probe 1',
  }
  const interfaces = [{ name: 'eth0', linkType: 1, snapLengthBytes: 0 }]
  const file = encodePcapng({ interfaces, packets: [one] })

  it('refuses a file that ends inside a block', () => {
    const header = pcapngHeader(interfaces).length
    for (let length = header + 1; length < file.length; length++)
      expect(decodePcapng(file.subarray(0, length))).toMatchObject({ error: { reason: 'truncated' } })
  })

  it.each<[string, (f: Uint8Array) => Uint8Array]>([
    ['several-sections', (f) => Uint8Array.of(...f, ...f)],
    [
      'no-such-interface',
      () => Uint8Array.of(...pcapngHeader(interfaces), ...pcapngPacket({ ...one, interfaceIndex: 1 })),
    ],
    // The resolution of the interface becomes whole seconds.
    ['timestamp-too-large', (f) => f.with(pcapngHeader(interfaces).length - 12, 0)],
    ['block-lengths-differ', (f) => f.with(f.length - 1, 1)],
    ['bad-block-length', (f) => f.with(4, 33)],
    ['not-a-pcapng-file', (f) => f.with(0, 0)],
    ['bad-version', (f) => f.with(12, 2)],
  ])('refuses %s', (reason, damage) => {
    expect(decodePcapng(damage(file))).toMatchObject({ ok: false, error: { reason } })
  })

  it('reads the other byte order, microseconds by default, and steps over other blocks', () => {
    const be = (...words: number[]) =>
      words.flatMap((w) => [w >>> 24, (w >>> 16) & 255, (w >>> 8) & 255, w & 255])
    const bytes = Uint8Array.from([
      ...be(0x0a0d0d0a, 28, 0x1a2b3c4d, 0x00010000, 0xffffffff, 0xffffffff, 28),
      ...be(1, 20, 0x00010000, 0, 20),
      ...be(5, 16, 0, 16),
      ...be(6, 36, 0, 0, 1_500_000, 2, 60, 0x0a0b0000, 36),
    ])
    expect(decodePcapng(bytes)).toEqual({
      ok: true,
      value: {
        interfaces: [{ name: undefined, linkType: 1, snapLengthBytes: 0 }],
        packets: [
          {
            interfaceIndex: 0,
            timestampNs: 1_500_000_000n,
            bytes: Uint8Array.of(10, 11),
            originalBytes: 60,
            direction: undefined,
            comment: undefined,
          },
        ],
      },
    })
  })
})

describe('pcap', () => {
  const record = { timestampNs: 1_700_000_000_123_456_789n, bytes: Uint8Array.of(1, 2, 3), originalBytes: 60 }

  it('writes what it reads', () => {
    expect(
      decodePcap(Uint8Array.of(...pcapHeader(1, 65535), ...pcapRecord(record), ...pcapRecord(record))),
    ).toEqual({
      ok: true,
      value: {
        interfaces: [{ name: undefined, linkType: 1, snapLengthBytes: 65535 }],
        packets: [record, record].map((r) => ({
          ...r,
          interfaceIndex: 0,
          direction: undefined,
          comment: undefined,
        })),
      },
    })
  })

  it('reads microseconds and the other byte order', () => {
    const be = Buffer.from(
      'a1b2c3d4000200040000000000000000000100000000000100000001000000020000000100000001ff',
      'hex',
    )
    expect(decodePcap(be)).toMatchObject({
      value: {
        interfaces: [{ linkType: 1, snapLengthBytes: 65536 }],
        packets: [{ timestampNs: 1_000_002_000n, bytes: Uint8Array.of(255) }],
      },
    })
  })

  it('is total, and refuses a file that ends inside a packet', () => {
    const encode = ({ interfaces, packets }: Capture) =>
      Uint8Array.of(
        ...pcapHeader(interfaces[0]!.linkType, interfaces[0]!.snapLengthBytes),
        ...packets.flatMap((p) => [...pcapRecord(p)]),
      )
    const file = Uint8Array.of(...pcapHeader(1, 0), ...pcapRecord(record))
    fc.assert(
      fc.property(
        fc.nat(file.length),
        fc.nat(file.length - 1),
        fc.nat(255),
        noise,
        (cut, at, byte, random) => {
          checkTotality(
            { name: 'pcap', decode: decodePcap, encode },
            Uint8Array.of(...file.with(at, byte).subarray(0, cut), ...random),
          )
        },
      ),
    )
    for (let length = 0; length < file.length; length++)
      expect(decodePcap(file.subarray(0, length)).ok).toBe(length === 24)
  })
})
