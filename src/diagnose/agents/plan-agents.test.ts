// Which nodes take part and what each is asked: never more than a diagnosis needs, however large the cluster is.
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { ClusterView } from '../cluster/cluster-view.ts'
import { factsOf, healthyWorld, object, type World } from '../cluster/testing/world.ts'
import { node, pool, service, slice } from '../cluster/testing/world-objects.ts'
import { speakerPod } from '../cluster/testing/world-workloads.ts'
import { MOST, readAgentPlan } from './agent-plan.ts'
import { type AgentPlans, type PlanRequest, planAgents } from './plan-agents.ts'

const names = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `rack-${String(index).padStart(3, '0')}`)

/** So many nodes, each with a speaker, and so many Services. */
function largeWorld(nodes: number, services = 1): World {
  const world = healthyWorld()
  world.planes.nodes = names(nodes).map((name, index) =>
    node(name, `10.1.${index >> 7}.${(index & 127) + 1}`),
  )
  world.planes.pods = names(nodes).map((name) => speakerPod(name))
  world.planes.configuration = [
    pool('lan', ['10.9.0.0/16']),
    ...world.planes.configuration.filter(({ kind }) => kind === 'L2Advertisement'),
  ]
  const keys = Array.from({ length: services }, (_, index) => `shop/web-${index}`)
  world.planes.services = keys.map((key, index) =>
    service(key, `10.9.${index >> 7}.${(index & 127) + 1}`, 'lan'),
  )
  world.planes.endpointSlices = keys.map((key) => slice(key, ['rack-000', 'rack-001']))
  return world
}

function planned(world: World, changes: Partial<PlanRequest> = {}, ...focus: string[]): AgentPlans {
  const view = new ClusterView(factsOf(world), focus.length === 0 ? undefined : new Set(focus))
  return planAgents(view, {
    run: 'run0001',
    services: view.servicesWithAddress,
    nodes: undefined,
    usualNodes: 20,
    client: undefined,
    deadlineMs: 20_000,
    bySsh: false,
    routersOf: () => [],
    ...changes,
  })
}

const nodesOf = ({ plans }: AgentPlans): readonly string[] => plans.map((plan) => plan.node)

describe('which nodes take part', () => {
  it('are so many of a large cluster, the owner first, and how many do not is told', () => {
    const plans = planned(largeWorld(200), { usualNodes: 4 }, 'shop/web-0')
    expect([plans.plans.length, plans.notChosen]).toEqual([4, 196])
    const view = new ClusterView(factsOf(largeWorld(200)))
    const [only] = view.servicesWithAddress
    if (only === undefined) throw new Error('no Service')
    const succession = view.matrixOf(only)?.succession.map(({ node: name }) => name) ?? []
    expect(nodesOf(plans)).toEqual(succession.slice(0, 4))
  })

  it('are those that the user names, or as many as the user says, and then none is left out silently', () => {
    const named = planned(largeWorld(200), { nodes: ['rack-007', 'rack-150', 'rack-007', 'elsewhere'] })
    expect([nodesOf(named), named.unknown, named.notChosen]).toEqual([
      ['rack-007', 'rack-150'],
      ['elsewhere'],
      0,
    ])
    expect(planned(largeWorld(200), { nodes: 150 }).plans.length).toBe(150)
  })

  it('are not those that are NotReady, but by ssh, which needs no kubelet', () => {
    const world = healthyWorld()
    object(world, 'nodes', 'node-c').status.conditions = [{ type: 'Ready', status: 'Unknown' }]
    const byPod = planned(world)
    expect(nodesOf(byPod).toSorted()).toEqual(['node-a', 'node-b'])
    expect(byPod.leftOut).toEqual([{ node: 'node-c', reason: expect.stringContaining('not Ready') }])
    expect(nodesOf(planned(world, { bySsh: true })).toSorted()).toEqual(['node-a', 'node-b', 'node-c'])
  })
})

