import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Ip, ip, parseIp } from '../../net/ip.ts'
import { prefixOf } from '../../net/prefix.ts'
import { type Codec, checkCodec, checkTotality } from '../codec-properties.ts'
import type { Capability } from './capability.ts'
import { ROLES } from './capability.ts'
import { type BgpContext, PLAIN_CONTEXT } from './context.ts'
import { type BgpMessage, decodeBgpMessage, encodeBgpMessage } from './message.ts'
import { checkOpen, type OpenMessage, openAsn } from './open.ts'
import type { AsSegment, PathAttribute } from './path-attribute.ts'
import type { BgpRoute } from './route.ts'

const codec = (context: BgpContext): Codec<BgpMessage> => ({
  name: 'bgp',
  decode: (bytes) => decodeBgpMessage(bytes, context),
  encode: (message) => encodeBgpMessage(message, context),
})

const u8 = fc.nat(0xff)
const u16 = fc.nat(0xffff)
const u32 = fc.nat(0xffff_ffff)
const bytes = (maxLength: number) => fc.uint8Array({ maxLength })
const v4 = u32.map((value): Ip => ip(4, BigInt(value)))
const host4 = fc.integer({ min: 1, max: 0xdfff_ffff }).map((value): Ip => ip(4, BigInt(value)))
const host6 = fc.bigInt({ min: 1n, max: (0xffn << 120n) - 1n }).map((value): Ip => ip(6, value))
const linkLocal = fc
  .bigInt({ min: 0n, max: (1n << 64n) - 1n })
  .map((low): Ip => ip(6, (0xfe80n << 112n) | low))
const family = fc.record({ afi: u16, safi: u8 })
const many = <T>(item: fc.Arbitrary<T>) => fc.array(item, { maxLength: 4 })
const some = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 4 })
const text = fc.string({ unit: 'grapheme', maxLength: 20 })

const capability: fc.Arbitrary<Capability> = fc.oneof(
  fc.record({ kind: fc.constant('multiprotocol' as const), family }),
  fc.record({
    kind: fc.constantFrom(
      'route-refresh' as const,
      'enhanced-route-refresh' as const,
      'extended-message' as const,
    ),
  }),
  fc.record({
    kind: fc.constant('extended-next-hop' as const),
    entries: many(fc.record({ family: fc.record({ afi: u16, safi: u16 }), nextHopAfi: u16 })),
  }),
  fc.record({ kind: fc.constant('role' as const), role: fc.constantFrom(...ROLES) }),
  fc.record({
    kind: fc.constant('graceful-restart' as const),
    restarting: fc.boolean(),
    notification: fc.boolean(),
    restartSeconds: fc.nat(4095),
    families: many(fc.record({ family, forwarding: fc.boolean() })),
  }),
  fc.record({ kind: fc.constant('four-octet-as' as const), asn: u32 }),
  fc.record({
    kind: fc.constant('add-path' as const),
    families: many(
      fc.record({ family, mode: fc.constantFrom('receive' as const, 'send' as const, 'both' as const) }),
    ),
  }),
  fc.record({
    kind: fc.constant('long-lived-graceful-restart' as const),
    families: many(fc.record({ family, forwarding: fc.boolean(), staleSeconds: fc.nat(0xff_ffff) })),
  }),
  fc.record({ kind: fc.constant('fqdn' as const), hostName: text, domainName: text }),
  fc.record({
    kind: fc.constant('unknown' as const),
    code: fc.constantFrom(3, 67, 75, 128, 255),
    bytes: bytes(40),
  }),
)

const open: fc.Arbitrary<OpenMessage> = fc.record({
  kind: fc.constant('open' as const),
  shortAsn: u16,
  holdTimeSeconds: u16,
  routerId: v4,
  capabilities: fc.array(capability, { maxLength: 16 }),
  otherParameters: fc.oneof(
    fc.constant([]),
    many(fc.record({ type: fc.constantFrom(1, 3, 254, 255), bytes: bytes(300) })),
  ),
})

