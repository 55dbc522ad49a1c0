// Pseudonyms are the same everywhere and keep who shares a network with whom. (same-findings.test.ts: they keep what the diagnosis says.)
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Ip, ip, ipBits, parseIp } from '../../net/ip.ts'
import { parsePrefix, prefixContains } from '../../net/prefix.ts'
import type { ClusterFacts } from '../cluster/cluster-facts.ts'
import { ClusterView } from '../cluster/cluster-view.ts'
import { readClusterFacts } from '../cluster/read-cluster-facts.ts'
import { factsOf, healthyWorld, object } from '../cluster/testing/world.ts'
import { AddressPseudonyms } from './address-pseudonyms.ts'
import { pseudonymiser, withElections } from './pseudonymise.ts'

const anIp = fc.oneof(
  fc.bigInt({ min: 0n, max: 0xffffffffn }).map((value) => ip(4, value)),
  fc.bigInt({ min: 0n, max: (1n << 128n) - 1n }).map((value) => ip(6, value)),
)
const aKey = fc.string({ minLength: 8, maxLength: 16 })
const parsed = (text: string): Ip => parseIp(text) ?? ip(4, 0n)
const shared = (a: Ip, b: Ip): number =>
  ipBits(a.family) - (a.value ^ b.value).toString(2).replace(/^0$/, '').length

it('shares as much of a prefix as the addresses did', () => {
  fc.assert(
    fc.property(aKey, anIp, fc.nat({ max: 127 }), (key, a, at) => {
      const b = ip(a.family, a.value ^ (1n << BigInt(at % ipBits(a.family))))
      const map = new AddressPseudonyms(key, '')
      expect(shared(map.of(a), map.of(b))).toBe(shared(a, b))
    }),
  )
})

it.each(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '127.0.0.0/8', '224.0.0.0/4'])(
  'leaves in %s what is in it, and brings nothing else there',
  (text) => {
    const block = parsePrefix(text)
    if (block === undefined) throw new Error(text)
    fc.assert(
      fc.property(aKey, fc.bigInt({ min: 0n, max: 0xffffffffn }), (key, value) => {
        const address = ip(4, value)
        const inside = ip(4, block.base | (value & ((1n << BigInt(32 - block.length)) - 1n)))
        const map = new AddressPseudonyms(key, '')
        expect(prefixContains(block, map.of(address))).toBe(prefixContains(block, address))
        expect(prefixContains(block, map.of(inside))).toBe(true)
      }),
    )
  },
)

it('keeps the order inside of a range, so that what is in a pool stays in it', () => {
  const value = fc.bigInt({ min: 0n, max: 0xffffn })
  fc.assert(
    fc.property(aKey, value, value, value, (key, a, b, c) => {
      const [first = 0n, middle = 0n, last = 0n] = [a, b, c]
        .map((each) => 0x0b010000n + each)
        .sort((x, y) => (x < y ? -1 : 1))
      const range = `11.1.${(first >> 8n) & 0xffn}.${first & 0xffn}-11.1.${(last >> 8n) & 0xffn}.${last & 0xffn}`
      const map = new AddressPseudonyms(key, range)
      const [low, inside, high] = [first, middle, last].map((each) => map.of(ip(4, each)).value)
      expect((low ?? 0n) <= (inside ?? 0n) && (inside ?? 0n) <= (high ?? 0n)).toBe(true)
    }),
  )
})

it('turns something: with most keys a public address becomes another one', () => {
  const made = Array.from({ length: 32 }, (_, key) =>
    new AddressPseudonyms(`key ${key}`, '').of(parsed('203.0.113.7')),
  )
  expect(new Set(made.map(({ value }) => value)).size).toBeGreaterThan(16)
})

describe('in texts', () => {
  const facts = factsOf(healthyWorld())
  const key = 'a key'
  const map = pseudonymiser(facts, key)
  const of = (text: string): string => map(text)

  it('is the same wherever an address stands', () => {
    const made = of('203.0.113.7')
    expect(made).not.toBe('203.0.113.7')
    expect(of('dial tcp 203.0.113.7:179: refused')).toBe(`dial tcp ${made}:179: refused`)
    expect(of('ip-203-0-113-7.example')).toBe(`ip-${made.replaceAll('.', '-')}.example`)
    expect(map({ '203.0.113.7': ['203.0.113.7/32'] })).toEqual({ [made]: [`${made}/32`] })
    const six = of('2001:db8::7')
    expect(six).not.toBe('2001:db8::7')
    expect(of('[2001:db8::7]:179 and 2001:db8::7: refused')).toBe(`[${six}]:179 and ${six}: refused`)
  })

  it('leaves a network a network, and an address of an interface one', () => {
    expect(of('11.1.0.0/16')).toMatch(/^\d+\.\d+\.0\.0\/16$/)
    expect(of('2001:db8:1::/48')).toMatch(/^[\da-f:]+::\/48$/)
    expect(of('11.1.2.3/16')).toMatch(/\.3\/16$/)
  })

  it.each([
    '2026-03-01T12:00:00Z',
    'quay.io/metallb/speaker:v0.15.2',
    '0.0.0.0:179',
    '127.0.0.1',
    '::1',
    '255.255.255.0',
    '999.1.1.1',
    'a::b c',
  ])('leaves %s', (text) => {
    expect(of(text)).toBe(text)
  })

  it('keeps the maker of a card only', () => {
    expect(of('52:54:00:12:34:56')).toMatch(/^52:54:00:(?!12:34:56)[\da-f]{2}:[\da-f]{2}:[\da-f]{2}$/)
  })
})

const disguised = (facts: ClusterFacts, key: string): ClusterFacts =>
  readClusterFacts(JSON.parse(JSON.stringify(pseudonymiser(facts, key)(withElections(facts)))))

it('keeps the owner that was computed from the real addresses', () => {
  const facts = factsOf(healthyWorld())
  const ownersIn = (all: ClusterFacts): (string | undefined)[] => {
    const view = new ClusterView(all)
    return view.servicesWithAddress.map((service) => view.matrixOf(service)?.succession[0]?.node)
  }
  for (let key = 0; key < 20; key++) {
    const view = new ClusterView(disguised(facts, `key ${key}`))
    expect(ownersIn(view.facts)).toEqual(ownersIn(facts))
    for (const service of view.servicesWithAddress) {
      const matrix = view.matrixOf(service)
      const announcing = [...(matrix?.nodes ?? [])].filter(([, { layer2 }]) => layer2.announces)
      expect(announcing.map(([node]) => node)).toEqual(matrix?.succession.slice(0, 1).map(({ node }) => node))
    }
  }
})

it('leaves no address of the nodes', () => {
  const world = healthyWorld()
  object(world, 'nodes', 'node-a').status.addresses[0].address = '11.22.33.44'
  object(world, 'services', 'shop/web').metadata.annotations['example.com/note'] = 'was on 11.22.33.44:80'
  const facts = factsOf(world)
  const kept = ['a', 'b', 'c', 'd', 'e', 'f'].filter((key) =>
    JSON.stringify(disguised(facts, key)).includes('11.22.33.44'),
  )
  expect(kept).toEqual([])
})
