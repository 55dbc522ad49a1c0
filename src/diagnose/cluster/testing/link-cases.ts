// What links of the nodes do to addresses that are announced by layer 2.
import type { HostFacts } from '../host-facts.ts'
import type { FaultCase } from './cases.ts'
import { object, type World } from './world.ts'
import {
  hostLink,
  hostRoute,
  move,
  onOne,
  readHosts,
  tunnel,
  withCard,
  withLink,
  withSysctls,
} from './world-hosts.ts'

/** shop/web and its pool on another subnet than the cards have. */
function poolOn(world: World, prefix: string): void {
  const numbers = Array.from({ length: 20 }, (_, index) => 100 + index)
  object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses = [`${prefix}100-${prefix}119`]
  move(
    world,
    'shop/web',
    numbers.map((each) => `${prefix}${each}`),
  )
}

function announceOn(world: World, ...interfaces: readonly string[]): void {
  object(world, 'configuration', 'lan', 'L2Advertisement').spec.interfaces = interfaces
}

/** A part of the subnet, the address in it, is routed to a machine behind a bridge of the node. */
const proxying =
  (sysctls: HostFacts['sysctls']) =>
  (host: HostFacts): HostFacts =>
    withSysctls(
      withLink(host, hostLink('br-vm', ['10.9.0.1/24'], { kind: 'bridge' }), [
        hostRoute('192.0.2.96/27', 'br-vm', '10.9.0.2'),
      ]),
      sysctls,
    )

