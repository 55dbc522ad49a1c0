// Sessions with bird and FRR, judged by what the daemons say. This process is inside the namespace of the node while a test
// runs, because a speaker opens its sockets when it wants to.
import { afterEach, beforeEach, expect, it } from 'vitest'
import { AdjRibIn } from '../../src/bgp/adj-rib-in.ts'
import { AdjRibOut } from '../../src/bgp/adj-rib-out.ts'
import type { BgpPeerOptions, BgpRemote } from '../../src/bgp/peer.ts'
import type { BgpReport } from '../../src/bgp/report.ts'
import { BgpSpeaker } from '../../src/bgp/speaker.ts'
import { advertisement } from '../../src/bgp/testing/speakers.ts'
import { bgpPorts } from '../../src/compose/bgp.ts'
import { type Ip, parseIp } from '../../src/net/ip.ts'
import type { BgpPeerDaemon } from '../support/bgp-peers/bgp-peer-daemon.ts'
import { bgpPeer, PEER_PROGRAMS } from '../support/bgp-peers/bgp-peers.ts'
import { cable, type Host } from '../support/bgp-peers/hosts.ts'
import type { NeighbourConfig, PeerKind } from '../support/bgp-peers/peer-config.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'

const at = (text: string): Ip => parseIp(text)!
const DEADLINE_MS = 45_000
const TEST_MS = 150_000

type Change = Omit<Partial<BgpPeerOptions>, 'remote'> & { readonly remote?: Partial<BgpRemote> }

