// The router on an imagined network, with speakers of our own as its peers. test/interop has real ones.
import { beforeEach, describe, expect, it } from 'vitest'
import { AdjRibOut } from '../../bgp/adj-rib-out.ts'
import type { BgpPeerOptions } from '../../bgp/peer.ts'
import type { BgpReport } from '../../bgp/report.ts'
import { BgpSpeaker } from '../../bgp/speaker.ts'
import { MemoryNetwork } from '../../bgp/testing/memory-network.ts'
import { PlainInbound } from '../../bgp/testing/plain-routes.ts'
import { address, advertisement, peerOptions } from '../../bgp/testing/speakers.ts'
import { VirtualClock } from '../../bgp/testing/virtual-clock.ts'
import { formatPrefix, type Prefix, parsePrefix } from '../../net/prefix.ts'
import type { RouterEvent } from '../../router/running.ts'
import { EmbeddedRouter, type EmbeddedRouterOptions } from './embedded-router.ts'
import { FAULT_NAMES, type FaultName } from './fault-names.ts'
import { FaultyRouter } from './faulty-router.ts'

const ROUTER = address('192.0.2.254')
const prefix = (text: string) => parsePrefix(text) as Prefix
let clock: VirtualClock
let network: MemoryNetwork
let events: RouterEvent[]

beforeEach(() => {
  clock = new VirtualClock()
  network = new MemoryNetwork(clock)
  events = []
})

const ports = () => ({ transport: network.host(ROUTER), clock, random: () => 0.5 })
const tell = (event: RouterEvent) => events.push(event)

async function router(change: Partial<EmbeddedRouterOptions> = {}): Promise<EmbeddedRouter> {
  const options: EmbeddedRouterOptions = {
    ...{ asn: 64512, routerId: ROUTER, peerAsn: 'any', neighbors: [prefix('0.0.0.0/0')] },
    ...{ password: undefined, holdTimeSeconds: 90, families: [4, 6], maximumPrefixes: undefined },
    ...{ maximumPaths: 64, announce: [] },
    ...change,
  }
  const made = new EmbeddedRouter(options, ports(), tell)
  await made.listen({ address: ROUTER, port: 1790 })
  return made
}

function node(n: number, localAsn: number, change: Partial<BgpPeerOptions> = {}) {
  const inbound = new PlainInbound()
  const reports: BgpReport[] = []
  const at = address(`192.0.2.${n}`)
  const speaker = new BgpSpeaker({
    ...{ transport: network.host(at), clock, random: () => 0.5 },
    sink: { report: (report) => reports.push(report) },
    outbound: () => new AdjRibOut(),
    inbound: () => inbound,
  })
  speaker.setPeers([
    peerOptions({
      ...{ name: 'router', localAsn, peerAsn: 64512, routerId: at, families: [4, 6], ...change },
      remote: { address: ROUTER, port: 1790 },
    }),
  ])
  const routes = speaker.routes('router')
  if (routes === undefined) throw new Error('no such peer')
  const endings = () => reports.flatMap((report) => (report.kind === 'ended' ? [report.words] : []))
  return { speaker, routes, inbound, endings }
}

const kinds = () => events.map(({ kind }) => kind)
const changes = () =>
  events.flatMap((event) =>
    event.kind === 'route'
      ? [
          `${formatPrefix(event.change.prefix)} ${event.change.after?.paths.map(({ source: { peer } }) => peer).join('+') ?? 'gone'}`,
        ]
      : [],
  )