describe('port 7946', () => {
  const pairs = (count: number): readonly string[] =>
    planned(largeWorld(count), { nodes: count }).plans.flatMap(({ node: from, reach }) =>
      reach.filter(({ purpose }) => purpose === 'gossip').map(({ name }) => `${from} ${name}`),
    )

  it('is tried between all pairs of 20 speakers', () => {
    expect(new Set(pairs(20)).size).toBe(20 * 19)
  })

  it.each([21, 50, 128, 200])(
    'is tried to at most eight others of %i, which hang together all the same',
    (count) => {
      const all = pairs(count)
      expect(all.length).toBeLessThanOrEqual(count * 8)
      expect(all.some((pair) => pair.split(' ')[0] === pair.split(' ')[1])).toBe(false)
      const reached = new Set(['rack-000'])
      for (const from of reached)
        for (const pair of all) if (pair.startsWith(`${from} `)) reached.add(pair.split(' ')[1] ?? '')
      expect(reached.size).toBe(count)
    },
  )
})

it('asks for each of many Services from two nodes that do not own it', () => {
  const world = largeWorld(10, 12)
  const { plans } = planned(world, { nodes: 10 })
  const askers = new Map<string, string[]>()
  for (const plan of plans)
    for (const { address } of plan.ask) askers.set(address, [...(askers.get(address) ?? []), plan.node])
  expect(askers.size).toBe(12)
  const view = new ClusterView(factsOf(world))
  for (const each of view.servicesWithAddress) {
    const owner = view.matrixOf(each)?.succession[0]?.node
    const from = askers.get(each.ingress[0] ?? '') ?? []
    expect([from.length, from.includes(owner ?? '')]).toEqual([2, false])
  }
})

it('never makes a plan that an agent refuses, nor one that is too long for an argument', () => {
  const router = {
    asked: '192.0.2.1',
    name: undefined,
    address: '192.0.2.1',
    zone: undefined,
    port: 179,
    source: undefined,
    device: undefined,
  }
  const routers = Array.from({ length: 30 }, () => ({ ...router, expected: {} }) as never)
  const { plans } = planned(largeWorld(60, 100), {
    nodes: 3,
    routersOf: () => routers,
    client: parseIp('203.0.113.5'),
  })
  for (const plan of plans) {
    expect(plan.ask.length).toBeLessThanOrEqual(MOST.ask)
    expect(plan.nodes.length).toBeLessThanOrEqual(MOST.nodes)
    expect(plan.reach.length).toBeLessThanOrEqual(MOST.reach)
    expect([plan.routers.length, plan.returns.length]).toEqual([MOST.routers, MOST.returns])
    expect(plan.host.packets.length).toBeLessThanOrEqual(MOST.packets)
    expect(plan.host.services.length).toBeLessThanOrEqual(MOST.services)
    expect(JSON.stringify(plan).length).toBeLessThan(MOST.bytes)
    const { routers: _, ...rest } = plan
    expect(readAgentPlan(JSON.parse(JSON.stringify({ ...rest, routers: [] })))).toEqual({
      ...rest,
      routers: [],
    })
  }
})

it('tries the webhook at the ready endpoints of its Service, on the port that its slice names', () => {
  const reachOf = (change: (world: World) => void) => {
    const world = healthyWorld()
    change(world)
    return planned(world).plans[0]?.reach.filter(({ purpose }) => purpose === 'webhook')
  }
  const name = 'metallb-system/metallb-webhook-service'
  const endpoints = (world: World) => object(world, 'endpointSlices', `${name}-x1`)
  expect(reachOf(() => undefined)).toEqual([{ purpose: 'webhook', name, address: '10.1.0.7', port: 9443 }])
  const moved = reachOf((world) => {
    endpoints(world).ports = [{ name: 'https', port: 10_443 }]
  })
  expect(moved).toMatchObject([{ port: 10_443 }])
  const unready = reachOf((world) => {
    endpoints(world).endpoints[0].conditions.ready = false
  })
  const without = reachOf((world) => {
    world.planes.webhooks = []
  })
  expect([unready, without]).toEqual([[], []])
})
