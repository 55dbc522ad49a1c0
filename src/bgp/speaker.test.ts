// Two speakers on an imagined network, with drivers, codec and machines as they are.
import { beforeEach, describe, expect, it } from 'vitest'
import type { BgpPeerOptions } from './peer.ts'
import type { BgpReport } from './report.ts'
import { FINE, MemoryNetwork } from './testing/memory-network.ts'
import {
  advertisement,
  LEFT,
  mirrored,
  peerOptions,
  RIGHT,
  type TestSpeaker,
  testSpeaker,
} from './testing/speakers.ts'
import { VirtualClock } from './testing/virtual-clock.ts'

let clock: VirtualClock
let network: MemoryNetwork
let left: TestSpeaker
let right: TestSpeaker

beforeEach(() => {
  clock = new VirtualClock()
  network = new MemoryNetwork(clock)
  left = testSpeaker(clock, network, LEFT)
  right = testSpeaker(clock, network, RIGHT)
})

type Change = Parameters<typeof peerOptions>[0]

/** Left connects, right waits. */
async function connect(ours: Change = {}, theirs: Change = {}): Promise<void> {
  await right.speaker.listen({ address: RIGHT, port: 179 })
  right.speaker.setPeers([mirrored({ passive: true, ...theirs })])
  left.speaker.setPeers([peerOptions(ours)])
}

const state = ({ speaker }: TestSpeaker) => speaker.status()[0]?.state
const established = () => state(left) === 'established' && state(right) === 'established'
const comesUp = (limitMs = 60_000) => clock.until(established, limitMs)
const endings = ({ reports }: TestSpeaker) =>
  reports.flatMap((report) => (report.kind === 'ended' ? [report.words] : []))
const kinds = (reports: readonly BgpReport[]) => reports.map(({ kind }) => kind)