export const LINK_CASES: readonly FaultCase[] = [
  {
    name: 'a pool in a subnet that is on no link',
    code: 'F14',
    check: 'address-on-link',
    severity: 'warning',
    says: /203\.0\.113\.1\d\d is on no link of node-.: eth0 has other subnets/,
    fault: (world) => {
      poolOn(world, '203.0.113.')
      readHosts(world)
    },
    twin: (world) => {
      poolOn(world, '203.0.113.')
      readHosts(world, (host) => ({ ...host, routes: [...host.routes, hostRoute('203.0.113.0/24', 'eth0')] }))
    },
  },
  {
    name: 'a pool in the subnet of a tunnel',
    code: 'F17',
    check: 'layer-2-link',
    says: /10\.9\.0\.1\d\d would be announced on wg0 of node-., a layer 3 tunnel/,
    fault: (world) => {
      poolOn(world, '10.9.0.')
      readHosts(world, (host) => withLink(host, tunnel('wg0', '10.9.0.1/24')))
    },
    twin: (world) => readHosts(world, (host) => withLink(host, tunnel('wg0', '10.9.0.1/24'))),
  },
  {
    name: 'an advertisement that names a tunnel',
    code: 'F17',
    check: 'layer-2-link',
    says: /192\.0\.2\.100 would be announced on wg0/,
    fault: (world) => {
      announceOn(world, 'wg0')
      readHosts(world, (host) => withLink(host, tunnel('wg0', '10.9.0.1/24')))
    },
    twin: (world) => {
      announceOn(world, 'wg0', 'eth0')
      readHosts(world, (host) => withLink(host, tunnel('wg0', '10.9.0.1/24')))
    },
  },
  {
    name: 'nodes on a radio that drops ARP',
    code: 'F15',
    check: 'wired-link',
    says: /announces 192\.0\.2\.100 on eth0, which is wireless and drops ARP/,
    fault: (world) => readHosts(world, (host) => withCard(host, { wireless: true, driver: 'brcmfmac' })),
    twin: (world) =>
      readHosts(world, (host) =>
        withCard(host, { wireless: true, driver: 'brcmfmac', flags: ['BROADCAST', 'PROMISC', 'UP'] }),
      ),
  },
  {
    name: 'nodes on a radio',
    code: 'F15',
    check: 'wired-link',
    severity: 'warning',
    says: /is wireless and may drop ARP/,
    fault: (world) => readHosts(world, (host) => withCard(host, { wireless: true, driver: 'iwlwifi' })),
  },
  {
    name: 'an advertisement that names a part of a bond',
    code: 'F19',
    check: 'one-card',
    says: /would be announced on ens1 of node-., which is a part of bond0/,
    fault: (world) => {
      announceOn(world, 'ens1')
      readHosts(world, (host) => withLink(host, hostLink('ens1', [], { master: 'bond0' })))
    },
    twin: (world) => {
      announceOn(world, 'eth0')
      readHosts(world, (host) => withLink(host, hostLink('ens1', [], { master: 'bond0' })))
    },
  },
  {
    name: 'two cards on one segment',
    code: 'F19',
    check: 'one-card',
    severity: 'warning',
    says: /eth0 and ens1 of node-. are on the same segment/,
    fault: (world) =>
      readHosts(world, (host) =>
        withLink(host, hostLink('ens1', ['192.0.2.211/24']), [hostRoute('192.0.2.0/24', 'ens1')]),
      ),
    twin: (world) => {
      announceOn(world, 'eth0')
      readHosts(world, (host) =>
        withLink(host, hostLink('ens1', ['192.0.2.211/24']), [hostRoute('192.0.2.0/24', 'ens1')]),
      )
    },
  },
  {
    name: 'two cards on one segment, and what comes in by the second is dropped',
    code: 'F19',
    check: 'one-card',
    says: /each answers for 192\.0\.2\.100/,
    fault: (world) =>
      readHosts(world, (host) =>
        withSysctls(withLink(host, hostLink('ens1', ['192.0.2.211/24'])), {
          'net.ipv4.conf.all.rp_filter': '1',
        }),
      ),
  },
  {
    name: 'a bond that changes hardware addresses',
    code: 'F19',
    check: 'one-card',
    severity: 'warning',
    says: /is a bond in mode balance-alb/,
    fault: (world) => readHosts(world, (host) => withCard(host, { kind: 'bond', bondMode: 'balance-alb' })),
    twin: (world) => readHosts(world, (host) => withCard(host, { kind: 'bond', bondMode: '802.3ad' })),
  },
  {
    name: 'a node with proxy ARP, whose way to the address leaves by another card',
    code: 'F19',
    check: 'no-proxy-arp',
    severity: 'warning',
    says: /node-a answers ARP for 192\.0\.2\.100 on eth0 as well, which node-. announces: .* leaves by br-vm/,
    fault: (world) => readHosts(world, onOne('node-a', proxying({ 'net.ipv4.conf.all.proxy_arp': '1' }))),
    twin: (world) =>
      readHosts(
        world,
        onOne(
          'node-a',
          proxying({ 'net.ipv4.conf.all.proxy_arp': '1', 'net.ipv4.conf.eth0.forwarding': '0' }),
        ),
      ),
  },
  {
    name: 'an advertisement that names interfaces of other hardware',
    code: 'F23',
    check: 'announce-interfaces',
    says: /node-. has no interface to announce 192\.0\.2\.100 on: the L2Advertisement names ens192/,
    fault: (world) => {
      announceOn(world, 'ens192')
      readHosts(world)
    },
    twin: (world) => {
      announceOn(world, 'ens192', 'eth0')
      readHosts(world)
    },
  },
  {
    name: 'a card without a carrier',
    code: 'F23',
    check: 'announce-interfaces',
    says: /eth0 is left out, because it has no carrier/,
    fault: (world) => readHosts(world, (host) => withCard(host, { carrier: false })),
    twin: (world) => readHosts(world, (host) => withLink(host, hostLink('ens1', [], { carrier: false }))),
  },
  {
    name: 'a card that has a name of the exclude list',
    code: 'F23',
    check: 'announce-interfaces',
    says: /cni-lan is left out, because its name is on the default exclude list/,
    fault: (world) => readHosts(world, (host) => withCard(host, { name: 'cni-lan' })),
  },
]
