// What is right object by object, so that nothing refuses it and nobody says a word: selectors that select nothing, names that do not meet, Pods
// that are ready between two ends.
import type { FaultCase } from './cases.ts'
import { drop, object, type World } from './world.ts'
import * as make from './world-objects.ts'
import { daemonSetStatus, speaker } from './world-workloads.ts'

const ROUTER_ID = { routerID: '10.0.0.1' }
const HOSTNAME = 'kubernetes.io/hostname'
const forNodes = (world: World, kind: string, name: string, ...nodes: readonly string[]): void => {
  object(world, 'configuration', name, kind).spec.nodeSelectors = nodes.map((node) => ({
    matchLabels: { [HOSTNAME]: node },
  }))
}

const withPorts = (world: World, ports: readonly object[] | null): void => {
  object(world, 'endpointSlices', 'shop/web-x1').ports = ports
}

const restarted = (world: World, restartCount: number, finishedAt: string): void => {
  const [container] = object(world, 'pods', 'metallb-system/speaker-node-b').status.containerStatuses
  const terminated = { reason: 'OOMKilled', exitCode: 137, finishedAt }
  Object.assign(container, { restartCount, lastState: { terminated } })
}

const recorded = (world: World, node: string): void => {
  const status = { node, serviceName: 'web', serviceNamespace: 'shop', interfaces: [] }
  const record = make.metal('ServiceL2Status', 'l2-x1', {})
  world.planes.statuses.push({ ...record, status } as typeof record)
}

const KUBE_VIP = 'ghcr.io/kube-vip/kube-vip:v0.8.9'

function withDaemonSet(
  world: World,
  namespace: string,
  name: string,
  image: string,
  environment: Readonly<Record<string, string>>,
): void {
  const env = Object.entries(environment).map(([variable, value]) => ({ name: variable, value }))
  const spec = { template: { spec: { containers: [{ name, image, env }] } } }
  const object = { apiVersion: 'apps/v1', kind: 'DaemonSet', metadata: { name, namespace }, spec }
  world.planes.daemonSets.push({
    ...object,
    status: daemonSetStatus(3, 3),
  } as (typeof world.planes.daemonSets)[0])
}

function withFrrK8s(world: World): void {
  const env = [{ name: 'METALLB_BGP_TYPE', value: 'frr-k8s' }]
  object(world, 'daemonSets', 'speaker').spec = speaker('v0.15.2', [], env)['spec']
}

const letIn = (world: World, ...ranges: readonly string[]): void => {
  object(world, 'services', 'shop/web').spec.loadBalancerSourceRanges = ranges
}