for (const kind of ['bird', 'frr'] as const satisfies readonly PeerKind[])
  describeInterop(`sessions with ${kind}`, PEER_PROGRAMS[kind], () => {
    let lab: NetLab
    let node: Host
    let router: Host
    let daemon: BgpPeerDaemon
    let speakers: BgpSpeaker[] = []
    let reports: BgpReport[] = []

    beforeEach(async () => {
      lab = await NetLab.create()
      ;[node, router] = cable(lab)
      speakers = []
      reports = []
    })
    afterEach(async () => {
      await Promise.all(speakers.map((one) => one.stop({ graceful: false })))
      await daemon.kill()
      lab.destroy()
    })

    async function start(neighbour: Partial<NeighbourConfig> = {}): Promise<void> {
      daemon = bgpPeer(kind, lab, router.namespace, {
        ...{ asn: 65_002, routerId: router.address4, address4: router.address4, address6: router.address6 },
        announce: ['198.51.100.0/24', '203.0.113.0/24'],
        neighbours: [
          {
            ...{ neighbour: node.address4, localAddress: router.address4, remoteAsn: 65_001, families: [4] },
            ...{ holdTimeSeconds: 9, ...neighbour },
          },
        ],
      })
      await daemon.start()
    }

    const options = ({ remote, ...change }: Change = {}): BgpPeerOptions => ({
      ...{ name: 'router', localAsn: 65_001, peerAsn: 65_002, routerId: at(node.address4) },
      ...{ holdTimeSeconds: 90, keepaliveTimeSeconds: undefined, connectRetrySeconds: 5, families: [4] },
      ...{ gracefulRestart: undefined, passive: false, maximumPrefixes: undefined },
      ...change,
      remote: { address: at(router.address4), port: 179, ...remote },
    })

    async function speaker(restarted = false): Promise<BgpSpeaker> {
      const ports = await bgpPorts({ report: (report) => reports.push(report) })
      const made = new BgpSpeaker({
        ...{ ...ports, outbound: () => new AdjRibOut(), inbound: () => new AdjRibIn(), restarted },
      })
      speakers.push(made)
      return made
    }

    const status = (of: BgpSpeaker) => of.status()[0]!
    const reaches = (of: BgpSpeaker, state: string) =>
      eventually(`our session is ${state}`, () => status(of).state === state || undefined, DEADLINE_MS)
    const endings = () => reports.flatMap((report) => (report.kind === 'ended' ? [report.words] : []))
    const inside = (work: () => Promise<void>) => lab.inside(node.namespace, work)
    const has = (...prefixes: readonly string[]) =>
      daemon.routesThat(
        prefixes.join(),
        (routes) => routes.map(({ prefix }) => prefix).join() === prefixes.join(),
      )

    it(
      'come up, carry routes both ways and changes, and end with words',
      () =>
        inside(async () => {
          await start({ passive: true })
          const ours = await speaker()
          ours.setPeers([options()])
          ours.routes('router')!.setDesired(['10.1.0.0/24', '10.1.1.0/24'].map(advertisement))
          await reaches(ours, 'established')
          await daemon.established()
          const routes = await has('10.1.0.0/24', '10.1.1.0/24')
          expect(routes.map(({ nextHops, asPath }) => [nextHops, asPath])).toEqual([
            [[node.address4], [65_001]],
            [[node.address4], [65_001]],
          ])
          // FRR sends our own back to us, which are none of its own.
          await eventually('routes of the router', () => status(ours).prefixes.received[4] === 2 || undefined)
          ours.routes('router')!.setDesired(['10.1.1.0/24', '10.1.2.0/24'].map(advertisement))
          await has('10.1.1.0/24', '10.1.2.0/24')
          expect(status(ours).session?.agreement).toMatchObject({
            ...{ peerAsn: 65_002, holdTimeSeconds: 9, keepaliveSeconds: 3, internal: false },
            ...{ routeRefresh: true, families: [4], sending: { asn4: true } },
          })
          // Longer than the hold time: keepalives go both ways.
          await eventually('12 seconds', () => (status(ours).uptimeSeconds ?? 0) > 12 || undefined, 30_000)
          await daemon.refresh()
          await eventually(
            'a refresh',
            () => status(ours).messages.received.routeRefresh > 0 || undefined,
            DEADLINE_MS,
          )
          await has('10.1.1.0/24', '10.1.2.0/24')
          await ours.stop({ graceful: false, words: 'node drained' })
          await daemon.reaches('down')
          expect(await daemon.explain()).toMatch(/dministrative.?[Ss]hutdown|node drained/)
          expect(endings()).toEqual([expect.stringContaining('we sent NOTIFICATION Cease')])
        }),
      TEST_MS,
    )

    it(
      'end when the router hangs, and come back when it lives again',
      () =>
        inside(async () => {
          await start({ passive: true })
          const ours = await speaker()
          ours.setPeers([options()])
          await reaches(ours, 'established')
          daemon.pause()
          await eventually('the hold time', () => status(ours).resets === 1 || undefined, DEADLINE_MS)
          expect(endings()[0]).toBe('we sent NOTIFICATION Hold Timer Expired (4/0)')
          daemon.resume()
          await reaches(ours, 'established')
          await daemon.established()
        }),
      TEST_MS,
    )

    it(
      'with another AS number do not come up, and each side knows why',
      () =>
        inside(async () => {
          await start({ passive: true })
          const ours = await speaker()
          ours.setPeers([options({ peerAsn: 65_099 })])
          await eventually(
            'an end',
            () => endings().find((words) => words.includes('Bad Peer AS')),
            DEADLINE_MS,
          )
          ours.setPeers([options({ localAsn: 65_098 })])
          await eventually(
            'a refusal',
            () => endings().find((words) => /the peer sent NOTIFICATION .*Bad Peer AS/.test(words)),
            DEADLINE_MS,
          )
          expect(await daemon.sessionState()).not.toBe('established')
        }),
      TEST_MS,
    )

    it(
      'are one when both dial at the same time, whoever wins',
      () =>
        inside(async () => {
          const ours = await speaker()
          await ours.listen({ address: at('0.0.0.0'), port: 179 })
          await start()
          ours.setPeers([options()])
          ours.routes('router')!.announce(advertisement('10.1.0.0/24'))
          await reaches(ours, 'established')
          await daemon.established()
          // A reset on both sides at once, so that both dial again.
          for (let i = 0; i < 3; i++) {
            ours.reset('router', 'again')
            await eventually('the reset', () => status(ours).resets === i + 1 || undefined)
            await reaches(ours, 'established')
            await daemon.established()
          }
          await has('10.1.0.0/24')
        }),
      TEST_MS,
    )

    it(
      'are accepted only with the password and from nearby, and the listener learns of both',
      () =>
        inside(async () => {
          const ours = await speaker()
          await ours.listen({ address: at('0.0.0.0'), port: 179 })
          const remote = { password: 'correct-horse', ttl: 255, minTtl: 255 }
          await start({ password: 'correct-horse', ttlSecurity: true })
          ours.setPeers([options({ passive: true, remote: { ...remote, password: 'wrong' } })])
          // Long enough for several attempts of the daemon, which tries every second.
          await new Promise((resolve) => setTimeout(resolve, 4_000))
          expect(status(ours).state).toBe('active')
          ours.setPeers([options({ passive: true, remote })])
          ours.routes('router')!.announce(advertisement('10.1.0.0/24'))
          await reaches(ours, 'established')
          await daemon.established()
          await has('10.1.0.0/24')
          expect(status(ours).session?.direction).toBe('theirs')
        }),
      TEST_MS,
    )

    it(
      'over IPv6 carry both families, with next hops of the same interface',
      () =>
        inside(async () => {
          await start({
            ...{ neighbour: node.address6, localAddress: router.address6, families: [4, 6], passive: true },
          })
          const ours = await speaker()
          ours.setPeers([options({ families: [4, 6], remote: { address: at(router.address6) } })])
          ours.routes('router')!.setDesired(['10.1.0.0/24', '2001:db8:1::/48'].map(advertisement))
          await reaches(ours, 'established')
          const routes = await has('10.1.0.0/24', '2001:db8:1::/48')
          expect(routes[0]?.nextHops).toEqual([node.address4])
          expect(routes[1]?.nextHops).toContain(node.address6)
        }),
      TEST_MS,
    )

    it(
      'between link-local addresses carry IPv4 with an IPv6 next hop, whoever dials',
      () =>
        inside(async () => {
          const linkLocal = (host: Host) =>
            lab
              .ipJson<{ addr_info: { local: string; scope: string; family: string }[] }[]>(
                host.namespace,
                `addr show dev ${host.link}`,
              )
              .flatMap(({ addr_info }) => addr_info)
              .find(({ scope, family }) => family === 'inet6' && scope === 'link')!.local
          const there = linkLocal(router)
          lab.ip(router.namespace, `addr del ${router.address4}/24 dev eth0`)
          lab.ip(node.namespace, `addr del ${node.address4}/24 dev eth0`)
          const ours = await speaker()
          await ours.listen({ address: at('::'), port: 179 })
          const remote = { address: at(there), zone: 'eth0' }
          ours.setPeers([options({ remote })])
          ours.routes('router')!.announce(advertisement('10.1.0.0/24'))
          await start({
            ...{ neighbour: linkLocal(node), link: 'eth0', localAddress: there, families: [4] },
            extendedNextHop: true,
          })
          await reaches(ours, 'established')
          expect(status(ours).session?.agreement.sending.extendedNextHop).toBe(true)
          const routes = await has('10.1.0.0/24')
          expect(routes[0]?.nextHops).toContain(linkLocal(node))
        }),
      TEST_MS,
    )

    it(
      'of whoever dials from a prefix with its password, without being configured',
      () =>
        inside(async () => {
          const ours = await speaker()
          await ours.listen({ address: at('0.0.0.0'), port: 179 })
          const { name: _, remote: __, passive: ___, ...rest } = options()
          const prefixes = [advertisement('192.0.2.0/24').prefix]
          const dynamic = (password: string) =>
            ours.setDynamicPeers([{ prefixes, options: rest, remote: { password }, maximum: 9 }])
          dynamic('not-that-one')
          await start({ password: 'rack-7' })
          // Several attempts, which the kernel drops.
          await new Promise((resolve) => setTimeout(resolve, 3_000))
          expect(ours.names).toEqual([])
          dynamic('rack-7')
          await eventually('a peer', () => ours.names.length > 0 || undefined, DEADLINE_MS)
          expect(ours.names).toEqual([router.address4])
          await reaches(ours, 'established')
          ours.routes(router.address4)!.announce(advertisement('10.1.0.0/24'))
          await has('10.1.0.0/24')
        }),
      TEST_MS,
    )

    it(
      'that restart gracefully leave the routes where they are',
      () =>
        inside(async () => {
          await start({ passive: true, gracefulRestart: true })
          const gracefulRestart = { restartSeconds: 60 }
          const before = await speaker()
          before.setPeers([options({ gracefulRestart })])
          before.routes('router')!.setDesired(['10.1.0.0/24', '10.1.1.0/24'].map(advertisement))
          await has('10.1.0.0/24', '10.1.1.0/24')
          await before.stop({ graceful: true })
          await daemon.reaches('down')
          expect((await daemon.routes()).map(({ prefix }) => prefix)).toEqual(['10.1.0.0/24', '10.1.1.0/24'])
          const after = await speaker(true)
          after.setPeers([options({ gracefulRestart })])
          after.routes('router')!.announce(advertisement('10.1.1.0/24'))
          await reaches(after, 'established')
          // What is not announced again ends with our End-of-RIB.
          const routes = await has('10.1.1.0/24')
          expect(routes[0]?.stale).not.toBe(true)
        }),
      TEST_MS,
    )
  })
