// Shapes that the pieces of the test server share.
export type Value = string | number | boolean | null | Value[] | { [key: string]: Value }
export type Map_ = { [key: string]: Value }

export interface Stored {
  apiVersion: string
  kind: string
  metadata: Map_ & { name: string; namespace?: string; uid: string; resourceVersion: string }
  [field: string]: Value | undefined
}

export interface ResourceType {
  group: string
  /** plural */
  resource: string
  kind: string
  namespaced: boolean
  /** in the server's order; the first is what is stored */
  versions: readonly string[]
}

export const isMap = (value: unknown): value is Map_ =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

export const mapOf = (value: unknown): Map_ => (isMap(value) ? value : {})
export const copy = <T>(value: T): T => structuredClone(value)

const metallb = (kind: string, resource: string, versions = ['v1beta1']): ResourceType => ({
  group: 'metallb.io',
  resource,
  kind,
  namespaced: true,
  versions,
})
const core = (kind: string, resource: string, namespaced = true): ResourceType => ({
  group: '',
  resource,
  kind,
  namespaced,
  versions: ['v1'],
})

const other = (group: string, kind: string, resource: string, namespaced: boolean): ResourceType => ({
  group,
  resource,
  kind,
  namespaced,
  versions: ['v1'],
})

export const TYPES: readonly ResourceType[] = [
  metallb('BFDProfile', 'bfdprofiles'),
  metallb('BGPAdvertisement', 'bgpadvertisements'),
  metallb('BGPPeer', 'bgppeers', ['v1beta2', 'v1beta1']),
  metallb('Community', 'communities'),
  metallb('IPAddressPool', 'ipaddresspools'),
  metallb('L2Advertisement', 'l2advertisements'),
  metallb('ConfigurationState', 'configurationstates'),
  core('Namespace', 'namespaces', false),
  core('Node', 'nodes', false),
  core('ConfigMap', 'configmaps'),
  core('Secret', 'secrets'),
  core('Service', 'services'),
  { group: 'apps', resource: 'deployments', kind: 'Deployment', namespaced: true, versions: ['v1'] },
  { group: 'apps', resource: 'daemonsets', kind: 'DaemonSet', namespaced: true, versions: ['v1'] },
  core('ServiceAccount', 'serviceaccounts'),
  other('apiextensions.k8s.io', 'CustomResourceDefinition', 'customresourcedefinitions', false),
  other('rbac.authorization.k8s.io', 'ClusterRole', 'clusterroles', false),
  other('rbac.authorization.k8s.io', 'ClusterRoleBinding', 'clusterrolebindings', false),
  other('rbac.authorization.k8s.io', 'Role', 'roles', true),
  other('rbac.authorization.k8s.io', 'RoleBinding', 'rolebindings', true),
  other('networking.k8s.io', 'NetworkPolicy', 'networkpolicies', true),
  other('policy', 'PodDisruptionBudget', 'poddisruptionbudgets', true),
  other(
    'admissionregistration.k8s.io',
    'ValidatingWebhookConfiguration',
    'validatingwebhookconfigurations',
    false,
  ),
]

/** `ipaddresspools.metallb.io`, as messages write it */
export const qualified = (type: ResourceType): string =>
  type.group === '' ? type.resource : `${type.resource}.${type.group}`
