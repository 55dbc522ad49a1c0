// Hosts of the healthy world as they were read: one card in the subnet of the pool "lan", and a default route on it.
import type { HostFacts, HostLink, HostRoute } from '../host-facts.ts'
import { keyOf } from '../object-keys.ts'
import { object, viewOf, type World } from './world.ts'

export const hostLink = (
  name: string,
  addresses: readonly string[],
  more: Partial<HostLink> = {},
): HostLink => ({
  name,
  mac: `02:00:00:00:${name.length.toString(16).padStart(2, '0')}:0${addresses.length}`,
  flags: ['BROADCAST', 'MULTICAST', 'UP', 'LOWER_UP'],
  mtu: 1500,
  type: 1,
  kind: undefined,
  master: undefined,
  wireless: false,
  driver: 'e1000e',
  carrier: true,
  bondMode: undefined,
  parent: undefined,
  vlanId: undefined,
  vrfTable: undefined,
  addresses: addresses.map((address) => ({ address, flags: ['permanent'] })),
  ...more,
})

export const hostRoute = (
  destination: string,
  name: string,
  gateway?: string,
  more: Partial<HostRoute> = {},
): HostRoute => ({
  family: (gateway ?? destination).includes(':') ? 6 : 4,
  destination,
  type: 'unicast',
  gateway,
  interface: name,
  table: 254,
  metric: 0,
  protocol: gateway === undefined ? 'kernel' : 'static',
  mtu: undefined,
  dead: false,
  ...more,
})

const LOOPBACK = hostLink('lo', ['127.0.0.1/8', '::1/128'], {
  type: 772,
  flags: ['LOOPBACK', 'UP', 'LOWER_UP'],
  mtu: 65_536,
  mac: undefined,
  driver: undefined,
})

/** A layer 3 tunnel, as WireGuard makes them. */
export const tunnel = (name: string, address: string, kind = 'wireguard', mtu = 1420): HostLink =>
  hostLink(name, [address], {
    kind,
    mtu,
    type: 65_534,
    mac: undefined,
    flags: ['POINTOPOINT', 'NOARP', 'UP', 'LOWER_UP'],
    driver: undefined,
  })

export const healthyHost = (node: string, address: string): HostFacts => ({
  node,
  links: [LOOPBACK, hostLink('eth0', [`${address}/24`, 'fe80::11/64'])],
  routes: [
    hostRoute('default', 'eth0', '192.0.2.1'),
    hostRoute('192.0.2.0/24', 'eth0'),
    hostRoute('2001:db8::/64', 'eth0'),
  ],
  rules: [],
  sysctls: {
    'net.ipv4.ip_forward': '1',
    'net.ipv4.conf.all.rp_filter': '0',
    'net.ipv4.conf.eth0.rp_filter': '0',
    'net.ipv4.conf.all.arp_ignore': '0',
    'net.ipv4.conf.eth0.arp_ignore': '0',
  },
  machine: undefined,
  neighbours: [],
  listeners: [],
  sessions: [],
  solicitedNodes: [],
  firewall: { followed: 4, refusals: [], notFollowed: [] },
  paths: [],
  notRead: [],
})

/** Every node was read; what an earlier change made of them stays. */
export function readHosts(world: World, change: (host: HostFacts) => HostFacts = (host) => host): void {
  const hosts =
    world.hosts ??
    ['node-a', 'node-b', 'node-c'].map((name, index) => healthyHost(name, `192.0.2.${11 + index}`))
  world.hosts = hosts.map(change)
}

/** One more link, or another one of the same name. */
export const withLink = (host: HostFacts, link: HostLink, routes: readonly HostRoute[] = []): HostFacts => ({
  ...host,
  links: [...host.links.filter(({ name }) => name !== link.name), link],
  routes: [...host.routes, ...routes],
})

/** The card of the node changed. */
export const withCard = (host: HostFacts, change: Partial<HostLink>): HostFacts => ({
  ...host,
  links: host.links.map((link) => (link.name === 'eth0' ? { ...link, ...change } : link)),
})

export const withSysctls = (host: HostFacts, sysctls: HostFacts['sysctls']): HostFacts => ({
  ...host,
  sysctls: { ...host.sysctls, ...sysctls },
})

/** A change of one host, and of no other. */
export const onOne =
  (node: string, change: (host: HostFacts) => HostFacts) =>
  (host: HostFacts): HostFacts =>
    host.node === node ? change(host) : host

/** The first of the addresses that the owner of the Service stays the owner of: who is elected is no part of these faults. */
export function move(world: World, name: string, addresses: readonly string[]): void {
  const service = object(world, 'services', name)
  const before = ownerOf(world, name) ?? DEFAULT_OWNER
  for (const ip of addresses) {
    service.status.loadBalancer.ingress = [{ ip }]
    if (ownerOf(world, name) === before) return
  }
}

/** Of shop/web in the healthy world. */
const DEFAULT_OWNER = 'node-b'

/** The node that is to announce the Service by layer 2. */
export function ownerOf(world: World, name: string): string | undefined {
  const view = viewOf(world)
  const service = view.servicesWithAddress.find((each) => keyOf(each) === name)
  return service === undefined ? undefined : view.matrixOf(service)?.succession[0]?.node
}
