import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { ip, parseIp } from '../../net/ip.ts'
import { macFromBytes, parseMac } from '../../net/mac.ts'
import { checkCodec } from '../codec-properties.ts'
import { decodeNdp, encodeNdp, type NdpMessage, type NdpPacketFacts } from './ndp.ts'
import type { NdpOption } from './options.ts'
import {
  ALL_NODES,
  isLinkLocalIpv6,
  isMulticastIpv6,
  isSolicitedNodeAddress,
  multicastMac,
  solicitedNodeAddress,
  UNSPECIFIED,
} from './solicited-node.ts'

const u8 = fc.nat(255)
const u32 = fc.integer({ min: 0, max: 0xffffffff })
const mac = fc.uint8Array({ minLength: 6, maxLength: 6 }).map((b) => macFromBytes(b)!)
const anyIp = fc.bigInt(0n, (1n << 128n) - 1n).map((value) => ip(6, value))
const unicast = fc.bigInt(1n, (0xffn << 120n) - 1n).map((value) => ip(6, value))
const sized = (units: number) => fc.uint8Array({ minLength: units * 8 - 2, maxLength: units * 8 - 2 })
const kind = <K extends string>(...kinds: K[]) => fc.constantFrom(...kinds)
const option: fc.Arbitrary<NdpOption> = fc.oneof(
  fc.record({ kind: kind('source-link-layer-address', 'target-link-layer-address'), mac }),
  fc.record({
    kind: kind('prefix-information'),
    prefix: anyIp,
    prefixLength: u8,
    onLink: fc.boolean(),
    autonomous: fc.boolean(),
    routerAddress: fc.boolean(),
    validLifetimeSeconds: u32,
    preferredLifetimeSeconds: u32,
  }),
  fc.record({ kind: kind('mtu'), mtu: u32 }),
  fc.record({
    kind: kind('recursive-dns-server'),
    lifetimeSeconds: u32,
    addresses: fc.array(anyIp, { minLength: 1, maxLength: 3 }),
  }),
  fc.record({ kind: kind('nonce'), nonce: fc.constantFrom(1, 2).chain(sized) }),
  fc.record({
    kind: kind('unknown'),
    type: fc.constantFrom(4, 24, 31, 253),
    body: fc.constantFrom(1, 2, 3).chain(sized),
  }),
  // Known types with a length of another kind.
  fc.record({ kind: kind('unknown'), type: fc.constantFrom(1, 2, 3, 5, 25), body: sized(2) }),
)
const options = fc.array(option, { maxLength: 4 })
const message: fc.Arbitrary<NdpMessage> = fc.oneof(
  fc.record({ kind: kind('neighbor-solicitation'), target: unicast, options }),
  fc.record({
    kind: kind('neighbor-advertisement'),
    target: unicast,
    router: fc.boolean(),
    solicited: fc.boolean(),
    override: fc.boolean(),
    options,
  }),
  fc.record({ kind: kind('router-solicitation'), options }),
  fc.record({
    kind: kind('router-advertisement'),
    currentHopLimit: u8,
    managedAddresses: fc.boolean(),
    otherConfiguration: fc.boolean(),
    homeAgent: fc.boolean(),
    preference: kind('low', 'medium', 'high'),
    proxy: fc.boolean(),
    routerLifetimeSeconds: fc.nat(65535),
    reachableTimeMs: u32,
    retransTimerMs: u32,
    options,
  }),
)

const own = parseMac('02:00:00:00:00:01')!
const target = parseIp('2001:db8::10')!
const facts: NdpPacketFacts = { source: parseIp('fe80::1')!, destination: parseIp('fe80::2')!, hopLimit: 255 }
const sourceOption: NdpOption = { kind: 'source-link-layer-address', mac: own }
const solicitation = (o: readonly NdpOption[] = []): NdpMessage => ({
  kind: 'neighbor-solicitation',
  target,
  options: o,
})
const advertisement = {
  kind: 'neighbor-advertisement',
  target,
  router: false,
  solicited: true,
  override: true,
  options: [],
} as const
const routerAdvertisement = {
  kind: 'router-advertisement',
  currentHopLimit: 64,
  managedAddresses: false,
  otherConfiguration: false,
  homeAgent: false,
  preference: 'medium',
  proxy: false,
  routerLifetimeSeconds: 1800,
  reachableTimeMs: 0,
  retransTimerMs: 0,
  options: [],
} as const

