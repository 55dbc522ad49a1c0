// Reads from Kubernetes' own kinds what the rules need. These objects are not ours to judge: what is not as expected counts
// as absent.
import { asBoolean, asInteger, child, type MapNode, type Node, scalarText } from '../source/node.ts'
import type {
  EndpointSliceObject,
  Identified,
  NodeObject,
  SecretObject,
  ServiceObject,
} from './read-object.ts'

const text = (node: Node | undefined, ...path: string[]): string | undefined =>
  scalarText(path.reduce<Node | undefined>((at, key) => child(at, key), node))

const items = (node: Node | undefined): readonly Node[] => (node?.kind === 'list' ? node.items : [])

const texts = (node: Node | undefined): string[] => items(node).flatMap((item) => scalarText(item) ?? [])

/** A map whose values are texts. */
export function textMap(node: Node | undefined): Record<string, string> {
  if (node?.kind !== 'map') return {}
  return Object.fromEntries(
    node.entries.flatMap(({ key, value }) => {
      const content = scalarText(value)
      return content === undefined ? [] : [[key.text, content]]
    }),
  )
}

/** Who an object is, without a judgement on it. */
export function identify(node: MapNode, apiVersion: string, kind: string): Identified {
  const metadata = child(node, 'metadata')
  return {
    apiVersion,
    kind,
    name: text(metadata, 'name') ?? '',
    namespace: text(metadata, 'namespace'),
    labels: textMap(child(metadata, 'labels')),
    annotations: textMap(child(metadata, 'annotations')),
    node,
  }
}

export function readService(base: Identified): ServiceObject {
  const spec = child(base.node, 'spec')
  const clusterIP = text(spec, 'clusterIP')
  const clusterIPs = texts(child(spec, 'clusterIPs'))
  const ingress = items(child(child(child(base.node, 'status'), 'loadBalancer'), 'ingress'))
  return {
    ...base,
    type: text(spec, 'type') ?? 'ClusterIP',
    clusterIPs: clusterIPs.length === 0 && clusterIP !== undefined ? [clusterIP] : clusterIPs,
    loadBalancerIP: text(spec, 'loadBalancerIP'),
    loadBalancerClass: text(spec, 'loadBalancerClass'),
    externalTrafficPolicy: text(spec, 'externalTrafficPolicy'),
    ipFamilies: texts(child(spec, 'ipFamilies')),
    ipFamilyPolicy: text(spec, 'ipFamilyPolicy'),
    selector: textMap(child(spec, 'selector')),
    ports: items(child(spec, 'ports')).flatMap((port) => {
      const number = child(port, 'port')
      const value = number === undefined ? undefined : asInteger(number)
      return value === undefined ? [] : [{ protocol: text(port, 'protocol') ?? 'TCP', port: Number(value) }]
    }),
    ingress: ingress.flatMap((entry) => text(entry, 'ip') ?? []),
    ingressWithoutAddress: ingress.filter((entry) => text(entry, 'ip') === undefined).length,
  }
}

export function readNode(base: Identified): NodeObject {
  const spec = child(base.node, 'spec')
  const status = child(base.node, 'status')
  const podCIDR = text(spec, 'podCIDR')
  const podCIDRs = texts(child(spec, 'podCIDRs'))
  return {
    ...base,
    addresses: items(child(status, 'addresses')).flatMap((entry) => {
      const address = text(entry, 'address')
      return address === undefined ? [] : [{ type: text(entry, 'type') ?? '', address }]
    }),
    podCIDRs: podCIDRs.length === 0 && podCIDR !== undefined ? [podCIDR] : podCIDRs,
    networkUnavailable: items(child(status, 'conditions')).some((condition) => {
      const value = child(condition, 'status')
      const isTrue = value !== undefined && (scalarText(value) === 'True' || asBoolean(value) === true)
      return text(condition, 'type') === 'NetworkUnavailable' && isTrue
    }),
    unschedulable: flag(child(spec, 'unschedulable')) === true,
    taints: items(child(spec, 'taints')).map((taint) => ({
      key: text(taint, 'key') ?? '',
      value: text(taint, 'value') ?? '',
      effect: text(taint, 'effect') ?? '',
    })),
  }
}

const flag = (node: Node | undefined): boolean | undefined =>
  node === undefined ? undefined : asBoolean(node)

export function readEndpointSlice(base: Identified): EndpointSliceObject {
  return {
    ...base,
    endpoints: items(child(base.node, 'endpoints')).map((endpoint) => {
      const conditions = child(endpoint, 'conditions')
      return {
        nodeName: text(endpoint, 'nodeName'),
        ready: flag(child(conditions, 'ready')),
        serving: flag(child(conditions, 'serving')),
        addresses: texts(child(endpoint, 'addresses')),
      }
    }),
  }
}

export function readSecret(base: Identified): SecretObject {
  const keys = (field: string): string[] => {
    const map = child(base.node, field)
    return map?.kind === 'map' ? map.entries.map((entry) => entry.key.text) : []
  }
  return {
    ...base,
    type: text(base.node, 'type') ?? 'Opaque',
    keys: [...new Set([...keys('data'), ...keys('stringData')])],
  }
}
