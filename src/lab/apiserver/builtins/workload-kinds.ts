// Deployment, DaemonSet, ReplicaSet, and the Pods that they describe: what a real server puts in where nothing is said. Nobody runs them here,
// so their status stays as it is made.
import { ensureObject, isObject, type JsonObject, listAt, objectAt, textAt } from '../json-value.ts'
import type { KindRules } from '../registry/served-kind.ts'
import { requiredValue } from '../status.ts'

const REPLICAS = (spec: JsonObject): void => {
  spec['replicas'] ??= 1
}

/** @param own the defaults of the kind itself */
const workloadRules = (own: (spec: JsonObject) => void): KindRules => ({
  generation: true,
  defaults: (object) => {
    const spec = ensureObject(object, 'spec')
    own(spec)
    const template = objectAt(spec, 'template')
    if (isObject(template['spec'])) defaultPodSpec(template['spec'])
    object['status'] ??= {}
  },
  validate: (object) =>
    Object.keys(objectAt(object, 'spec', 'selector')).length > 0 ? [] : [requiredValue('spec.selector')],
})

export const REPLICA_SET_RULES = workloadRules(REPLICAS)

export const DEPLOYMENT_RULES = workloadRules((spec) => {
  REPLICAS(spec)
  defaultRolling(ensureObject(spec, 'strategy'), { maxUnavailable: '25%', maxSurge: '25%' })
  spec['revisionHistoryLimit'] ??= 10
  spec['progressDeadlineSeconds'] ??= 600
})

export const DAEMON_SET_RULES = workloadRules((spec) => {
  defaultRolling(ensureObject(spec, 'updateStrategy'), { maxUnavailable: 1, maxSurge: 0 })
  spec['revisionHistoryLimit'] ??= 10
})

function defaultRolling(strategy: JsonObject, values: JsonObject): void {
  strategy['type'] ??= 'RollingUpdate'
  if (strategy['type'] !== 'RollingUpdate') return
  const rolling = ensureObject(strategy, 'rollingUpdate')
  for (const [field, value] of Object.entries(values)) rolling[field] ??= value
}

export function defaultPodSpec(spec: JsonObject): void {
  spec['restartPolicy'] ??= 'Always'
  spec['terminationGracePeriodSeconds'] ??= 30
  spec['dnsPolicy'] ??= 'ClusterFirst'
  spec['securityContext'] ??= {}
  spec['schedulerName'] ??= 'default-scheduler'
  // Two names for one thing.
  if (textAt(spec, 'serviceAccountName') !== '') spec['serviceAccount'] ??= spec['serviceAccountName']
  for (const name of ['containers', 'initContainers'])
    for (const container of listAt(spec, name).filter(isObject)) defaultContainer(container)
  for (const volume of listAt(spec, 'volumes').filter(isObject)) defaultVolume(volume)
}

function defaultContainer(container: JsonObject): void {
  container['resources'] ??= {}
  container['terminationMessagePath'] ??= '/dev/termination-log'
  container['terminationMessagePolicy'] ??= 'File'
  container['imagePullPolicy'] ??= pullPolicyOf(textAt(container, 'image'))
  for (const port of listAt(container, 'ports').filter(isObject)) port['protocol'] ??= 'TCP'
  for (const variable of listAt(container, 'env').filter(isObject)) {
    const field = objectAt(variable, 'valueFrom')['fieldRef']
    if (isObject(field)) field['apiVersion'] ??= 'v1'
  }
  for (const name of ['livenessProbe', 'readinessProbe', 'startupProbe']) {
    const probe = container[name]
    if (isObject(probe)) defaultProbe(probe)
  }
}

/** `latest`, said or not, may be another image tomorrow. */
function pullPolicyOf(image: string): string {
  if (image.includes('@')) return 'IfNotPresent'
  const tag = /:([^/:]+)$/.exec(image)?.[1] ?? 'latest'
  return tag === 'latest' ? 'Always' : 'IfNotPresent'
}

function defaultProbe(probe: JsonObject): void {
  probe['timeoutSeconds'] ??= 1
  probe['periodSeconds'] ??= 10
  probe['successThreshold'] ??= 1
  probe['failureThreshold'] ??= 3
  if (isObject(probe['httpGet'])) {
    probe['httpGet']['path'] ??= '/'
    probe['httpGet']['scheme'] ??= 'HTTP'
  }
}

const FILE_MODE = 0o644

function defaultVolume(volume: JsonObject): void {
  for (const source of ['secret', 'configMap', 'downwardAPI', 'projected']) {
    const value = volume[source]
    if (isObject(value)) value['defaultMode'] ??= FILE_MODE
  }
  if (isObject(volume['hostPath'])) volume['hostPath']['type'] ??= ''
}
