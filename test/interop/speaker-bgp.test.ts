// `lbctl speaker run` on three nodes with a router of each kind, whose configuration is what `lbctl router config` prints: equal-cost
// paths, a node that is drained under traffic, both families, and layer 2 at once.
import type { Socket } from 'node:dgram'
import type { Server } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { DAEMON_PROGRAMS } from '../support/router-daemons.ts'
import { EchoStream } from '../support/speaker-lab/echo-stream.ts'
import { type RouterKind, RouterOfLab } from '../support/speaker-lab/router-of-lab.ts'
import { DEADLINE_MS } from '../support/speaker-lab/running-speaker.ts'
import { SpeakerLab } from '../support/speaker-lab/speaker-lab.ts'
import {
  bgpAdvertisement,
  bgpPeerObject,
  endpointSlice,
  type KubernetesObject,
  layer2Advertisement,
  pool,
  service,
} from '../support/speaker-lab/speaker-objects.ts'
import { arpOwners, connectTo, echoServer, nameServer } from '../support/speaker-lab/traffic.ts'

const PORT = 8080
const FAR = '198.51.100.10'
const FAR6 = '2001:db8:1::10'
/** in the segment itself: by ARP for neighbours, by BGP for all others */
const BOTH = '192.0.2.100'
const ALL = ['node1', 'node2', 'node3']
const LOCAL = '198.51.100.20'

