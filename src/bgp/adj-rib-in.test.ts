import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { IpFamily } from '../net/ip.ts'
import { formatPrefix, type Prefix, parsePrefix } from '../net/prefix.ts'
import type { PathAttribute } from '../wire/bgp/path-attribute.ts'
import type { RouteChanges } from '../wire/bgp/route-changes.ts'
import { AdjRibIn, type ReceivedRoute } from './adj-rib-in.ts'
import { prefix } from './testing/export-cases.ts'

const hop = { family: 4, value: 0xc0000201n } as const
const announce = (...texts: string[]): RouteChanges => ({
  announced: texts.map((text) => ({
    family: prefix(text).family,
    nextHop: hop,
    routes: [{ prefix: prefix(text) }],
  })),
  withdrawn: [],
  endOfRib: undefined,
})
const withdraw = (...texts: string[]): RouteChanges => ({
  announced: [],
  withdrawn: texts.map((text) => ({
    family: prefix(text).family,
    routes: [{ prefix: prefix(text) }],
  })),
  endOfRib: undefined,
})
const med = (value: number): PathAttribute[] => [
  { kind: 'next-hop', address: hop },
  { kind: 'multi-exit-discriminator', value },
]

describe('what a peer announces', () => {
  it('is counted without being kept', () => {
    const rib = new AdjRibIn()
    rib.apply(announce('203.0.113.1/32', '203.0.113.1/32', '2001:db8::/32'), med(1))
    rib.apply(withdraw('203.0.113.9/32'), [])
    expect([rib.count(4), rib.count(6)]).toEqual([1, 1])
    expect([...rib.routes(4)]).toEqual([])
    rib.apply(withdraw('203.0.113.1/32'), [])
    expect([rib.count(4), rib.count(6)]).toEqual([0, 1])
  })

  it('is kept on request, with the attributes that belong to it', () => {
    const rib = new AdjRibIn({ keep: true })
    rib.apply(announce('203.0.113.1/32'), med(1))
    rib.apply(announce('203.0.113.1/32'), med(2))
    const route: ReceivedRoute = {
      nextHop: hop,
      attributes: [{ kind: 'multi-exit-discriminator', value: 2 }],
    }
    expect(rib.route(prefix('203.0.113.1/32'))).toEqual(route)
    expect([...rib.routes(4)]).toEqual([{ prefix: prefix('203.0.113.1/32'), route }])
    expect(rib.route(prefix('203.0.113.2/32'))).toBeUndefined()
  })

  it('counts as announced when one UPDATE withdraws it as well (RFC 4271 §4.3)', () => {
    const rib = new AdjRibIn()
    rib.apply({ ...announce('203.0.113.1/32'), withdrawn: withdraw('203.0.113.1/32').withdrawn }, [])
    expect(rib.count(4)).toBe(1)
  })
})

type Step =
  | readonly ['announce' | 'withdraw', string]
  | readonly ['markStale' | 'dropStale' | 'clear', IpFamily]
const text = fc.constantFrom('203.0.113.1/32', '203.0.113.0/24', '0.0.0.0/0', '::/0', '2001:db8::/32')
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constantFrom('announce' as const, 'withdraw' as const), text),
  fc.tuple(
    fc.constantFrom('markStale' as const, 'dropStale' as const, 'clear' as const),
    fc.constantFrom<IpFamily>(4, 6),
  ),
)

it('routes are stale from the mark until they are announced again, whatever happens between', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
      const seen = new Map<string, boolean>()
      const rib = new AdjRibIn({
        keep: true,
        onRoute: (prefix, route) => {
          if (route === undefined) seen.delete(formatPrefix(prefix))
          else seen.set(formatPrefix(prefix), true)
        },
      })
      const model = new Map<string, boolean>()
      const of = (family: IpFamily) => [...model].filter(([name]) => name.includes(':') === (family === 6))
      for (const [what, subject] of steps) {
        if (typeof subject === 'string') {
          rib.apply(what === 'announce' ? announce(subject) : withdraw(subject), [])
          if (what === 'announce') model.set(subject, false)
          else model.delete(subject)
        } else {
          rib[what as 'clear'](subject)
          for (const [name, stale] of of(subject))
            if (what === 'markStale') model.set(name, true)
            else if (what === 'clear' || stale) model.delete(name)
        }
        for (const family of [4, 6] as const) {
          expect(rib.count(family)).toBe(of(family).length)
          expect(rib.staleCount(family)).toBe(of(family).filter(([, stale]) => stale).length)
          const kept = [...rib.routes(family)].map(({ prefix }) => formatPrefix(prefix))
          expect(kept.sort()).toEqual(
            of(family)
              .map(([name]) => name)
              .sort(),
          )
        }
        expect([...seen.keys()].sort()).toEqual([...model.keys()].sort())
      }
    }),
    { numRuns: 500 },
  )
})

it('the routes of an UPDATE share what came with them', () => {
  const rib = new AdjRibIn({ keep: true })
  const routes = Array.from({ length: 1000 }, (_, i) => ({
    prefix: { ...(parsePrefix('10.0.0.0/32') as Prefix), base: 0x0a000000n + BigInt(i) },
  }))
  rib.apply({ announced: [{ family: 4, nextHop: hop, routes }], withdrawn: [], endOfRib: undefined }, med(1))
  expect(new Set([...rib.routes(4)].map(({ route }) => route)).size).toBe(1)
})
