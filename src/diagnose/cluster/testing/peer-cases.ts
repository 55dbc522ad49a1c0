// What objects alone tell about sessions, about those who announce beside MetalLB, and about switches.
import type { FaultCase } from './cases.ts'
import { object, type World } from './world.ts'
import * as make from './world-objects.ts'

const peer = (world: World, spec: object): void =>
  void Object.assign(object(world, 'configuration', 'tor').spec, spec)
const advertise = (world: World, spec: object): void =>
  void Object.assign(object(world, 'configuration', 'routed', 'BGPAdvertisement').spec, spec)
const rollout = (world: World, maxUnavailable: number | string): void => {
  object(world, 'daemonSets', 'speaker').spec.updateStrategy = {
    type: 'RollingUpdate',
    rollingUpdate: { maxUnavailable },
  }
}
const provider = (world: World, scheme: string): void => {
  for (const node of world.planes.nodes)
    Object.assign(node['spec'] as object, { providerID: `${scheme}://0a1b` })
}
const frr = (world: World): void => {
  const [container] = object(world, 'daemonSets', 'speaker').spec.template.spec.containers
  container.env.push({ name: 'METALLB_BGP_TYPE', value: 'frr' })
}
/** So many Services more, each with an address of the pool that BGP announces. */
function moreRouted(world: World, count: number): void {
  for (let index = 1; index <= count; index++) {
    world.planes.services.push(make.service(`shop/api-${index}`, `198.51.100.${index}`, 'routed'))
    world.planes.endpointSlices.push(make.slice(`shop/api-${index}`, ['node-a', 'node-b']))
  }
}
const local = (world: World, nodes: readonly string[]): void => {
  object(world, 'services', 'shop/api').spec.externalTrafficPolicy = 'Local'
  object(world, 'endpointSlices', 'shop/api-x1').endpoints = make.slice('shop/api', nodes)['endpoints']
}

function cilium(
  world: World,
  { announcements = 'true', policy = true, lease = '2026-03-01T11:59:55Z' as string | null } = {},
): void {
  world.planes.configMaps.push({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cilium-config', namespace: 'kube-system' },
    data: { 'enable-l2-announcements': announcements, 'kube-proxy-replacement': 'true' },
  })
  world.planes.daemonSets = world.planes.daemonSets.filter(({ metadata }) => metadata.name !== 'kube-proxy')
  world.planes.services.push(
    make.service('shop/own', '192.0.2.140', '', { loadBalancerClass: 'io.cilium/l2-announcer' }),
  )
  world.planes.endpointSlices.push(make.slice('shop/own', ['node-a']))
  world.planes.foreign.push({
    apiVersion: 'cilium.io/v2alpha1',
    kind: 'CiliumL2AnnouncementPolicy',
    metadata: { name: 'blue' },
    spec: {
      loadBalancerIPs: policy,
      serviceSelector: { matchLabels: { 'io.kubernetes.service.namespace': 'shop' } },
    },
  })
  if (lease !== null)
    world.planes.leases.push({
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'cilium-l2announce-shop-own', namespace: 'kube-system' },
      spec: { holderIdentity: 'node-a', leaseDurationSeconds: 15, renewTime: lease },
    })
}

/** The node was told to announce at 11:55, and has been without a network since then. */
function lostNetwork(world: World, name: string, since: string): void {
  world.planes.events.push(
    make.event('Service shop/web', 'nodeAssigned', `announcing from node "${name}" with protocol "layer2"`, {
      type: 'Normal',
    }),
  )
  Object.assign(object(world, 'nodes', name).status.conditions[0], {
    status: 'Unknown',
    lastTransitionTime: since,
  })
}

