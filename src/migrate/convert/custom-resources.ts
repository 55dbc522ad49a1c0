// Custom resources in the input: those of today pass as they are, those of the 0.13 era become their successors.
import type { Json, JsonObject, KubeObject } from '../../config/kube-object.ts'
import type { MapNode, Node, ScalarNode } from '../../config/source/node.ts'
import { nodeToJson } from '../../config/source/to-json.ts'
import type { Origin, Planned } from '../planned.ts'
import { type Convert, DEFAULT_NAMESPACE, say } from './context.ts'
import { passwordSecret } from './peers.ts'
import type { PoolAdvertisement, PoolPlan } from './pool.ts'

export interface ConvertedResources {
  readonly planned: readonly Planned[]
  readonly pools: readonly PoolPlan[]
  /** those of the 0.13 era */
  readonly converted: readonly MapNode[]
}

const STATUS_KINDS = new Set(['ServiceL2Status', 'ServiceBGPStatus', 'ConfigurationState'])

export function customResources(nodes: readonly MapNode[], convert: Convert): ConvertedResources {
  const planned: Planned[] = []
  const pools: PoolPlan[] = []
  const converted: MapNode[] = []
  // Names that exist already come first: what is derived later steps aside.
  const resources = nodes.flatMap((node) => {
    const resource = asResource(node)
    if (resource === undefined) say(convert, 'M012', 'error', node, 'This object has no metadata.name.')
    return resource === undefined ? [] : [{ ...resource, node }]
  })
  for (const { object } of resources)
    convert.names.reserve(object.kind, object.metadata.namespace ?? DEFAULT_NAMESPACE, object.metadata.name)
  for (const resource of resources) {
    const { kind, apiVersion } = resource.object
    if (STATUS_KINDS.has(kind)) leaveOut(resource, 'is written by MetalLB itself', convert)
    else if (kind === 'Secret' && resource.object['type'] !== 'kubernetes.io/basic-auth')
      leaveOut(resource, 'is no password of a BGP peer', convert)
    else if (!isOfOldEra(apiVersion, kind))
      planned.push({ object: resource.object, origins: resource.origins })
    else {
      converted.push(resource.node)
      if (kind === 'AddressPool') pools.push(addressPool(resource, convert))
      else planned.push(...oldPeer(resource, convert))
    }
  }
  return { planned, pools, converted }
}

/** Objects of v0.13 and v0.14 that have a successor. */
export const isOfOldEra = (apiVersion: string, kind: string): boolean =>
  kind === 'AddressPool' || (kind === 'BGPPeer' && apiVersion === 'metallb.io/v1beta1')

function leaveOut({ object, origins }: Planned, why: string, convert: Convert): void {
  const at = origins.get('')?.node
  if (at !== undefined)
    say(convert, 'M002', 'info', at, `${object.kind} ${object.metadata.name} ${why} and is left out.`)
}

/** What the API server adds to metadata, and kubectl's copy of the object: of no use in a file. */
const SERVER_SET = new Set([
  'uid',
  'resourceVersion',
  'creationTimestamp',
  'generation',
  'managedFields',
  'selfLink',
  'ownerReferences',
])
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'

