// Which built-in kind has which schema, and what an object of it looks like before anybody has written to it.
import { readStructural, type Structural } from '../structural-schema.ts'
import {
  CLUSTER_ROLE,
  CUSTOM_RESOURCE_DEFINITION,
  ENDPOINT_SLICE,
  LEASE,
  ROLE,
  ROLE_BINDING,
  WEBHOOK_CONFIGURATION,
} from './cluster-kinds.ts'
import {
  CONFIG_MAP,
  ENDPOINTS,
  EVENT,
  NAMESPACE,
  NEW_EVENT,
  NODE,
  SECRET,
  SERVICE,
  SERVICE_ACCOUNT,
} from './core-kinds.ts'
import { kindOf, objectMeta, type RawSchema } from './schema-words.ts'
import { DAEMON_SET, DEPLOYMENT, POD } from './workload-kinds.ts'

const SCHEMAS: ReadonlyMap<string, RawSchema> = new Map([
  ['/Service', SERVICE],
  ['/Node', NODE],
  ['/Namespace', NAMESPACE],
  ['/ConfigMap', CONFIG_MAP],
  ['/Secret', SECRET],
  ['/ServiceAccount', SERVICE_ACCOUNT],
  ['/Event', EVENT],
  ['/Endpoints', ENDPOINTS],
  ['/Pod', POD],
  ['events.k8s.io/Event', NEW_EVENT],
  ['apps/Deployment', DEPLOYMENT],
  ['apps/DaemonSet', DAEMON_SET],
  ['discovery.k8s.io/EndpointSlice', ENDPOINT_SLICE],
  ['coordination.k8s.io/Lease', LEASE],
  ['rbac.authorization.k8s.io/Role', ROLE],
  ['rbac.authorization.k8s.io/ClusterRole', CLUSTER_ROLE],
  ['rbac.authorization.k8s.io/RoleBinding', ROLE_BINDING],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', ROLE_BINDING],
  ['admissionregistration.k8s.io/ValidatingWebhookConfiguration', WEBHOOK_CONFIGURATION],
  ['admissionregistration.k8s.io/MutatingWebhookConfiguration', WEBHOOK_CONFIGURATION],
  ['apiextensions.k8s.io/CustomResourceDefinition', CUSTOM_RESOURCE_DEFINITION],
])

const UNKNOWN_KIND = kindOf({})

/** The schema of a built-in kind; of one that is not described, metadata alone. */
export const builtInSchema = (group: string, kind: string): RawSchema =>
  SCHEMAS.get(`${group}/${kind}`) ?? UNKNOWN_KIND

export const builtInStructural = (group: string, kind: string): Structural =>
  readStructural(builtInSchema(group, kind), kind)

const NODE_INFO = Object.fromEntries(
  [
    'machineID',
    'systemUUID',
    'bootID',
    'kernelVersion',
    'osImage',
    'containerRuntimeVersion',
    'kubeletVersion',
    'kubeProxyVersion',
    'operatingSystem',
    'architecture',
  ].map((name) => [name, '']),
)
const POD_TEMPLATE = { metadata: {}, spec: { containers: null } }

/**
 * The server's own types begin as Go's zero values, which are partly written out. A manager owns what differs from them,
 * so these decide what a POST owns: `spec` of a Service no (it was there), `spec.ports` yes.
 */
const BLANKS: ReadonlyMap<string, object> = new Map<string, object>([
  ['/Service', { spec: {}, status: { loadBalancer: {} } }],
  ['/Node', { spec: {}, status: { daemonEndpoints: { kubeletEndpoint: { Port: 0 } }, nodeInfo: NODE_INFO } }],
  ['/Namespace', { spec: {}, status: {} }],
  ['/Pod', { spec: { containers: null }, status: {} }],
  [
    '/Event',
    {
      involvedObject: {},
      source: {},
      firstTimestamp: null,
      lastTimestamp: null,
      eventTime: null,
      reportingComponent: '',
      reportingInstance: '',
    },
  ],
  [
    'events.k8s.io/Event',
    {
      eventTime: null,
      regarding: {},
      deprecatedSource: {},
      deprecatedFirstTimestamp: null,
      deprecatedLastTimestamp: null,
    },
  ],
  ['/Endpoints', {}],
  ['apps/Deployment', { spec: { selector: null, template: POD_TEMPLATE, strategy: {} }, status: {} }],
  ['apps/DaemonSet', { spec: { selector: null, template: POD_TEMPLATE, updateStrategy: {} }, status: {} }],
  ['discovery.k8s.io/EndpointSlice', { addressType: '', endpoints: null, ports: null }],
  ['coordination.k8s.io/Lease', { spec: {} }],
  ['rbac.authorization.k8s.io/Role', { rules: null }],
  ['rbac.authorization.k8s.io/ClusterRole', { rules: null }],
  ['rbac.authorization.k8s.io/RoleBinding', { roleRef: { apiGroup: '', kind: '', name: '' } }],
  ['rbac.authorization.k8s.io/ClusterRoleBinding', { roleRef: { apiGroup: '', kind: '', name: '' } }],
  [
    'apiextensions.k8s.io/CustomResourceDefinition',
    {
      spec: { group: '', names: { plural: '', kind: '' }, scope: '', versions: null },
      status: { conditions: null, acceptedNames: { plural: '', kind: '' }, storedVersions: null },
    },
  ],
])

export const blankObject = (group: string, kind: string): object => BLANKS.get(`${group}/${kind}`) ?? {}

export const objectMetaStructural = (): Structural => readStructural(objectMeta, 'metadata')