export const PEER_CASES: readonly FaultCase[] = [
  {
    name: 'a node that loses its network as soon as it announces',
    code: 'F22',
    check: 'switch-ports',
    says: /node-c lost its network 45 s after it began to announce the Service shop\/web/,
    fault: (world) => lostNetwork(world, 'node-c', '2026-03-01T11:55:45Z'),
    twin: (world) => lostNetwork(world, 'node-c', '2026-03-01T11:50:00Z'),
  },
  {
    name: 'Cilium without layer 2 announcements',
    code: 'F26',
    check: 'cilium-announces',
    says: /Cilium does not announce by layer 2: enable-l2-announcements is off/,
    fault: (world) => cilium(world, { announcements: 'false' }),
    twin: (world) => cilium(world),
  },
  {
    name: 'a policy of Cilium that is not for addresses of load balancers',
    code: 'F26',
    check: 'cilium-announces',
    says: /No CiliumL2AnnouncementPolicy announces the Service shop\/own/,
    fault: (world) => cilium(world, { policy: false }),
    twin: (world) => cilium(world),
  },
  {
    name: 'a lease of Cilium that nobody renews',
    code: 'F26',
    check: 'cilium-announces',
    says: /Nobody holds the lease to announce the Service shop\/own/,
    fault: (world) => cilium(world, { lease: '2026-03-01T11:50:00Z' }),
    twin: (world) => cilium(world),
  },
  {
    name: 'a Service of Cilium without a lease',
    code: 'F26',
    check: 'cilium-announces',
    says: /Nobody holds the lease/,
    fault: (world) => cilium(world, { lease: null }),
    twin: (world) => cilium(world),
  },
  {
    name: 'a hold time of 0',
    code: 'F41',
    check: 'peer-settings',
    severity: 'warning',
    says: /Nobody watches the session of BGPPeer tor: its hold time is 0/,
    fault: (world) => peer(world, { holdTime: '0s', keepaliveTime: '0s' }),
    twin: (world) => peer(world, { holdTime: '30s' }),
  },
  {
    name: 'an advertisement for a BGPPeer that is not there',
    code: 'F43',
    check: 'peer-settings',
    says: /No router is told the address of the Service shop\/api: no BGPPeer has a name/,
    fault: (world) => advertise(world, { peers: ['top'] }),
    twin: (world) => advertise(world, { peers: ['tor'] }),
  },
  {
    name: 'a router of IPv6 for addresses of IPv4',
    code: 'F43',
    check: 'peer-settings',
    severity: 'warning',
    says: /IPv4 addresses of the pool "routed" reach nobody/,
    fault: (world) => {
      frr(world)
      peer(world, { peerAddress: '2001:db8::1' })
    },
    twin: (world) => {
      frr(world)
      peer(world, { peerAddress: '2001:db8::1', dualStackAddressFamily: true })
    },
  },
  {
    name: 'more addresses than the provider of the router accepts',
    code: 'F44',
    check: 'prefix-counts',
    says: /announces 12 prefixes to the router of tor, and Equinix Metal accepts 10/,
    fault: (world) => {
      provider(world, 'equinixmetal')
      moreRouted(world, 11)
    },
    twin: (world) => {
      provider(world, 'equinixmetal')
      moreRouted(world, 11)
      advertise(world, { aggregationLength: 28 })
    },
  },
  {
    name: 'nearly as many addresses as the provider of the router accepts',
    code: 'F44',
    check: 'prefix-counts',
    severity: 'warning',
    says: /announces 8 prefixes/,
    fault: (world) => {
      provider(world, 'equinixmetal')
      moreRouted(world, 7)
    },
    twin: (world) => {
      provider(world, 'equinixmetal')
      moreRouted(world, 6)
    },
  },
  {
    name: 'three Pods on one node and one on the other, behind equal shares',
    code: 'F45',
    check: 'equal-shares',
    severity: 'warning',
    says: /Each Pod of shop\/api on node-b gets 3 times the load of one on node-a/,
    fault: (world) => local(world, ['node-a', 'node-a', 'node-a', 'node-b']),
    twin: (world) => local(world, ['node-a', 'node-a', 'node-b', 'node-b']),
  },
  {
    name: 'one node of three that BGP announces from',
    code: 'F45',
    check: 'equal-shares',
    severity: 'warning',
    says: /BGP announces shop\/api from node-c only/,
    fault: (world) =>
      advertise(world, { nodeSelectors: [{ matchLabels: { 'kubernetes.io/hostname': 'node-c' } }] }),
    twin: (world) =>
      advertise(world, {
        nodeSelectors: ['node-b', 'node-c'].map((name) => ({
          matchLabels: { 'kubernetes.io/hostname': name },
        })),
      }),
  },
  {
    name: 'a rollout that stops all speakers at once',
    code: 'F47',
    check: 'speaker-rollouts',
    severity: 'warning',
    says: /A rollout stops all 3 speakers at once/,
    fault: (world) => rollout(world, '100%'),
    twin: (world) => rollout(world, '50%'),
  },
  {
    name: 'BFD beside graceful restart',
    code: 'F47',
    check: 'speaker-rollouts',
    severity: 'warning',
    says: /BFD undoes graceful restart with tor/,
    fault: (world) => {
      frr(world)
      world.planes.configuration.push(make.metal('BFDProfile', 'fast', {}))
      peer(world, { enableGracefulRestart: true, bfdProfile: 'fast' })
    },
    twin: (world) => {
      frr(world)
      peer(world, { enableGracefulRestart: true })
      rollout(world, '100%')
    },
  },
]
