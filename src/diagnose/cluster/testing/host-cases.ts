// What a node of the cluster tells: routers that do not listen, rules of kube-proxy, the way back.
import { parseIp } from '../../../net/ip.ts'
import {
  attempt,
  behindGateway,
  bgpFacts,
  conversation,
  openOfPeer,
  session,
} from '../../bgp/testing/bgp-facts.ts'
import { pathFromFiles } from '../../path/collect-path.ts'
import { iptablesRules } from '../../path/testing/kube-proxy-rules.ts'
import type { RouteDiagnosisFacts } from '../../route/route-facts.ts'
import { linkFacts, round } from '../../testing/link-facts.ts'
import type { ProbeFacts } from '../cluster-facts.ts'
import type { FaultCase } from './cases.ts'
import { addProbes, drop, type World } from './world.ts'
import * as make from './world-objects.ts'

const ADDRESS = '192.0.2.100'
/** of shop/api */
const ROUTED = '198.51.100.0'
/** of shop/web, by election */
const OWNER = 'node-b'
const NODE = { node: 'node-a', vantage: 'node node-a' } as const

const refused = (): BgpProbe => ({
  kind: 'bgp',
  ...NODE,
  facts: bgpFacts({ attempts: [attempt({ result: 'failed', code: 'ECONNREFUSED' })] }),
})
const established = (): BgpProbe => ({
  kind: 'bgp',
  ...NODE,
  facts: bgpFacts({ sessions: [session()], notTried: 'session', attempts: [] }),
})
const unanswered = (): BgpProbe => ({
  kind: 'bgp',
  ...NODE,
  facts: bgpFacts({ attempts: [attempt({ result: 'silent', acknowledged: undefined })] }),
})
const listening = (): BgpProbe => ({
  kind: 'bgp',
  ...NODE,
  facts: bgpFacts({ conversation: conversation([['peer', openOfPeer({})]]) }),
})
type BgpProbe = Extract<ProbeFacts, { readonly kind: 'bgp' }>
const from = (node: string, probe: BgpProbe): BgpProbe => ({ ...probe, node, vantage: `node ${node}` })
const withPeer = ({ facts, ...probe }: BgpProbe, address: string): BgpProbe => ({
  ...probe,
  facts: { ...facts, peer: { ...facts.peer, address } },
})
const silent = (): ProbeFacts => ({
  kind: 'link',
  vantage: 'host client',
  facts: linkFacts({
    target: { asked: ADDRESS, address: ADDRESS, family: 4 },
    examined: { address: ADDRESS, role: 'target' },
    rounds: [round([], { address: ADDRESS, sent: 3 })],
  }),
})

function probes(world: World, all: readonly ProbeFacts[]): void {
  addProbes(world, ...all)
}

/** The pool of the nodes' own link is announced by BGP and by nothing else. */
export function announcedByBgpAlone(world: World): void {
  drop(world, 'configuration', ({ kind }) => kind === 'L2Advertisement')
  world.planes.configuration.push(make.metal('BGPAdvertisement', 'lan', { ipAddressPools: ['lan'] }))
}

/** Rules of kube-proxy on node-a for one Service with these addresses. */
function rules(world: World, ...addresses: readonly string[]): void {
  const target = parseIp(ADDRESS)
  if (target === undefined) throw new Error(ADDRESS)
  const text = iptablesRules(
    [
      {
        name: 'shop/web:http',
        id: 'WEBAAAAA',
        clusterIp: '10.96.1.1',
        port: 80,
        loadBalancerIps: addresses,
        endpoints: [{ address: '10.244.0.5', port: 8080, local: true }],
      },
    ],
    'new',
  )
  const asked = {
    asked: ADDRESS,
    target,
    port: 80,
    protocol: 'tcp',
    client: undefined,
    inInterface: undefined,
  }
  const own = [parseIp('192.0.2.11')].flatMap((each) => each ?? [])
  const facts = pathFromFiles(asked, [{ name: 'iptables-nft-save', text }], own)
  addProbes(world, { kind: 'path', ...NODE, facts })
}

/** What a node has for a way back from an address of a Service to a client behind a router. */
export function wayBack(world: World, found: boolean, more: WayBack = {}): void {
  const { address = ADDRESS, node = OWNER } = more
  const decidedBy = { rule: '0: from all lookup main', route: 'default', table: 254 }
  const facts: RouteDiagnosisFacts = {
    ...behindGateway,
    ...more.facts,
    target: { asked: address, address, family: 4 },
    neighbours: [{ address: '192.0.2.254', interface: 'eth0', state: 'reachable', mac: '02:00:00:00:00:fe' }],
    returnPath: {
      client: '203.0.113.5',
      arrival: { interface: 'eth0', how: 'link of the target' },
      reply: {
        found,
        type: found ? 'unicast' : undefined,
        interface: found ? 'eth0' : undefined,
        gateway: found ? '192.0.2.254' : undefined,
        decidedBy: found ? decidedBy : undefined,
        interfaces: found ? ['eth0'] : [],
        uncertain: undefined,
        ...more.reply,
      },
      rpFilter: { all: 0, ofInterface: 0, mode: 'off', drops: false, reason: 'it is off' },
    },
  }
  addProbes(world, { kind: 'route', node, vantage: `node ${node}`, facts })
}

