// The daemons of test/support/bgp-peers against each other: what our own speaker is measured with has to be right first.
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { BgpPeerDaemon } from '../support/bgp-peers/bgp-peer-daemon.ts'
import { bgpPeer, lacks, PEER_KINDS, PEER_PROGRAMS, printVersions } from '../support/bgp-peers/bgp-peers.ts'
import { cable, type Host } from '../support/bgp-peers/hosts.ts'
import type { PeerConfig, PeerKind } from '../support/bgp-peers/peer-config.ts'
import { buildFile } from '../support/linux-worker.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'

const PASSWORD = 'mekmitasdigoat'

const configOf = (own: Host, other: Host, asns: readonly [number, number]): PeerConfig => ({
  asn: asns[0],
  routerId: own.address4,
  address4: own.address4,
  address6: own.address6,
  neighbours: [
    {
      neighbour: other.address4,
      localAddress: own.address4,
      remoteAsn: asns[1],
      families: [4, 6],
      password: PASSWORD,
      ttlSecurity: true,
      gracefulRestart: true,
    },
  ],
})

const prefixesOf = (peer: BgpPeerDaemon) => peer.routes().then((routes) => routes.map(({ prefix }) => prefix))

for (const kind of PEER_KINDS) {
  // Bird has to meet somebody else.
  const otherKind: PeerKind = kind === 'bird' ? 'frr' : 'bird'
  describeInterop(`${kind} with ${otherKind}`, [...PEER_PROGRAMS[kind], ...PEER_PROGRAMS[otherKind]], () => {
    let lab: NetLab
    let peer: BgpPeerDaemon
    let other: BgpPeerDaemon

    beforeAll(async () => {
      printVersions([kind, otherKind])
      lab = await NetLab.create()
      const [a, b] = cable(lab)
      peer = bgpPeer(kind, lab, a.namespace, configOf(a, b, [4_200_000_001, 64_512]))
      other = bgpPeer(otherKind, lab, b.namespace, configOf(b, a, [64_512, 4_200_000_001]))
      await other.start()
      await peer.start()
    })
    afterAll(() => lab.destroy())

    it('comes up, with a password and GTSM on both sides', async () => {
      await peer.established()
      await other.established()
    })

    it('shows the routes of the other, and withdraws its own', async () => {
      await other.announce('198.51.100.0/24', '2001:db8:2::/48')
      const routes = await peer.routesThat('both routes', ({ length }) => length === 2)
      expect(routes).toMatchObject([
        { prefix: '198.51.100.0/24', asPath: [64_512], nextHops: ['192.0.2.2'] },
        { prefix: '2001:db8:2::/48', asPath: [64_512] },
      ])
      expect((await peer.counters()).prefixesReceived).toBe(2)

      await peer.announce('203.0.113.0/24', '2001:db8:3::/48')
      await other.routesThat('both routes', ({ length }) => length === 2)
      await peer.withdraw('203.0.113.0/24')
      await other.routesThat('one route', ({ length }) => length === 1)
      expect(await prefixesOf(other)).toEqual(['2001:db8:3::/48'])
      await other.withdraw('2001:db8:2::/48')
      await peer.routesThat('one route', ({ length }) => length === 1)
      expect(await prefixesOf(peer)).toEqual(['198.51.100.0/24'])
    })

    const why = lacks(kind, 'route-refresh')
    if (why !== undefined) console.info(`${kind} is not told to ask for routes again: ${why}`)
    else
      it('asks for the routes again', async () => {
        const before = (await peer.counters()).updatesReceived
        await peer.refresh()
        await eventually('the same routes come again', async () =>
          (await peer.counters()).updatesReceived > before ? true : undefined,
        )
        expect(await prefixesOf(peer)).toEqual(['198.51.100.0/24'])
      })

    it('stands still when paused and goes on when resumed', async () => {
      peer.pause()
      await other.announce('198.51.100.128/25')
      peer.resume()
      await peer.routesThat('the route of the pause', (routes) =>
        routes.some(({ prefix }) => prefix === '198.51.100.128/25'),
      )
    })

    it('notices that the other is gone, and meets it again', async () => {
      await other.stop()
      await peer.reaches('down')
      await other.start()
      await peer.established()
    })

    it('says what it knows when something does not come to pass', async () => {
      const text = await peer.explain()
      expect(text).toContain('192.0.2.2')
      expect(text).toMatch(/its log\n.+/s)
      expect(text).toContain('2001:db8::1/64')
    })

    it('stops', async () => {
      await peer.stop()
      await other.reaches('down')
    })
  })
}

describeInterop('a test process that is killed', [], () => {
  it('leaves no namespace, no daemon and no folder behind', async () => {
    const built = await buildFile('test/support/bgp-peers/killed-test.ts')
    try {
      const child = spawn(process.execPath, [fileURLToPath(built.url)], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      const [line] = (await once(child.stdout.setEncoding('utf8'), 'data')) as [string]
      const left = JSON.parse(line) as { namespace: string; folder: string; daemon: number }
      expect(existsSync(`/run/netns/${left.namespace}`)).toBe(true)
      expect(existsSync(left.folder)).toBe(true)
      process.kill(left.daemon, 0)
      child.kill('SIGKILL')
      await eventually('everything is cleaned up', () =>
        [`/run/netns/${left.namespace}`, left.folder, `/proc/${left.daemon}`].some((path) => existsSync(path))
          ? undefined
          : true,
      )
    } finally {
      built.remove()
    }
  })
})