describe('a session', () => {
  it('is established, and carries routes, changes and the end of them', async () => {
    left.speaker.setPeers([])
    await connect()
    const routes = left.speaker.routes('right')!
    routes.setDesired(['10.0.0.0/24', '10.0.1.0/24'].map(advertisement))
    expect(comesUp()).toBe(true)
    const theirs = right.inbound.get('left')!.routes
    clock.advance(100)
    expect([...theirs.keys()]).toEqual(['10.0.0.0/24', '10.0.1.0/24'])
    routes.setDesired(['10.0.1.0/24', '10.0.2.0/24'].map(advertisement))
    clock.advance(100)
    expect([...theirs.keys()].sort()).toEqual(['10.0.1.0/24', '10.0.2.0/24'])
    expect(kinds(right.reports)).toContain('end-of-rib')
    const stopped = left.speaker.stop({ graceful: false, words: 'maintenance' })
    clock.advance(5_000)
    await stopped
    expect(endings(right)).toEqual([
      'the peer sent NOTIFICATION Cease, Administrative Shutdown (6/2): "maintenance"',
    ])
    expect(theirs.size).toBe(0)
    expect(network.connections).toBe(0)
  })

  it('sends its routes before it tells that it is there', async () => {
    const sent: number[] = []
    left = testSpeaker(clock, network, LEFT, {
      onReport: ({ kind }) => {
        if (kind === 'established') sent.push(left.speaker.status()[0]!.messages.sent.update)
      },
    })
    await connect()
    left.speaker.routes('right')!.setDesired([advertisement('10.0.0.0/24')])
    expect(comesUp()).toBe(true)
    // The route, and the End-of-RIB.
    expect(sent).toEqual([2])
  })

  it('leaves its routes to a peer that keeps them, by a graceful stop', async () => {
    const gracefulRestart = { restartSeconds: 120 }
    await connect({ gracefulRestart }, { gracefulRestart })
    left.speaker.routes('right')!.setDesired([advertisement('10.0.0.0/24')])
    expect(comesUp()).toBe(true)
    clock.advance(100)
    void left.speaker.stop({ graceful: true, words: 'restart' })
    clock.advance(1_000)
    expect(endings(right)).toEqual(['the peer closed the connection without a NOTIFICATION'])
    expect([...right.inbound.get('left')!.routes.keys()]).toEqual(['10.0.0.0/24'])
  })

  it('is ended with a Cease by a graceful stop too, when the peer keeps nothing', async () => {
    await connect({ gracefulRestart: { restartSeconds: 120 } })
    expect(comesUp()).toBe(true)
    void left.speaker.stop({ graceful: true, words: 'restart' })
    clock.advance(1_000)
    expect(endings(right)).toEqual([
      'the peer sent NOTIFICATION Cease, Administrative Shutdown (6/2): "restart"',
    ])
  })

  it('tells how it is', async () => {
    await connect({ families: [4, 6] }, { families: [4, 6], holdTimeSeconds: 30 })
    expect(comesUp()).toBe(true)
    clock.advance(60_000)
    const [status] = left.speaker.status()
    expect(status).toMatchObject({
      ...{ name: 'right', state: 'established', localAsn: 65_001, resets: 0, missing: [] },
      session: {
        direction: 'ours',
        agreement: {
          ...{ peerAsn: 65_002, internal: false, holdTimeSeconds: 30, keepaliveSeconds: 10 },
          ...{ families: [4, 6], routeRefresh: true, enhancedRouteRefresh: true },
          sending: { asn4: true, extendedMessage: true, addPath: [], peer: 'external' },
        },
        ends: { local: { address: LEFT }, remote: { address: RIGHT, port: 179 } },
      },
    })
    expect(status!.uptimeSeconds).toBeGreaterThan(59)
    expect(status!.messages.sent.open).toBe(1)
    expect(status!.messages.received.open).toBe(1)
    // One a third of 30 s, a little sooner with jitter.
    expect(status!.messages.sent.keepalive).toBeGreaterThanOrEqual(6)
    expect(status!.messages.sent.keepalive).toBeLessThanOrEqual(10)
    expect(
      JSON.stringify(status, (_, value) => (typeof value === 'bigint' ? `${value}` : value)),
    ).not.toContain('password')
  })

  it.each<readonly [string, Change, Change, string, string]>([
    [
      'another AS number than expected',
      { peerAsn: 65_009 },
      {},
      'we sent NOTIFICATION OPEN Message Error, Bad Peer AS (2/2): AS 65002 because of unexpected as number (expected 65009, received 65002), RFC 4271 §6.2',
      'the peer sent NOTIFICATION OPEN Message Error, Bad Peer AS (2/2): AS 65002',
    ],
    [
      'an internal peer that is external',
      { peerAsn: 'internal' },
      {},
      'we sent NOTIFICATION OPEN Message Error, Bad Peer AS (2/2): AS 65002 because of unexpected as number (expected 65001, received 65002), RFC 4271 §6.2',
      'the peer sent NOTIFICATION OPEN Message Error, Bad Peer AS (2/2): AS 65002',
    ],
    [
      'an external peer that is internal',
      { peerAsn: 'external' },
      { localAsn: 65_001 },
      'we sent NOTIFICATION OPEN Message Error, Bad Peer AS (2/2): AS 65001 because of unexpected as number (received 65001), RFC 4271 §6.2',
      'the peer sent NOTIFICATION OPEN Message Error, Bad Peer AS (2/2): AS 65001',
    ],
    [
      'one router identifier twice inside an AS',
      { peerAsn: 65_001 },
      { localAsn: 65_001, routerId: LEFT },
      'we sent NOTIFICATION OPEN Message Error, Bad BGP Identifier (2/3): 192.0.2.1 because of router identifier is ours, RFC 6286 §2.2',
      'the peer sent NOTIFICATION OPEN Message Error, Bad BGP Identifier (2/3): 192.0.2.1',
    ],
    [
      'no common family',
      { families: [6] },
      { families: [4] },
      'we sent NOTIFICATION OPEN Message Error, Unsupported Capability (2/7): IPv6 unicast because of no common address family, RFC 5492 §5',
      'the peer sent NOTIFICATION OPEN Message Error, Unsupported Capability (2/7): IPv6 unicast',
    ],
  ])('is refused for %s', async (_, ours, theirs, here, there) => {
    await connect(ours, theirs)
    clock.advance(300)
    expect(established()).toBe(false)
    // Each side judges for itself, and the first NOTIFICATION ends it.
    expect([...endings(left), ...endings(right)]).toEqual(expect.arrayContaining([here]))
    expect([here, there]).toContain(endings(left)[0])
  })

  it('carries only the families that both offer, and IPv4 where nothing is said', async () => {
    await connect({ families: [4, 6] }, { families: [6] })
    expect(comesUp()).toBe(true)
    expect(left.speaker.status()[0]!.session?.agreement.families).toEqual([6])
    expect(right.speaker.status()[0]!.session?.agreement.families).toEqual([6])
  })

  it('inside an AS, and by kind of peer', async () => {
    await connect(
      { localAsn: 4_200_000_001, peerAsn: 'internal' },
      { localAsn: 4_200_000_001, peerAsn: 4_200_000_001 },
    )
    expect(comesUp()).toBe(true)
    expect(left.speaker.status()[0]!.session?.agreement).toMatchObject({
      internal: true,
      peerAsn: 4_200_000_001,
    })
  })
})