export const SILENT_CASES: readonly FaultCase[] = [
  {
    name: 'source ranges of the other IP family alone',
    code: 'F34',
    check: 'clients-let-in',
    severity: 'warning',
    says: /^The Service shop\/web lets everybody in at 192\.0\.2\.100: its loadBalancerSourceRanges hold no IPv4 network/,
    fault: (world) => letIn(world, '2001:db8::/32'),
    twin: (world) => letIn(world, '2001:db8::/32', ' 198.51.100.0/24'),
  },
  {
    name: 'a source range without a length, in a file',
    code: 'F34',
    check: 'clients-let-in',
    says: /^The Service shop\/web has loadBalancerSourceRanges that are no CIDR: 198\.51\.100\.7/,
    fault: (world) => {
      world.origin = 'files'
      letIn(world, '198.51.100.7')
    },
    twin: (world) => {
      world.origin = 'files'
      letIn(world, '198.51.100.7/32')
    },
  },
  {
    name: 'a BGPPeer that is for no node',
    code: 'F43',
    check: 'peer-settings',
    says: /^No router is told the address of the Service shop\/api: the nodeSelectors of BGPPeer tor match no node/,
    fault: (world) => {
      object(world, 'configuration', 'tor', 'BGPPeer').spec.nodeSelectors = [{ matchLabels: { rack: 'r1' } }]
    },
    twin: (world) => {
      object(world, 'configuration', 'tor', 'BGPPeer').spec.nodeSelectors = [{ matchLabels: { rack: 'r1' } }]
      for (const name of ['node-a', 'node-b']) object(world, 'nodes', name).metadata.labels.rack = 'r1'
    },
  },
  {
    name: 'a BGPPeer for other nodes than the advertisement',
    code: 'F43',
    check: 'peer-settings',
    says: /^No router is told .*shop\/api: no BGPPeer is for node-a and node-b, which announce it/,
    fault: (world) => {
      forNodes(world, 'BGPPeer', 'tor', 'node-c')
      forNodes(world, 'BGPAdvertisement', 'routed', 'node-a', 'node-b')
    },
    twin: (world) => {
      forNodes(world, 'BGPPeer', 'tor', 'node-b', 'node-c', 'node-a')
      forNodes(world, 'BGPAdvertisement', 'routed', 'node-a', 'node-b')
    },
  },
  {
    name: 'a BGPPeer for one node of the three that announce',
    code: 'F45',
    check: 'equal-shares',
    severity: 'warning',
    says: /^BGP announces shop\/api from node-c only/,
    fault: (world) => forNodes(world, 'BGPPeer', 'tor', 'node-c'),
    twin: (world) => forNodes(world, 'BGPPeer', 'tor', 'node-c', 'node-b'),
  },
  {
    name: 'a pool that reaches into the cluster IPs of Services',
    code: 'F12',
    check: 'foreign-addresses',
    says: /^The pool "lan" holds an address that no Service can have: 10\.96\.0\.0\/16 holds 10\.96\.\S+, the cluster IP of Service "\S+"/,
    fault: (world) =>
      void object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses.push('10.96.0.0/16'),
    twin: (world) =>
      void object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses.push('10.97.0.0/16'),
  },
  {
    name: 'one router ID for all nodes',
    code: 'F42',
    check: 'peer-settings',
    severity: 'warning',
    says: /BGPPeer tor gives the router ID 10\.0\.0\.1 to 3 nodes/,
    fault: (world) => void Object.assign(object(world, 'configuration', 'tor').spec, ROUTER_ID),
    // Every node has a session, and one of them a router ID.
    twin: (world) => {
      const { spec } = object(world, 'configuration', 'tor', 'BGPPeer')
      world.planes.configuration.push(make.metal('BGPPeer', 'rest', { ...spec }, 'metallb.io/v1beta2'))
      Object.assign(spec, ROUTER_ID)
      forNodes(world, 'BGPPeer', 'tor', 'node-a')
      forNodes(world, 'BGPPeer', 'rest', 'node-b', 'node-c')
    },
  },
  {
    name: 'a targetPort of a name that no container has',
    code: 'F08',
    check: 'ports-served',
    says: /^No endpoint of the Service shop\/web has its port TCP\/80: connections to it are refused/,
    fault: (world) => withPorts(world, null),
    twin: (world) => withPorts(world, [{ name: '', port: 8080, protocol: 'TCP' }]),
  },
  {
    name: 'endpoints kept by hand, with a port of another name',
    code: 'F08',
    check: 'ports-served',
    says: /^No endpoint of the Service shop\/web has its port TCP\/80/,
    fault: (world) => {
      withPorts(world, [{ name: 'http', port: 8080, protocol: 'TCP' }])
      object(world, 'services', 'shop/web').spec.selector = {}
    },
    twin: (world) => {
      withPorts(world, [{ name: 'http', port: 8080, protocol: 'TCP' }])
      Object.assign(object(world, 'services', 'shop/web').spec, {
        selector: {},
        ports: [{ name: 'http', port: 80, protocol: 'TCP' }],
      })
    },
  },
  {
    name: 'a speaker that is killed for its memory again and again',
    code: 'F04',
    check: 'pods-run',
    severity: 'warning',
    says: /^DaemonSet metallb-system\/speaker is ready, and speaker-node-b ends again and again: 17 times, for want of memory/,
    fault: (world) => restarted(world, 17, '2026-03-01T11:52:00Z'),
    // Long ago: it runs since.
    twin: (world) => restarted(world, 17, '2026-02-27T11:52:00Z'),
  },
  {
    name: 'a host name of a cloud in place of an address',
    code: 'F07',
    check: 'one-controller',
    says: /^1 Service has the host name of another load balancer in place of an address: shop\/new/,
    fault: (world) => {
      const service = make.service('shop/new', undefined)
      const ingress = [{ hostname: 'a1b2.elb.example.com' }]
      world.planes.services.push({ ...service, status: { loadBalancer: { ingress } } } as typeof service)
      world.planes.endpointSlices.push(make.slice('shop/new', ['node-a']))
    },
    // Of a class of its own, it is the other one's.
    twin: (world) => {
      const service = make.service('shop/new', undefined, 'lan', { loadBalancerClass: 'example.com/cloud' })
      const ingress = [{ hostname: 'a1b2.elb.example.com' }]
      world.planes.services.push({ ...service, status: { loadBalancer: { ingress } } } as typeof service)
    },
  },
  {
    name: 'an advertisement in a namespace where MetalLB does not look',
    code: 'F05',
    check: 'configuration-accepted',
    says: /^Nobody reads L2Advertisement shop\/lan: MetalLB looks in the namespace metallb-system only/,
    beside: ['F01'],
    fault: (world) => {
      object(world, 'configuration', 'lan', 'L2Advertisement').metadata.namespace = 'shop'
    },
  },
  {
    name: 'a record of a node that is gone',
    code: 'F20',
    check: 'one-owner',
    severity: 'warning',
    says: /^The record of who announces the Service shop\/web names node-z, which is no node/,
    fault: (world) => recorded(world, 'node-z'),
    twin: (world) => recorded(world, 'node-b'),
  },
  {
    name: 'a node without a Pod of the speaker',
    code: 'F04',
    check: 'pods-run',
    severity: 'warning',
    says: /2 of 3 Pods ready/,
    fault: (world) => {
      drop(world, 'pods', ({ metadata }) => metadata.name === 'speaker-node-c')
      Object.assign(object(world, 'daemonSets', 'speaker'), { status: daemonSetStatus(3, 2) })
    },
  },
  {
    name: 'kube-vip that looks after Services',
    code: 'F07',
    check: 'one-controller',
    severity: 'warning',
    says: /^kube-vip announces addresses of Services too, beside MetalLB: DaemonSet kube-system\/kube-vip-ds/,
    fault: (world) => withDaemonSet(world, 'kube-system', 'kube-vip-ds', KUBE_VIP, { svc_enable: 'true' }),
    // For the control plane alone.
    twin: (world) => withDaemonSet(world, 'kube-system', 'kube-vip-ds', KUBE_VIP, { cp_enable: 'true' }),
  },
  {
    name: 'speakers that leave BGP to frr-k8s, which is not there',
    code: 'F04',
    check: 'frr-runs',
    says: /^MetalLB leaves BGP to frr-k8s, and there is no frr-k8s/,
    fault: withFrrK8s,
    twin: (world) => {
      withFrrK8s(world)
      withDaemonSet(world, 'metallb-system', 'frr-k8s', 'quay.io/metallb/frr-k8s:v0.0.20', {})
    },
  },
]
