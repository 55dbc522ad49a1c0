// What the speaker watches. The rules of RBAC that it needs are `get`, `list` and `watch` on each.
import type { KubeObject } from '../../config/kube-object.ts'
import { METALLB_GROUP, pathOf, type Resource } from '../resources.ts'
import { asRecord, asText } from '../status.ts'

type Raw = Readonly<Record<string, unknown>>

export interface WatchedPlace {
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
}

const core = (resource: string): Resource => ({ group: '', version: 'v1', resource })

export const SERVICES: WatchedPlace = { path: pathOf(core('services')) }
export const NODES: WatchedPlace = { path: pathOf(core('nodes')) }
/** Only those of a Service: other slices say nothing about who serves what. */
export const SLICES: WatchedPlace = {
  path: pathOf({ group: 'discovery.k8s.io', version: 'v1', resource: 'endpointslices' }),
  query: { labelSelector: 'kubernetes.io/service-name' },
}

/** MetalLB takes passwords from Secrets of this type alone. */
export const passwords = (namespace: string): WatchedPlace => ({
  path: pathOf(core('secrets'), { namespace }),
  query: { fieldSelector: 'type=kubernetes.io/basic-auth' },
})

/** MetalLB's configuration, each kind in the version that all releases since 0.13.2 serve. */
export const CONFIGURATION = [
  { kind: 'IPAddressPool', resource: 'ipaddresspools', version: 'v1beta1' },
  { kind: 'BGPPeer', resource: 'bgppeers', version: 'v1beta2' },
  { kind: 'BFDProfile', resource: 'bfdprofiles', version: 'v1beta1' },
  { kind: 'Community', resource: 'communities', version: 'v1beta1' },
  { kind: 'BGPAdvertisement', resource: 'bgpadvertisements', version: 'v1beta1' },
  { kind: 'L2Advertisement', resource: 'l2advertisements', version: 'v1beta1' },
] as const

export const configuration = (
  { resource, version }: (typeof CONFIGURATION)[number],
  namespace: string,
): WatchedPlace => ({ path: pathOf({ group: METALLB_GROUP, version, resource }, { namespace }) })

/** As somebody would have written it: without what the API server and controllers add, which is no change for us. */
export function projectWritten(raw: Raw, apiVersion: string, kind: string): KubeObject {
  const { name, namespace, labels } = asRecord(raw['metadata'])
  const metadata = {
    name: asText(name),
    ...(namespace === undefined ? {} : { namespace: asText(namespace) }),
    ...(labels === undefined ? {} : { labels }),
  }
  const { spec, type, data } = raw
  return {
    apiVersion,
    kind,
    metadata,
    ...(spec === undefined ? {} : { spec }),
    ...(type === undefined ? {} : { type }),
    ...(data === undefined ? {} : { data }),
  } as KubeObject
}
