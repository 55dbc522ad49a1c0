// `lbctl diagnose all` on a node whose links are at fault, for real; then the fault is mended, and nothing is found.
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { object, type World } from '../../src/diagnose/cluster/testing/world.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'
import { ADDRESS, addressOf, HostsLab, OTHER, OWNER, ROUTER } from './hosts-lab.ts'

const TEST_MS = 60_000

function announceOn(world: World, ...interfaces: readonly string[]): void {
  object(world, 'configuration', 'lan', 'L2Advertisement').spec.interfaces = interfaces
}

describeInterop('links of a node', ['sysctl', 'arping'], () => {
  let lab: HostsLab
  beforeAll(async () => {
    lab = await HostsLab.create()
  })
  afterEach(() => lab.clear())
  afterAll(() => lab?.destroy())

  it(
    'F14: the prefix of the card is too long, and the address is not in it',
    async () => {
      const own = addressOf(OWNER)
      const node = await lab.node(OWNER, { address: `${own}/28` }).sees()
      await node.isToldOf({
        code: 'F14',
        check: 'address-on-link',
        severity: 'warning',
        says: new RegExp(`^F14 ${ADDRESS} is on no link of ${OWNER}: eth0 has other subnets`),
        evidence: [new RegExp(`eth0: ${own}/28`)],
      })
      node.ip(`addr add ${own}/24 dev eth0`)
      node.ip(`addr del ${own}/28 dev eth0`)
      node.ip(`route replace default via ${ROUTER}`)
      await node.isHealthy('address-on-link')
    },
    TEST_MS,
  )

  it(
    'F17: the advertisement names a tunnel',
    async () => {
      const node = await lab.node(OWNER).sees((world) => announceOn(world, 'wg0'))
      node.run('ip tuntap add mode tun name wg0')
      node.ip('addr add 10.9.0.1/24 dev wg0')
      node.ip('link set wg0 up')
      await node.isToldOf({
        code: 'F17',
        check: 'layer-2-link',
        says: new RegExp(`${ADDRESS} would be announced on wg0 of ${OWNER}, a layer 3 tunnel`),
        evidence: [/POINTOPOINT, .*NOARP/],
      })
      await node.sees((world) => announceOn(world, 'wg0', 'eth0'))
      await node.isHealthy('layer-2-link')
    },
    TEST_MS,
  )

  it(
    'F17: the pool is in the subnet of a tunnel',
    async () => {
      const node = lab.node(OWNER)
      node.run('ip tuntap add mode tun name wg0')
      node.ip('link set wg0 up')
      node.ip('addr add 192.0.2.97/27 dev wg0')
      node.ip(`addr del ${addressOf(OWNER)}/24 dev eth0`)
      node.ip(`addr add ${addressOf(OWNER)}/27 dev eth0`)
      node.ip(`route add default via ${ROUTER} dev eth0`)
      await node.sees()
      await node.isToldOf({
        code: 'F17',
        check: 'layer-2-link',
        says: /would be announced on wg0 of .*, a layer 3 tunnel: there is no ARP on it/,
      })
      node.ip('addr del 192.0.2.97/27 dev wg0')
      node.ip(`addr add ${addressOf(OWNER)}/24 dev eth0`)
      await node.isHealthy('layer-2-link')
    },
    TEST_MS,
  )

  it(
    'F19: the advertisement names a part of a bridge',
    async () => {
      const node = lab.node(OWNER)
      node.ip(`addr flush dev eth0`)
      lab.net.bridge(node.namespace, 'br0', ['eth0'])
      node.ip(`addr add ${addressOf(OWNER)}/24 dev br0`)
      node.ip(`route add default via ${ROUTER}`)
      await node.sees((world) => announceOn(world, 'eth0'))
      await node.isToldOf({
        code: 'F19',
        check: 'one-card',
        says: new RegExp(`${ADDRESS} would be announced on eth0 of ${OWNER}, which is a part of br0`),
      })
      await node.sees((world) => announceOn(world, 'br0'))
      await node.isHealthy('one-card')
    },
    TEST_MS,
  )

  it(
    'F19: two cards on one segment, which both answer',
    async () => {
      const node = lab.node(OWNER)
      lab.segment.plug(node.namespace, 'eth1')
      node.ip('addr add 192.0.2.211/24 dev eth1')
      await node.sees()
      const macs = lab.answersTo(addressOf(OWNER))
      expect(macs).toEqual([lab.segment.mac(node.namespace), lab.segment.mac(node.namespace, 'eth1')].sort())
      await node.isToldOf({
        code: 'F19',
        check: 'one-card',
        severity: 'warning',
        says: new RegExp(
          `eth0 and eth1 of ${OWNER} are on the same segment, and each answers for ${ADDRESS}`,
        ),
      })
      node.set('net.ipv4.conf.all.arp_ignore=1', 'net.ipv4.conf.all.arp_announce=2')
      await node.sees((world) => announceOn(world, 'eth0'))
      expect(lab.answersTo(addressOf(OWNER))).toEqual([lab.segment.mac(node.namespace)])
      await node.isHealthy('one-card')
    },
    TEST_MS,
  )

  it(
    'F19: two cards on one segment, and a strict filter on the second',
    async () => {
      const node = lab.node(OWNER)
      lab.segment.plug(node.namespace, 'eth1')
      node.ip('addr add 192.0.2.211/24 dev eth1')
      node.set('net.ipv4.conf.eth1.rp_filter=1')
      await node.sees()
      await node.isToldOf({
        code: 'F19',
        check: 'one-card',
        says: /are on the same segment/,
        evidence: [/rp_filter is 1 on eth1/],
      })
      node.ip('link set eth1 down')
      await node.isHealthy('one-card')
    },
    TEST_MS,
  )

  it(
    'F19: proxy ARP on a node beside the owner, whose way to the address leaves by another card',
    async () => {
      const [node, behind] = [lab.node(OTHER), lab.net.namespace()]
      lab.net.connect([node.namespace, 'eth1'], [behind, 'eth0'])
      node.ip(`route add ${ADDRESS}/32 dev eth1`)
      // Otherwise a proxy takes its time.
      node.set('net.ipv4.neigh.eth0.proxy_delay=0')
      await node.sees()
      const isQuiet = async () => {
        expect(lab.answersTo(ADDRESS, ROUTER)).toEqual([])
        await node.isHealthy('no-proxy-arp')
      }
      const isProxy = async () => {
        const mac = await eventually('answer', () => lab.answersTo(ADDRESS, ROUTER)[0])
        expect(mac).toBe(lab.segment.mac(node.namespace))
        const says = new RegExp(`${OTHER} answers ARP for ${ADDRESS} on eth0 as well, .* leaves by eth1`)
        await node.isToldOf({ code: 'F19', check: 'no-proxy-arp', severity: 'warning', says })
      }
      await isQuiet()
      node.set('net.ipv4.conf.eth0.proxy_arp=1')
      await isProxy()
      // The kernel chooses a way without a carrier as any other, unless it is told not to.
      lab.net.ip(behind, 'link set eth0 down')
      await eventually('linkdown', () => node.ip('route').includes('linkdown') || undefined)
      await isProxy()
      node.set('net.ipv4.conf.all.ignore_routes_with_linkdown=1')
      await isQuiet()
      node.set('net.ipv4.conf.all.ignore_routes_with_linkdown=0')
      const { findings } = await node.diagnose()
      node.run(findings[0]?.fix.find(({ command }) => command !== null)?.command ?? '')
      await isQuiet()
    },
    TEST_MS,
  )

  it(
    'F23: the advertisement names the card of other machines',
    async () => {
      const node = await lab.node(OWNER).sees((world) => announceOn(world, 'ens192'))
      await node.isToldOf({
        code: 'F23',
        check: 'announce-interfaces',
        says: new RegExp(
          `${OWNER} has no interface to announce ${ADDRESS} on: the L2Advertisement names ens192`,
        ),
      })
      node.ip('link set eth0 down')
      node.ip('link set eth0 name ens192')
      node.ip('link set ens192 up')
      node.ip(`route add default via ${ROUTER}`)
      await node.isHealthy('announce-interfaces')
    },
    TEST_MS,
  )

  it(
    'F23: the other end of the cable is down',
    async () => {
      const node = lab.node(OWNER)
      const port = lab.segment.plug(node.namespace, 'eth1')
      node.ip('link set eth0 down')
      node.ip(`addr flush dev eth0`)
      node.ip(`addr add ${addressOf(OWNER)}/24 dev eth1`)
      node.ip(`route add default via ${ROUTER}`)
      lab.net.ip(lab.segment.bridge, `link set ${port} down`)
      await node.sees()
      await node.isToldOf({
        code: 'F23',
        check: 'announce-interfaces',
        says: /eth1 is left out, because it has no carrier/,
        beside: ['F39'],
      })
      lab.net.ip(lab.segment.bridge, `link set ${port} up`)
      await node.isHealthy('announce-interfaces')
    },
    TEST_MS,
  )

  it(
    'F23: the card has a name of the exclude list',
    async () => {
      const node = lab.node(OWNER)
      node.ip('link set eth0 down')
      node.ip('link set eth0 name cni-lan')
      node.ip('link set cni-lan up')
      node.ip(`route add default via ${ROUTER}`)
      await node.sees()
      await node.isToldOf({
        code: 'F23',
        check: 'announce-interfaces',
        says: /cni-lan is left out, because its name is on the default exclude list/,
      })
      node.ip('link set cni-lan down')
      node.ip('link set cni-lan name lan0')
      node.ip('link set lan0 up')
      node.ip(`route add default via ${ROUTER}`)
      await node.isHealthy('announce-interfaces')
    },
    TEST_MS,
  )
})
