// One healthy installation, as a cluster has it: three nodes, MetalLB 0.15.2, a pool announced by layer 2 and one by BGP, a Service in
// each. Tests spoil one thing in it and see what is said.
import type { KubeObject } from '../../../config/kube-object.ts'
import {
  type ClusterFacts,
  clusterFacts,
  type LogIncident,
  OBJECT_PLANES,
  type ObjectPlane,
  type ProbeFacts,
  readPlane,
} from '../cluster-facts.ts'
import { ClusterView } from '../cluster-view.ts'
import type { HostFacts } from '../host-facts.ts'
import * as make from './world-objects.ts'
import * as run from './world-workloads.ts'

export const NOW = '2026-03-01T12:00:00Z'

/** A plane that is undefined was not asked for. */
export interface World {
  origin: 'cluster' | 'files'
  planes: Record<ObjectPlane, KubeObject[]>
  hosts: HostFacts[] | undefined
  probes: ProbeFacts[] | undefined
  logs: LogIncident[] | undefined
}

export function healthyWorld(): World {
  const planes = Object.fromEntries(OBJECT_PLANES.map((name) => [name, []])) as unknown as World['planes']
  planes.nodes = ['node-a', 'node-b', 'node-c'].map((name, index) => make.node(name, `192.0.2.${11 + index}`))
  planes.namespaces = [
    make.namespace('metallb-system', make.PRIVILEGED),
    make.namespace('shop'),
    make.namespace('kube-system'),
  ]
  planes.configuration = [
    make.pool('lan', ['192.0.2.100-192.0.2.119']),
    make.pool('routed', ['198.51.100.0/28']),
    make.metal('L2Advertisement', 'lan', { ipAddressPools: ['lan'] }),
    make.metal('BGPAdvertisement', 'routed', { ipAddressPools: ['routed'] }),
    make.metal(
      'BGPPeer',
      'tor',
      { myASN: 64512, peerASN: 64513, peerAddress: '192.0.2.1' },
      'metallb.io/v1beta2',
    ),
  ]
  planes.services = [
    make.service('shop/web', '192.0.2.100', 'lan'),
    make.service('shop/api', '198.51.100.0', 'routed'),
  ]
  planes.endpointSlices = ['shop/web', 'shop/api'].map((key) => make.slice(key, ['node-a', 'node-b']))
  planes.daemonSets = [run.speaker(), run.kubeProxy()]
  planes.deployments = [run.controller()]
  planes.pods = [
    ...['node-a', 'node-b', 'node-c'].flatMap((name) => [run.speakerPod(name), run.proxyPod(name)]),
    run.controllerPod('node-a'),
    ...['node-a', 'node-b'].flatMap((name) => [run.appPod('web', name), run.appPod('api', name)]),
  ]
  planes.secrets = [make.secret('memberlist', 'Opaque'), make.secret('metallb-webhook-cert', 'Opaque')]
  planes.configMaps = [make.proxyConfig('iptables', false)]
  planes.webhooks = [make.webhook()]
  planes.services.push(make.webhookService())
  planes.endpointSlices.push(make.slice('metallb-system/metallb-webhook-service', ['node-a'], true, 9443))
  return { origin: 'cluster', planes, hosts: undefined, probes: undefined, logs: undefined }
}

export function factsOf({ origin, planes, hosts, probes, logs }: World): ClusterFacts {
  const objects = Object.fromEntries(Object.entries(planes).map(([name, items]) => [name, readPlane(items)]))
  return clusterFacts({
    takenAt: NOW,
    origin,
    vantage: 'cluster "test" at https://192.0.2.1:6443, from host laptop',
    kubernetesVersion: 'v1.33.1',
    kinds: readPlane([{ group: 'metallb.io', kind: 'IPAddressPool', versions: ['v1beta1'] }]),
    ...objects,
    ...(hosts === undefined ? {} : { hosts: readPlane(hosts) }),
    ...(probes === undefined ? {} : { probes: readPlane(probes) }),
    ...(logs === undefined ? {} : { logs: readPlane(logs) }),
  })
}

export const viewOf = (world: World, ...focus: string[]): ClusterView =>
  new ClusterView(factsOf(world), focus.length === 0 ? undefined : new Set(focus))

/** As more that was seen; another fault of the same world may have seen something, too. */
export function addProbes(world: World, ...probes: readonly ProbeFacts[]): void {
  world.probes = [...(world.probes ?? []), ...probes]
}

export function addLogs(world: World, ...incidents: readonly LogIncident[]): void {
  world.logs = [...(world.logs ?? []), ...incidents]
}

/** The object of a plane, to be changed in place. @throws Error when there is none */
// biome-ignore lint/suspicious/noExplicitAny: tests write into JSON of any shape
export function object(world: World, plane: ObjectPlane, name: string, kind?: string): any {
  const [namespace, own] = name.includes('/') ? name.split('/') : [undefined, name]
  const found = world.planes[plane].find(
    ({ metadata, kind: its }) =>
      metadata.name === own &&
      (namespace === undefined || metadata.namespace === namespace) &&
      (kind === undefined || its === kind),
  )
  if (found === undefined) throw new Error(`no ${kind ?? 'object'} ${name} in ${plane}`)
  return found
}

/** Takes objects out of a plane. */
export function drop(world: World, plane: ObjectPlane, test: (object: KubeObject) => boolean): void {
  world.planes[plane] = world.planes[plane].filter((each) => !test(each))
}