describe('the embedded router', () => {
  it('takes routes of any AS, uses equal ones together, and sees them go', async () => {
    const made = await router()
    const [one, two] = [node(1, 64513), node(2, 64513)]
    one.routes.setDesired(['203.0.113.1/32', '203.0.113.2/32'].map(advertisement))
    two.routes.setDesired(['203.0.113.1/32'].map(advertisement))
    clock.advance(5000)
    expect(kinds().filter((kind) => kind === 'peer-up').length).toBe(2)
    expect(
      made.snapshot().routes[4].map(({ prefix, paths }) => [formatPrefix(prefix), paths.length]),
    ).toEqual([
      ['203.0.113.1/32', 2],
      ['203.0.113.2/32', 1],
    ])
    one.routes.withdraw(prefix('203.0.113.1/32'))
    clock.advance(100)
    expect(changes().at(-1)).toBe('203.0.113.1/32 192.0.2.2')
    void one.speaker.stop({ graceful: false, words: 'maintenance' })
    clock.advance(3000)
    expect(events.find(({ kind }) => kind === 'peer-down')).toMatchObject({
      ...{ peer: '192.0.2.1', established: true },
      words: expect.stringContaining('maintenance') as string,
    })
    expect(changes().at(-1)).toBe('203.0.113.2/32 gone')
  })

  it('announces what it is told to, to everyone', async () => {
    await router({ announce: [prefix('0.0.0.0/0')] })
    const [outside, inside] = [node(1, 64513), node(2, 64512)]
    clock.advance(5000)
    for (const { inbound } of [outside, inside]) expect([...inbound.routes.keys()]).toEqual(['0.0.0.0/0'])
  })

  it('insists on an AS number, on neighbours and on a maximum when told to', async () => {
    await router({ peerAsn: 64513, neighbors: [prefix('192.0.2.0/30')], maximumPrefixes: 1 })
    const [wrong, stranger, many] = [node(1, 64599), node(9, 64513), node(2, 64513)]
    many.routes.setDesired(['203.0.113.1/32', '203.0.113.2/32'].map(advertisement))
    clock.advance(2000)
    expect(wrong.endings()[0]).toContain('Bad Peer AS')
    expect(stranger.endings()[0]).toContain('Connection Rejected')
    expect(many.endings()[0]).toContain('Maximum Number of Prefixes Reached')
    expect(kinds()).toContain('refused')
  })

  it('ends with Cease', async () => {
    const made = await router()
    const { endings } = node(1, 64513)
    clock.advance(2000)
    void made.stop()
    clock.advance(100)
    expect(endings()).toEqual([expect.stringContaining('Administrative Shutdown')])
  })
})

describe('a router with a fault does to its peers', () => {
  const faults: Partial<Record<FaultName, RegExp>> = {
    'wrong-as': /peer sent .*Bad Peer AS \(2\/2\)/,
    'reset-after-open': /the peer reset the connection/,
    'hold-expiry': /peer sent .*Hold Timer Expired \(4\/0\)/,
    'no-af': /peer sent .*Unsupported Capability \(2\/7\)/,
    'max-prefix': /peer sent .*Maximum Number of Prefixes Reached \(6\/1\)/,
    malformed: /we sent .*OPEN Message Error/,
    refuse: /nobody listens/,
  }
  it.each(Object.entries(faults))('%s: %s', async (fault, words) => {
    const options = { fault: fault as FaultName, asn: 64512, routerId: ROUTER, holdTimeSeconds: 90 }
    await new FaultyRouter({ ...options, password: 'x' }, ports(), tell).listen({
      address: ROUTER,
      port: 1790,
    })
    const { endings } = node(1, 64513)
    clock.advance(4000)
    expect(endings()[0]).toMatch(words)
    if (fault !== 'refuse') expect(kinds()).toContain('fault')
  })

  it('silent: nothing at all', async () => {
    const options = { fault: 'silent' as const, asn: 64512, routerId: ROUTER, holdTimeSeconds: 90 }
    const made = new FaultyRouter({ ...options, password: 'x' }, ports(), tell)
    await made.listen({ address: ROUTER, port: 1790 })
    const { endings, speaker } = node(1, 64513)
    clock.advance(10_000)
    expect(speaker.status()[0]?.state).toBe('open-sent')
    void made.stop()
    clock.advance(100)
    expect(endings().length).toBe(1)
  })

  it('hold-expiry: up first', async () => {
    const options = { fault: 'hold-expiry' as const, asn: 64512, routerId: ROUTER, holdTimeSeconds: 90 }
    await new FaultyRouter({ ...options, password: 'x' }, ports(), tell).listen({
      address: ROUTER,
      port: 1790,
    })
    const { speaker } = node(1, 64513)
    clock.advance(2000)
    expect(speaker.status()[0]?.state).toBe('established')
  })

  it('and that is all of them but md5, for which a kernel is needed', () =>
    expect(FAULT_NAMES.filter((name) => !(name in faults))).toEqual(['md5', 'silent']))
})
