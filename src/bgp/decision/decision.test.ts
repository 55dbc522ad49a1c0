import { describe, expect, it } from 'vitest'
import { type Ip, parseIp } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import type { PathAttribute } from '../../wire/bgp/path-attribute.ts'
import type { ReceivedRoute } from '../adj-rib-in.ts'
import { prefix } from '../testing/export-cases.ts'
import { type CandidatePath, decide, type PathSource } from './best-path.ts'
import { LocRib, type RouteChange } from './loc-rib.ts'

const address = (text: string): Ip => parseIp(text) as Ip
const source = (n: number, change: Partial<PathSource> = {}): PathSource => ({
  ...{
    peer: `peer ${n}`,
    address: address(`192.0.2.${n}`),
    routerId: address(`10.0.0.${n}`),
    internal: false,
  },
  ...change,
})

interface Said {
  readonly asns?: readonly number[]
  readonly preference?: number
  readonly origin?: 'igp' | 'egp' | 'incomplete'
  readonly med?: number
}
const route = (
  { asns = [65001], preference, origin = 'igp', med }: Said,
  hop = '192.0.2.1',
): ReceivedRoute => {
  const attributes: PathAttribute[] = [
    { kind: 'origin', origin },
    { kind: 'as-path', segments: asns.length === 0 ? [] : [{ kind: 'sequence', asns }] },
  ]
  if (preference !== undefined) attributes.push({ kind: 'local-preference', value: preference })
  if (med !== undefined) attributes.push({ kind: 'multi-exit-discriminator', value: med })
  return { nextHop: address(hop), attributes }
}
const path = (n: number, said: Said = {}, change: Partial<PathSource> = {}): CandidatePath => ({
  source: source(n, change),
  route: route(said),
})
const chosen = (paths: readonly CandidatePath[], maximum = 64): string[] =>
  decide(paths, 65000, maximum).map(({ source: { peer } }) => peer)

describe('the best path', () => {
  // Each rule against all that come after it, the worse one first and with the lower identifier.
  it.each<[string, CandidatePath, CandidatePath]>([
    ['higher LOCAL_PREF', path(1, { preference: 99 }), path(2, { preference: 100, asns: [65001, 65001] })],
    ['no LOCAL_PREF is 100', path(1, { preference: 99 }), path(2, {})],
    ['shorter AS_PATH', path(1, { asns: [65001, 65001] }), path(2, { origin: 'egp' })],
    ['lower ORIGIN', path(1, { origin: 'egp' }), path(2, { med: 9 })],
    [
      'lower MULTI_EXIT_DISC of one AS',
      path(1, { med: 5 }, { internal: false }),
      path(2, { med: 4 }, { internal: true }),
    ],
    ['no MULTI_EXIT_DISC is 0', path(1, { med: 1 }), path(2, {})],
    ['external over internal', path(1, {}, { internal: true }), path(2)],
  ])('%s', (_, worse, better) => {
    expect(chosen([worse, better])).toEqual(['peer 2'])
    expect(chosen([better, worse])).toEqual(['peer 2'])
  })

  it('MULTI_EXIT_DISC of different ASes is not compared', () =>
    expect(chosen([path(1, { asns: [65001], med: 5 }), path(2, { asns: [65002], med: 4 })])).toEqual([
      'peer 1',
      'peer 2',
    ]))

  it('equal ones are used together, ordered by identifier and then address, up to the maximum', () => {
    const paths = [
      path(3),
      path(2, {}, { routerId: address('10.0.0.1') }),
      path(1),
      path(4, { asns: [65002] }),
    ]
    expect(chosen(paths)).toEqual(['peer 1', 'peer 2', 'peer 3', 'peer 4'])
    expect(chosen(paths, 2)).toEqual(['peer 1', 'peer 2'])
    expect(chosen(paths, 0)).toEqual(['peer 1'])
  })

  it('a route that has been here already is not used', () => {
    expect(chosen([path(1, { asns: [65001, 65000] })])).toEqual([])
    expect(chosen([path(1, { asns: [65001, 65000], preference: 200 }), path(2)])).toEqual(['peer 2'])
  })

  it('there is none among none', () => expect(chosen([])).toEqual([]))
})

describe('the Loc-RIB', () => {
  function rib() {
    const changes: string[] = []
    let nowMs = 0
    const show = (change: RouteChange['after']) =>
      change?.paths.map(({ source: { peer } }) => peer).join('+') ?? '-'
    const loc = new LocRib({
      localAsn: 65000,
      maximumPaths: 2,
      nowMs: () => ++nowMs,
      onChange: ({ prefix, before, after }) =>
        changes.push(`${formatPrefix(prefix)} ${show(before)} > ${show(after)}`),
    })
    return { loc, changes }
  }
  const host = prefix('203.0.113.1/32')

  it('tells of each change of what is used, and of nothing else', () => {
    const { loc, changes } = rib()
    loc.update(source(2), host, route({}))
    loc.update(source(2), host, route({}))
    loc.update(source(1), host, route({}))
    loc.update(source(3), host, route({}))
    loc.update(source(1), host, route({ med: 7 }))
    loc.update(source(2), host, undefined)
    loc.update(source(9), host, undefined)
    loc.update(source(3), host, undefined)
    loc.update(source(1), host, undefined)
    loc.update(source(1), host, undefined)
    expect(changes).toEqual([
      '203.0.113.1/32 - > peer 2',
      '203.0.113.1/32 peer 2 > peer 1+peer 2',
      '203.0.113.1/32 peer 1+peer 2 > peer 2+peer 3',
      '203.0.113.1/32 peer 2+peer 3 > peer 3',
      '203.0.113.1/32 peer 3 > peer 1',
      '203.0.113.1/32 peer 1 > -',
    ])
    expect(loc.count(4)).toBe(0)
    expect(loc.routes(4)).toEqual([])
  })

  it('tells of another next hop and of other attributes', () => {
    const { loc, changes } = rib()
    loc.update(source(1), host, route({}))
    loc.update(source(1), host, route({}, '192.0.2.99'))
    loc.update(source(1), host, route({ med: 1 }, '192.0.2.99'))
    expect(changes.length).toBe(3)
    expect(loc.routes(4)[0]).toMatchObject({ prefix: host, sinceMs: 3 })
  })

  it('keeps unusable routes for the day when they are all there is, and shows them to nobody', () => {
    const { loc, changes } = rib()
    loc.update(source(1), host, route({ asns: [65000] }))
    expect([loc.count(4), loc.routes(4), changes]).toEqual([0, [], []])
    loc.update(source(1), host, route({}))
    expect(loc.count(4)).toBe(1)
  })

  it('lists prefixes in order', () => {
    const { loc } = rib()
    const texts = ['203.0.113.2/32', '203.0.113.0/24', '203.0.113.1/32', '203.0.113.0/25', '10.0.0.0/8']
    for (const text of [...texts, '::/0']) loc.update(source(1), prefix(text), route({}))
    expect(loc.routes(4).map((one) => formatPrefix(one.prefix))).toEqual([
      ...['10.0.0.0/8', '203.0.113.0/24', '203.0.113.0/25', '203.0.113.1/32', '203.0.113.2/32'],
    ])
    expect(loc.count(6)).toBe(1)
  })
})
