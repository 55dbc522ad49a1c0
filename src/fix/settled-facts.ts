// What the cluster's own programs make of changed objects, as far as a remedy counts on it: the controller hands out addresses, and
// Pods that the namespace may have now are made. What was observed before (events, probes, logs) says nothing about afterwards.
import type { KubeObject } from '../config/kube-object.ts'
import type { ServiceObject } from '../config/objects/read-object.ts'
import { adopt, converge } from '../controller/converge/converge.ts'
import { serviceFact } from '../controller/facts/facts-from-objects.ts'
import { type ClusterFacts, itemsOf, type Plane, readPlane } from '../diagnose/cluster/cluster-facts.ts'
import { ClusterView } from '../diagnose/cluster/cluster-view.ts'
import { mapAt, numberAt } from '../diagnose/cluster/object-fields.ts'
import { keyOf } from '../diagnose/cluster/object-keys.ts'
import { Allocator } from '../ipam/allocator.ts'
import { compilePools } from '../ipam/pool.ts'
import { formatIp } from '../net/ip.ts'
import { withValue } from './object-edit.ts'
import { withObjects } from './patched-facts.ts'

export const ENFORCE = 'pod-security.kubernetes.io/enforce'

/** @param before the facts before the change: only what a change made possible is taken for done */
export function settledFacts(facts: ClusterFacts, before: ClusterFacts): ClusterFacts {
  const unseen = <T>(plane: Plane<T>): Plane<T> => (plane.status === 'read' ? readPlane([]) : plane)
  const { events, probes, logs } = facts
  const quiet = { ...facts, events: unseen(events), probes: unseen(probes), logs: unseen(logs) }
  return withAddresses(withPods(quiet, before))
}

function withAddresses(facts: ClusterFacts): ClusterFacts {
  const view = new ClusterView(facts)
  const compiled = compilePools(view.objects.pools)
  if (!view.configuration.ok || !compiled.ok) return facts
  const allocator = new Allocator()
  allocator.setPools(
    compiled.value,
    new Map(view.objects.namespaces.map(({ name, labels }) => [name, labels])),
  )
  const services = view.allServices.filter(({ ingressWithoutAddress }) => ingressWithoutAddress === 0)
  for (const service of services)
    adopt({ service: serviceFact(service), ingress: service.ingress, allocator })
  const given = new Map(services.flatMap((service) => addressesFor(service, allocator)))
  return withObjects(facts, (object) => {
    const addresses = object.kind === 'Service' ? given.get(idOfService(object)) : undefined
    if (addresses === undefined) return object
    const ingress = addresses.map((ip) => ({ ip, ipMode: 'VIP' }))
    return withValue(object as never, ['status', 'loadBalancer'], { ingress }) as unknown as KubeObject
  })
}

const idOfService = ({ metadata }: KubeObject): string =>
  `${metadata.namespace ?? 'default'}/${metadata.name}`

function addressesFor(service: ServiceObject, allocator: Allocator): [string, readonly string[]][] {
  const { assignment } = converge({
    service: serviceFact(service),
    ingress: service.ingress,
    allocator,
    coolDownUntilMs: undefined,
  })
  if (assignment === undefined) return []
  const addresses = assignment.addresses.map(formatIp)
  return addresses.join() === service.ingress.join() ? [] : [[keyOf(service), addresses]]
}

/** DaemonSets of a namespace that allows now what it did not: their Pods come up. */
function withPods(facts: ClusterFacts, before: ClusterFacts): ClusterFacts {
  const opened = new Set(
    itemsOf(facts.namespaces)
      .filter((each) => enforceOf(each) === 'privileged')
      .filter(({ metadata }) =>
        itemsOf(before.namespaces).some(
          (was) => was.metadata.name === metadata.name && enforceOf(was) !== 'privileged',
        ),
      )
      .map(({ metadata }) => metadata.name),
  )
  const waiting = itemsOf(facts.daemonSets).filter(
    (set) => opened.has(set.metadata.namespace ?? '') && readyOf(set) < desiredOf(set),
  )
  if (waiting.length === 0) return facts
  const pods = waiting.flatMap((set) => podsOf(set, itemsOf(facts.nodes)))
  const names = new Set(pods.map(({ metadata }) => metadata.name))
  const others = itemsOf(facts.pods).filter(({ metadata }) => !names.has(metadata.name))
  return {
    ...facts,
    pods: facts.pods.status === 'read' ? readPlane([...others, ...pods]) : facts.pods,
    daemonSets: readPlane(
      itemsOf(facts.daemonSets).map((set) => (waiting.includes(set) ? withAllReady(set) : set)),
    ),
  }
}

const enforceOf = (namespace: KubeObject): string | undefined =>
  mapAt(namespace, 'metadata', 'labels')[ENFORCE]
const desiredOf = (set: KubeObject): number => numberAt(set, 'status', 'desiredNumberScheduled') ?? 0
const readyOf = (set: KubeObject): number => numberAt(set, 'status', 'numberReady') ?? 0

const withAllReady = (set: KubeObject): KubeObject =>
  withValue(set as never, ['status', 'numberReady'], desiredOf(set)) as unknown as KubeObject

const podsOf = ({ metadata, ...set }: KubeObject, nodes: readonly KubeObject[]): KubeObject[] =>
  nodes.map((node) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${metadata.name}-${node.metadata.name}`,
      namespace: metadata.namespace ?? '',
      labels: mapAt(set, 'spec', 'selector', 'matchLabels'),
    },
    spec: { nodeName: node.metadata.name },
    status: { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] },
  }))
