// What migrate looks at in Services and Nodes, whether they came from a file or from the API server.
import type { Json, JsonObject } from '../config/kube-object.ts'
import type { Span } from '../config/source/source.ts'

export interface ServiceFact {
  readonly namespace: string
  readonly name: string
  readonly annotations: Readonly<Record<string, string>>
  readonly type: string | undefined
  readonly loadBalancerIP: string | undefined
  /** `spec.loadBalancerClass`: a Service with one is left to whoever serves that class */
  readonly loadBalancerClass: string | undefined
  /** addresses in `status.loadBalancer.ingress`, as written */
  readonly ips: readonly string[]
  /** entries of the ingress that are host names */
  readonly hostnames: number
  /** where it stands; undefined when it came from the API server */
  readonly at: Span | undefined
}

export interface NodeFact {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

const object = (value: Json | undefined): JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {}
const text = (value: Json | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined
const texts = (value: Json | undefined): Record<string, string> =>
  Object.fromEntries(
    Object.entries(object(value)).flatMap(([key, v]) =>
      typeof v === 'object' || v === undefined ? [] : [[key, String(v)]],
    ),
  )

export function serviceFact(json: Json, at?: Span): ServiceFact {
  const { metadata, spec, status } = object(json)
  const ingress = object(object(status)['loadBalancer'])['ingress']
  return {
    namespace: text(object(metadata)['namespace']) ?? 'default',
    name: text(object(metadata)['name']) ?? '',
    annotations: texts(object(metadata)['annotations']),
    type: text(object(spec)['type']),
    loadBalancerIP: text(object(spec)['loadBalancerIP']),
    loadBalancerClass: text(object(spec)['loadBalancerClass']),
    hostnames: Array.isArray(ingress)
      ? ingress.filter((entry: Json) => text(object(entry)['hostname']) !== undefined).length
      : 0,
    ips: Array.isArray(ingress) ? ingress.flatMap((entry: Json) => text(object(entry)['ip']) ?? []) : [],
    at,
  }
}

export function nodeFact(json: Json): NodeFact {
  const { metadata } = object(json)
  return {
    name: text(object(metadata)['name']) ?? '',
    labels: texts(object(metadata)['labels']),
    annotations: texts(object(metadata)['annotations']),
  }
}

export const serviceId = (service: Pick<ServiceFact, 'namespace' | 'name'>): string =>
  `${service.namespace}/${service.name}`