function routes(which: 4 | 6, addPath: boolean): fc.Arbitrary<BgpRoute> {
  const prefix = fc
    .tuple(
      which === 4 ? v4 : fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((v) => ip(6, v)),
      fc.nat(which === 4 ? 32 : 128),
    )
    .map(([address, length]) => prefixOf(address, length))
  return addPath ? fc.record({ prefix, pathId: u32 }) : fc.record({ prefix })
}

const segmentsOf = (asn: fc.Arbitrary<number>, kinds: readonly AsSegment['kind'][]) =>
  fc.array(fc.record({ kind: fc.constantFrom(...kinds), asns: some(asn) }), { maxLength: 3 })

/** Attributes that an UPDATE with `context` can carry, each type once. */
function attributes(context: BgpContext): fc.Arbitrary<PathAttribute[]> {
  const asn = fc.integer({ min: 1, max: context.asn4 ? 0xffff_ffff : 0xffff })
  const asn4 = fc.integer({ min: 1, max: 0xffff_ffff })
  const partial = fc.boolean()
  const reach6 = fc
    .tuple(host6, fc.option(linkLocal), fc.array(routes(6, context.addPath.includes(6)), { maxLength: 5 }))
    .map(([nextHop, second, list]) => ({
      kind: 'mp-reach' as const,
      family: 6 as const,
      nextHop,
      ...(second === null ? {} : { linkLocal: second }),
      routes: list,
    }))
  const reach4 = fc.record({
    kind: fc.constant('mp-reach' as const),
    family: fc.constant(4 as const),
    nextHop: context.extendedNextHop ? fc.oneof(host4, host6) : host4,
    routes: fc.array(routes(4, context.addPath.includes(4)), { maxLength: 5 }),
  })
  const unreach = fc.constantFrom(4 as const, 6 as const).chain((which) =>
    fc.record({
      kind: fc.constant('mp-unreach' as const),
      family: fc.constant(which),
      routes: fc.array(routes(which, context.addPath.includes(which)), { maxLength: 5 }),
    }),
  )
  const all: fc.Arbitrary<PathAttribute>[] = [
    fc.record({
      kind: fc.constant('origin' as const),
      origin: fc.constantFrom('igp' as const, 'egp' as const, 'incomplete' as const),
    }),
    fc.record({
      kind: fc.constant('as-path' as const),
      segments: segmentsOf(asn, ['set', 'sequence', 'confed-sequence', 'confed-set']),
    }),
    fc.record({ kind: fc.constant('next-hop' as const), address: host4 }),
    fc.record({ kind: fc.constant('multi-exit-discriminator' as const), value: u32 }),
    fc.record({ kind: fc.constant('local-preference' as const), value: u32 }),
    fc.constant({ kind: 'atomic-aggregate' as const }),
    fc.record({ kind: fc.constant('aggregator' as const), asn, address: v4, partial }),
    fc.record({
      kind: fc.constant('communities' as const),
      communities: fc.array(u32, { minLength: 1, maxLength: 100 }),
      partial,
    }),
    fc.record({ kind: fc.constant('originator-id' as const), id: v4 }),
    fc.record({ kind: fc.constant('cluster-list' as const), ids: some(v4) }),
    fc.oneof(reach6, reach4),
    unreach,
    fc.record({
      kind: fc.constant('extended-communities' as const),
      communities: some(fc.bigInt({ min: 0n, max: (1n << 64n) - 1n })),
      partial,
    }),
    fc.record({
      kind: fc.constant('large-communities' as const),
      communities: some(fc.record({ global: u32, local1: u32, local2: u32 })),
      partial,
    }),
    fc.record({ kind: fc.constant('only-to-customer' as const), asn: u32, partial }),
    fc.record({
      kind: fc.constant('unknown' as const),
      type: fc.constantFrom(26, 29, 40, 128, 255),
      transitive: fc.boolean(),
      partial,
      bytes: bytes(400),
    }),
  ]
  if (!context.asn4)
    all.push(
      fc.record({
        kind: fc.constant('as4-path' as const),
        segments: segmentsOf(asn4, ['set', 'sequence']).filter((segments) => segments.length > 0),
        partial,
      }),
      fc.record({ kind: fc.constant('as4-aggregator' as const), asn: asn4, address: v4, partial }),
    )
  return fc
    .uniqueArray(fc.nat(all.length - 1), { maxLength: all.length })
    .chain((chosen) => fc.tuple(...chosen.map((i) => all[i]!)))
}

