// What addresses, routes and rules of the nodes do to Services.
import { parseIp } from '../../../net/ip.ts'
import { pathFromFiles } from '../../path/collect-path.ts'
import { iptablesRules, POD_CIDR } from '../../path/testing/kube-proxy-rules.ts'
import type { HostFacts } from '../host-facts.ts'
import type { FaultCase } from './cases.ts'
import { object, type World } from './world.ts'
import {
  hostLink,
  hostRoute,
  onOne,
  ownerOf,
  readHosts,
  withCard,
  withLink,
  withSysctls,
} from './world-hosts.ts'
import * as make from './world-objects.ts'

/** The address of shop/web on the card, as kube-vip leaves it. */
const carrying = (host: HostFacts): HostFacts => {
  const card = host.links.find(({ name }) => name === 'eth0') ?? hostLink('eth0', [])
  return withCard(host, {
    addresses: [...card.addresses, { address: '192.0.2.100/32', flags: ['permanent'] }],
  })
}

/** The pool "routed" behind a second card, and the default route on the first. */
const twoNetworks = (host: HostFacts, strict: boolean): HostFacts =>
  withSysctls(
    withLink(host, hostLink('vlan20', ['198.51.100.11/24'], { kind: 'vlan', vlanId: 20, parent: 'eth0' }), [
      hostRoute('198.51.100.0/24', 'vlan20'),
    ]),
    { 'net.ipv4.conf.vlan20.rp_filter': strict ? '1' : '0' },
  )

function announcedOnVlan(world: World): void {
  object(world, 'configuration', 'routed', 'IPAddressPool').spec.addresses = ['198.51.100.100/30']
  object(world, 'services', 'shop/api').status.loadBalancer.ingress = [{ ip: '198.51.100.101' }]
  const all = world.planes.configuration
  const at = all.findIndex(({ kind }) => kind === 'BGPAdvertisement')
  all[at] = make.metal('L2Advertisement', 'vlan', { ipAddressPools: ['routed'] })
}

/** At an address that the same node is elected for: who owns it is another fault's matter. */
function ipv6Service(world: World): void {
  object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses = ['2001:db8::100-2001:db8::1ff']
  Object.assign(object(world, 'services', 'shop/web').spec, { ipFamilies: ['IPv6'], clusterIP: 'fd00::1' })
  object(world, 'services', 'shop/web').status.loadBalancer.ingress = [{ ip: '2001:db8::102' }]
}

const withIpv6 = (host: HostFacts, linkLocal: readonly string[]): HostFacts =>
  withCard(host, {
    addresses: [
      {
        address: `192.0.2.${11 + ['node-a', 'node-b', 'node-c'].indexOf(host.node)}/24`,
        flags: ['permanent'],
      },
      { address: '2001:db8::11/64', flags: ['permanent'] },
      { address: 'fe80::11/64', flags: linkLocal },
    ],
  })

const onlyLinkLocal = (host: HostFacts, flags: readonly string[]): HostFacts => {
  const all = withIpv6(host, flags)
  const card = all.links.find(({ name }) => name === 'eth0')
  const addresses = card?.addresses.filter(({ address }) => !address.startsWith('2001:')) ?? []
  return {
    ...withCard(all, { addresses }),
    routes: host.routes.filter(({ family }) => family === 4),
  }
}

/** kube-proxy that cannot tell Pods from others, on a node without an endpoint of its own. */
function localOnly(world: World, knowsPods: boolean): void {
  object(world, 'services', 'shop/web').spec.externalTrafficPolicy = 'Local'
  for (const [index, { metadata }] of world.planes.nodes.entries())
    object(world, 'nodes', metadata.name).spec.podCIDRs = [`10.244.${index}.0/24`]
  const target = parseIp('192.0.2.100')
  if (target === undefined) return
  const service = {
    name: 'shop/web:http',
    id: 'WEBAAAAA',
    clusterIp: '10.96.1.1',
    port: 80,
    loadBalancerIps: ['192.0.2.100'],
    local: true,
    endpoints: [{ address: '10.244.1.5', port: 8080, local: false }],
  }
  const text = iptablesRules([service], 'new')
    .split('\n')
    .filter((line) => knowsPods || !line.includes(POD_CIDR))
    .join('\n')
  const asked = {
    asked: '192.0.2.100',
    target,
    port: 80,
    protocol: 'tcp',
    client: undefined,
    inInterface: undefined,
  }
  readHosts(
    world,
    onOne('node-c', (host) => ({
      ...host,
      paths: [pathFromFiles(asked, [{ name: 'iptables-nft-save', text }], [])],
    })),
  )
}