/** The object without what the API server adds; undefined when it has no name. */
export function asResource(node: MapNode): Planned | undefined {
  const origins = new Map<string, Origin>()
  trace(node, '', undefined, origins)
  const json = nodeToJson(node) as JsonObject
  const { status: _status, metadata: rawMetadata, ...rest } = json
  if (!isObject(rawMetadata) || typeof rawMetadata['name'] !== 'string' || rawMetadata['name'] === '')
    return undefined
  const { annotations, ...metadata } = Object.fromEntries(
    Object.entries(rawMetadata).filter(([key]) => !SERVER_SET.has(key)),
  )
  const kept = isObject(annotations)
    ? Object.entries(annotations).filter(([key]) => key !== LAST_APPLIED)
    : []
  const { apiVersion, kind, ...fields } = rest
  const object = {
    apiVersion: String(apiVersion),
    kind: String(kind),
    metadata: { ...metadata, ...(kept.length > 0 ? { annotations: Object.fromEntries(kept) } : {}) },
    ...fields,
  } as unknown as KubeObject
  return { object, origins }
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

function trace(node: Node, path: string, key: ScalarNode | undefined, origins: Map<string, Origin>): void {
  origins.set(path, { path, node, key })
  if (node.kind === 'list')
    for (const [index, item] of node.items.entries()) trace(item, `${path}[${index}]`, undefined, origins)
  if (node.kind === 'map')
    for (const entry of node.entries)
      trace(entry.value, path === '' ? entry.key.text : `${path}.${entry.key.text}`, entry.key, origins)
}

/** v1beta1 → v1beta2, field by field. Timers that are not set stay unset: MetalLB's conversion made `0s` of them. */
function oldPeer({ object, origins }: Planned, convert: Convert): Planned[] {
  const { peerPort, ...rest } = { ...(object['spec'] as JsonObject | undefined) }
  // In v1beta1 a port of 0 meant that none is set.
  const spec: JsonObject = peerPort === undefined || peerPort === 0 ? rest : { ...rest, peerPort }
  const { namespace = DEFAULT_NAMESPACE, name } = object.metadata
  const password = spec['password']
  const field = origins.get('spec.password')
  const current = (changed: JsonObject, from = origins): Planned => ({
    object: { ...object, apiVersion: 'metallb.io/v1beta2', spec: changed } as KubeObject,
    origins: from,
  })
  if (
    typeof password !== 'string' ||
    password === '' ||
    field === undefined ||
    convert.options.inlinePasswords
  )
    return [current(spec)]
  const secret = passwordSecret(
    { value: password, node: field.node, key: field.key, path: field.path },
    name,
    namespace,
    convert,
  )
  const { password: _moved, ...others } = spec
  const from = new Map(origins).set('spec.passwordSecret', field)
  return [secret, current({ ...others, passwordSecret: { name: secret.object.metadata.name } }, from)]
}

/** AddressPool (0.13, 0.14): a pool and its advertisements in one object. */
function addressPool({ object, origins }: Planned, convert: Convert): PoolPlan {
  const root = origins.get('') as Origin
  const at = (path: string): Origin => origins.get(path) ?? root
  const spec = (isObject(object['spec'] as Json) ? object['spec'] : {}) as JsonObject
  const { namespace = DEFAULT_NAMESPACE, name, labels, annotations } = object.metadata
  const protocol = spec['protocol'] === 'bgp' || spec['protocol'] === 'layer2' ? spec['protocol'] : undefined
  if (protocol === undefined)
    say(
      convert,
      'M015',
      'error',
      at('spec.protocol').node,
      `The AddressPool "${name}" has no protocol "bgp" or "layer2".`,
    )
  const listed = Array.isArray(spec['bgpAdvertisements']) ? (spec['bgpAdvertisements'] as Json[]) : []
  if (protocol === 'layer2' && listed.length > 0)
    say(
      convert,
      'M018',
      'error',
      at('spec.bgpAdvertisements').node,
      `The AddressPool "${name}" is announced by layer 2 and lists bgpAdvertisements; MetalLB refused that.`,
    )
  const addresses = Array.isArray(spec['addresses']) ? (spec['addresses'] as Json[]) : []
  const autoAssign = spec['autoAssign']
  if (addresses.length === 0)
    say(convert, 'M012', 'error', root.node, `The AddressPool "${name}" has no addresses.`)
  convert.names.reserve('IPAddressPool', namespace, name)
  return {
    namespace,
    sourceName: name,
    name,
    addresses: addresses.map((text, index) => ({
      text: String(text),
      origin: at(`spec.addresses[${index}]`),
    })),
    autoAssign:
      typeof autoAssign === 'boolean' ? { value: autoAssign, origin: at('spec.autoAssign') } : undefined,
    avoidBuggyIps: undefined,
    protocol: protocol ?? 'none',
    protocolOrigin: at('spec.protocol'),
    advertisements: protocol === 'bgp' ? poolAdvertisements(listed, at, convert, name) : [],
    origin: root,
    nameOrigin: at('metadata.name'),
    metadata: { ...(labels && { labels }), ...(annotations && { annotations }) },
  }
}

function poolAdvertisements(
  listed: readonly Json[],
  at: (path: string) => Origin,
  convert: Convert,
  pool: string,
): PoolAdvertisement[] {
  if (listed.length === 0) {
    const origin = at('spec.protocol')
    say(
      convert,
      'M050',
      'info',
      origin.node,
      `The pool "${pool}" lists no advertisement, which meant one for each address; it is written out.`,
    )
    return [{ origin, origins: new Map() }]
  }
  return listed.map((item, index) => {
    const path = `spec.bgpAdvertisements[${index}]`
    const {
      aggregationLength: v4,
      aggregationLengthV6: v6,
      localPref,
      communities,
    } = isObject(item) ? item : ({} as JsonObject)
    const names = ['aggregationLength', 'aggregationLengthV6', 'localPref', 'communities']
    return {
      ...(typeof v4 === 'number' && v4 !== 32 ? { aggregationLength: v4 } : {}),
      ...(typeof v6 === 'number' && v6 !== 128 ? { aggregationLengthV6: v6 } : {}),
      ...(typeof localPref === 'number' && localPref !== 0 ? { localPref } : {}),
      ...(Array.isArray(communities) && communities.length > 0
        ? { communities: communities.map(String) }
        : {}),
      origin: at(path),
      origins: new Map(names.map((field) => [field, at(`${path}.${field}`)])),
    }
  })
}
