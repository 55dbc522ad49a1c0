// `lbctl router run` and real speakers: their routes are in its tables, its routes in theirs, and they see its faults.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { BgpPeerDaemon } from '../support/bgp-peers/bgp-peer-daemon.ts'
import { bgpPeer, PEER_PROGRAMS, printVersions } from '../support/bgp-peers/bgp-peers.ts'
import type { NeighbourConfig, PeerConfig, PeerKind } from '../support/bgp-peers/peer-config.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import { RouterProcess } from '../support/router-run.ts'

const ROUTER = { address4: '192.0.2.254', address6: '2001:db8::fe', asn: 64512 }
/** gobgpd is in the AS of the router. */
const NODES = [
  { kind: 'bird', asn: 64513, n: 1 },
  { kind: 'frr', asn: 4_200_000_001, n: 2 },
  { kind: 'gobgpd', asn: 64512, n: 3 },
] as const
const KINDS: readonly PeerKind[] = NODES.map(({ kind }) => kind)
/** Of those outside: the path from inside would be the shorter one. */
const SHARED = '198.51.100.100/32'

interface Summary {
  readonly peers: readonly { readonly peer: string; readonly asn: number; readonly received: object }[]
  readonly routes: readonly {
    readonly prefix: string
    readonly paths: readonly { readonly peer: string; readonly nextHop: string }[]
  }[]
}

const config = (asn: number, n: number, change: Partial<NeighbourConfig> = {}): PeerConfig => ({
  ...{ asn, routerId: `192.0.2.${n}`, address4: `192.0.2.${n}`, address6: `2001:db8::${n}` },
  announce: [...(asn === ROUTER.asn ? [] : [SHARED]), `198.51.100.${n}/32`, `2001:db8:${n}::/48`],
  neighbours: [
    {
      ...{
        neighbour: ROUTER.address4,
        localAddress: `192.0.2.${n}`,
        remoteAsn: ROUTER.asn,
        families: [4, 6],
      },
      ...change,
    },
  ],
})

/** The router's namespace, with a bridge to which each node is connected. */
function network(lab: NetLab): { readonly router: string; readonly node: (n: number) => string } {
  const router = lab.namespace()
  const nodes = new Map<number, string>(NODES.map(({ n }) => [n, lab.namespace()]))
  for (const [n, namespace] of nodes) {
    lab.connect([namespace, 'eth0'], [router, `port${n}`])
    lab.ip(namespace, `addr add 192.0.2.${n}/24 dev eth0`)
    lab.ip(namespace, `addr add 2001:db8::${n}/64 dev eth0 nodad`)
  }
  lab.bridge(
    router,
    'br0',
    [...nodes.keys()].map((n) => `port${n}`),
  )
  lab.ip(router, `addr add ${ROUTER.address4}/24 dev br0`)
  lab.ip(router, `addr add ${ROUTER.address6}/64 dev br0 nodad`)
  return { router, node: (n) => nodes.get(n) ?? '' }
}

