// Addresses that no pool has, sharers that are not announced, speakers that do not tell what they should, and Cilium without MetalLB.
import type { FaultCase } from './cases.ts'
import { drop, object, type World } from './world.ts'
import * as make from './world-objects.ts'
import * as run from './world-workloads.ts'

const holding = (world: World, address: string): void => {
  object(world, 'services', 'shop/web').status.loadBalancer.ingress = [{ ip: address, ipMode: 'VIP' }]
}

function release(world: World, tag: string): void {
  drop(world, 'daemonSets', ({ metadata }) => metadata.name === 'speaker')
  world.planes.daemonSets.push(run.speaker(tag))
}

/** shop/web shares its address, and its advertisement is for Services with its label. */
function sharingBySelector(world: World, { selects = true } = {}): void {
  const web = object(world, 'services', 'shop/web')
  web.metadata.annotations['metallb.io/allow-shared-ip'] = 'shop'
  if (selects)
    object(world, 'configuration', 'lan', 'L2Advertisement').spec.serviceSelectors = [
      { matchLabels: { app: 'web' } },
    ]
}

const told = (service: string, node: string, peers: readonly string[] = ['tor']) => ({
  ...make.metal('ServiceBGPStatus', `bgp-${service}-${node}`, {}),
  status: { node, serviceNamespace: 'shop', serviceName: service, peers },
})

/** Another Service of the same pool, which every node tells of. */
function another(world: World): void {
  world.planes.services.push(make.service('shop/more', '198.51.100.14', 'routed'))
  world.planes.endpointSlices.push(make.slice('shop/more', ['node-a', 'node-b']))
  world.planes.statuses.push(...['node-a', 'node-b', 'node-c'].map((node) => told('more', node)))
}

export function ciliumAlone(world: World): void {
  for (const plane of ['daemonSets', 'deployments'] as const)
    drop(world, plane, ({ metadata }) => metadata.namespace === 'metallb-system')
  for (const plane of ['webhooks', 'configuration', 'services', 'endpointSlices'] as const)
    drop(world, plane, () => true)
  world.planes.foreign.push({
    apiVersion: 'cilium.io/v2alpha1',
    kind: 'CiliumLoadBalancerIPPool',
    metadata: { name: 'blue' },
    spec: { blocks: [{ cidr: '192.0.2.128/28' }] },
  })
}

export const STRAY_CASES: readonly FaultCase[] = [
  {
    name: 'an address that no pool holds any more',
    code: 'F01',
    check: 'addresses-of-pools',
    says: /The Service shop\/web has 203\.0\.113\.9, which no pool holds: MetalLB announces it nowhere/,
    fault: (world) => holding(world, '203.0.113.9'),
    twin: (world) => {
      holding(world, '203.0.113.9')
      object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses.push('203.0.113.8/30')
    },
  },
  {
    name: 'a shared address that a serviceSelector is for',
    code: 'F10',
    check: 'sharing-announced',
    says: /The Service shop\/web is announced by nobody: it shares its address/,
    fault: (world) => {
      release(world, 'main')
      sharingBySelector(world)
    },
    twin: (world) => {
      release(world, 'main')
      sharingBySelector(world, { selects: false })
    },
  },
  {
    name: 'a shared address that a serviceSelector is for, in a release that lets it pass',
    code: 'F10',
    check: 'sharing-announced',
    severity: 'warning',
    says: /is announced by nobody with the next release/,
    fault: (world) => {
      release(world, 'v0.16.1')
      sharingBySelector(world)
    },
    twin: (world) => {
      release(world, 'v0.16.1')
      sharingBySelector(world, { selects: false })
    },
  },
  {
    name: 'a Service that no speaker tells a router of',
    code: 'F43',
    check: 'routers-told',
    says: /The Service shop\/api should be announced by BGP from node-a, node-b and node-c, and no speaker/,
    fault: another,
    twin: (world) => {
      another(world)
      world.planes.statuses.push(...['node-a', 'node-b', 'node-c'].map((node) => told('api', node)))
    },
  },
  {
    name: 'a node that does not tell a router of a Service',
    code: 'F43',
    check: 'routers-told',
    severity: 'warning',
    says: /node-b does not tell tor the address of the Service shop\/api/,
    fault: (world) => {
      another(world)
      world.planes.statuses.push(
        ...['node-a', 'node-c'].map((node) => told('api', node)),
        told('api', 'node-b', []),
      )
    },
    twin: (world) => {
      another(world)
      world.planes.statuses.push(...['node-a', 'node-b', 'node-c'].map((node) => told('api', node)))
    },
  },
]