function message(context: BgpContext): fc.Arbitrary<BgpMessage> {
  const list = fc.array(routes(4, context.addPath.includes(4)), { maxLength: 6 })
  const update = fc.record({
    kind: fc.constant('update' as const),
    withdrawn: list,
    attributes: attributes(context),
    announced: list,
  })
  const content = { code: u8, subcode: u8, data: bytes(60) }
  return fc.oneof(
    { arbitrary: update, weight: 4 },
    open,
    fc.record({ kind: fc.constant('notification' as const), ...content }),
    fc.constant({ kind: 'keepalive' as const }),
    fc.record({
      kind: fc.constant('route-refresh' as const),
      family,
      subtype: fc.constantFrom('request' as const, 'begin' as const, 'end' as const, 3, 255),
      filters: fc.constant(new Uint8Array(0)),
    }),
    fc.record({
      kind: fc.constant('route-refresh' as const),
      family,
      subtype: fc.constantFrom('request' as const, 3),
      filters: bytes(30),
    }),
  )
}

const plain: BgpContext = PLAIN_CONTEXT
const contexts: [string, BgpContext][] = [
  ['nothing agreed', plain],
  ['4-byte AS numbers', { ...plain, asn4: true, peer: 'internal' }],
  ['add-path', { ...plain, asn4: true, addPath: [4, 6] }],
  [
    'add-path for IPv6, extended messages and next hops',
    { ...plain, addPath: [6], extendedMessage: true, extendedNextHop: true },
  ],
]

describe.each(contexts)('the codec with %s', (_, context) => {
  it('keeps its promises', () => {
    fc.assert(
      fc.property(message(context), fc.uint8Array({ maxLength: 40 }), (value, noise) =>
        checkCodec(codec(context), value, noise),
      ),
      { numRuns: 400 },
    )
  })

  it('is total behind a good header', () => {
    const framed = fc.tuple(fc.integer({ min: 1, max: 5 }), bytes(120)).map(([type, body]) => {
      const length = 19 + body.length
      return Uint8Array.of(...new Array<number>(16).fill(255), length >> 8, length & 255, type, ...body)
    })
    fc.assert(
      fc.property(framed, (input) => void checkTotality(codec(context), input)),
      { numRuns: 1500 },
    )
  })
})

const hex = (text: string) => Uint8Array.from(Buffer.from(text.replaceAll(/\s/g, ''), 'hex'))
const marker = 'ff'.repeat(16)
const address = (written: string): Ip => parseIp(written)!

