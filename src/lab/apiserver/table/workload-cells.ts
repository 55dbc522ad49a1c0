// Cells of Pods and of what makes them.
import { isObject, listAt, objectAt, textAt } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'
import { clusterCells } from './cluster-cells.ts'

const numberAt = (object: KubeObject, part: string, field: string): number =>
  Number(objectAt(object, part)[field] ?? 0)
const NONE = '<none>'

export function podCells(object: KubeObject): readonly unknown[] {
  const containers = listAt(object, 'spec', 'containers').length
  const states = listAt(object, 'status', 'containerStatuses').filter(isObject)
  const ready = states.filter((state) => state['ready'] === true).length
  const restarts = states.reduce((sum, state) => sum + Number(state['restartCount'] ?? 0), 0)
  const waiting = states
    .map((state) => textAt(state, 'state', 'waiting', 'reason'))
    .find((reason) => reason !== '')
  const phase = textAt(object, 'status', 'reason') || textAt(object, 'status', 'phase')
  const status = object.metadata['deletionTimestamp'] === undefined ? (waiting ?? phase) : 'Terminating'
  return [
    `${ready}/${containers}`,
    status,
    String(restarts),
    textAt(object, 'status', 'podIP') || NONE,
    textAt(object, 'spec', 'nodeName') || NONE,
    textAt(object, 'status', 'nominatedNodeName') || NONE,
    NONE,
  ]
}

export const deploymentCells = (object: KubeObject): readonly unknown[] => [
  `${numberAt(object, 'status', 'readyReplicas')}/${numberAt(object, 'spec', 'replicas')}`,
  numberAt(object, 'status', 'updatedReplicas'),
  numberAt(object, 'status', 'availableReplicas'),
]

export const daemonSetCells = (object: KubeObject): readonly unknown[] => [
  numberAt(object, 'status', 'desiredNumberScheduled'),
  numberAt(object, 'status', 'currentNumberScheduled'),
  numberAt(object, 'status', 'numberReady'),
  numberAt(object, 'status', 'updatedNumberScheduled'),
  numberAt(object, 'status', 'numberAvailable'),
  clusterCells.labels(objectAt(object, 'spec', 'template', 'spec', 'nodeSelector')),
]

export const replicaSetCells = (object: KubeObject): readonly unknown[] => [
  numberAt(object, 'spec', 'replicas'),
  numberAt(object, 'status', 'replicas'),
  numberAt(object, 'status', 'readyReplicas'),
]

export function templateCells(object: KubeObject): readonly unknown[] {
  const containers = listAt(object, 'spec', 'template', 'spec', 'containers')
  return [
    containers.map((one) => textAt(one, 'name')).join(','),
    containers.map((one) => textAt(one, 'image')).join(','),
    clusterCells.labels(objectAt(object, 'spec', 'selector', 'matchLabels')),
  ]
}
