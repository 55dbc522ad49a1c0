// The columns of built-in kinds, as kubectl expects them.
import { isObject, listAt, objectAt, textAt } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'
import { clusterCells } from './cluster-cells.ts'
import { ageText } from './human-duration.ts'
import * as cells from './workload-cells.ts'

export interface Column {
  readonly name: string
  readonly type: string
  readonly format: string
  readonly description: string
  /** 0: always shown; above: with -o wide. */
  readonly priority: number
}

export interface TableKind {
  readonly columns: readonly Column[]
  cells(object: KubeObject, nowMs: number): readonly unknown[]
}

const NAME_DESCRIPTION =
  'Name must be unique within a namespace. Is required when creating resources, although some resources may allow a client to request the generation of an appropriate name automatically. Name is primarily intended for creation idempotence and configuration definition. Cannot be updated. More info: https://kubernetes.io/docs/concepts/overview/working-with-objects/names#names'

export const NAME_COLUMN: Column = {
  name: 'Name',
  type: 'string',
  format: 'name',
  description: NAME_DESCRIPTION,
  priority: 0,
}
/** `Name`, `Wide+` (shown with -o wide), `Count#` (an integer). */
const column = (word: string): Column => {
  if (word === 'Name') return NAME_COLUMN
  const name = word.replace(/[+#]+$/, '')
  const type = word.includes('#') ? 'integer' : 'string'
  return { name, type, format: '', description: '', priority: word.includes('+') ? 1 : 0 }
}
const table = (
  words: string,
  rest: (object: KubeObject, nowMs: number) => readonly unknown[],
): TableKind => ({
  columns: words.split(',').map(column),
  cells: rest,
})
export const nameOf = (object: KubeObject): string => textAt(object, 'metadata', 'name')
const age = (object: KubeObject, nowMs: number): string =>
  ageText(object.metadata['creationTimestamp'], nowMs)
const count = (value: unknown): number => (isObject(value) ? Object.keys(value).length : 0)

export const DEFAULT_TABLE: TableKind = {
  columns: [NAME_COLUMN, { ...column('Created At'), type: 'date' }],
  cells: (object) => [nameOf(object), object.metadata['creationTimestamp'] ?? null],
}

const WEBHOOKS = table('Name,Webhooks#,Age', (object, now) => [
  nameOf(object),
  listAt(object, 'webhooks').length,
  age(object, now),
])
const BINDINGS = table('Name,Role,Age,Users+,Groups+,ServiceAccounts+', (object, now) => {
  const of = (kind: string) => listAt(object, 'subjects').filter((one) => textAt(one, 'kind') === kind)
  const names = (kind: string) =>
    of(kind)
      .map((one) => textAt(one, 'name'))
      .join(', ')
  const accounts = of('ServiceAccount')
    .map((one) => `${textAt(one, 'namespace')}/${textAt(one, 'name')}`)
    .join(', ')
  const role = objectAt(object, 'roleRef')
  return [
    nameOf(object),
    `${textAt(role, 'kind')}/${textAt(role, 'name')}`,
    age(object, now),
    names('User'),
    names('Group'),
    accounts,
  ]
})

const TABLES: Readonly<Record<string, TableKind>> = {
  services: table('Name,Type,Cluster-IP,External-IP,Port(s),Age,Selector+', (object, now) => [
    nameOf(object),
    ...clusterCells.service(object),
    age(object, now),
    clusterCells.labels(objectAt(object, 'spec', 'selector')),
  ]),
  nodes: table(
    'Name,Status,Roles,Age,Version,Internal-IP+,External-IP+,OS-Image+,Kernel-Version+,Container-Runtime+',
    (object, now) => {
      const [status, roles, ...wide] = clusterCells.node(object)
      return [nameOf(object), status, roles, age(object, now), ...wide]
    },
  ),
  namespaces: table('Name,Status,Age', (object, now) => [
    nameOf(object),
    textAt(object, 'status', 'phase'),
    age(object, now),
  ]),
  configmaps: table('Name,Data,Age', (object, now) => [
    nameOf(object),
    count(object['data']) + count(object['binaryData']),
    age(object, now),
  ]),
  secrets: table('Name,Type,Data,Age', (object, now) => [
    nameOf(object),
    textAt(object, 'type'),
    count(object['data']),
    age(object, now),
  ]),
  serviceaccounts: table('Name,Secrets#,Age', (object, now) => [
    nameOf(object),
    listAt(object, 'secrets').length,
    age(object, now),
  ]),
  endpoints: table('Name,Endpoints,Age', (object, now) => [
    nameOf(object),
    clusterCells.endpoints(object),
    age(object, now),
  ]),
  'endpointslices.discovery.k8s.io': table('Name,AddressType,Ports,Endpoints,Age', (object, now) => [
    nameOf(object),
    ...clusterCells.slice(object),
    age(object, now),
  ]),
  'leases.coordination.k8s.io': table('Name,Holder,Age', (object, now) => [
    nameOf(object),
    textAt(object, 'spec', 'holderIdentity'),
    age(object, now),
  ]),
  events: table(
    'Last Seen,Type,Reason,Object,Subobject+,Source+,Message,First Seen+,Count+,Name+',
    (object, now) => clusterCells.event(object, now),
  ),
  pods: table('Name,Ready,Status,Restarts,Age,IP+,Node+,Nominated Node+,Readiness Gates+', (object, now) => {
    const [ready, status, restarts, ...wide] = cells.podCells(object)
    return [nameOf(object), ready, status, restarts, age(object, now), ...wide]
  }),
  'deployments.apps': table(
    'Name,Ready,Up-to-date#,Available#,Age,Containers+,Images+,Selector+',
    (object, now) => [
      nameOf(object),
      ...cells.deploymentCells(object),
      age(object, now),
      ...cells.templateCells(object),
    ],
  ),
  'daemonsets.apps': table(
    'Name,Desired#,Current#,Ready#,Up-to-date#,Available#,Node Selector,Age,Containers+,Images+,Selector+',
    (object, now) => [
      nameOf(object),
      ...cells.daemonSetCells(object),
      age(object, now),
      ...cells.templateCells(object),
    ],
  ),
  'replicasets.apps': table(
    'Name,Desired#,Current#,Ready#,Age,Containers+,Images+,Selector+',
    (object, now) => [
      nameOf(object),
      ...cells.replicaSetCells(object),
      age(object, now),
      ...cells.templateCells(object),
    ],
  ),
  'networkpolicies.networking.k8s.io': table('Name,Pod-Selector,Age', (object, now) => [
    nameOf(object),
    clusterCells.labels(objectAt(object, 'spec', 'podSelector', 'matchLabels')),
    age(object, now),
  ]),
  'rolebindings.rbac.authorization.k8s.io': BINDINGS,
  'clusterrolebindings.rbac.authorization.k8s.io': BINDINGS,
  'validatingwebhookconfigurations.admissionregistration.k8s.io': WEBHOOKS,
  'mutatingwebhookconfigurations.admissionregistration.k8s.io': WEBHOOKS,
}

export const builtinTable = (storage: string): TableKind => TABLES[storage] ?? DEFAULT_TABLE
