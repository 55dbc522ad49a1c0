// What is to be written, and in which order.
import type { KubeObject } from '../../config/kube-object.ts'
import type { ObjectRef } from '../ports.ts'

/** A change to one Service: annotations (null removes), and whether `spec.loadBalancerIP` is cleared. */
export interface ServicePatch {
  readonly namespace: string
  readonly name: string
  readonly annotations: Readonly<Record<string, string | null>>
  /** MetalLB refuses a Service that has both the annotation and the field (metallb.md §4.2) */
  readonly clearLoadBalancerIp?: boolean
}

export interface ApplyPlan {
  readonly objects: readonly KubeObject[]
  readonly services: readonly ServicePatch[]
}

/**
 * Each kind after those that it refers to: a peer names a Secret and a BFD profile, an advertisement names pools, peers and
 * communities. Services come last, so that the pool that they ask for is there.
 */
const ORDER = [
  'Secret',
  'Community',
  'BFDProfile',
  'BGPPeer',
  'IPAddressPool',
  'BGPAdvertisement',
  'L2Advertisement',
]

const rank = (o: KubeObject): number => {
  const at = ORDER.indexOf(o.kind)
  return at < 0 ? ORDER.length : at
}

/** In apply order; objects of one kind stay in the order given. */
export const inApplyOrder = (objects: readonly KubeObject[]): readonly KubeObject[] =>
  objects.toSorted((a, b) => rank(a) - rank(b))

export const refOf = (o: KubeObject): ObjectRef => ({
  apiVersion: o.apiVersion,
  kind: o.kind,
  ...(o.metadata.namespace === undefined ? {} : { namespace: o.metadata.namespace }),
  name: o.metadata.name,
})

export const serviceRef = (s: { readonly namespace: string; readonly name: string }): ObjectRef => ({
  apiVersion: 'v1',
  kind: 'Service',
  namespace: s.namespace,
  name: s.name,
})

/** `IPAddressPool metallb-system/lan`, for messages. */
export const refText = (r: ObjectRef): string =>
  `${r.kind} ${r.namespace === undefined ? '' : `${r.namespace}/`}${r.name}`

/** The same object named twice in one plan is a mistake of the caller that the server would not notice. */
export function duplicates(plan: ApplyPlan): readonly string[] {
  const seen = new Set<string>()
  const twice = new Set<string>()
  const all = [
    ...plan.objects.map((o) => refText(refOf(o))),
    ...plan.services.map((s) => refText(serviceRef(s))),
  ]
  for (const id of all) (seen.has(id) ? twice : seen).add(id)
  return [...twice]
}
