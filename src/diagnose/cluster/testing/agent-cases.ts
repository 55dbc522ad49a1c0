// What several nodes see: who reaches whom, and who hears whom answer.
import { REACH_FACTS_FORMAT, type ReachedTarget } from '../../agents/reach-facts.ts'
import { attempt, bgpFacts, session } from '../../bgp/testing/bgp-facts.ts'
import { card, linkFacts, MAC_A, MAC_B, round } from '../../testing/link-facts.ts'
import type { ProbeFacts } from '../cluster-facts.ts'
import type { HostFacts } from '../host-facts.ts'
import type { FaultCase } from './cases.ts'
import { object, type World } from './world.ts'
import { healthyHost, hostLink } from './world-hosts.ts'

const ADDRESS = '192.0.2.100'
const NODES = ['node-a', 'node-b', 'node-c'] as const
/** As MetalLB elects for shop/web; its successor; and the third. */
const OWNER = 'node-b'
const OTHERS = ['node-a', 'node-c'] as const

type Outcome = Pick<ReachedTarget, 'result' | 'code'>
const CONNECTED: Outcome = { result: 'connected', code: undefined }
const SILENT: Outcome = { result: 'silent', code: undefined }
const REFUSED: Outcome = { result: 'failed', code: 'ECONNREFUSED' }

/** Every node tries every other one. */
const gossip = (outcomeOf: (from: string, to: string) => Outcome): readonly ProbeFacts[] =>
  NODES.map((node) => ({
    kind: 'reach',
    vantage: `node ${node}`,
    node,
    facts: {
      format: REACH_FACTS_FORMAT,
      targets: NODES.filter((to) => to !== node).map((name) => ({
        purpose: 'gossip',
        name,
        address: `192.0.2.${11 + NODES.indexOf(name)}`,
        port: 7946,
        icmp: undefined,
        elapsedMs: 1,
        ...outcomeOf(node, name),
      })),
    },
  }))

const webhook = (outcomeOf: (from: string) => Outcome): readonly ProbeFacts[] =>
  NODES.map((node) => ({
    kind: 'reach',
    vantage: `node ${node}`,
    node,
    facts: {
      format: REACH_FACTS_FORMAT,
      targets: [
        {
          purpose: 'webhook',
          name: 'metallb-system/metallb-webhook-service',
          address: '10.1.0.7',
          port: 9443,
          icmp: undefined,
          elapsedMs: 1,
          ...outcomeOf(node),
        },
      ],
    },
  }))
const onControlPlane = (world: World, node: string): void => {
  object(world, 'nodes', node).metadata.labels['node-role.kubernetes.io/control-plane'] = ''
}

const ask = (node: string, macs: readonly string[], wireless = false): ProbeFacts => ({
  kind: 'link',
  vantage: `node ${node}`,
  node,
  facts: linkFacts({
    target: { asked: ADDRESS, address: ADDRESS, family: 4 },
    examined: { address: ADDRESS, role: 'target' },
    interfaces: [card({ wireless })],
    rounds: [round(macs.length === 0 ? [] : [macs, macs, macs], { address: ADDRESS, sent: 3 })],
  }),
})

/** The address of the node is on its first card. */
function host(node: (typeof NODES)[number], cards: Readonly<Record<string, string>>): HostFacts {
  const healthy = healthyHost(node, `192.0.2.${11 + NODES.indexOf(node)}`)
  const others = healthy.links.filter(({ name }) => name !== 'eth0')
  const card0 = healthy.links.filter(({ name }) => name === 'eth0')
  const links = Object.entries(cards).flatMap(([name, mac]) =>
    name === 'eth0' ? card0.map((link) => ({ ...link, mac })) : [hostLink(name, [], { mac })],
  )
  return { ...healthy, links: [...others, ...links] }
}

const asked = (world: World, ...probes: readonly ProbeFacts[]): void => {
  world.probes = [...probes]
}
const [A, C] = OTHERS
/** Both hear the owner. */
const wellHeard = (world: World): void => {
  world.hosts = [host(OWNER, { eth0: MAC_A })]
  asked(world, ask(A, [MAC_A]), ask(C, [MAC_A]))
}

const router = (node: string, works: boolean): ProbeFacts => ({
  kind: 'bgp',
  vantage: `node ${node}`,
  node,
  facts: works
    ? bgpFacts({ sessions: [session()], notTried: 'session', attempts: [] })
    : bgpFacts({ attempts: [attempt({ result: 'failed', code: 'ECONNREFUSED' })] }),
})

const absent = (node: string): ProbeFacts => ({
  kind: 'agent',
  vantage: `node ${node}`,
  node,
  facts: { by: 'pod', reason: 'its image cannot be pulled', remedy: undefined, notDone: [] },
})