describe('a peer that falls silent', () => {
  it('is left when the hold time is over, is told why, and comes back', async () => {
    await connect({ holdTimeSeconds: 9 })
    expect(comesUp()).toBe(true)
    network.unplug(RIGHT)
    expect(clock.until(() => state(left) !== 'established', 9_500)).toBe(true)
    expect(endings(left)).toEqual(['we sent NOTIFICATION Hold Timer Expired (4/0)'])
    network.unplug(RIGHT, false)
    clock.advance(5_000)
    expect(comesUp()).toBe(true)
    expect(left.speaker.status()[0]!.resets).toBe(1)
  })

  it('does not end for silence with a hold time of 0', async () => {
    await connect({ holdTimeSeconds: 0 })
    expect(comesUp()).toBe(true)
    clock.advance(3_600_000)
    expect(established()).toBe(true)
    expect(left.speaker.status()[0]!.messages.sent.keepalive).toBe(1)
  })

  it('a session lives on and on when nothing happens', async () => {
    await connect({ holdTimeSeconds: 3 })
    expect(comesUp()).toBe(true)
    clock.advance(3_600_000)
    expect([endings(left), endings(right), established()]).toEqual([[], [], true])
  })
})

describe('back-pressure', () => {
  it('nothing is taken from the routes while the connection takes nothing', async () => {
    network.weather = { ...FINE, windowBytes: 10_000, delayMs: 1000 }
    await connect()
    const routes = left.speaker.routes('right')!
    routes.setDesired(Array.from({ length: 5_000 }, (_, i) => advertisement(`10.${i >> 8}.${i & 255}.0/24`)))
    expect(comesUp()).toBe(true)
    clock.advance(1)
    // One portion of 64 kB is on its way, the rest waits where it is.
    expect(routes.counts.pending).toBeGreaterThan(3_000)
    clock.advance(600_000)
    expect(right.inbound.get('left')!.routes.size).toBe(5_000)
    expect(established()).toBe(true)
  })

  it('keepalives go out between the routes', async () => {
    // 5,000 routes take longer than the hold time.
    network.weather = { ...FINE, windowBytes: 10_000, delayMs: 1000 }
    await connect({ holdTimeSeconds: 3 })
    left.speaker
      .routes('right')!
      .setDesired(Array.from({ length: 5_000 }, (_, i) => advertisement(`10.${i >> 8}.${i & 255}.0/24`)))
    expect(comesUp()).toBe(true)
    expect(clock.until(() => right.inbound.get('left')!.routes.size === 5_000, 600_000)).toBe(true)
    expect(endings(left)).toEqual([])
    expect(endings(right)).toEqual([])
  })
})

