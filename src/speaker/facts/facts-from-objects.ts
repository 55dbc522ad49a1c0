// Objects as they were read from files → facts.
import type {
  EndpointSliceObject,
  NodeObject,
  ReadObjects,
  ServiceObject,
} from '../../config/objects/read-object.ts'
import type { ReadResult } from '../../config/objects/read-objects.ts'
import { parseIp } from '../../net/ip.ts'
import { readConfiguration } from '../configuration/read-configuration.ts'
import { type FactSet, factSet } from './fact-set.ts'
import type { EndpointSliceFact, NodeFact, ServiceFact } from './facts.ts'

export interface ReadFactsOptions {
  /**
   * No cluster stands behind the files: nobody assigns addresses, so a Service without one in its status has those that it asks for.
   */
  readonly outsideCluster: boolean
}

const NEW_PREFIX = 'metallb.io/'
const OLD_PREFIX = 'metallb.universe.tf/'
const DEFAULT_NAMESPACE = 'default'

export function factsFromObjects(read: ReadResult, options: ReadFactsOptions): FactSet {
  const { services, endpointSlices, nodes }: ReadObjects = read.objects
  return factSet({
    configuration: readConfiguration(read),
    services: services.map((service) => serviceFact(service, options)),
    slices: endpointSlices.flatMap((slice) => sliceFact(slice) ?? []),
    nodes: nodes.map(nodeFact),
  })
}

export function serviceFact(service: ServiceObject, { outsideCluster }: ReadFactsOptions): ServiceFact {
  const { ingress, ingressWithoutAddress, annotations } = service
  const assigned = [...ingress, ...Array.from({ length: ingressWithoutAddress }, () => '')]
  return {
    namespace: service.namespace ?? DEFAULT_NAMESPACE,
    name: service.name,
    labels: service.labels,
    type: service.type,
    loadBalancerClass: service.loadBalancerClass,
    localTraffic: service.externalTrafficPolicy === 'Local',
    sharesAddress: annotation(annotations, 'allow-shared-ip') !== undefined,
    ingress: assigned.length === 0 && outsideCluster ? requestedAddresses(service) : assigned,
  }
}

/** metallb.md §4.2: the new prefix wins, and a key that is there counts even when it is empty. */
const annotation = (annotations: ServiceObject['annotations'], key: string): string | undefined =>
  annotations[NEW_PREFIX + key] ?? annotations[OLD_PREFIX + key]

function requestedAddresses({ annotations, loadBalancerIP }: ServiceObject): string[] {
  const asked = annotation(annotations, 'loadBalancerIPs') ?? loadBalancerIP ?? ''
  return asked
    .split(',')
    .map((text) => text.trim())
    .filter((text) => text !== '')
}

/** Undefined for a slice that belongs to no Service. */
export function sliceFact(slice: EndpointSliceObject): EndpointSliceFact | undefined {
  const service = slice.labels['kubernetes.io/service-name']
  if (service === undefined || service === '') return undefined
  return {
    namespace: slice.namespace ?? DEFAULT_NAMESPACE,
    name: slice.name,
    service,
    endpoints: slice.endpoints.map(({ nodeName, ready, serving, addresses }) => ({
      nodeName,
      ready,
      serving,
      hasAddress: addresses.length > 0,
    })),
  }
}

export function nodeFact({
  name,
  labels,
  networkUnavailable,
  unschedulable,
  addresses,
}: NodeObject): NodeFact {
  const internalFirst = [
    ...addresses.filter(({ type }) => type === 'InternalIP'),
    ...addresses.filter(({ type }) => type !== 'InternalIP'),
  ]
  const parsed = internalFirst.flatMap(({ address }) => parseIp(address) ?? [])
  return { name, labels, networkUnavailable, unschedulable, addresses: parsed }
}
