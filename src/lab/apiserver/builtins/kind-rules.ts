// Which rules a built-in kind has. Kinds that are not named here take anything.
import { isObject, listAt } from '../json-value.ts'
import type { KindRules } from '../registry/served-kind.ts'
import type { ResourceKind } from '../resource-kind.ts'
import {
  ENDPOINT_SLICE_RULES,
  ENDPOINTS_RULES,
  LEASE_RULES,
  NAMESPACE_RULES,
  NODE_RULES,
  POD_RULES,
} from './cluster-kinds.ts'
import { CONFIG_MAP_RULES, SECRET_RULES } from './configuration-kinds.ts'
import { CORE_EVENT_RULES, NEW_EVENT_RULES } from './event-kinds.ts'
import { DEFINITION_RULES, webhookRules } from './extension-kinds.ts'
import { SERVICE_RULES } from './service-rules.ts'
import { DAEMON_SET_RULES, DEPLOYMENT_RULES, REPLICA_SET_RULES } from './workload-kinds.ts'

const BINDING_RULES: KindRules = {
  nameRule: 'path',
  defaults: (object) => {
    for (const subject of listAt(object, 'subjects').filter(isObject)) {
      if (subject['kind'] === 'User' || subject['kind'] === 'Group')
        subject['apiGroup'] ??= 'rbac.authorization.k8s.io'
    }
  },
}

const RULES: Readonly<Record<string, KindRules>> = {
  'v1/Service': SERVICE_RULES,
  'v1/Node': NODE_RULES,
  'v1/Namespace': NAMESPACE_RULES,
  'v1/Pod': POD_RULES,
  'v1/ConfigMap': CONFIG_MAP_RULES,
  'v1/Secret': SECRET_RULES,
  'v1/Endpoints': ENDPOINTS_RULES,
  'v1/Event': CORE_EVENT_RULES,
  'v1/ServiceAccount': { deleteAnswersObject: true },
  'events.k8s.io/Event': NEW_EVENT_RULES,
  'coordination.k8s.io/Lease': LEASE_RULES,
  'discovery.k8s.io/EndpointSlice': ENDPOINT_SLICE_RULES,
  'apps/Deployment': DEPLOYMENT_RULES,
  'apps/DaemonSet': DAEMON_SET_RULES,
  'apps/ReplicaSet': REPLICA_SET_RULES,
  'batch/Job': { generation: true },
  'networking.k8s.io/NetworkPolicy': { generation: true },
  'policy/PodDisruptionBudget': { generation: true },
  'rbac.authorization.k8s.io/Role': { nameRule: 'path' },
  'rbac.authorization.k8s.io/ClusterRole': { nameRule: 'path' },
  'rbac.authorization.k8s.io/RoleBinding': BINDING_RULES,
  'rbac.authorization.k8s.io/ClusterRoleBinding': BINDING_RULES,
  'apiextensions.k8s.io/CustomResourceDefinition': DEFINITION_RULES,
  'admissionregistration.k8s.io/ValidatingWebhookConfiguration': webhookRules(false),
  'admissionregistration.k8s.io/MutatingWebhookConfiguration': webhookRules(true),
}

export const builtinRules = (kind: ResourceKind): KindRules =>
  RULES[`${kind.group === '' ? 'v1' : kind.group}/${kind.kind}`] ?? {}