describe('setPeers', () => {
  const other = (options: BgpPeerOptions, change: Partial<BgpPeerOptions>) => ({ ...options, ...change })
  beforeEach(async () => {
    await connect()
    comesUp()
  })

  it('leaves a session alone that is as before, or differs in what does not concern it', () => {
    left.speaker.setPeers([peerOptions()])
    left.speaker.setPeers([other(peerOptions(), { maximumPrefixes: 5, connectRetrySeconds: 7 })])
    clock.advance(10_000)
    expect(established()).toBe(true)
    expect(endings(left)).toEqual([])
  })

  it('keeps the session of a peer that has another name', () => {
    const routes = left.speaker.routes('right')
    left.speaker.setPeers([other(peerOptions(), { name: 'tor' })])
    clock.advance(10_000)
    expect(established()).toBe(true)
    expect(left.speaker.routes('tor')).toBe(routes)
    expect(left.speaker.routes('right')).toBeUndefined()
  })

  it('begins a new session for a change that concerns it, with the same routes', () => {
    const routes = left.speaker.routes('right')!
    routes.announce(advertisement('10.0.0.0/24'))
    left.speaker.setPeers([other(peerOptions(), { holdTimeSeconds: 30 })])
    clock.advance(100)
    expect(endings(right)).toEqual(['the peer sent NOTIFICATION Cease, Other Configuration Change (6/6)'])
    expect(comesUp()).toBe(true)
    clock.advance(1_000)
    expect(left.speaker.routes('right')).toBe(routes)
    expect([...right.inbound.get('left')!.routes.keys()]).toEqual(['10.0.0.0/24'])
    expect(left.speaker.status()[0]!.session?.agreement.holdTimeSeconds).toBe(30)
  })

  it('ends the session of a peer that is gone', () => {
    left.speaker.setPeers([])
    clock.advance(100)
    expect(endings(right)).toEqual(['the peer sent NOTIFICATION Cease, Peer De-configured (6/3)'])
    expect(left.speaker.status()).toEqual([])
    expect(clock.waiting).toBeLessThan(3)
  })

  it('says nothing of the end of what had not begun', () => {
    right.speaker.setPeers([mirrored({ passive: true, remote: { address: RIGHT } })])
    const before = endings(right).length
    right.speaker.setPeers([])
    expect(endings(right).slice(before)).toEqual([])
  })

  it('refuses two peers of one name', () => {
    expect(() => left.speaker.setPeers([peerOptions(), peerOptions()])).toThrow(/same name/)
  })
})

describe('a listener', () => {
  it('refuses who is not configured, and says so', async () => {
    await right.speaker.listen({ address: RIGHT, port: 179 })
    left.speaker.setPeers([peerOptions()])
    clock.advance(500)
    expect(endings(left)).toEqual(['the peer sent NOTIFICATION Cease, Connection Rejected (6/5)'])
    expect(right.reports[0]).toMatchObject({
      kind: 'refused',
      reason: 'unknown-peer',
      remote: { address: LEFT },
    })
  })

  it('takes dynamic peers from their prefixes, up to a maximum', async () => {
    await right.speaker.listen({ address: RIGHT, port: 179 })
    const { name: _, remote: __, passive: ___, ...options } = mirrored()
    right.speaker.setDynamicPeers([
      { prefixes: [advertisement('192.0.2.0/30').prefix], options, remote: {}, maximum: 1 },
    ])
    left.speaker.setPeers([peerOptions()])
    expect(comesUp()).toBe(true)
    expect(right.speaker.names).toEqual(['192.0.2.1'])
    left.speaker.reset('right', 'again')
    expect(clock.until(() => !established(), 1000)).toBe(true)
    expect(comesUp()).toBe(true)
    expect(right.speaker.names).toEqual(['192.0.2.1'])
  })
})
