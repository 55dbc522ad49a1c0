// ServiceAccounts, roles and bindings.
import type { InstallItem } from './install-item.ts'
import { CONTROLLER, type Component, clusterMetadata, metadataIn, SPEAKER } from './names.ts'
import { hasController, hasSpeaker, hasWebhooks, type InstallOptions } from './options.ts'
import { CONTROLLER_RIGHTS, type Right, type Rights, SPEAKER_RIGHTS, WEBHOOK_RIGHTS } from './rights.ts'

const RBAC = 'rbac.authorization.k8s.io'

export function accessItems(options: InstallOptions): readonly InstallItem[] {
  const controller = hasWebhooks(options) ? joined(CONTROLLER_RIGHTS, WEBHOOK_RIGHTS) : CONTROLLER_RIGHTS
  return [
    ...(hasSpeaker(options) ? accessOf(options, SPEAKER, 'speaker', SPEAKER_RIGHTS) : []),
    ...(hasController(options) ? accessOf(options, CONTROLLER, 'controller', controller) : []),
  ]
}

const joined = (a: Rights, b: Rights): Rights => ({
  cluster: [...a.cluster, ...b.cluster],
  namespace: [...a.namespace, ...b.namespace],
})

function accessOf(
  options: InstallOptions,
  name: string,
  component: Component,
  rights: Rights,
): readonly InstallItem[] {
  const inCluster = clusterMetadata(name, component)
  const inNamespace = metadataIn(options, name, component)
  const subjects = [{ kind: 'ServiceAccount', name, namespace: options.namespace }]
  return [
    { object: { apiVersion: 'v1', kind: 'ServiceAccount', metadata: inNamespace } },
    roleItem('ClusterRole', inCluster, rights.cluster),
    binding('ClusterRole', inCluster, subjects),
    roleItem('Role', inNamespace, rights.namespace),
    binding('Role', inNamespace, subjects),
  ]
}

type Metadata = InstallItem['object']['metadata']

function roleItem(kind: 'Role' | 'ClusterRole', metadata: Metadata, rights: readonly Right[]): InstallItem {
  const comments = rights.flatMap(({ verbs }, rule) =>
    Object.values(verbs).map(
      (reason, verb) => [`rules[${rule}].verbs[${verb}]`, { beside: reason }] as const,
    ),
  )
  return {
    object: { apiVersion: `${RBAC}/v1`, kind, metadata, rules: rights.map(ruleOf) },
    comments: new Map(comments),
  }
}

const ruleOf = ({ group, resources, names, verbs }: Right) => ({
  apiGroups: [group],
  resources,
  ...(names === undefined ? {} : { resourceNames: names }),
  verbs: Object.keys(verbs),
})

const binding = (
  kind: 'Role' | 'ClusterRole',
  metadata: Metadata,
  subjects: readonly object[],
): InstallItem => ({
  object: {
    apiVersion: `${RBAC}/v1`,
    kind: `${kind}Binding`,
    metadata,
    roleRef: { apiGroup: RBAC, kind, name: metadata.name },
    subjects,
  },
})