describe('OPEN', () => {
  // As MetalLB's native speaker sends it: always 49 bytes.
  const native = hex(
    `${marker} 0031 01 04 5ba0 005a c0000201 14 02 12 0104 0001 00 01 0104 0002 00 01 4104 fc00 1234`,
  )
  const decoded = decodeBgpMessage(native, plain)

  it('is decoded as MetalLB sends it, and encoded to the same bytes', () => {
    const value: OpenMessage = {
      kind: 'open',
      shortAsn: 23456,
      holdTimeSeconds: 90,
      routerId: address('192.0.2.1'),
      capabilities: [
        { kind: 'multiprotocol', family: { afi: 1, safi: 1 } },
        { kind: 'multiprotocol', family: { afi: 2, safi: 1 } },
        { kind: 'four-octet-as', asn: 0xfc001234 },
      ],
      otherParameters: [],
    }
    expect(decoded).toEqual({ ok: true, value, errors: [] })
    expect(encodeBgpMessage(value, plain)).toEqual(native)
    expect(openAsn(value)).toBe(0xfc001234)
    expect(checkOpen(value)).toEqual([])
  })

  it('reads the extended form of optional parameters, whatever the length byte says (RFC 9072 §2)', () => {
    const open = hex(`${marker} 0027 01 04 fde8 005a c0000201 04 ff 0007 02 0004 02 00 46 00`)
    expect(decodeBgpMessage(open, plain)).toMatchObject({
      ok: true,
      value: { capabilities: [{ kind: 'route-refresh' }, { kind: 'enhanced-route-refresh' }] },
    })
  })

  it('writes the extended form only when 255 bytes do not suffice', () => {
    const base = { kind: 'open', shortAsn: 1, holdTimeSeconds: 0, routerId: address('192.0.2.1') } as const
    const of = (size: number) =>
      encodeBgpMessage(
        {
          ...base,
          capabilities: [{ kind: 'unknown', code: 75, bytes: new Uint8Array(size) }],
          otherParameters: [],
        },
        plain,
      )
    expect([...of(251).subarray(28, 31)]).toEqual([255, 2, 253])
    expect([...of(252).subarray(28, 35)]).toEqual([255, 255, 1, 1, 2, 0, 254])
  })

  it('keeps capabilities that break their rules as bytes', () => {
    const open = hex(`${marker} 0027 01 04 fde8 005a c0000201 0a 02 08 02 01 07 09 01 09 41 00`)
    expect(decodeBgpMessage(open, plain)).toMatchObject({
      ok: true,
      value: {
        capabilities: [
          { kind: 'unknown', code: 2, bytes: Uint8Array.of(7) },
          { kind: 'unknown', code: 9, bytes: Uint8Array.of(9) },
          { kind: 'unknown', code: 65, bytes: new Uint8Array(0) },
        ],
      },
    })
  })

  const open = (change: Partial<OpenMessage>): OpenMessage => ({
    ...{ kind: 'open', shortAsn: 65000, holdTimeSeconds: 90, routerId: address('192.0.2.1') },
    ...{ capabilities: [], otherParameters: [], ...change },
  })
  it.each<[string, OpenMessage, number, number[]]>([
    ['AS 0', open({ shortAsn: 0 }), 2, [0, 0]],
    ['AS 0 in the capability', open({ capabilities: [{ kind: 'four-octet-as', asn: 0 }] }), 2, [0, 0]],
    ['a hold time of 1 s', open({ holdTimeSeconds: 1 }), 6, [0, 1]],
    ['a hold time of 2 s', open({ holdTimeSeconds: 2 }), 6, [0, 2]],
    ['router identifier 0', open({ routerId: address('0.0.0.0') }), 3, [0, 0, 0, 0]],
    ['authentication', open({ otherParameters: [{ type: 1, bytes: Uint8Array.of(7) }] }), 4, [1, 1, 7]],
  ])('is refused with %s', (_, message, subcode, data) => {
    expect(checkOpen(message)).toMatchObject([
      { action: 'reset', notification: { code: 2, subcode, data: Uint8Array.from(data) } },
    ])
  })
  it('may have no hold time', () => expect(checkOpen(open({ holdTimeSeconds: 0 }))).toEqual([]))
})

it('refuses to encode more than the peer takes', () => {
  const data = (length: number) =>
    ({ kind: 'notification', code: 6, subcode: 0, data: new Uint8Array(length) }) as const
  const extended = { ...plain, extendedMessage: true }
  expect(encodeBgpMessage(data(4096 - 21), plain).length).toBe(4096)
  expect(() => encodeBgpMessage(data(4096 - 20), plain)).toThrow('4097')
  expect(encodeBgpMessage(data(65_535 - 21), extended).length).toBe(65_535)
  expect(() => encodeBgpMessage(data(65_535 - 20), extended)).toThrow('65536')
})
