// What a BGPPeer may ask for besides an address, with FRR at the other end: a password, graceful restart, an interface instead of an
// address.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import type { BgpPeerDaemon } from '../support/bgp-peers/bgp-peer-daemon.ts'
import { bgpPeer, PEER_PROGRAMS } from '../support/bgp-peers/bgp-peers.ts'
import type { NeighbourConfig } from '../support/bgp-peers/peer-config.ts'
import { lbctl } from '../support/cli.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { DEADLINE_MS } from '../support/speaker-lab/running-speaker.ts'
import { type LabNode, SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import {
  bgpAdvertisement,
  bgpPeerObject,
  type KubernetesObject,
  pool,
  secret,
  service,
  yamlText,
} from '../support/speaker-lab/speaker-objects.ts'

const PREFIX = '198.51.100.10/32'
const PASSWORD = 'correct-horse-battery'

describeInterop('BGPPeers of a running speaker', [...PEER_PROGRAMS.frr, 'sysctl'], () => {
  let lab: SpeakerLab
  let node1: LabNode
  let frr: BgpPeerDaemon | undefined

  beforeAll(async () => {
    lab = await SpeakerLab.create(['node1'])
    node1 = lab.node('node1')
  })
  afterEach(async () => {
    await node1.stop()
    await frr?.stop()
    frr = undefined
  })
  afterAll(() => lab?.destroy())

  const objects = (peer: Readonly<Record<string, unknown>>): KubernetesObject[] => [
    ...lab.nodeObjects(),
    pool('far', '198.51.100.0/24'),
    bgpAdvertisement('far'),
    service('web', '198.51.100.10'),
    bgpPeerObject('tor', { myASN: 64512, peerASN: 64500, connectTime: '1s', ...peer }),
  ]

  async function router(neighbour: Partial<NeighbourConfig>): Promise<BgpPeerDaemon> {
    const { namespace, address4, address6 } = lab.router
    frr = bgpPeer('frr', lab.net, namespace, {
      ...{ asn: 64_500, routerId: address4, address4, address6 },
      neighbours: [{ neighbour: node1.host.address4, remoteAsn: 64_512, families: [4], ...neighbour }],
    })
    await frr.start()
    return frr
  }

  const kernelRoutes = () => lab.net.ip(lab.router.namespace, `route show ${PREFIX}`).trim()
  const established = () =>
    node1.running.statusThat('the session is up', ({ peers }) => peers[0]?.state === 'established')

  it('password: the session is up, and nothing that anybody can read has the password in it', async () => {
    const daemon = await router({ password: PASSWORD })
    const withPassword = { peerAddress: lab.router.address4, passwordSecret: { name: 'tor' } }
    node1.write([...objects(withPassword), secret('tor', PASSWORD)])
    const speaker = await node1.spawn().started()
    await established()
    await daemon.routesThat('the route', (routes) => routes.some(({ prefix }) => prefix === PREFIX))
    const wrong = 'wrong-horse-battery'
    node1.write([...objects(withPassword), secret('tor', wrong)])
    await speaker.statusThat('a wrong password ends it', ({ peers }) => peers[0]?.state !== 'established')
    // A text that cannot be read, right where the password is.
    const text = yamlText(objects(withPassword))
    node1.writeText(`${text}---\nkind: Secret\nmetadata: {name: tor}\nstringData: {password: "${wrong}`)
    await speaker.statusThat('the text is refused', ({ configuration }) => configuration.state === 'invalid')
    const read: string[] = [JSON.stringify(await speaker.status()), await node1.metrics()]
    speaker.signal('SIGUSR1')
    await speaker.until('the status is dumped', () => speaker.stderr.includes('shop/web') || undefined)
    const state = ['--state-dir', node1.stateDirectory]
    for (const words of [[], ['-o', 'json'], ['--why', 'web']]) {
      const { stdout, stderr } = await lbctl(['speaker', 'status', ...words, ...state])
      read.push(stdout, stderr)
    }
    const dry = await lbctl(['speaker', 'run', '-f', node1.directory, '--dry-run', '-o', 'json'])
    node1.write([...objects(withPassword), secret('tor', PASSWORD)])
    await established()
    await speaker.stop()
    read.push(speaker.output, dry.stdout, dry.stderr)
    expect(dry.code).toBe(2)
    for (const one of read) expect(one).not.toMatch(/horse/)
  })

  it('graceful restart: the router keeps the route while the speaker is started again', async () => {
    const daemon = await router({ gracefulRestart: true })
    node1.write(objects({ peerAddress: lab.router.address4, enableGracefulRestart: true }))
    await node1.spawn().started()
    await established()
    const fresh = (stale: boolean) =>
      daemon.routesThat(`the route, ${stale ? 'stale' : 'not stale'}`, ([route]) => route?.stale === stale)
    await fresh(false)
    await eventually('the kernel has it', () => kernelRoutes() !== '' || undefined, DEADLINE_MS)
    expect((await node1.running.stop()).code).toBe(143)
    expect(node1.running.logged(({ event }) => event === 'routesKept')).toMatchObject({ peers: ['tor'] })
    await daemon.reaches('down')
    await fresh(true)
    expect(kernelRoutes()).not.toBe('')
    await node1.spawn().started()
    await established()
    await fresh(false)
    expect(kernelRoutes()).not.toBe('')
    expect(await daemon.explain()).toMatch(/R bit: True/)
    // Killed, it comes back the same way.
    await node1.running.stop('SIGKILL')
    await fresh(true)
    await node1.spawn().started()
    await fresh(false)
    expect(await daemon.explain()).toMatch(/R bit: True/)
  })

  it('graceful restart: a node that is drained leaves no route behind', async () => {
    const daemon = await router({ gracefulRestart: true })
    node1.write(objects({ peerAddress: lab.router.address4, enableGracefulRestart: true }))
    const speaker = await node1.spawn().started()
    await established()
    await daemon.routesThat('the route', (routes) => routes.length === 1)
    const drained = await lbctl(['speaker', 'drain', '--state-dir', node1.stateDirectory])
    expect(drained.stderr).toBe('')
    expect(drained.stdout).toMatch(
      /^The speaker of \S+ is out of service\. One BGP session ended with a shutdown/,
    )
    expect(drained.code).toBe(0)
    await daemon.routesThat('no route', (routes) => routes.length === 0)
    await daemon.reaches('down')
    expect(speaker.logged(({ event }) => event === 'routesKept')).toBeUndefined()
    expect((await speaker.exited).code).toBe(0)
    const again = await lbctl(['speaker', 'drain', '--state-dir', node1.stateDirectory])
    expect(again.stderr).toMatch(/No speaker runs here/)
    expect(again.code).toBe(3)
    // It can be put into service again.
    await node1.spawn().started()
    await daemon.routesThat('the route', (routes) => routes.length === 1)
  })

  it('without graceful restart the route is gone when the speaker stops', async () => {
    const daemon = await router({ gracefulRestart: true })
    node1.write(objects({ peerAddress: lab.router.address4 }))
    await node1.spawn().started()
    await daemon.routesThat('the route', (routes) => routes.length === 1)
    await node1.running.stop()
    await daemon.routesThat('no route', (routes) => routes.length === 0)
    await node1.spawn().started()
    await daemon.routesThat('the route', (routes) => routes.length === 1)
  })

  it('unnumbered: a router that is found on an interface without an IPv4 address', async () => {
    lab.net.ip(node1.host.namespace, `addr del ${node1.host.address4}/24 dev eth0`)
    const daemon = await router({
      ...{ neighbour: 'eth0', remoteAsn: 'external', families: [4, 6], extendedNextHop: true },
    })
    node1.write([
      ...objects({ interface: 'eth0' }),
      pool('far6', '2001:db8:1::/120'),
      bgpAdvertisement('far6'),
      service('six', '2001:db8:1::10'),
    ])
    await node1.spawn().started()
    await established()
    const routes = await daemon.routesThat('both routes', ({ length }) => length === 2)
    expect(routes.map(({ prefix }) => prefix)).toEqual(['198.51.100.10/32', '2001:db8:1::10/128'])
    const expected = `via inet6 ${node1.host.linkLocal} dev eth0`
    await eventually(
      'the kernel has the IPv4 route',
      () => kernelRoutes().includes(expected) || undefined,
      DEADLINE_MS,
    ).catch(() => expect(kernelRoutes()).toContain(expected))
    const [peer] = (await node1.running.status()).peers
    expect(peer).toMatchObject({ interface: 'eth0', address: lab.router.linkLocal })
  })
})