describe('decodeNdp', () => {
  it('keeps the promises of a codec', () => {
    const codec = {
      name: 'ndp',
      decode: (b: Uint8Array) => decodeNdp(b, facts),
      encode: (m: NdpMessage) => encodeNdp(m, facts),
      indispensableBytes: (m: NdpMessage) =>
        ({ 'router-solicitation': 8, 'router-advertisement': 16 })[m.kind as string] ?? 24,
    }
    fc.assert(
      fc.property(message, fc.uint8Array({ maxLength: 64 }), (m, noise) => checkCodec(codec, m, noise)),
    )
  })

  it('refuses what a router could have forwarded', () => {
    expect(decodeNdp(encodeNdp(solicitation(), facts), { ...facts, hopLimit: 254 })).toMatchObject({
      error: { reason: 'hop-limit-not-255', need: 255, have: 254, rfc: 'RFC 4861 §7.1' },
    })
  })

  const group = solicitedNodeAddress(target)
  const nobody = { ...facts, source: UNSPECIFIED, destination: group }
  it.each<[string, NdpMessage, NdpPacketFacts]>([
    ['target-is-multicast', { kind: 'neighbor-solicitation', target: ALL_NODES, options: [] }, facts],
    ['target-is-multicast', { ...advertisement, target: ALL_NODES }, facts],
    ['probe-not-to-solicited-node-group', solicitation(), { ...nobody, destination: target }],
    ['link-layer-address-without-source', solicitation([sourceOption]), nobody],
    ['link-layer-address-without-source', { kind: 'router-solicitation', options: [sourceOption] }, nobody],
    ['solicited-to-a-group', advertisement, { ...facts, destination: ALL_NODES }],
    ['source-not-link-local', routerAdvertisement, { ...facts, source: target }],
  ])('refuses %s', (reason, value, packet) => {
    expect(decodeNdp(encodeNdp(value, packet), packet)).toMatchObject({
      ok: false,
      error: { reason, protocol: 'ndp' },
    })
  })

  it.each<[string, NdpMessage, NdpPacketFacts]>([
    ['a probe', solicitation(), nobody],
    ['a question', solicitation([sourceOption]), { ...facts, destination: group }],
    ['a router solicitation from nobody', { kind: 'router-solicitation', options: [] }, nobody],
    [
      'an unsolicited advertisement',
      { ...advertisement, solicited: false },
      { ...facts, destination: ALL_NODES },
    ],
    ['a router advertisement', routerAdvertisement, facts],
  ])('accepts %s', (_, value, packet) => {
    expect(decodeNdp(encodeNdp(value, packet), packet)).toEqual({ ok: true, value })
  })

  it('refuses option lengths of zero, codes, other types and wrong checksums', () => {
    const cases: [(b: Uint8Array) => void, string][] = [
      [(b) => (b[25] = 0), 'option-length-zero'],
      [(b) => (b[1] = 1), 'code-not-zero'],
      [(b) => (b[0] = 137), 'not-neighbour-discovery'],
    ]
    for (const [damage, reason] of cases) {
      const bytes = encodeNdp(solicitation([sourceOption]), facts)
      const before = [...bytes]
      damage(bytes)
      // What was taken off one word is added to the checksum, so that only the rule is broken.
      const lost = before.reduce((sum, byte, i) => sum + (byte - bytes[i]!) * (i % 2 === 0 ? 256 : 1), 0)
      let checksum = bytes[2]! * 256 + bytes[3]! + lost
      checksum = ((checksum % 0xffff) + 0xffff) % 0xffff
      bytes[2] = checksum >> 8
      bytes[3] = checksum & 255
      expect(decodeNdp(bytes, facts)).toMatchObject({ error: { reason } })
    }
    const wrong = encodeNdp(solicitation(), facts)
    wrong[20] = 99
    expect(decodeNdp(wrong, facts)).toMatchObject({ error: { reason: 'bad-checksum' } })
  })

  it('refuses to encode an option that is not whole units of 8 bytes', () => {
    const odd = { kind: 'nonce', nonce: new Uint8Array(5) } as const
    expect(() => encodeNdp(solicitation([odd]), facts)).toThrow(RangeError)
  })
})

describe('multicast addresses', () => {
  it('follow RFC 4291 §2.7.1 and RFC 2464 §7', () => {
    const group = solicitedNodeAddress(parseIp('4037::01:800:200e:8c6c')!)
    expect(group).toEqual(parseIp('ff02::1:ff0e:8c6c'))
    expect(multicastMac(group)).toBe('33:33:ff:0e:8c:6c')
    expect(multicastMac(ALL_NODES)).toBe('33:33:00:00:00:01')
    expect(isSolicitedNodeAddress(group)).toBe(true)
    expect(isSolicitedNodeAddress(parseIp('ff02::1:fe0e:8c6c')!)).toBe(false)
    expect(isSolicitedNodeAddress(ALL_NODES)).toBe(false)
  })

  it('know their ranges', () => {
    expect([parseIp('ff02::1')!, parseIp('fe80::1')!, parseIp('255.0.0.1')!].map(isMulticastIpv6)).toEqual([
      true,
      false,
      false,
    ])
    expect(['fe80::1', 'febf::1', 'fec0::1', 'fe00::1'].map((t) => isLinkLocalIpv6(parseIp(t)!))).toEqual([
      true,
      true,
      false,
      false,
    ])
  })
})
