// `lbctl diagnose all` on a node whose addresses or ways are at fault, for real; then the fault is mended, and nothing is found.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { drop, object, type World } from '../../src/diagnose/cluster/testing/world.ts'
import * as make from '../../src/diagnose/cluster/testing/world-objects.ts'
import * as workloads from '../../src/diagnose/cluster/testing/world-workloads.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { HostsLab, type Node, OTHER, OWNER, ROUTER } from './hosts-lab.ts'

const TEST_MS = 60_000
/** The owner stays who it is. */
const ADDRESS6 = '2001:db8::102'

const GROUP_LEFT = new RegExp(
  `^F27 ${OWNER} is to announce ${ADDRESS6}, and is not in the group that neighbours ask for it on eth0`,
)

function ipv6Service(world: World): void {
  object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses = ['2001:db8::100-2001:db8::1ff']
  Object.assign(object(world, 'services', 'shop/web').spec, { ipFamilies: ['IPv6'], clusterIP: 'fd00::1' })
  object(world, 'services', 'shop/web').status.loadBalancer.ingress = [{ ip: ADDRESS6 }]
}

/** A speaker that runs tells of its sessions, and there is no router here. */
function withoutBgp(world: World): void {
  drop(world, 'configuration', ({ kind, metadata }) => kind.startsWith('BGP') || metadata.name === 'routed')
  drop(world, 'services', ({ metadata }) => metadata.name === 'api')
}

/** The pool "routed" is announced by layer 2 on a second network of the nodes. */
function announcedOnSecond(world: World): void {
  object(world, 'configuration', 'routed', 'IPAddressPool').spec.addresses = ['198.51.100.100/30']
  object(world, 'services', 'shop/api').status.loadBalancer.ingress = [{ ip: '198.51.100.101' }]
  drop(world, 'configuration', ({ kind }) => kind === 'BGPAdvertisement')
  world.planes.configuration.push(make.metal('L2Advertisement', 'second', { ipAddressPools: ['routed'] }))
}

function inFrrMode(world: World): void {
  const set = workloads.speaker('v0.15.2', [], [{ name: 'METALLB_BGP_TYPE', value: 'frr' }])
  drop(world, 'daemonSets', ({ metadata }) => metadata.name === 'speaker')
  world.planes.daemonSets.push(set)
}

