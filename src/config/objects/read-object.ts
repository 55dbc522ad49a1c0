// What was read: objects as data, with the way back to the place of each part.
import type { Subject } from '../diagnostic.ts'
import type {
  BGPAdvertisementSpec,
  CommunitySpec,
  L2AdvertisementSpec,
} from '../schema/advertisement-kinds.ts'
import type { KindSchema } from '../schema/field.ts'
import type { BFDProfileSpec, BGPPeerSpec } from '../schema/peer-kinds.ts'
import type { AddressPoolSpec, IPAddressPoolSpec } from '../schema/pool-kinds.ts'
import type { NotableUse } from '../schema/problem.ts'
import { child, isNull, type MapNode, type Node, scalarText, spanOf } from '../source/node.ts'
import type { Span } from '../source/source.ts'

export type Labels = Readonly<Record<string, string>>
export type Path = readonly (string | number)[]

/** What every object has. */
export interface Identified {
  readonly kind: string
  readonly apiVersion: string
  /** empty when it is missing or wrong (which was reported) */
  readonly name: string
  readonly namespace: string | undefined
  readonly labels: Labels
  readonly annotations: Labels
  readonly node: MapNode
}

/** One of MetalLB's objects. */
export interface MetalObject<S = unknown> extends Identified {
  readonly schema: KindSchema
  /** what is right in the spec, as written: no defaults, nothing that was reported as wrong */
  readonly spec: { readonly [K in keyof S]?: S[K] }
  /** fields of the spec that are wrong or missing, and reported as such */
  readonly failed: ReadonlySet<string>
  readonly notable: readonly NotableUse[]
}

export type Pool = MetalObject<IPAddressPoolSpec>
export type L2Advertisement = MetalObject<L2AdvertisementSpec>
export type BGPAdvertisement = MetalObject<BGPAdvertisementSpec>
/** of either version: v1beta1 is a part of v1beta2 */
export type BGPPeer = MetalObject<BGPPeerSpec>
export type BFDProfile = MetalObject<BFDProfileSpec>
export type CommunityObject = MetalObject<CommunitySpec>
export type AddressPoolObject = MetalObject<AddressPoolSpec>

export interface ServiceObject extends Identified {
  readonly type: string
  readonly clusterIPs: readonly string[]
  readonly loadBalancerIP: string | undefined
  readonly loadBalancerClass: string | undefined
  readonly externalTrafficPolicy: string | undefined
  readonly ipFamilies: readonly string[]
  readonly ipFamilyPolicy: string | undefined
  readonly selector: Labels
  readonly ports: readonly { readonly protocol: string; readonly port: number }[]
  /** addresses in status.loadBalancer.ingress */
  readonly ingress: readonly string[]
  /** how many entries there have no address: a load balancer with a host name wrote them */
  readonly ingressWithoutAddress: number
}
export interface NodeObject extends Identified {
  readonly addresses: readonly { readonly type: string; readonly address: string }[]
  readonly podCIDRs: readonly string[]
  readonly networkUnavailable: boolean
  /** spec.unschedulable: the node is cordoned */
  readonly unschedulable: boolean
  readonly taints: readonly Taint[]
}
/** Keeps Pods that do not tolerate it away. */
export interface Taint {
  readonly key: string
  readonly value: string
  /** `NoSchedule`, `PreferNoSchedule` or `NoExecute` */
  readonly effect: string
}
/** discovery.k8s.io/v1: a part of the endpoints of a Service. */
export interface EndpointSliceObject extends Identified {
  readonly endpoints: readonly {
    readonly nodeName: string | undefined
    /** conditions; undefined where the API server has null */
    readonly ready: boolean | undefined
    readonly serving: boolean | undefined
    readonly addresses: readonly string[]
  }[]
}
/** Key names only: no value of a Secret is ever kept. */
export interface SecretObject extends Identified {
  readonly type: string
  readonly keys: readonly string[]
}
export type NamespaceObject = Identified

export interface ReadObjects {
  readonly pools: readonly Pool[]
  readonly l2Advertisements: readonly L2Advertisement[]
  readonly bgpAdvertisements: readonly BGPAdvertisement[]
  readonly peers: readonly BGPPeer[]
  readonly bfdProfiles: readonly BFDProfile[]
  readonly communities: readonly CommunityObject[]
  readonly addressPools: readonly AddressPoolObject[]
  /** ServiceL2Status, ServiceBGPStatus, ConfigurationState: checked, and not used further */
  readonly statuses: readonly MetalObject[]
  readonly services: readonly ServiceObject[]
  readonly endpointSlices: readonly EndpointSliceObject[]
  readonly nodes: readonly NodeObject[]
  readonly secrets: readonly SecretObject[]
  readonly namespaces: readonly NamespaceObject[]
  /** MetalLB objects that could not be read at all: what refers to them is not judged */
  readonly unreadable: readonly string[]
}

/** The place of a part of an object; of the nearest part around it when there is no such part. */
export function placeOf(object: Identified, path: Path): Span {
  let node: Node = object.node
  for (const step of path) {
    const next: Node | undefined =
      typeof step === 'number' ? (node.kind === 'list' ? node.items[step] : undefined) : child(node, step)
    if (next === undefined) return node === object.node ? nameSpan(object) : spanOf(node)
    node = next
  }
  return spanOf(node)
}

/** The place of a key, for what is wrong by being there. */
export function keySpan(object: Identified, path: Path, key: string): Span {
  let node: Node | undefined = object.node
  for (const step of path)
    node =
      typeof step === 'number' ? (node?.kind === 'list' ? node.items[step] : undefined) : child(node, step)
  const entry = node?.kind === 'map' ? node.entries.find((e) => e.key.text === key) : undefined
  return entry === undefined ? nameSpan(object) : spanOf(entry.key)
}

/** Whether a field of the spec was given and says something, be it right or wrong. */
export function isGiven(object: MetalObject, field: string): boolean {
  const node = child(child(object.node, 'spec'), field)
  return node !== undefined && !isNull(node) && scalarText(node) !== ''
}

/** Where the object as a whole is pointed at: its name, or else its kind. */
export const nameSpan = (object: { readonly node: MapNode }): Span =>
  spanOf(child(child(object.node, 'metadata'), 'name') ?? child(object.node, 'kind') ?? object.node)

export const pathText = (path: Path): string =>
  path.reduce<string>(
    (text, step) => (typeof step === 'number' ? `${text}[${step}]` : text === '' ? step : `${text}.${step}`),
    '',
  )

export const subjectOf = (object: Identified, field?: string): Subject => ({
  kind: object.kind,
  ...(object.namespace === undefined ? {} : { namespace: object.namespace }),
  ...(object.name === '' ? {} : { name: object.name }),
  ...(field === undefined || field === '' ? {} : { field }),
})

/** `IPAddressPool "lan"` */
export const titleOf = (object: Identified): string =>
  object.name === '' ? object.kind : `${object.kind} "${object.name}"`
