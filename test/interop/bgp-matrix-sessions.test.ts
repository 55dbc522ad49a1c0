// Our speaker with each daemon: sessions of every kind, with state and routes as the daemon has them.
import { expect } from 'vitest'
import { describeMatrix, matrix, OUR_ASN, type Scenario } from '../support/bgp-peers/matrix.ts'
import { advertisement } from '../support/bgp-peers/our-speaker.ts'
import type { PeerRoute } from '../support/bgp-peers/peer-route.ts'

const V4 = '198.51.100.1/32'
const V6 = '2001:db8:100::1/128'
const BIG_ASN = 4_200_000_123

/** Announces, looks at the daemon's table, withdraws one and looks again. */
const carries =
  (
    prefixes: readonly string[],
    expected: (stage: Parameters<Scenario>[0]) => Partial<PeerRoute>[],
  ): Scenario =>
  async (stage) => {
    const { our, peer } = stage
    our.announce(...prefixes.map((prefix) => advertisement(prefix)))
    await peer.established()
    await our.reaches('established')
    const routes = await peer.routesThat('our routes', ({ length }) => length === prefixes.length)
    expect(routes).toMatchObject(expected(stage))
    const [first, ...others] = prefixes
    our.withdraw(first as string)
    const left = await peer.routesThat('one route less', ({ length }) => length === others.length)
    expect(left.map(({ prefix }) => prefix)).toEqual(others)
  }

describeMatrix('our speaker', () => {
  const test = matrix()

  test(
    'between two AS',
    {},
    carries([V4, '203.0.113.0/24'], ({ us }) => [
      { prefix: V4, asPath: [OUR_ASN], nextHops: [us.address4] },
      { prefix: '203.0.113.0/24', asPath: [OUR_ASN], nextHops: [us.address4] },
    ]),
  )

  test(
    'inside an AS',
    { theirAsn: OUR_ASN },
    carries([V4], ({ us }) => [{ prefix: V4, asPath: [], nextHops: [us.address4], localPreference: 100 }]),
  )

  test(
    'with an AS number of 4 bytes',
    { ours: { localAsn: BIG_ASN }, theirAsn: 4_200_000_124 },
    carries([V4], () => [{ prefix: V4, asPath: [BIG_ASN] }]),
  )

  test(
    'IPv6 over IPv6',
    { overIpv6: true, ours: { families: [6] } },
    carries([V6], ({ us }) => [
      { prefix: V6, asPath: [OUR_ASN], nextHops: expect.arrayContaining([us.address6]) as string[] },
    ]),
  )

  test(
    'IPv4 and IPv6 over IPv4',
    { ours: { families: [4, 6] } },
    carries([V4, V6], ({ us }) => [
      { prefix: V4, nextHops: [us.address4] },
      { prefix: V6, nextHops: expect.arrayContaining([us.address6]) as string[] },
    ]),
  )

  test(
    'IPv4 and IPv6 over IPv6',
    { overIpv6: true, ours: { families: [4, 6] }, theirs: { extendedNextHop: true } },
    carries([V4, V6], () => [{ prefix: V4 }, { prefix: V6 }]),
  )
})
