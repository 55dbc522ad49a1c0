// Peers without an address, with the router that has invented them: FRR finds us by our router advertisements, we find it by its.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { RouterDiscovery } from '../../src/bgp/unnumbered/router-discovery.ts'
import { discoveryPorts } from '../../src/compose/bgp-discovery.ts'
import { formatIp } from '../../src/net/ip.ts'
import type { BgpPeerDaemon } from '../support/bgp-peers/bgp-peer-daemon.ts'
import { bgpPeer, PEER_PROGRAMS, printVersions } from '../support/bgp-peers/bgp-peers.ts'
import { cable, type Host } from '../support/bgp-peers/hosts.ts'
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
})
