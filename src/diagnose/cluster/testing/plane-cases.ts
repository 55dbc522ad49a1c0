import type { FaultCase } from './cases.ts'
import { addLogs, object, type World } from './world.ts'
import * as make from './world-objects.ts'
import * as run from './world-workloads.ts'

const l2Status = (node: string) => ({
  ...make.metal('ServiceL2Status', `l2-${node}`, {}),
  status: { node, serviceNamespace: 'shop', serviceName: 'web', interfaces: [] },
})
const session = (node: string, status: object) => ({
  apiVersion: 'frrk8s.metallb.io/v1beta1',
  kind: 'BGPSessionState',
  metadata: { name: `s-${node}`, namespace: 'frr-k8s-system' },
  status: { node, peer: '192.0.2.1', vrf: '', ...status },
})
const notReady = (world: World, node: string): void => {
  const [ready] = object(world, 'nodes', node).status.conditions
  Object.assign(ready, { status: 'Unknown', message: 'Kubelet stopped posting node status.' })
}
const forOneNode = (world: World, node: string): void => {
  object(world, 'configuration', 'lan', 'L2Advertisement').spec.nodeSelectors = [
    { matchLabels: { 'kubernetes.io/hostname': node } },
  ]
}
const cilium = (world: World, replacement: string): void =>
  void world.planes.configMaps.push({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'cilium-config', namespace: 'kube-system' },
    data: { 'kube-proxy-replacement': replacement },
  })

const refusedLine = (code?: string) => ({
  ...(code === undefined ? {} : { code }),
  ...{ signature: 'bgp-connection-refused', component: 'speaker', node: 'node-a', count: 124 },
  ...{ first: '2026-03-01T10:00:00Z', last: '2026-03-01T11:59:00Z' },
  example: '{"error":"dial \\"192.0.2.1:179\\": connect: connection refused","op":"connect"}',
})

