// From an installation to a plan for each node that is to take part: which nodes, and what each asks. Bounded at every corner, so that a
// cluster of 200 nodes is not asked 40,000 questions.
import type { ServiceObject } from '../../config/objects/read-object.ts'
import { formatIp, type Ip } from '../../net/ip.ts'
import type { ClusterView } from '../cluster/cluster-view.ts'
import { hostQuestion } from '../cluster/host-question.ts'
import { addressesOf, isReady, keyOf } from '../cluster/object-keys.ts'
import { AGENT_PLAN_FORMAT, type AgentPlan, MOST, type PlannedRouter } from './agent-plan.ts'
import { gossipTargets, nodeAddresses, speakerNodes, webhookTargets } from './reach-targets.ts'

export interface PlanRequest {
  readonly run: string
  readonly services: readonly ServiceObject[]
  /** names, or how many; undefined: as many as the question needs */
  readonly nodes: readonly string[] | number | undefined
  /** so many when nothing is said */
  readonly usualNodes: number
  readonly client: Ip | undefined
  readonly deadlineMs: number
  /** then the rules of the kernel can be read, and kubelet need not be well; neither is so for a Pod */
  readonly bySsh: boolean
  /** of the BGPPeers that mean a session for the node, without passwords */
  readonly routersOf: (node: string) => readonly PlannedRouter[]
}

/** A node that was to take part and cannot. */
export interface LeftOut {
  readonly node: string
  /** a clause */
  readonly reason: string
}

export interface AgentPlans {
  readonly plans: readonly AgentPlan[]
  readonly leftOut: readonly LeftOut[]
  /** names that no Node has */
  readonly unknown: readonly string[]
  /** nodes that were not named, and are more than take part when nothing is said */
  readonly notChosen: number
}

export function planAgents(view: ClusterView, request: PlanRequest): AgentPlans {
  const all = [...view.nodes.keys()].sort()
  const wanted = wantedNodes(all, view, request)
  const unknown = wanted.filter((node) => !view.nodes.has(node))
  const known = wanted.filter((node) => view.nodes.has(node))
  const leftOut = known.flatMap((node) => {
    const raw = view.rawNodes.get(node)
    return raw !== undefined && !isReady(raw)
      ? [{ node, reason: 'the node is not Ready, so that no Pod would be started there' }]
      : []
  })
  const out = new Set(request.bySsh ? [] : leftOut.map(({ node }) => node))
  const nodes = known.filter((node) => !out.has(node))
  return {
    plans: nodes.map((node) => planFor(node, nodes, view, request)),
    leftOut: leftOut.filter(({ node }) => out.has(node)),
    unknown,
    notChosen: request.nodes === undefined ? view.nodes.size - known.length : 0,
  }
}

/** The owners of the addresses first, then their successors, then nodes that BGP announces from, then others. */
function wantedNodes(all: readonly string[], view: ClusterView, request: PlanRequest): readonly string[] {
  const { nodes, services, usualNodes } = request
  if (typeof nodes === 'object') return [...new Set(nodes)]
  const matrices = services.flatMap((service) => view.matrixOf(service) ?? [])
  const order = [
    ...matrices.flatMap(({ owner }) => owner ?? []),
    ...matrices.flatMap(({ succession }) => succession.slice(1).map(({ node }) => node)),
    ...matrices.flatMap((matrix) =>
      [...matrix.nodes].filter(([, { bgp }]) => bgp.announces).map(([node]) => node),
    ),
    ...speakerNodes(view),
    ...all,
  ]
  return [...new Set(order)].filter((node) => view.nodes.has(node)).slice(0, nodes ?? usualNodes)
}

function planFor(node: string, nodes: readonly string[], view: ClusterView, request: PlanRequest): AgentPlan {
  const { run, services, client, deadlineMs, routersOf } = request
  const asked = services.filter((service) => asksFor(node, service, nodes, view)).slice(0, MOST.ask)
  return {
    format: AGENT_PLAN_FORMAT,
    run,
    node,
    deadlineMs,
    ask: asked
      .flatMap((service) =>
        addressesOf(service).map((address) => ({
          address: formatIp(address),
          port: service.ports.find(({ protocol }) => protocol === 'TCP')?.port,
        })),
      )
      .slice(0, MOST.ask),
    nodes: asked.length === 0 ? [] : nodesToTell(asked, nodes, view),
    reach: [...gossipTargets(node, view), ...webhookTargets(view)].slice(0, MOST.reach),
    routers: routersOf(node).slice(0, MOST.routers),
    returns: returnsOf(services, client),
    host: boundedHostQuestion(view, node),
  }
}

/** Every node that takes part asks for one Service; of many, each Service is asked for by two: the owner cannot ask itself. */
function asksFor(node: string, service: ServiceObject, nodes: readonly string[], view: ClusterView): boolean {
  const owner = view.matrixOf(service)?.owner
  if ((view.poolOf(service)?.l2.length ?? 0) === 0 || node === owner) return false
  if (view.focus !== undefined && view.services.length <= 2) return true
  const others = nodes.filter((each) => each !== owner)
  const first = hash(keyOf(service)) % Math.max(1, others.length)
  return [0, 1].some((step) => others[(first + step) % others.length] === node)
}

/** The same for the same Service on every run, and spread over the nodes. */
const hash = (text: string): number => {
  let sum = 0
  for (let at = 0; at < text.length; at += 1) sum = (sum * 31 + text.charCodeAt(at)) >>> 0
  return sum
}

function nodesToTell(
  services: readonly ServiceObject[],
  nodes: readonly string[],
  view: ClusterView,
): AgentPlan['nodes'] {
  const names = [
    ...services
      .flatMap((service) => view.matrixOf(service)?.succession.slice(0, 2) ?? [])
      .map(({ node }) => node),
    ...nodes,
  ]
  return [...new Set(names)].slice(0, MOST.nodes).map((name) => ({
    name,
    addresses: nodeAddresses(name, view).slice(0, 2),
  }))
}

function boundedHostQuestion(view: ClusterView, node: string): AgentPlan['host'] {
  const { packets, services, neighbours } = hostQuestion(view, node)
  return {
    node,
    packets: packets.slice(0, MOST.packets),
    services: services.slice(0, MOST.services),
    neighbours: neighbours.slice(0, MOST.neighbours),
  }
}

const returnsOf = (services: readonly ServiceObject[], client: Ip | undefined): AgentPlan['returns'] =>
  client === undefined
    ? []
    : services
        .flatMap(addressesOf)
        .filter(({ family }) => family === client.family)
        .map((address) => ({ address: formatIp(address), client: formatIp(client) }))
        .slice(0, MOST.returns)