describeInterop('the embedded router', [...new Set(KINDS.flatMap((kind) => PEER_PROGRAMS[kind]))], () => {
  let lab: NetLab
  let places: ReturnType<typeof network>
  let router: RouterProcess | undefined
  const peers: BgpPeerDaemon[] = []

  beforeAll(async () => {
    printVersions(KINDS)
    lab = await NetLab.create()
    places = network(lab)
  })
  afterEach(async () => {
    router?.kill()
    router = undefined
    for (const peer of peers.splice(0)) await peer.kill()
  })
  afterAll(() => lab.destroy())

  async function starts(...args: string[]): Promise<RouterProcess> {
    router = await RouterProcess.start(['--listen', `${ROUTER.address4}:179`, ...args], places.router)
    return router
  }
  async function joins(kind: PeerKind, made: PeerConfig, n: number): Promise<BgpPeerDaemon> {
    const peer = bgpPeer(kind, lab, places.node(n), made)
    peers.push(peer)
    await peer.start()
    return peer
  }

  it('has the routes of bird, frr and gobgpd, and they have those that it announces', async () => {
    const running = await starts('--announce', '0.0.0.0/0', '--announce', '2001:db8:ff::/48')
    for (const { kind, asn, n } of NODES) await joins(kind, config(asn, n), n)
    for (const peer of peers) {
      await peer.established()
      const routes = await peer.routesThat('what the router announces', ({ length }) => length === 2)
      expect(routes.map(({ prefix }) => prefix)).toEqual(['0.0.0.0/0', '2001:db8:ff::/48'])
      expect(routes[0]).toMatchObject({
        nextHops: [ROUTER.address4],
        asPath: peer.config.asn === ROUTER.asn ? [] : [ROUTER.asn],
      })
    }
    await running.sees(
      'bird and frr share an address',
      ({ prefix, paths }) => prefix === SHARED && (paths as unknown[]).length === 2,
    )
    for (const { n } of NODES)
      for (const mine of [`198.51.100.${n}/32`, `2001:db8:${n}::/48`])
        await running.sees(mine, ({ change, prefix }) => change === 'added' && prefix === mine)
    await peers[0]?.withdraw('198.51.100.1/32')
    await running.sees(
      'a withdrawal',
      ({ change, prefix }) => change === 'withdrawn' && prefix === '198.51.100.1/32',
    )
    const { summary, code } = await running.stop()
    expect(code).toBe(0)
    const { peers: known, routes } = summary as unknown as Summary
    expect(known.map(({ peer, asn, received }) => [peer, asn, received]).sort()).toEqual([
      ['192.0.2.1', 64513, { ipv4: 1, ipv6: 1 }],
      ['192.0.2.2', 4_200_000_001, { ipv4: 2, ipv6: 1 }],
      ['192.0.2.3', 64512, { ipv4: 1, ipv6: 1 }],
    ])
    // frr sends back what it has of the router.
    expect(routes.map(({ prefix }) => prefix)).not.toContain('0.0.0.0/0')
    const shared = routes.find(({ prefix }) => prefix === SHARED)
    expect(shared?.paths.map(({ peer, nextHop }) => [peer, nextHop])).toEqual([
      ['192.0.2.1', '192.0.2.1'],
      ['192.0.2.2', '192.0.2.2'],
    ])
    for (const peer of peers) await peer.reaches('down')
  })

  it('asks for signatures, and takes IPv6 connections', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lbctl-router-'))
    try {
      const file = join(folder, 'password')
      writeFileSync(file, 'mekmitasdigoat\n')
      const running = await starts('--listen', `[${ROUTER.address6}]:179`, '--password-file', file)
      const six = {
        ...{ neighbour: ROUTER.address6, localAddress: '2001:db8::1', password: 'mekmitasdigoat' },
      }
      const signed = await joins('bird', config(64513, 1, six), 1)
      const unsigned = await joins('gobgpd', config(64514, 2), 2)
      await signed.established()
      await running.sees(
        'the signed peer',
        ({ event, peer }) => event === 'peer-up' && peer === '2001:db8::1',
      )
      await running.sees('its IPv6 route', ({ prefix }) => prefix === '2001:db8:1::/48')
      expect(await unsigned.sessionState()).not.toBe('established')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  // What a real speaker writes down about each fault.
  it.each<[string, RegExp]>([
    ['wrong-as', /Bad peer AS/i],
    ['max-prefix', /Maximum number of prefixes reached/i],
    ['hold-expiry', /Hold timer expired/i],
    ['no-af', /Received: Required capability missing/],
    ['reset-after-open', /Connection reset by peer/],
    ['refuse', /Connection refused/],
  ])('bird sees %s', async (fault, words) => {
    await starts('--fault', fault)
    const bird = await joins('bird', config(64513, 1), 1)
    const said = async (): Promise<boolean> => words.test(bird.logs()) || words.test(await bird.explain())
    await eventually(`bird says ${words}`, async () => (await said()) || undefined, 45_000)
  })
})