export const PLANE_CASES: readonly FaultCase[] = [
  {
    name: 'a log with refused sessions',
    code: 'F36',
    check: 'logs-told',
    says: /logs tell of "No BGP on the other side"/,
    severity: 'warning',
    fault: (world) => addLogs(world, refusedLine('F36')),
    twin: (world) => addLogs(world, refusedLine()),
  },
  {
    name: 'a pool with the address of a node in it',
    code: 'F12',
    check: 'foreign-addresses',
    says: /"lan" holds an address that no Service can have: .*192\.0\.2\.13/,
    fault: (world) =>
      void object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses.push('192.0.2.13/32'),
    twin: (world) =>
      void object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses.push('192.0.2.14/32'),
  },
  {
    name: 'machines of AWS',
    code: 'F16',
    check: 'cloud-network',
    says: /machines of AWS/,
    fault: (world) => {
      for (const node of world.planes.nodes)
        Object.assign(node['spec'] as object, { providerID: 'aws:///eu-west-1a/i-0a1b' })
    },
    twin: (world) => {
      for (const node of world.planes.nodes)
        Object.assign(node['spec'] as object, { providerID: 'k3s://node' })
    },
  },
  {
    name: 'machines of OpenStack',
    code: 'F16',
    check: 'cloud-network',
    severity: 'warning',
    says: /machines of OpenStack/,
    fault: (world) => {
      for (const node of world.planes.nodes)
        Object.assign(node['spec'] as object, { providerID: 'openstack:///0a1b' })
    },
  },
  {
    name: 'machines of Hetzner Cloud, where it works with notes',
    code: 'F16',
    check: 'cloud-network',
    severity: 'warning',
    says: /Hetzner Cloud, whose network delivers an address only to the server that it is assigned to/,
    fault: (world) => {
      for (const node of world.planes.nodes)
        Object.assign(node['spec'] as object, { providerID: 'hcloud://4711' })
    },
  },
  {
    name: 'two speakers that say they announce',
    code: 'F20',
    check: 'one-owner',
    says: /Two speakers announce the Service shop\/web: node-a and node-b/,
    fault: (world) => void world.planes.statuses.push(l2Status('node-a'), l2Status('node-b')),
    twin: (world) => void world.planes.statuses.push(l2Status(OWNER)),
  },
  {
    name: 'a speaker that announces out of turn',
    code: 'F20',
    check: 'one-owner',
    severity: 'warning',
    says: /is announced by node-.*it would be/,
    fault: (world) => void world.planes.statuses.push(l2Status(OTHER)),
  },
  {
    name: 'an owner that is not ready',
    code: 'F24',
    check: 'owner-ready',
    says: /which is not ready/,
    fault: (world) => notReady(world, OWNER),
    twin: (world) => notReady(world, OTHER),
  },
  {
    name: 'an advertisement for one node, whose speaker does not run',
    code: 'F24',
    check: 'owner-ready',
    says: /shop\/web is announced by nobody: node-c, the only node that could, is out of service/,
    // The Pod that is missing is worth a warning of its own.
    beside: ['F04'],
    fault: (world) => {
      forOneNode(world, 'node-c')
      object(world, 'daemonSets', 'speaker').status = run.daemonSetStatus(3, 2)
      object(world, 'pods', 'metallb-system/speaker-node-c').status.conditions[0].status = 'False'
    },
    twin: (world) => forOneNode(world, 'node-c'),
  },
  {
    name: 'an advertisement for one node, which has no network',
    code: 'F24',
    check: 'owner-ready',
    says: /node-c, the only node that could, is out of service/,
    fault: (world) => {
      forOneNode(world, 'node-c')
      object(world, 'nodes', 'node-c').status.conditions[1].status = 'True'
    },
    twin: (world) => {
      object(world, 'nodes', 'node-c').status.conditions[1].status = 'True'
    },
  },
  {
    name: 'an interface that the elected node does not have',
    code: 'F23',
    check: 'announce-interfaces',
    says: /none of the interfaces/,
    fault: (world) => {
      object(world, 'configuration', 'lan', 'L2Advertisement').spec.interfaces = ['eth7']
      world.planes.events.push(
        make.event(
          'Service shop/web',
          'announceFailed',
          'the interfaces specified by LB IP "192.0.2.100" doesn\'t exist in assigned node "node-a" with protocol "layer2"',
        ),
      )
    },
    twin: (world) => {
      object(world, 'configuration', 'lan', 'L2Advertisement').spec.interfaces = ['eth7']
    },
  },
  {
    name: 'Cilium in the place of kube-proxy, and kube-proxy beside it',
    code: 'F32',
    check: 'one-proxy',
    severity: 'warning',
    says: /Both Cilium and kube-proxy/,
    fault: (world) => cilium(world, 'true'),
    twin: (world) => cilium(world, 'false'),
  },
  {
    name: 'neither Cilium nor kube-proxy',
    code: 'F32',
    check: 'one-proxy',
    says: /Neither Cilium nor kube-proxy/,
    fault: (world) => {
      cilium(world, 'false')
      world.planes.daemonSets = world.planes.daemonSets.filter(
        ({ metadata }) => metadata.name !== 'kube-proxy',
      )
    },
    twin: (world) => {
      cilium(world, 'true')
      world.planes.daemonSets = world.planes.daemonSets.filter(
        ({ metadata }) => metadata.name !== 'kube-proxy',
      )
    },
  },
  {
    name: 'Calico with a session to the same router',
    code: 'F40',
    check: 'one-bgp-speaker',
    says: /Calico and MetalLB both want a session to 192\.0\.2\.1/,
    fault: (world) => void world.planes.foreign.push(calicoPeer('192.0.2.1')),
    twin: (world) => void world.planes.foreign.push(calicoPeer('192.0.2.2')),
  },
  {
    name: 'FRR that refuses a reload',
    code: 'F48',
    check: 'frr-accepts',
    says: /on node-b: the reload failed/,
    fault: (world) =>
      void world.planes.statuses.push(nodeState('node-a', 'success'), nodeState('node-b', 'exit status 13')),
    twin: (world) =>
      void world.planes.statuses.push(nodeState('node-a', 'success'), nodeState('node-b', 'success')),
  },
  {
    name: 'sessions that are not established',
    code: 'F36',
    check: 'sessions-established',
    says: /2 of 2 BGP sessions are not established/,
    fault: (world) =>
      void world.planes.statuses.push(
        session('node-a', { bgpStatus: 'Active' }),
        session('node-b', { bgpStatus: 'Connect' }),
      ),
    twin: (world) =>
      void world.planes.statuses.push(session('node-a', { bgpStatus: 'Established', bfdStatus: 'N/A' })),
  },
  {
    name: 'BFD that is down under an established session',
    code: 'F46',
    check: 'sessions-established',
    severity: 'warning',
    says: /BFD is down/,
    fault: (world) =>
      void world.planes.statuses.push(session('node-a', { bgpStatus: 'Established', bfdStatus: 'Down' })),
  },
]

const calicoPeer = (peerIP: string) => ({
  apiVersion: 'crd.projectcalico.org/v1',
  kind: 'BGPPeer',
  metadata: { name: 'rack' },
  spec: { peerIP, asNumber: 64513 },
})
const nodeState = (name: string, lastReloadResult: string) => ({
  apiVersion: 'frrk8s.metallb.io/v1beta1',
  kind: 'FRRNodeState',
  metadata: { name },
  status: { lastConversionResult: 'success', lastReloadResult, runningConfig: '' },
})
/** Of 192.0.2.100, by sha256 of node and address; node-c loses to it. */
const OWNER = 'node-b'
const OTHER = 'node-c'
