// Peers without an address, with the router that has invented them: FRR finds us by our router advertisements, we find it by its.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { BgpPeerOptions } from '../../src/bgp/peer.ts'
import { RouterDiscovery } from '../../src/bgp/unnumbered/router-discovery.ts'
import { discoveryPorts } from '../../src/compose/bgp-discovery.ts'
import { formatIp } from '../../src/net/ip.ts'
import type { BgpPeerDaemon } from '../support/bgp-peers/bgp-peer-daemon.ts'
import { bgpPeer, PEER_PROGRAMS, printVersions } from '../support/bgp-peers/bgp-peers.ts'
import { cable, type Host } from '../support/bgp-peers/hosts.ts'
import { address, advertisement, OurSpeaker, PEER } from '../support/bgp-peers/our-speaker.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'

describeInterop('an unnumbered neighbour of FRR', PEER_PROGRAMS.frr, () => {
  let lab: NetLab
  let us: Host
  let them: Host
  let frr: BgpPeerDaemon
  let discovery: RouterDiscovery | undefined

  const linkLocal = (host: Host): string =>
    lab
      .ipJson<{ addr_info: { local: string; scope: string }[] }[]>(
        host.namespace,
        `-6 addr show dev ${host.link}`,
      )
      .flatMap(({ addr_info }) => addr_info)
      .find(({ scope }) => scope === 'link')?.local ?? ''

  beforeAll(async () => {
    printVersions(['frr'])
    lab = await NetLab.create()
    ;[us, them] = cable(lab)
    for (const { namespace, link } of [us, them]) lab.ip(namespace, `addr flush dev ${link} scope global`)
    frr = bgpPeer('frr', lab, them.namespace, {
      ...{ asn: 64_512, routerId: '192.0.2.2', address4: them.address4, address6: them.address6 },
      neighbours: [{ neighbour: 'eth0', remoteAsn: 'external', families: [4, 6], extendedNextHop: true }],
    })
    await frr.start()
  })
  afterEach(async () => {
    await discovery?.stop()
    discovery = undefined
  })
  afterAll(() => lab.destroy())

  it('is found by its advertisements, also after the link was away', async () => {
    const found = () => {
      const router = discovery?.router('eth0')
      return router === undefined ? undefined : formatIp(router)
    }
    await lab.inside(us.namespace, async () => {
      discovery = new RouterDiscovery(await discoveryPorts(), () => undefined)
      await discovery.set(['eth0'])
      expect(await eventually('the router is found', found, 30_000)).toBe(linkLocal(them))
      lab.ip(us.namespace, 'link set eth0 down')
      await eventually('the router is forgotten', () => found() === undefined || undefined, 30_000)
      lab.ip(us.namespace, 'link set eth0 up')
      expect(await eventually('the router is found again', found, 30_000)).toBe(linkLocal(them))
    })
  })

  it('finds us by ours, and only by ours', async () => {
    lab.ip(us.namespace, 'link set eth0 down')
    lab.ip(us.namespace, 'link set eth0 up')
    await frr.stop()
    await frr.start()
    // Without advertisements FRR has no address to dial.
    expect(await frr.sessionState()).toBe('idle')
    await lab.inside(us.namespace, async () => {
      discovery = new RouterDiscovery(await discoveryPorts(), () => undefined)
      await discovery.set(['eth0'])
      await frr.reaches('active')
    })
    expect(await frr.explain()).toContain(linkLocal(us))
  })

  it('carries IPv4 and IPv6 routes with link-local next hops', async () => {
    await lab.inside(us.namespace, async () => {
      const our = await OurSpeaker.start([])
      const options: Omit<BgpPeerOptions, 'remote'> = {
        ...{ name: PEER, localAsn: 64_513, peerAsn: 'external', routerId: address(us.address4) },
        ...{ holdTimeSeconds: 9, keepaliveTimeSeconds: undefined, connectRetrySeconds: 1, families: [4, 6] },
        ...{ gracefulRestart: undefined, passive: false, maximumPrefixes: undefined },
      }
      const found = new RouterDiscovery(await discoveryPorts(), () => {
        const router = found.router('eth0')
        our.speaker.setPeers(
          router === undefined ? [] : [{ ...options, remote: { address: router, port: 179, zone: 'eth0' } }],
        )
        our.announce(advertisement('198.51.100.1/32'), advertisement('2001:db8:100::1/128'))
      })
      discovery = found
      try {
        await found.set(['eth0'])
        await frr.established()
        const routes = await frr.routesThat('our routes', ({ length }) => length === 2)
        expect(routes).toMatchObject([
          { prefix: '198.51.100.1/32', asPath: [64_513], nextHops: [linkLocal(us)] },
          { prefix: '2001:db8:100::1/128', asPath: [64_513], nextHops: [linkLocal(us)] },
        ])
        // In the kernel of the router: an IPv4 route through an IPv6 neighbour.
        await eventually(
          'the routes are installed',
          () => {
            const [v4, v6] = [
              lab.ip(them.namespace, 'route show proto bgp'),
              lab.ip(them.namespace, '-6 route show proto bgp'),
            ]
            return (
              (v4.includes('198.51.100.1') && v4.includes(linkLocal(us)) && v6.includes('2001:db8:100::1')) ||
              undefined
            )
          },
          30_000,
        )
        await frr.announce('203.0.113.0/24')
        await our.sees('the route of FRR', () => our.status.prefixes.received[4] > 0)
        // The link goes and comes back: the peer is found again and the session begins anew.
        lab.ip(us.namespace, 'link set eth0 down')
        await frr.reaches('down')
        lab.ip(us.namespace, 'link set eth0 up')
        await frr.established()
        await frr.routesThat('our routes again', ({ length }) => length === 2)
      } catch (error) {
        throw new Error(
          `${String(error)}\n${JSON.stringify(our.reports.slice(-20), (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))}\n${await frr.explain()}`,
          { cause: error },
        )
      } finally {
        await our.stop()
      }
    })
  })
})
