// The built-in kinds: what discovery says of them. Their rules are in ../builtins.
import type { ResourceKind } from '../resource-kind.ts'

const ALL = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch']
const CREATE = ['create']

interface Row {
  readonly plural: string
  readonly kind: string
  readonly short?: readonly string[]
  readonly cluster?: boolean
  readonly status?: boolean
  readonly categories?: readonly string[]
  readonly verbs?: readonly string[]
  readonly singular?: string
}

const CORE: readonly Row[] = [
  { plural: 'configmaps', kind: 'ConfigMap', short: ['cm'] },
  { plural: 'endpoints', kind: 'Endpoints', short: ['ep'], singular: 'endpoints' },
  { plural: 'events', kind: 'Event', short: ['ev'] },
  {
    plural: 'namespaces',
    kind: 'Namespace',
    short: ['ns'],
    cluster: true,
    status: true,
    verbs: ALL.filter((verb) => verb !== 'deletecollection'),
  },
  { plural: 'nodes', kind: 'Node', short: ['no'], cluster: true, status: true },
  { plural: 'pods', kind: 'Pod', short: ['po'], status: true, categories: ['all'] },
  { plural: 'secrets', kind: 'Secret' },
  { plural: 'serviceaccounts', kind: 'ServiceAccount', short: ['sa'] },
  { plural: 'services', kind: 'Service', short: ['svc'], status: true, categories: ['all'] },
]
const EXTENSION = ['api-extensions']
const GROUPS: readonly (readonly [string, readonly Row[]])[] = [
  [
    'apiregistration.k8s.io',
    [{ plural: 'apiservices', kind: 'APIService', cluster: true, status: true, categories: EXTENSION }],
  ],
  [
    'apps',
    [
      { plural: 'daemonsets', kind: 'DaemonSet', short: ['ds'], status: true, categories: ['all'] },
      { plural: 'deployments', kind: 'Deployment', short: ['deploy'], status: true, categories: ['all'] },
      { plural: 'replicasets', kind: 'ReplicaSet', short: ['rs'], status: true, categories: ['all'] },
    ],
  ],
  ['events.k8s.io', [{ plural: 'events', kind: 'Event', short: ['ev'] }]],
  [
    'authentication.k8s.io',
    [
      { plural: 'selfsubjectreviews', kind: 'SelfSubjectReview', cluster: true, verbs: CREATE },
      { plural: 'tokenreviews', kind: 'TokenReview', cluster: true, verbs: CREATE },
    ],
  ],
  [
    'authorization.k8s.io',
    [
      { plural: 'localsubjectaccessreviews', kind: 'LocalSubjectAccessReview', verbs: CREATE },
      { plural: 'selfsubjectaccessreviews', kind: 'SelfSubjectAccessReview', cluster: true, verbs: CREATE },
      { plural: 'selfsubjectrulesreviews', kind: 'SelfSubjectRulesReview', cluster: true, verbs: CREATE },
      { plural: 'subjectaccessreviews', kind: 'SubjectAccessReview', cluster: true, verbs: CREATE },
    ],
  ],
  ['batch', [{ plural: 'jobs', kind: 'Job', status: true, categories: ['all'] }]],
  [
    'networking.k8s.io',
    [{ plural: 'networkpolicies', kind: 'NetworkPolicy', short: ['netpol'], singular: 'networkpolicy' }],
  ],
  [
    'policy',
    [
      {
        plural: 'poddisruptionbudgets',
        kind: 'PodDisruptionBudget',
        short: ['pdb'],
        singular: 'poddisruptionbudget',
        status: true,
      },
    ],
  ],
  [
    'rbac.authorization.k8s.io',
    [
      { plural: 'clusterrolebindings', kind: 'ClusterRoleBinding', cluster: true },
      { plural: 'clusterroles', kind: 'ClusterRole', cluster: true },
      { plural: 'rolebindings', kind: 'RoleBinding' },
      { plural: 'roles', kind: 'Role' },
    ],
  ],
  [
    'admissionregistration.k8s.io',
    [
      {
        plural: 'mutatingwebhookconfigurations',
        kind: 'MutatingWebhookConfiguration',
        cluster: true,
        categories: EXTENSION,
      },
      {
        plural: 'validatingwebhookconfigurations',
        kind: 'ValidatingWebhookConfiguration',
        cluster: true,
        categories: EXTENSION,
      },
    ],
  ],
  [
    'apiextensions.k8s.io',
    [
      {
        plural: 'customresourcedefinitions',
        kind: 'CustomResourceDefinition',
        short: ['crd', 'crds'],
        cluster: true,
        status: true,
        categories: EXTENSION,
      },
    ],
  ],
  ['coordination.k8s.io', [{ plural: 'leases', kind: 'Lease' }]],
  ['discovery.k8s.io', [{ plural: 'endpointslices', kind: 'EndpointSlice' }]],
]

/** In the order in which discovery lists groups. */
export const BUILTIN_KINDS: readonly ResourceKind[] = [['', CORE] as const, ...GROUPS].flatMap(
  ([group, rows]) =>
    rows.map((row) => ({
      group,
      version: 'v1',
      kind: row.kind,
      plural: row.plural,
      singular: row.singular ?? row.kind.toLowerCase(),
      shortNames: row.short ?? [],
      namespaced: row.cluster !== true,
      verbs: row.verbs ?? ALL,
      ...(row.categories === undefined ? {} : { categories: row.categories }),
      statusSubresource: row.status === true,
    })),
)
