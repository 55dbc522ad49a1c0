// `lbctl diagnose all` on a node where other programs are in the way of the speaker, or have left something behind, for real; then the
// fault is mended, and nothing is found.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { proxyConfig } from '../../src/diagnose/cluster/testing/world-objects.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { ADDRESS, addressOf, HostsLab, OTHER, OWNER, ROUTER } from './hosts-lab.ts'

const TEST_MS = 60_000

describeInterop('others on a node', ['sysctl', 'arping', 'bird', 'ss'], () => {
  let lab: HostsLab
  beforeAll(async () => {
    lab = await HostsLab.create()
  })
  afterEach(() => lab.clear())
  afterAll(() => lab?.destroy())

  it(
    'F25: a node that is not elected has kept the address, and its kernel answers',
    async () => {
      const node = await lab.node(OTHER).sees()
      expect(lab.answersTo(ADDRESS)).toEqual([])
      node.ip(`addr add ${ADDRESS}/32 dev eth0`)
      expect(lab.answersTo(ADDRESS)).toEqual([lab.segment.mac(node.namespace)])
      await node.isToldOf({
        code: 'F25',
        check: 'no-stale-address',
        says: new RegExp(
          `^F25 ${OTHER} still has the address ${ADDRESS} on eth0, and ${OWNER} is to announce it`,
        ),
      })
      node.ip(`addr del ${ADDRESS}/32 dev eth0`)
      await node.isHealthy('no-stale-address')
      expect(lab.answersTo(ADDRESS)).toEqual([])
    },
    TEST_MS,
  )

  it(
    'F25: the owner has the address on its loopback, from where its kernel answers, too',
    async () => {
      const node = await lab.node(OWNER).sees()
      node.ip(`addr add ${ADDRESS}/32 dev lo`)
      expect(lab.answersTo(ADDRESS)).toEqual([lab.segment.mac(node.namespace)])
      await node.isToldOf({
        code: 'F25',
        check: 'no-stale-address',
        severity: 'warning',
        says: new RegExp(`lo of ${OWNER} has the address ${ADDRESS}, which MetalLB announces without that`),
      })
      node.ip(`addr del ${ADDRESS}/32 dev lo`)
      await node.isHealthy('no-stale-address')
    },
    TEST_MS,
  )

  it(
    'F18: kube-proxy in IPVS mode has the address on every node, and the kernel of one that is not elected answers',
    async () => {
      const node = lab.node(OTHER)
      // The kernel goes by the address, whatever kind of interface has it.
      node.run('ip tuntap add mode tun name kube-ipvs0')
      node.ip(`addr add ${ADDRESS}/32 dev kube-ipvs0`)
      const inIpvsMode = (strictArp: boolean) =>
        node.sees((world) => {
          world.planes.configMaps = [proxyConfig('ipvs', strictArp)]
        })
      await inIpvsMode(false)
      expect(lab.answersTo(ADDRESS)).toEqual([lab.segment.mac(node.namespace)])
      await node.isToldOf({
        code: 'F18',
        check: 'strict-arp',
        says: /kube-proxy is in IPVS mode without strictARP: every node answers ARP/,
      })
      // What strictARP makes kube-proxy do.
      node.set('net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.conf.all.arp_announce=2')
      await inIpvsMode(true)
      expect(lab.answersTo(ADDRESS)).toEqual([])
      await node.isHealthy('strict-arp')
    },
    TEST_MS,
  )

  it(
    'F40: BIRD of a network plugin has the session',
    async () => {
      const node = await lab.node(OWNER).sees()
      const router = lab.bird('bird', lab.router, ROUTER, 64513, addressOf(OWNER), 64512)
      const plugin = lab.bird('bird', node.namespace, addressOf(OWNER), 64512, ROUTER, 64513)
      try {
        await eventually(
          'an established session',
          () => /ESTAB.*:179/.test(node.run('ss -Htn')) || undefined,
          30_000,
        )
        await node.isToldOf({
          code: 'F40',
          check: 'own-session',
          says: new RegExp(`bird on ${OWNER} has the session with the router ${ROUTER}`),
        })
        router.kill('SIGKILL')
        await eventually('no session', () => !/ESTAB.*:179/.test(node.run('ss -Htn')) || undefined, 30_000)
        await node.isToldOf({
          code: 'F40',
          check: 'own-session',
          severity: 'warning',
          says: new RegExp(`bird listens for BGP on ${OWNER}`),
        })
      } finally {
        router.kill('SIGKILL')
        plugin.kill('SIGKILL')
      }
      await eventually('BIRD is gone', () => !node.run('ss -Hltn').includes(':179') || undefined, 30_000)
      await node.isHealthy('own-session')
    },
    TEST_MS,
  )

  it(
    'F40: a BGP speaker that nobody knows by its name has the session',
    async () => {
      const node = await lab.node(OWNER).sees()
      const established = (program: string) =>
        eventually(
          `an established session of ${program}`,
          () => new RegExp(`ESTAB.*:179.*"${program}"`).test(node.run('ss -Htnp')) || undefined,
          30_000,
        )
      const ofNode = (name: string) => lab.bird(name, node.namespace, addressOf(OWNER), 64512, ROUTER, 64513)
      const running = [lab.bird('bird', lab.router, ROUTER, 64513, addressOf(OWNER), 64512)]
      try {
        const agent = ofNode('fabric-agent')
        running.push(agent)
        await established('fabric-agent')
        await node.isToldOf({
          code: 'F40',
          check: 'own-session',
          says: new RegExp(`fabric-agent on ${OWNER} has the session with the router ${ROUTER}`),
        })
        agent.kill('SIGKILL')
        running.push(ofNode('speaker'))
        await established('speaker')
        await node.isHealthy('own-session')
      } finally {
        for (const each of running) each.kill('SIGKILL')
      }
    },
    TEST_MS,
  )
})