export interface WayBack {
  /** the owner of shop/web when it is not said */
  readonly node?: string
  /** that of shop/web when it is not said */
  readonly address?: string
  readonly facts?: Partial<RouteDiagnosisFacts>
  readonly reply?: Partial<NonNullable<RouteDiagnosisFacts['returnPath']>['reply']>
}
/** The address that all nodes announce by BGP, with one node that is different. */
function waysBack(world: World, ofLast: (more: WayBack) => void): void {
  for (const node of ['node-a', 'node-b']) wayBack(world, true, { node, address: ROUTED })
  ofLast({ node: 'node-c', address: ROUTED })
}
/** The client is on a link of the node. */
const STRAIGHT = { gateway: undefined } as const
const onLink = (prefix: string) => ({
  facts: { route: { ...behindGateway.route, onLink: [{ prefix, interface: 'eth0', metric: 0 }] } },
  reply: STRAIGHT,
})

export const HOST_CASES: readonly FaultCase[] = [
  {
    name: 'a router without BGP, and addresses that it alone could bring',
    code: 'F36',
    check: 'probed-sessions',
    says: /has no BGP on this side: nothing listens on port 179/,
    fault: (world) => probes(world, [refused()]),
    twin: (world) => probes(world, [established()]),
  },
  {
    name: 'a router without BGP behind a pool that no L2Advertisement selects, and nobody answers',
    code: 'F36',
    check: 'probed-sessions',
    says: /has no BGP on this side/,
    fault: (world) => {
      announcedByBgpAlone(world)
      addProbes(world, refused(), silent())
    },
    twin: (world) => {
      announcedByBgpAlone(world)
      addProbes(world, established())
    },
  },
  {
    name: 'one router of two without BGP',
    code: 'F36',
    check: 'probed-sessions',
    severity: 'warning',
    says: /has no BGP on this side/,
    fault: (world) => probes(world, [refused(), withPeer(established(), '192.0.2.3')]),
  },
  {
    name: 'a filter that swallows all of one node at a router which others connect to',
    code: 'F34',
    check: 'probed-sessions',
    severity: 'warning',
    says: /^Seen from node node-a: nothing comes back from port 179 of 192\.0\.2\.2, which other nodes connect to/,
    fault: (world) => probes(world, [unanswered(), from('node-b', listening())]),
    twin: (world) => probes(world, [listening(), from('node-b', listening())]),
  },
  {
    name: 'rules of kube-proxy that do not know the address',
    code: 'F32',
    check: 'probed-path',
    says: /knows no Service with .*192\.0\.2\.100/,
    fault: (world) => rules(world, '192.0.2.101'),
    twin: (world) => rules(world, ADDRESS),
  },
  {
    name: 'no way back to the client',
    code: 'F30',
    check: 'probed-return',
    says: /no way back to 203\.0\.113\.5/,
    fault: (world) => wayBack(world, false),
    twin: (world) => wayBack(world, true),
  },
  {
    name: 'no way back from one node of three, where connections land on all',
    code: 'F30',
    check: 'probed-return',
    says: /^Connections of 203\.0\.113\.5 to 198\.51\.100\.0 that land on node-c fail: this host has no way back/,
    fault: (world) => waysBack(world, (more) => wayBack(world, false, more)),
    twin: (world) => waysBack(world, (more) => wayBack(world, true, more)),
  },
  {
    name: 'a client on the link of the node, and an address that comes by the router',
    code: 'F31',
    check: 'probed-return',
    severity: 'warning',
    says: /is on the link of eth0, but 192\.0\.2\.100 is not: requests come by a router, answers go straight/,
    fault: (world) => wayBack(world, true, { reply: STRAIGHT }),
    twin: (world) => wayBack(world, true, onLink('192.0.2.0/24')),
  },
  {
    name: 'a node that has the address itself, and is asked whether it arrives',
    code: 'F35',
    check: 'probed-return',
    severity: 'info',
    says: /what works from here proves nothing about others/,
    fault: (world) =>
      wayBack(world, true, {
        facts: {
          own: {
            interface: 'kube-ipvs0',
            address: ADDRESS,
            prefixLength: 32,
            linkLocal: false,
            tentative: false,
            dadFailed: false,
          },
        },
      }),
    twin: (world) => wayBack(world, true),
  },
]