export const NETWORK_CASES: readonly FaultCase[] = [
  {
    name: 'an address that another node has kept on its card',
    code: 'F25',
    check: 'no-stale-address',
    says: /node-. still has the address 192\.0\.2\.100 on eth0, and node-. is to announce it/,
    fault: (world) => {
      const owner = ownerOf(world, 'shop/web') ?? 'node-b'
      const other = ['node-a', 'node-b', 'node-c'].find((name) => name !== owner) ?? ''
      readHosts(world, onOne(other, carrying))
    },
    twin: (world) => readHosts(world, (host) => withLink(host, hostLink('kube-ipvs0', ['192.0.2.100/32']))),
  },
  {
    name: 'an address that the owner has on its card',
    code: 'F25',
    check: 'no-stale-address',
    severity: 'warning',
    says: /eth0 of node-. has the address 192\.0\.2\.100, which MetalLB announces without that/,
    fault: (world) => readHosts(world, onOne(ownerOf(world, 'shop/web') ?? 'node-b', carrying)),
  },
  {
    name: 'a node with the IPv6 address of another machine',
    code: 'F27',
    check: 'unique-addresses',
    says: /Another machine has 2001:db8::11, so node-b does not use it on eth0/,
    fault: (world) => {
      const addresses = object(world, 'nodes', 'node-b').status.addresses
      addresses.push({ type: 'InternalIP', address: '2001:db8::11' })
      readHosts(
        world,
        onOne('node-b', (host) =>
          withLink(host, {
            ...hostLink('eth0', []),
            addresses: [
              { address: '192.0.2.12/24', flags: ['permanent'] },
              { address: '2001:db8::11/64', flags: ['dadfailed', 'permanent'] },
              { address: 'fe80::11/64', flags: ['permanent'] },
            ],
          }),
        ),
      )
    },
    twin: (world) =>
      readHosts(
        world,
        onOne('node-b', (host) =>
          withCard(host, {
            addresses: [
              { address: '192.0.2.12/24', flags: [] },
              { address: '2001:db8::11/64', flags: ['permanent'] },
            ],
          }),
        ),
      ),
  },
  {
    name: 'links whose link-local address is a duplicate, and a Service with an IPv6 address',
    code: 'F27',
    check: 'unique-addresses',
    says: /cannot announce 2001:db8::102 on eth0: its link-local address is a duplicate/,
    fault: (world) => {
      ipv6Service(world)
      readHosts(world, (host) => withIpv6(host, ['dadfailed', 'permanent']))
    },
    twin: (world) => {
      ipv6Service(world)
      readHosts(world, (host) => withIpv6(host, ['permanent']))
    },
  },
  {
    name: 'a Service with an IPv6 address, and cards with nothing of IPv6 but a link-local address that is a duplicate',
    code: 'F27',
    check: 'unique-addresses',
    says: /cannot announce 2001:db8::102 on eth0: its link-local address is a duplicate/,
    fault: (world) => {
      ipv6Service(world)
      readHosts(world, (host) => onlyLinkLocal(host, ['dadfailed', 'permanent']))
    },
    twin: (world) => {
      ipv6Service(world)
      readHosts(world, (host) => withIpv6(host, ['permanent']))
    },
  },
  {
    name: 'Pods that kube-proxy takes for clients outside',
    code: 'F29',
    check: 'pods-reach',
    severity: 'warning',
    says: /Pods on node-c do not reach 192\.0\.2\.100:80/,
    fault: (world) => localOnly(world, false),
    twin: (world) => localOnly(world, true),
  },
  {
    name: 'a second network that requests come in by, with a strict reverse path filter',
    code: 'F30',
    check: 'way-back',
    says: /drops requests for 198\.51\.100\.101 from clients elsewhere: they come in by vlan20/,
    fault: (world) => {
      announcedOnVlan(world)
      readHosts(world, (host) => twoNetworks(host, true))
    },
    twin: (world) => {
      announcedOnVlan(world)
      readHosts(world, (host) => ({
        ...twoNetworks(host, true),
        rules: [
          {
            ...{ family: 4, priority: 100, not: false, from: '198.51.100.0/24', to: undefined },
            ...{ inputInterface: undefined, outputInterface: undefined, mark: undefined, vrf: false },
            ...{ action: 'table', table: 100, suppressPrefixLength: undefined },
          },
        ],
        routes: [
          ...twoNetworks(host, true).routes,
          hostRoute('default', 'vlan20', '198.51.100.1', { table: 100 }),
        ],
      }))
    },
  },
  {
    name: 'answers that leave by another network',
    code: 'F30',
    check: 'way-back',
    severity: 'warning',
    says: /gets requests for 198\.51\.100\.101 by vlan20, and answers clients elsewhere by eth0/,
    fault: (world) => {
      announcedOnVlan(world)
      readHosts(world, (host) => twoNetworks(host, false))
    },
  },
]
