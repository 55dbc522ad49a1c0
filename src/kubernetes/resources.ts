// Where objects live: kind and version → path. Kinds are a closed list, since lbctl touches no others; the plural of a custom
// kind that only discovery knows comes from discovery.
import type { ObjectRef } from '../migrate/ports.ts'

export interface Resource {
  /** '' for the core group */
  readonly group: string
  readonly version: string
  /** plural, as in the path */
  readonly resource: string
}

const RESOURCES: Readonly<Record<string, string>> = {
  Secret: 'secrets',
  ConfigMap: 'configmaps',
  Service: 'services',
  Node: 'nodes',
  Namespace: 'namespaces',
  Community: 'communities',
  BFDProfile: 'bfdprofiles',
  BGPPeer: 'bgppeers',
  IPAddressPool: 'ipaddresspools',
  AddressPool: 'addresspools',
  BGPAdvertisement: 'bgpadvertisements',
  L2Advertisement: 'l2advertisements',
  // What `lbctl install` applies.
  CustomResourceDefinition: 'customresourcedefinitions',
  ServiceAccount: 'serviceaccounts',
  ClusterRole: 'clusterroles',
  ClusterRoleBinding: 'clusterrolebindings',
  Role: 'roles',
  RoleBinding: 'rolebindings',
  DaemonSet: 'daemonsets',
  Deployment: 'deployments',
  PodDisruptionBudget: 'poddisruptionbudgets',
  NetworkPolicy: 'networkpolicies',
  ValidatingWebhookConfiguration: 'validatingwebhookconfigurations',
  PodMonitor: 'podmonitors',
  Lease: 'leases',
}

export const METALLB_GROUP = 'metallb.io'

/** Configuration kinds of today's MetalLB (metallb.md §2.1–2.6). */
export const CONFIGURATION_KINDS = [
  'IPAddressPool',
  'BGPPeer',
  'BFDProfile',
  'Community',
  'BGPAdvertisement',
  'L2Advertisement',
] as const

/** Written by MetalLB itself, no configuration (metallb.md §2.7, §2.8). */
export const STATUS_KINDS: readonly string[] = ['ServiceL2Status', 'ServiceBGPStatus', 'ConfigurationState']

/** The resource of a reference, or `undefined` for a kind that lbctl does not write. */
export function resourceOf(ref: Pick<ObjectRef, 'apiVersion' | 'kind'>): Resource | undefined {
  const resource = Object.hasOwn(RESOURCES, ref.kind) ? RESOURCES[ref.kind] : undefined
  if (resource === undefined) return undefined
  const slash = ref.apiVersion.indexOf('/')
  return slash < 0
    ? { group: '', version: ref.apiVersion, resource }
    : { group: ref.apiVersion.slice(0, slash), version: ref.apiVersion.slice(slash + 1), resource }
}

export interface Place {
  readonly namespace?: string | undefined
  readonly name?: string | undefined
}

/** `/apis/metallb.io/v1beta1/namespaces/metallb-system/ipaddresspools/lan` */
export function pathOf(resource: Resource, place: Place = {}): string {
  const root =
    resource.group === '' ? `/api/${resource.version}` : `/apis/${resource.group}/${resource.version}`
  const scope = place.namespace === undefined ? '' : `/namespaces/${encodeURIComponent(place.namespace)}`
  const name = place.name === undefined ? '' : `/${encodeURIComponent(place.name)}`
  return `${root}${scope}/${resource.resource}${name}`
}