export const AGENT_CASES: readonly FaultCase[] = [
  {
    name: 'the node of the API server does not reach the webhook, and the others do',
    code: 'F02',
    check: 'webhook-port',
    says: /^node-a does not reach the webhook at 10\.1\.0\.7:9443, so no pool and no advertisement can be applied/,
    fault: (world) => {
      onControlPlane(world, 'node-a')
      asked(world, ...webhook((from) => (from === 'node-a' ? SILENT : CONNECTED)))
    },
    twin: (world) => {
      onControlPlane(world, 'node-a')
      asked(world, ...webhook(() => CONNECTED))
    },
  },
  {
    name: 'another node does not reach the webhook, which harms nothing yet',
    code: 'F02',
    check: 'webhook-port',
    severity: 'warning',
    says: /^node-c does not reach the webhook at 10\.1\.0\.7:9443\.$/,
    fault: (world) => {
      onControlPlane(world, 'node-a')
      asked(world, ...webhook((from) => (from === 'node-c' ? SILENT : CONNECTED)))
    },
  },
  {
    name: 'nothing listens where the webhook should be',
    code: 'F02',
    check: 'webhook-port',
    says: /^No node that was asked reaches the webhook/,
    fault: (world) => asked(world, ...webhook(() => REFUSED)),
    twin: (world) => asked(world, ...webhook(() => CONNECTED)),
  },
  {
    name: 'a node whose speaker nobody reaches and that reaches nobody',
    code: 'F20',
    check: 'speakers-reach',
    says: /speakers of node-c and of node-a and node-b do not reach each other/,
    fault: (world) => asked(world, ...gossip((from, to) => (from === C || to === C ? SILENT : CONNECTED))),
    twin: (world) => asked(world, ...gossip(() => CONNECTED)),
  },
  {
    name: 'a node that could not take part beside one whose speaker nobody reaches',
    code: 'F20',
    check: 'speakers-reach',
    says: /speakers of node-c and of node-a and node-b/,
    fault: (world) =>
      asked(
        world,
        ...gossip((from, to) => (from === C || to === C ? SILENT : CONNECTED)).slice(0, 2),
        absent(C),
      ),
    twin: (world) => asked(world, ...gossip(() => CONNECTED).slice(0, 2), absent(C)),
  },
  {
    name: 'two nodes that hear of each other only through the third',
    code: 'F34',
    check: 'speakers-reach',
    severity: 'warning',
    says: /node-a does not reach the speaker of node-b on port 7946/,
    fault: (world) =>
      asked(world, ...gossip((from, to) => (from === 'node-a' && to === 'node-b' ? SILENT : CONNECTED))),
    twin: (world) => asked(world, ...gossip(() => CONNECTED)),
  },
  {
    name: 'a speaker without memberlist',
    code: 'F20',
    check: 'speakers-reach',
    severity: 'warning',
    says: /Nothing listens on port 7946 of node-b/,
    fault: (world) =>
      asked(
        world,
        ...gossip((from, to) =>
          to === 'node-b' && from === 'node-a' ? REFUSED : to === 'node-b' ? REFUSED : CONNECTED,
        ),
      ),
    twin: (world) => asked(world, ...gossip(() => CONNECTED)),
  },
  {
    name: 'one node hears no answer, and another one does',
    code: 'F16',
    check: 'same-answer',
    says: /node-c hears no answer for 192\.0\.2\.100, and node-a does/,
    fault: (world) => asked(world, ask(A, [MAC_A]), ask(C, [])),
    twin: wellHeard,
  },
  {
    name: 'a node on a wireless link hears no answer, and another one does',
    code: 'F15',
    check: 'same-answer',
    says: /node-c hears no answer/,
    fault: (world) => asked(world, ask(A, [MAC_A]), ask(C, [], true)),
    twin: wellHeard,
  },
  {
    name: 'two parts of the link hear a speaker each',
    code: 'F20',
    check: 'same-answer',
    says: /different answers for 192\.0\.2\.100/,
    fault: (world) => {
      world.hosts = [host(OWNER, { eth0: MAC_A }), host(A, { eth0: MAC_B })]
      asked(world, ask(C, [MAC_A]), ask(A, [MAC_B]))
    },
    twin: wellHeard,
  },
  {
    name: 'two cards of the owner answer, each where it is heard first',
    code: 'F19',
    check: 'same-answer',
    says: /different answers for 192\.0\.2\.100/,
    fault: (world) => {
      world.hosts = [host(OWNER, { eth0: MAC_A, eth1: MAC_B })]
      asked(world, ask(A, [MAC_A]), ask(C, [MAC_B]))
    },
    twin: wellHeard,
  },
  {
    name: 'a machine that is no node answers where it is heard first',
    code: 'F11',
    check: 'same-answer',
    says: /different answers for 192\.0\.2\.100/,
    fault: (world) => {
      world.hosts = [host(OWNER, { eth0: MAC_A })]
      asked(world, ask(A, [MAC_A]), ask(C, [MAC_B]))
    },
    twin: wellHeard,
  },
  {
    name: 'another node than the elected one answers',
    code: 'F20',
    check: 'same-answer',
    severity: 'warning',
    says: /node-c answers for 192\.0\.2\.100, and by the rules of MetalLB .* it would be node-b/,
    fault: (world) => {
      world.hosts = [host(C, { eth0: MAC_B })]
      asked(world, ask(A, [MAC_B]))
    },
    twin: wellHeard,
  },
  {
    name: 'a router that has a session with one node, and refuses another',
    code: 'F34',
    check: 'probed-sessions',
    severity: 'warning',
    says: /^Seen from node node-b: a filter refuses connections to port 179 of .*, which other nodes connect to/,
    fault: (world) => asked(world, router('node-a', true), router('node-b', false)),
    twin: (world) => asked(world, router('node-a', true), router('node-b', true)),
  },
]
