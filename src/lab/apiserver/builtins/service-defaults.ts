// What the server fills into a Service, and what it takes out when the type changes. Source: pkg/apis/core/v1/defaults.go
// and pkg/registry/core/service of Kubernetes 1.33, read as behaviour and checked against recorded answers.
import { clone, ensureObject, isObject, type JsonObject, listAt, objectAt, textAt } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'

export const typeOf = (object: KubeObject): string => textAt(object, 'spec', 'type')
export const portsOf = (object: KubeObject): JsonObject[] =>
  (listAt(object, 'spec', 'ports') as unknown[]).filter(isObject)
const isExternal = (type: string): boolean => type === 'LoadBalancer' || type === 'NodePort'

export function defaultService(object: KubeObject): void {
  const spec = ensureObject(object, 'spec')
  spec['sessionAffinity'] ??= 'None'
  spec['type'] ??= 'ClusterIP'
  if (spec['sessionAffinity'] === 'None') delete spec['sessionAffinityConfig']
  else if (objectAt(spec, 'sessionAffinityConfig', 'clientIP')['timeoutSeconds'] === undefined) {
    spec['sessionAffinityConfig'] = { clientIP: { timeoutSeconds: 10_800 } }
  }
  if (Array.isArray(spec['ports'])) spec['ports'] = portsOf(object).map((port) => ({ ...port }))
  for (const port of portsOf(object)) {
    port['protocol'] ??= 'TCP'
    if (port['targetPort'] === undefined || port['targetPort'] === 0 || port['targetPort'] === '')
      port['targetPort'] = port['port']
    if (port['nodePort'] === 0) delete port['nodePort']
  }
  const type = String(spec['type'])
  if (isExternal(type)) spec['externalTrafficPolicy'] ??= 'Cluster'
  if (type !== 'ExternalName') spec['internalTrafficPolicy'] ??= 'Cluster'
  if (type === 'LoadBalancer') spec['allocateLoadBalancerNodePorts'] ??= true
  for (const field of ['selector', 'loadBalancerSourceRanges', 'externalIPs']) dropEmpty(spec, field)
  for (const field of ['clusterIP', 'loadBalancerIP', 'externalName', 'healthCheckNodePort']) {
    if (spec[field] === '' || spec[field] === 0) delete spec[field]
  }
  if (spec['publishNotReadyAddresses'] === false) delete spec['publishNotReadyAddresses']
  const status = ensureObject(object, 'status')
  const balancer = ensureObject(status, 'loadBalancer')
  status['loadBalancer'] = balancer
  for (const ingress of listAt(balancer, 'ingress')) {
    if (isObject(ingress) && textAt(ingress, 'ip') !== '') ingress['ipMode'] ??= 'VIP'
  }
  dropEmpty(balancer, 'ingress')
  for (const condition of listAt(status, 'conditions').filter(isObject)) {
    condition['reason'] ??= ''
    condition['message'] ??= ''
  }
  dropEmpty(status, 'conditions')
}

function dropEmpty(holder: JsonObject, field: string): void {
  const value = holder[field]
  if ((Array.isArray(value) && value.length === 0) || (isObject(value) && Object.keys(value).length === 0))
    delete holder[field]
}

/** On update: what the client left out is kept, and what the new type has no use for goes. */
export function patchFromOld(object: KubeObject, old: KubeObject): void {
  const spec = objectAt(object, 'spec')
  const before = objectAt(old, 'spec')
  const type = typeOf(object)
  const oldType = typeOf(old)
  if (type !== 'ExternalName' && oldType !== 'ExternalName') keepClusterIPs(spec, before)
  if (isExternal(type) && isExternal(oldType)) keepNodePorts(object, old)
  if (wantsHealthCheck(spec) && wantsHealthCheck(before))
    spec['healthCheckNodePort'] ??= before['healthCheckNodePort']
  dropTypeFields(object, old)
}

function keepClusterIPs(spec: JsonObject, before: JsonObject): void {
  if (spec['clusterIP'] === undefined && spec['clusterIPs'] === undefined) {
    spec['clusterIP'] = before['clusterIP']
    spec['clusterIPs'] = clone(before['clusterIPs'])
  } else if (
    spec['clusterIP'] !== undefined &&
    spec['clusterIP'] !== before['clusterIP'] &&
    sameList(spec['clusterIPs'], before['clusterIPs'])
  ) {
    // Only the older of the two fields was changed: the newer one follows.
    spec['clusterIPs'] = [spec['clusterIP'], ...listAt(before, 'clusterIPs').slice(1)]
  }
  if (spec['clusterIPs'] === undefined && spec['clusterIP'] !== undefined) {
    spec['clusterIPs'] = [
      spec['clusterIP'],
      ...(spec['clusterIP'] === before['clusterIP'] ? listAt(before, 'clusterIPs').slice(1) : []),
    ]
  }
}
const sameList = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

function keepNodePorts(object: KubeObject, old: KubeObject): void {
  const used = new Set(portsOf(object).map((port) => port['nodePort']))
  const ports = portsOf(object)
  ports.forEach((port, at) => {
    if (port['nodePort'] !== undefined) return
    const former = portsOf(old)[at]
    const sameName =
      portsOf(old).length === 1 && ports.length === 1
        ? former
        : portsOf(old).find((one) => one['name'] === port['name'] && one['protocol'] === port['protocol'])
    const kept = sameName?.['nodePort']
    if (kept === undefined || used.has(kept)) return
    if (
      objectAt(object, 'spec')['allocateLoadBalancerNodePorts'] === false &&
      typeOf(object) === 'LoadBalancer'
    )
      return
    port['nodePort'] = kept
  })
}

export const wantsHealthCheck = (spec: JsonObject): boolean =>
  spec['type'] === 'LoadBalancer' && spec['externalTrafficPolicy'] === 'Local'

/** Fields of the old type that were carried over unchanged are taken away; what was changed on purpose is judged later. */
function dropTypeFields(object: KubeObject, old: KubeObject): void {
  const spec = objectAt(object, 'spec')
  const before = objectAt(old, 'spec')
  const type = typeOf(object)
  const unchanged = (field: string) => sameList(spec[field], before[field])
  const drop = (...fields: readonly string[]) => {
    for (const field of fields) if (unchanged(field)) delete spec[field]
  }
  if (type === 'ExternalName' && typeOf(old) !== 'ExternalName') {
    drop('clusterIP', 'clusterIPs', 'ipFamilies', 'ipFamilyPolicy')
  }
  if (type !== 'ExternalName' && typeOf(old) === 'ExternalName') drop('externalName')
  if (!isExternal(type) && isExternal(typeOf(old))) {
    const formerPorts = new Set(portsOf(old).map((port) => port['nodePort']))
    for (const port of portsOf(object)) if (formerPorts.has(port['nodePort'])) delete port['nodePort']
    drop('externalTrafficPolicy')
  }
  if (!wantsHealthCheck(spec) && wantsHealthCheck(before)) drop('healthCheckNodePort')
  if (type !== 'LoadBalancer' && typeOf(old) === 'LoadBalancer') {
    drop('loadBalancerClass', 'allocateLoadBalancerNodePorts')
    const status = objectAt(object, 'status')
    if (Object.keys(status).length > 0) status['loadBalancer'] = {}
  }
}