for (const kind of ['frr', 'bird'] as const satisfies readonly RouterKind[])
  describeInterop(`the speaker and ${kind} as its router`, [...DAEMON_PROGRAMS, 'arping', 'sysctl'], () => {
    let lab: SpeakerLab
    let router: RouterOfLab
    const closing: (Server | Socket)[] = []

    const peers = () => [
      bgpPeerObject('tor', {
        myASN: 64512,
        peerASN: 64500,
        peerAddress: '192.0.2.1',
        holdTime: '9s',
        connectTime: '1s',
      }),
      bgpPeerObject('tor6', {
        myASN: 64512,
        peerASN: 64500,
        peerAddress: '2001:db8::1',
        holdTime: '9s',
        connectTime: '1s',
      }),
    ]
    const objects = (): KubernetesObject[] => [
      ...lab.nodeObjects({ node3: { rack: 'b' } }),
      pool('far', '198.51.100.0/24', '2001:db8:1::/120'),
      pool('link', '192.0.2.100-192.0.2.110'),
      bgpAdvertisement('all'),
      layer2Advertisement('link', { ipAddressPools: ['link'] }),
      ...peers(),
      service('dual', [FAR, FAR6]),
      service('both', BOTH),
      service('local', LOCAL, { policy: 'Local' }),
      endpointSlice('local', 'node1', 'node3'),
    ]

    const routed = (prefix: string, nodes: readonly string[]): Promise<true> =>
      eventually(
        `the router sends ${prefix} to ${nodes.join(' ')}`,
        () => String(router.nextHops(prefix)) === String(nodes) || undefined,
        DEADLINE_MS,
      ).catch((error: Error) => {
        throw new Error(`${error.message}: ${router.nextHops(prefix).join(' ')}\n${router.explain()}`)
      })

    beforeAll(async () => {
      lab = await SpeakerLab.create()
      lab.write(objects())
      router = await RouterOfLab.start(kind, lab, objects(), ['tor', 'tor6'])
      for (const { name, host } of lab.nodes) {
        for (const scope of ['all', 'eth0']) {
          lab.net.run(host.namespace, 'sysctl', '-qw', `net.ipv4.conf.${scope}.arp_ignore=1`)
          lab.net.run(host.namespace, 'sysctl', '-qw', `net.ipv4.conf.${scope}.arp_announce=2`)
        }
        for (const address of [FAR, BOTH, LOCAL]) lab.net.ip(host.namespace, `addr add ${address}/32 dev lo`)
        lab.net.ip(host.namespace, `addr add ${FAR6}/128 dev lo`)
        closing.push(
          await nameServer(lab.net, host, PORT, name),
          await echoServer(lab.net, host, FAR, PORT, name),
        )
      }
      await lab.startAll()
    })
    afterAll(async () => {
      for (const one of closing) one.close()
      await router?.stop()
      await lab?.destroy()
    })

    it('has a path to each node for an address of each family, and traffic gets through', async () => {
      await routed(FAR, ALL)
      await routed(FAR6, ALL)
      expect(router.daemon.established()).toEqual([
        ...lab.nodes.map(({ host }) => host.address4),
        ...lab.nodes.map(({ host }) => host.address6),
      ])
      for (const address of [FAR, FAR6]) {
        const seen = new Set<string>()
        for (let i = 0; i < 24; i++) seen.add(await connectTo(lab.net, router.client, address, PORT))
        // By a hash of the ports: with 24 connections all three get some, and two of them surely do.
        expect(
          [...seen].filter((name) => /^node[123]$/.test(name)).length,
          [...seen].join(' '),
        ).toBeGreaterThan(1)
        expect(
          [...seen].every((name) => /^node[123]$/.test(name)),
          [...seen].join(' '),
        ).toBe(true)
      }
      for (const { running } of lab.nodes)
        expect((await running.status()).peers.map(({ name, state }) => [name, state])).toEqual([
          ['tor', 'established'],
          ['tor6', 'established'],
        ])
    })

    it('announces one address by BGP from all nodes and by ARP from one', async () => {
      await routed(BOTH, ALL)
      const [owner, ...more] = await eventually('one node has it on the link', async () => {
        const owners = await lab.owners('shop/both')
        return owners.length === 1 ? owners : undefined
      })
      expect(more).toEqual([])
      expect(await arpOwners(lab.net, lab.client, BOTH)).toEqual([lab.node(owner!).host.mac])
      expect(await connectTo(lab.net, lab.client, BOTH, PORT)).toBe(owner)
      expect(await connectTo(lab.net, router.client, BOTH, PORT)).toMatch(/^node[123]$/)
    })

    it('leaves out nodes without an endpoint under the policy Local', async () => {
      await routed(LOCAL, ['node1', 'node3'])
      for (let i = 0; i < 12; i++)
        expect(await connectTo(lab.net, router.client, LOCAL, PORT)).toMatch(/^node[13]$/)
    })

    it('loses no packet while a node is drained, and none when it comes back', async () => {
      const node2 = lab.node('node2')
      const stream = await EchoStream.start(lab.net, router.client, FAR, PORT)
      await eventually('all nodes get some', () => Object.keys(stream.byNode).length === 3 || undefined)
      const stopped = await node2.running.stop()
      let told = ''
      try {
        await routed(FAR, ['node1', 'node3'])
        told = router.explain()
        // What was on its way to node2 when the router changed its mind still comes back.
        const soFar = stream.byNode['node1'] ?? 0
        await eventually('the others get more', () => (stream.byNode['node1'] ?? 0) > soFar + 50 || undefined)
        const before = stream.byNode['node2']
        await eventually('the others get more', () => (stream.byNode['node1'] ?? 0) > 300 || undefined)
        expect(stream.byNode['node2']).toBe(before)
      } finally {
        await node2.start()
      }
      await routed(FAR, ALL)
      const before = stream.byNode['node2'] ?? 0
      await eventually('it gets some again', () => (stream.byNode['node2'] ?? 0) > before || undefined)
      const result = await stream.stop()
      console.info(
        `${kind}: drained in ${stopped.tookMs.toFixed(0)} ms, ${result.sent} sent, ${result.lost} lost`,
      )
      expect(stopped.code).toBe(143)
      expect(result.lost).toBe(0)
      expect(result.sent).toBeGreaterThan(300)
      // The router was told: no session that died.
      expect(told).toMatch(/Cease\/Administrat\w+ Shutdown|the speaker is stopped/i)
    })

    it('does not reset a session because of what concerns other nodes only', async () => {
      const selected = objects().map((object) =>
        object.metadata.name === 'tor6'
          ? {
              ...object,
              spec: { ...(object['spec'] as object), nodeSelectors: [{ matchLabels: { rack: 'b' } }] },
            }
          : object,
      )
      const upSince = async () =>
        Promise.all(
          lab.nodes.map(async ({ running }) =>
            (await running.status()).peers.map(({ name, since, resets }) => [name, since, resets]),
          ),
        )
      const before = await upSince()
      lab.write(selected)
      for (const name of ['node1', 'node2'])
        await lab.node(name).running.statusThat('tor6 is not for it', (status) => status.peers.length === 1)
      await lab
        .node('node3')
        .running.until(
          'it has read the change',
          () =>
            lab.node('node3').running.lines.filter(({ event }) => event === 'configLoaded').length > 1 ||
            undefined,
        )
      await routed(FAR6, ['node3'])
      const after = await upSince()
      expect(after[2]).toEqual(before[2])
      expect(after.map(([tor]) => tor)).toEqual(before.map(([tor]) => tor))
      lab.write(objects())
      await routed(FAR6, ALL)
    })
  })
