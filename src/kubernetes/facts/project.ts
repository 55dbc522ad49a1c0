// Objects as the API server sends them → what the speaker keeps of them. The same values as facts-from-objects.ts makes of files; a
// test holds the two together.

import { parseIp } from '../../net/ip.ts'
import type {
  EndpointFact,
  EndpointSliceFact,
  Labels,
  NodeFact,
  ServiceFact,
} from '../../speaker/facts/facts.ts'
import { asRecord, asText } from '../status.ts'

type Raw = Readonly<Record<string, unknown>>

const NO_LABELS: Labels = Object.freeze({})
const NO_ADDRESSES: readonly string[] = Object.freeze([])
/** Either prefix; the key alone counts (metallb.md §4.2). */
const SHARING = ['metallb.io/allow-shared-ip', 'metallb.universe.tf/allow-shared-ip']

export interface KnownService {
  readonly service: ServiceFact
  /** undefined for Services that nothing is written about */
  readonly uid: string | undefined
}

export function projectKnownService(raw: Raw): KnownService {
  const service = projectService(raw)
  const uid = service.type === 'LoadBalancer' ? asText(asRecord(raw['metadata'])['uid']) : undefined
  return { service, uid }
}

export function projectService(raw: Raw): ServiceFact {
  const metadata = asRecord(raw['metadata'])
  const spec = asRecord(raw['spec'])
  const type = asText(spec['type']) || 'ClusterIP'
  const base = { namespace: asText(metadata['namespace']), name: asText(metadata['name']), type }
  // Most Services of a cluster are none of ours: of these it is enough to know that.
  if (type !== 'LoadBalancer')
    return {
      ...base,
      labels: NO_LABELS,
      loadBalancerClass: undefined,
      localTraffic: false,
      sharesAddress: false,
      ingress: NO_ADDRESSES,
    }
  const annotations = asRecord(metadata['annotations'])
  const withIp = listOf(asRecord(asRecord(raw['status'])['loadBalancer'])['ingress']).map((each) =>
    asText(asRecord(each)['ip']),
  )
  const loadBalancerClass = spec['loadBalancerClass']
  return {
    ...base,
    labels: textsOf(metadata['labels']),
    loadBalancerClass: typeof loadBalancerClass === 'string' ? loadBalancerClass : undefined,
    localTraffic: spec['externalTrafficPolicy'] === 'Local',
    sharesAddress: SHARING.some((key) => typeof annotations[key] === 'string'),
    // Entries without an address come last, as in the facts of files.
    ingress: [...withIp.filter((ip) => ip !== ''), ...withIp.filter((ip) => ip === '')],
  }
}

/** Undefined for a slice that belongs to no Service. */
export function projectSlice(raw: Raw): EndpointSliceFact | undefined {
  const metadata = asRecord(raw['metadata'])
  const service = asText(asRecord(metadata['labels'])['kubernetes.io/service-name'])
  if (service === '') return undefined
  const endpoints = listOf(raw['endpoints']).map(asRecord).map(endpointOf)
  return { namespace: asText(metadata['namespace']), name: asText(metadata['name']), service, endpoints }
}

function endpointOf(endpoint: Raw): EndpointFact {
  const conditions = asRecord(endpoint['conditions'])
  const nodeName = asText(endpoint['nodeName'])
  return {
    nodeName: nodeName === '' ? undefined : nodeName,
    ready: flagOf(conditions['ready']),
    serving: flagOf(conditions['serving']),
    hasAddress: listOf(endpoint['addresses']).length > 0,
  }
}

export function projectNode(raw: Raw): NodeFact {
  const metadata = asRecord(raw['metadata'])
  const status = asRecord(raw['status'])
  const addresses = listOf(status['addresses']).map(asRecord)
  const isInternal = (address: Raw): boolean => address['type'] === 'InternalIP'
  const internalFirst = [...addresses.filter(isInternal), ...addresses.filter((each) => !isInternal(each))]
  return {
    name: asText(metadata['name']),
    labels: textsOf(metadata['labels']),
    networkUnavailable: listOf(status['conditions'])
      .map(asRecord)
      .some(({ type, status: is }) => type === 'NetworkUnavailable' && is === 'True'),
    unschedulable: asRecord(raw['spec'])['unschedulable'] === true,
    addresses: internalFirst.flatMap(({ address }) => parseIp(asText(address)) ?? []),
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

const flagOf = (value: unknown): boolean | undefined => (typeof value === 'boolean' ? value : undefined)

function textsOf(value: unknown): Labels {
  const entries = Object.entries(asRecord(value)).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  )
  return entries.length === 0 ? NO_LABELS : Object.fromEntries(entries)
}
