// Our speaker with each daemon: what routes carry, and what happens with many of them, in both directions.
import { expect } from 'vitest'
import type { ExabgpPeer } from '../support/bgp-peers/exabgp-peer.ts'
import { describeMatrix, matrix, OUR_ASN } from '../support/bgp-peers/matrix.ts'
import { advertisement, type OurSpeaker } from '../support/bgp-peers/our-speaker.ts'
import { eventually } from '../support/namespaces.ts'

const PREFIX = '198.51.100.1/32'
const MANY = 10_000

const manyPrefixes = (count: number): string[] =>
  Array.from({ length: count }, (_, i) => `10.${i >> 8}.${i & 0xff}.0/24`)

const withCommunities = advertisement(PREFIX, {
  localPreference: 321,
  // 64512:100 and no-export
  communities: [(64_512 << 16) + 100 + 2 ** 32, 0xffffff01].map((value) => value % 2 ** 32),
  largeCommunities: [
    { global: 64_512, local1: 1, local2: 2 },
    { global: 4_200_000_000, local1: 4_294_967_295, local2: 0 },
  ],
})
const COMMUNITIES = { communities: ['64512:100', '65535:65281'] }
const LARGE = { largeCommunities: ['4200000000:4294967295:0', '64512:1:2'] }

const updateErrors = ({ reports }: OurSpeaker): number =>
  Math.max(0, ...reports.map((report) => (report.kind === 'update-errors' ? report.total : 0)))

describeMatrix('our speaker', () => {
  const test = matrix()

  test('with communities between two AS, without local preference', {}, async ({ our, peer }) => {
    our.announce(withCommunities)
    const [route] = await peer.routesThat('our route', ({ length }) => length === 1)
    expect(route).toMatchObject({ asPath: [OUR_ASN], ...COMMUNITIES, ...LARGE })
    // Some show their own default, others nothing; ours it must not be.
    expect([undefined, 100]).toContain(route?.localPreference)
  })

  test('with communities and local preference inside an AS', { theirAsn: OUR_ASN }, async ({ our, peer }) => {
    our.announce(withCommunities)
    const [route] = await peer.routesThat('our route', ({ length }) => length === 1)
    expect(route).toMatchObject({ asPath: [], localPreference: 321, ...COMMUNITIES, ...LARGE })
    our.announce(advertisement(PREFIX, { localPreference: 7 }))
    const [changed] = await peer.routesThat('the change', ([one]) => one?.localPreference === 7)
    expect(changed).toMatchObject({ communities: [], largeCommunities: [] })
  })

  test('asked for all routes again', { needs: ['route-refresh'] }, async ({ our, peer }) => {
    our.announce(advertisement(PREFIX), advertisement('198.51.100.2/32'))
    await peer.routesThat('our routes', ({ length }) => length === 2)
    const before = (await peer.counters()).updatesReceived
    await peer.refresh()
    await our.sees('the question', () => our.status.messages.received.routeRefresh > 0)
    await eventually(
      'updates come again',
      async () => (await peer.counters()).updatesReceived > before || undefined,
      30_000,
    )
    const routes = await peer.routesThat('our routes still', ({ length }) => length === 2)
    expect(routes.map(({ prefix }) => prefix)).toEqual([PREFIX, '198.51.100.2/32'])
    expect(our.establishments).toBe(1)
  })

  test(`announcing ${MANY} routes and withdrawing all but one`, {
    without: { exabgp: 'a table of 10,000 routes is not what exabgp is for' },
  }, async ({ our, peer }) => {
    our.announce(...manyPrefixes(MANY).map((prefix) => advertisement(prefix)))
    await eventually(
      'all are there',
      async () => (await peer.counters()).prefixesReceived === MANY || undefined,
      45_000,
    )
    // RFC 4271 §4.3: routes with equal attributes share UPDATEs, at most 4096 bytes each.
    expect(our.status.messages.sent.update).toBeLessThan(100)
    our.withdraw(...manyPrefixes(MANY).slice(1))
    await peer.routesThat('one route', ({ length }) => length === 1)
  })

  test(`told ${MANY} routes`, { needs: ['many-routes'], announce: ['203.0.113.0/24'] }, async ({
    our,
    peer,
  }) => {
    await our.reaches('established')
    await our.sees('the first route', () => our.status.prefixes.received[4] === 1)
    await peer.announce(...manyPrefixes(MANY))
    await our.sees('all routes', () => our.status.prefixes.received[4] === MANY + 1)
    await peer.withdraw('203.0.113.0/24')
    await our.sees('one less', () => our.status.prefixes.received[4] === MANY)
    expect(await peer.sessionState()).toBe('established')
  })

  test('told more routes than it takes', { ours: { maximumPrefixes: 3 } }, async ({ our, peer }) => {
    await peer.established()
    await peer.announce('203.0.113.0/26', '203.0.113.64/26', '203.0.113.128/26')
    await our.sees('three routes', () => our.status.prefixes.received[4] === 3)
    expect(our.status.state).toBe('established')
    await peer.announce('203.0.113.192/26')
    await our.sees('the limit', () => /we sent .*Maximum Number of Prefixes/.test(our.lastWords))
    await peer.reaches('down')
  })

  test('telling more routes than the peer takes', {
    theirs: { maximumPrefixes: 3 },
    needs: ['maximum-prefixes'],
  }, async ({ our, peer }) => {
    our.announce(...manyPrefixes(3).map((prefix) => advertisement(prefix)))
    await peer.routesThat('three routes', ({ length }) => length === 3)
    // FRR looks before it counts, so it notices with the UPDATE after the one that was too much.
    our.announce(advertisement(PREFIX))
    const refused = () => /the peer sent .*Maximum Number of Prefixes/.test(our.lastWords)
    await our.sees('that it is sent', () => our.status.prefixes.announced === 4 || refused())
    our.announce(advertisement('198.51.100.2/32'))
    await our.sees('the limit', refused)
  })

  matrix(['exabgp'])('told a route with a malformed attribute', {}, async ({ our, peer }) => {
    await peer.announce('203.0.113.0/26')
    await our.sees('the good route', () => our.status.prefixes.received[4] === 1)
    // COMMUNITIES of 3 bytes (RFC 7606 §7.8), MULTI_EXIT_DISC of 2 (§7.4): treated as withdrawn, and the session goes on.
    for (const malformed of [
      '203.0.113.64/26 next-hop self attribute [ 0x08 0xc0 0x010203 ]',
      '203.0.113.128/26 next-hop self attribute [ 0x04 0x80 0x0102 ]',
    ])
      (peer as ExabgpPeer).command(`announce route ${malformed}`)
    await our.sees('both errors', () => updateErrors(our) === 2)
    await peer.announce('203.0.113.192/26')
    await our.sees('the next good route', () => our.status.prefixes.received[4] === 2)
    expect(our.status.state).toBe('established')
    expect(our.establishments).toBe(1)
    expect(await peer.sessionState()).toBe('established')
  })
})
