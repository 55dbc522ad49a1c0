// What keeps nodes from talking to each other and to their routers: sizes, firewalls, distances, other speakers.
import type { HostFacts, HostRefusal } from '../host-facts.ts'
import type { FaultCase } from './cases.ts'
import { object, type World } from './world.ts'
import { hostLink, hostRoute, onOne, readHosts, withCard, withLink } from './world-hosts.ts'
import * as run from './world-workloads.ts'

const refusing = (host: HostFacts, refusal: Partial<HostRefusal>): HostFacts => ({
  ...host,
  firewall: {
    followed: 4,
    notFollowed: [],
    refusals: [
      {
        what: 'memberlist',
        direction: 'in',
        protocol: 'tcp',
        port: 7946,
        peer: '192.0.2.13',
        local: '192.0.2.12',
        end: 'rejected',
        tool: 'iptables',
        place: 'filter INPUT',
        rule: '-A INPUT -p tcp -m tcp --dport 7946 -j REJECT --reject-with icmp-host-prohibited',
        ...refusal,
      },
    ],
  },
})

export function inFrrMode(world: World): void {
  const set = run.speaker('v0.15.2', [], [{ name: 'METALLB_BGP_TYPE', value: 'frr' }])
  const at = world.planes.daemonSets.findIndex(({ metadata }) => metadata.name === 'speaker')
  world.planes.daemonSets[at] = set
}

const farRouter = (world: World): void => {
  object(world, 'configuration', 'tor').spec.peerAddress = '203.0.113.1'
}

/** Where the router is, and the cable is pulled. */
const withDeadCard = (host: HostFacts): HostFacts => ({
  ...withLink(host, hostLink('ens1', ['203.0.113.11/24'], { carrier: false })),
  routes: [],
})

const SESSION = [
  { local: '192.0.2.11:40001', remote: '203.0.113.1:179', state: 'established', program: undefined },
]

export const NEIGHBOUR_CASES: readonly FaultCase[] = [
  {
    name: 'a tunnel that promises more than the card has room for',
    code: 'F33',
    check: 'mtu-fits',
    says: /flannel\.1 of node-a takes packets of 1500 octets, and eth0 below has room for 1450/,
    fault: (world) =>
      readHosts(
        world,
        onOne('node-a', (host) => withLink(host, hostLink('flannel.1', [], { kind: 'vxlan' }))),
      ),
    twin: (world) =>
      readHosts(world, (host) => withLink(host, hostLink('flannel.1', [], { kind: 'vxlan', mtu: 1450 }))),
  },
  {
    name: 'cards of one segment that differ',
    code: 'F33',
    check: 'mtu-fits',
    severity: 'warning',
    says: /eth0 of node-b has an MTU of 9000, eth0 of node-. 1500/,
    fault: (world) =>
      readHosts(
        world,
        onOne('node-b', (host) => withCard(host, { mtu: 9000 })),
      ),
    twin: (world) => readHosts(world, (host) => withCard(host, { mtu: 9000 })),
  },
  {
    name: 'a firewall between the speakers',
    code: 'F34',
    check: 'node-firewall',
    says: /firewall of node-b rejects port 7946 \(TCP\) of the speakers from 192\.0\.2\.13/,
    fault: (world) =>
      readHosts(
        world,
        onOne('node-b', (host) => refusing(host, {})),
      ),
    twin: (world) => readHosts(world),
  },
  {
    name: 'a firewall between the speakers, for both protocols',
    code: 'F34',
    check: 'node-firewall',
    says: /firewall of node-b rejects port 7946 \(TCP and UDP\) of the speakers from 192\.0\.2\.13/,
    fault: (world) =>
      readHosts(
        world,
        onOne('node-b', (host) => {
          const [tcp, udp] = [refusing(host, {}), refusing(host, { protocol: 'udp' })]
          const refusals = [tcp, udp].flatMap(({ firewall }) => firewall?.refusals ?? [])
          const rule = 'th dport 7946 reject'
          const all = refusals.map(
            (each) => ({ ...each, tool: 'nft inet', place: 'guard input', rule }) as const,
          )
          return { ...host, firewall: { followed: 4, notFollowed: [], refusals: all } }
        }),
      ),
    twin: (world) => readHosts(world),
  },
  {
    name: 'a firewall in the way to the router',
    code: 'F34',
    check: 'node-firewall',
    says: /firewall of node-a drops port 179 \(TCP\) of the router to 192\.0\.2\.1/,
    fault: (world) =>
      readHosts(
        world,
        onOne('node-a', (host) =>
          refusing(host, {
            ...{ what: 'bgp', direction: 'out', port: 179, peer: '192.0.2.1', end: 'dropped' },
            ...{ tool: 'nft inet', place: 'guard output', rule: 'tcp dport 179 drop' },
          }),
        ),
      ),
  },
  {
    name: 'a router behind a gateway, in FRR mode, without multihop',
    code: 'F39',
    check: 'router-distance',
    says: /router 203\.0\.113\.1 is behind 192\.0\.2\.1 for node-/,
    fault: (world) => {
      farRouter(world)
      inFrrMode(world)
      readHosts(world, (host) => (host.node === 'node-a' ? host : { ...host, sessions: SESSION }))
    },
    twin: (world) => {
      farRouter(world)
      inFrrMode(world)
      object(world, 'configuration', 'tor').spec.ebgpMultiHop = true
      readHosts(world)
    },
  },
  {
    name: 'a router behind a gateway, which may refuse who is not its neighbour',
    code: 'F39',
    check: 'router-distance',
    severity: 'warning',
    says: /is eBGP without ebgpMultiHop/,
    fault: (world) => {
      farRouter(world)
      readHosts(world, (host) => (host.node === 'node-a' ? host : { ...host, sessions: SESSION }))
    },
    twin: (world) => {
      farRouter(world)
      readHosts(world, (host) => ({ ...host, sessions: SESSION }))
    },
  },
  {
    name: 'a router on a second card, which has no carrier',
    code: 'F39',
    check: 'router-distance',
    says: /node-a has no way to the router 203\.0\.113\.1: ens1, which the router is on, has no carrier/,
    fault: (world) => {
      farRouter(world)
      readHosts(world, (host) =>
        host.node === 'node-a' ? withDeadCard(host) : { ...host, sessions: SESSION },
      )
    },
    twin: (world) => {
      farRouter(world)
      readHosts(world, (host) => withLink(host, hostLink('ens1', []), [hostRoute('203.0.113.0/24', 'eth0')]))
    },
  },
]