describeInterop('addresses and ways of a node', ['sysctl', 'ping', 'ndisc6'], () => {
  let lab: HostsLab
  beforeAll(async () => {
    lab = await HostsLab.create()
  })
  afterEach(() => lab.clear())
  afterAll(() => lab?.destroy())

  const hasFlag = (node: Node, flag: string) =>
    eventually(`${flag} on ${node.name}`, () => node.ip('-6 addr show dev eth0').includes(flag) || undefined)
  const settled = (node: Node) =>
    eventually(
      `no tentative address on ${node.name}`,
      // One that has failed stays tentative.
      () =>
        node
          .ip('-6 addr show dev eth0')
          .split('\n')
          .every((line) => !line.includes('tentative') || line.includes('dadfailed')) || undefined,
    )
  const macOf = (node: Node) => lab.segment.mac(node.namespace)

  it(
    'F27: another machine has the IPv6 address of the node',
    async () => {
      const stranger = lab.node(OTHER)
      stranger.ip('addr add 2001:db8::11/64 dev eth0')
      const node = lab.node(OWNER, { duplicateDetection: true })
      node.ip('addr add 2001:db8::11/64 dev eth0')
      await hasFlag(node, 'dadfailed')
      await node.sees((world) =>
        object(world, 'nodes', OWNER).status.addresses.push({ type: 'InternalIP', address: '2001:db8::11' }),
      )
      await node.isToldOf({
        code: 'F27',
        check: 'unique-addresses',
        says: new RegExp(`^F27 Another machine has 2001:db8::11, so ${OWNER} does not use it on eth0`),
      })
      stranger.ip('addr del 2001:db8::11/64 dev eth0')
      node.ip('addr del 2001:db8::11/64 dev eth0')
      node.ip('addr add 2001:db8::11/64 dev eth0')
      await settled(node)
      await node.isHealthy('unique-addresses')
    },
    TEST_MS,
  )

  it(
    'F27: a clone of the node has its link-local address',
    async () => {
      const clone = lab.node(OTHER)
      const node = lab.node(OWNER, { duplicateDetection: true })
      node.ip('link set eth0 down')
      node.ip(`link set eth0 address ${macOf(clone)}`)
      node.ip('link set eth0 up')
      node.ip(`route add default via ${ROUTER}`)
      await hasFlag(node, 'dadfailed')
      await node.sees(ipv6Service)
      await node.isToldOf({
        code: 'F27',
        check: 'unique-addresses',
        says: /cannot announce 2001:db8::102 on eth0: its link-local address is a duplicate/,
      })
      node.ip('addr add 2001:db8::11/64 dev eth0')
      await settled(node)
      await node.isToldOf({
        code: 'F27',
        check: 'unique-addresses',
        says: /cannot announce 2001:db8::102 on eth0: its link-local address is a duplicate/,
      })
      node.ip('link set eth0 down')
      node.ip('link set eth0 address 02:00:00:00:0b:0b')
      node.ip('link set eth0 up')
      node.ip('addr replace 2001:db8::11/64 dev eth0')
      node.ip(`route add default via ${ROUTER}`)
      await settled(node)
      // What announces the address is no part of this fault.
      await node.isToldOf({ code: 'F27', check: 'group-joined', says: GROUP_LEFT })
    },
    TEST_MS,
  )

  it(
    'F27: the speaker has not joined the group of the address, and hears nobody ask for it',
    async () => {
      const node = lab.node(OWNER)
      node.ip('addr add 2001:db8::11/64 dev eth0')
      lab.net.ip(lab.router, 'addr add 2001:db8::1/64 dev eth0 nodad')
      await settled(node)
      await node.sees((world) => {
        ipv6Service(world)
        withoutBgp(world)
      })
      const answer = () =>
        lab.net.start(lab.router, 'ndisc6', '-1', '-q', '-r', '1', '-w', '500', ADDRESS6, 'eth0')
      await node.isToldOf({
        code: 'F27',
        check: 'group-joined',
        says: GROUP_LEFT,
        evidence: [/ff02::1:ff00:102 is not joined on eth0/],
      })
      const speaker = node.speaker()
      try {
        await eventually(
          'an answer of the speaker',
          async () => {
            const { output } = await answer()
            return output.toLowerCase().includes(macOf(node)) || undefined
          },
          30_000,
        )
        await node.isHealthy('group-joined')
      } finally {
        speaker.kill('SIGTERM')
      }
      await eventually(
        'the group to be left',
        () => !node.run('ip -6 maddr show dev eth0').includes('ff02::1:ff00:102') || undefined,
        20_000,
      )
      expect((await answer()).output.toLowerCase()).not.toContain(macOf(node))
      await node.isToldOf({ code: 'F27', check: 'group-joined', says: GROUP_LEFT })
    },
    TEST_MS,
  )

  it(
    'F30: requests come in by a second card, and the filter of reverse paths drops them',
    async () => {
      const node = lab.node(OWNER)
      const second = lab.net.namespace()
      lab.net.connect([node.namespace, 'eth1'], [second, 'eth0'])
      node.ip('addr add 198.51.100.11/24 dev eth1')
      lab.net.ip(second, 'addr add 198.51.100.1/24 dev eth0')
      lab.net.ip(second, 'addr add 203.0.113.5/32 dev lo')
      node.ip('addr add 198.51.100.101/32 dev eth1')
      // A router asks with its own address; this one would ask with that of the client.
      const mac = lab.segment.mac(node.namespace, 'eth1')
      lab.net.ip(second, `neigh add 198.51.100.101 lladdr ${mac} dev eth0`)
      const isLetIn = async () => {
        const before = dropsOf(node)
        await lab.net.start(second, 'ping', ...'-c 1 -W 1 -I 203.0.113.5 198.51.100.101'.split(' '))
        return dropsOf(node) === before
      }
      node.set('net.ipv4.conf.eth1.rp_filter=1')
      expect(await isLetIn()).toBe(false)
      node.ip('addr del 198.51.100.101/32 dev eth1')
      await node.sees(announcedOnSecond)
      await node.isToldOf({
        code: 'F30',
        check: 'way-back',
        says: /drops requests for 198\.51\.100\.101 from clients elsewhere: they come in by eth1, and its way back to them is eth0/,
      })
      node.set('net.ipv4.conf.eth1.rp_filter=2')
      await node.isToldOf({
        code: 'F30',
        check: 'way-back',
        severity: 'warning',
        says: /gets requests for 198\.51\.100\.101 by eth1, and answers clients elsewhere by eth0/,
      })
      node.set('net.ipv4.conf.eth1.rp_filter=1')
      node.ip('rule add from 198.51.100.0/24 lookup 100')
      node.ip('route add default via 198.51.100.1 dev eth1 table 100')
      await node.isHealthy('way-back')
      node.ip('addr add 198.51.100.101/32 dev eth1')
      expect(await isLetIn()).toBe(true)
    },
    TEST_MS,
  )

  it(
    'F33: a VXLAN that promises more than the card below has room for',
    async () => {
      const node = await lab.node(OWNER).sees()
      node.ip('link add flannel.1 type vxlan id 1 dev eth0 dstport 8472')
      node.ip('link set flannel.1 up')
      await node.isHealthy('mtu-fits')
      node.ip('link set eth0 mtu 1400')
      await node.isToldOf({
        code: 'F33',
        check: 'mtu-fits',
        says: /flannel\.1 of .* takes packets of 1450 octets, and eth0 below has room for 1350/,
      })
      node.ip('link set flannel.1 mtu 1350')
      await node.isHealthy('mtu-fits')
    },
    TEST_MS,
  )

  it(
    'F39: the router is behind a gateway, in FRR mode and in native mode',
    async () => {
      const node = lab.node(OWNER)
      const far = (world: World): void => {
        object(world, 'configuration', 'tor').spec.peerAddress = '203.0.113.1'
      }
      await node.sees((world) => {
        far(world)
        inFrrMode(world)
      })
      await node.isToldOf({
        code: 'F39',
        check: 'router-distance',
        says: new RegExp(`The router 203\\.0\\.113\\.1 is behind ${ROUTER} for ${OWNER}`),
      })
      await node.sees(far)
      await node.isToldOf({
        code: 'F39',
        check: 'router-distance',
        severity: 'warning',
        says: /without ebgpMultiHop/,
      })
      await node.sees((world) => {
        far(world)
        inFrrMode(world)
        object(world, 'configuration', 'tor').spec.ebgpMultiHop = true
      })
      await node.isHealthy('router-distance')
    },
    TEST_MS,
  )

  it(
    'F39: there is no route to the router',
    async () => {
      const node = lab.node(OWNER)
      node.ip('route del default')
      await node.sees((world) => {
        object(world, 'configuration', 'tor').spec.peerAddress = '203.0.113.1'
        object(world, 'configuration', 'tor').spec.ebgpMultiHop = true
      })
      await node.isToldOf({
        code: 'F39',
        check: 'router-distance',
        says: new RegExp(`${OWNER} has no route to the router 203\\.0\\.113\\.1`),
      })
      node.ip(`route add 203.0.113.0/24 via ${ROUTER}`)
      await node.isHealthy('router-distance')
    },
    TEST_MS,
  )
})

/** Packets that the filter of reverse paths has dropped. */
function dropsOf(node: Node): number {
  const text = node.run('cat /proc/net/netstat')
  const [names = '', values = ''] = text.split('\n').filter((line) => line.startsWith('TcpExt:'))
  return Number(values.split(' ')[names.split(' ').indexOf('IPReversePathFilter')])
}
