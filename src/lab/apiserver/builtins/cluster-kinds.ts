// Node, Namespace, Lease, EndpointSlice, Pod and the workloads: what is filled in, and the little that is refused.
import type { Ip } from '../../../net/ip.ts'
import { ensureObject, isObject, listAt, objectAt, sameJson, textAt } from '../json-value.ts'
import type { KindRules } from '../registry/served-kind.ts'
import { type Cause, forbiddenValue, invalidValue, requiredValue, unsupportedValue } from '../status.ts'
import { goList } from '../write/write-options.ts'
import { sloppyIp } from './service-status.ts'
import { ENDPOINT_SLICE, LEASE, NAMESPACE } from './shapes.ts'
import { defaultPodSpec } from './workload-kinds.ts'

export const NAMESPACE_RULES: KindRules = {
  shape: NAMESPACE,
  nameRule: 'label1123',
  deleteAnswersObject: true,
  selectableFields: { 'status.phase': (object) => textAt(object, 'status', 'phase') },
  bookmark: { spec: {}, status: {} },
  defaults: (object) => {
    const labels = ensureObject(object.metadata, 'labels')
    labels['kubernetes.io/metadata.name'] = textAt(object, 'metadata', 'name')
  },
  prepareCreate: (object) => {
    object['spec'] = { finalizers: ['kubernetes'] }
    object['status'] = { phase: 'Active' }
  },
  prepareUpdate: (object, old) => {
    object['spec'] = old['spec']
  },
}

const NOT_READY = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' }

export const NODE_RULES: KindRules = {
  selectableFields: {
    'spec.unschedulable': (object) => String(objectAt(object, 'spec')['unschedulable'] ?? false),
  },
  bookmark: {
    spec: {},
    status: {
      daemonEndpoints: { kubeletEndpoint: { Port: 0 } },
      nodeInfo: {
        machineID: '',
        systemUUID: '',
        bootID: '',
        kernelVersion: '',
        osImage: '',
        containerRuntimeVersion: '',
        kubeletVersion: '',
        kubeProxyVersion: '',
        operatingSystem: '',
        architecture: '',
      },
    },
  },
  defaults: (object) => {
    const spec = ensureObject(object, 'spec')
    const status = ensureObject(object, 'status')
    status['daemonEndpoints'] ??= { kubeletEndpoint: { Port: 0 } }
    status['nodeInfo'] ??= objectAt(NODE_RULES.bookmark, 'status', 'nodeInfo')
    if (spec['unschedulable'] === false) delete spec['unschedulable']
    if (spec['podCIDR'] !== undefined) spec['podCIDRs'] ??= [spec['podCIDR']]
  },
  prepareCreate: (object) => {
    // A kubelet takes this taint away once it is ready; here whoever made the Node does, or it stays.
    const spec = ensureObject(object, 'spec')
    const taints = listAt(spec, 'taints')
    if (!taints.some((taint) => textAt(taint, 'key') === NOT_READY.key))
      spec['taints'] = [...taints, NOT_READY]
  },
  validate: (object, old) => {
    const before = listAt(old, 'spec', 'podCIDRs').map(String)
    const after = listAt(object, 'spec', 'podCIDRs').map(String)
    if (old === undefined || before.length === 0 || sameJson(before, after)) return []
    const several =
      after.filter((cidr) => !cidr.includes(':')).length > 1 ||
      after.filter((cidr) => cidr.includes(':')).length > 1
    const causes: Cause[] = several
      ? [invalidValue('spec.podCIDRs', goList(after), 'may specify no more than one CIDR for each IP family')]
      : []
    return [
      ...causes,
      forbiddenValue('spec.podCIDRs', 'node updates may not change podCIDR except from "" to valid'),
    ]
  },
}

export const LEASE_RULES: KindRules = {
  shape: LEASE,
  createOnUpdate: true,
  versionRequired: true,
  bookmark: { spec: {} },
  defaults: (object) => {
    ensureObject(object, 'spec')
  },
  validate: (object) => {
    const spec = objectAt(object, 'spec')
    const causes: Cause[] = []
    const seconds = spec['leaseDurationSeconds']
    if (typeof seconds === 'number' && seconds <= 0) {
      causes.push(invalidValue('spec.leaseDurationSeconds', String(seconds), 'must be greater than 0'))
    }
    const transitions = spec['leaseTransitions']
    if (typeof transitions === 'number' && transitions < 0) {
      causes.push(
        invalidValue('spec.leaseTransitions', String(transitions), 'must be greater than or equal to 0'),
      )
    }
    return causes
  },
}

const ADDRESS_TYPES = ['FQDN', 'IPv4', 'IPv6']

export const ENDPOINT_SLICE_RULES: KindRules = {
  shape: ENDPOINT_SLICE,
  generation: true,
  bookmark: { addressType: '', endpoints: null, ports: null },
  defaults: (object) => {
    object['endpoints'] ??= null
    object['ports'] ??= null
    for (const endpoint of listAt(object, 'endpoints').filter(isObject)) endpoint['conditions'] ??= {}
    for (const port of listAt(object, 'ports').filter(isObject)) {
      port['name'] ??= ''
      port['protocol'] ??= 'TCP'
    }
  },
  validate: (object, old) => {
    const type = textAt(object, 'addressType')
    const causes: Cause[] = []
    if (type === '') causes.push(requiredValue('addressType'))
    else if (!ADDRESS_TYPES.includes(type))
      causes.push(unsupportedValue('addressType', JSON.stringify(type), ADDRESS_TYPES))
    if (old !== undefined && old['addressType'] !== object['addressType']) {
      causes.push(invalidValue('addressType', JSON.stringify(type), 'field is immutable'))
    }
    for (const [at, endpoint] of listAt(object, 'endpoints').entries()) {
      causes.push(...endpointCauses(endpoint, `endpoints[${at}]`, type))
    }
    return causes
  },
}

function endpointCauses(endpoint: unknown, field: string, type: string): readonly Cause[] {
  const addresses = listAt(endpoint, 'addresses').map(String)
  if (addresses.length === 0) return [requiredValue(`${field}.addresses`, 'must contain at least 1 address')]
  return addresses.flatMap((text, at) => {
    const place = `${field}.addresses[${at}]`
    if (type === 'FQDN' || type === '') return []
    const ip = sloppyIp(text)
    if (ip?.family !== (type === 'IPv4' ? 4 : 6))
      return [invalidValue(`${field}.addresses`, JSON.stringify(text), `must be an ${type} address`)]
    return isLoopback(ip) ? [invalidValue(place, JSON.stringify(text), LOOPBACK)] : []
  })
}

const isLoopback = ({ family, value }: Ip): boolean => (family === 4 ? value >> 24n === 127n : value === 1n)
const LOOPBACK = 'may not be in the loopback range (127.0.0.0/8, ::1/128)'

export const ENDPOINTS_RULES: KindRules = {
  defaults: (object, { warn }) => {
    warn('v1 Endpoints is deprecated in v1.33+; use discovery.k8s.io/v1 EndpointSlice')
    for (const port of listAt(object, 'subsets').flatMap((subset) => listAt(subset, 'ports')))
      if (isObject(port)) port['protocol'] ??= 'TCP'
  },
}

export const POD_RULES: KindRules = {
  generation: true,
  deleteAnswersObject: true,
  selectableFields: {
    'spec.nodeName': (object) => textAt(object, 'spec', 'nodeName'),
    'spec.restartPolicy': (object) => textAt(object, 'spec', 'restartPolicy'),
    'spec.schedulerName': (object) => textAt(object, 'spec', 'schedulerName'),
    'spec.serviceAccountName': (object) => textAt(object, 'spec', 'serviceAccountName'),
    'spec.hostNetwork': (object) => String(objectAt(object, 'spec')['hostNetwork'] ?? false),
    'status.phase': (object) => textAt(object, 'status', 'phase'),
    'status.podIP': (object) => textAt(object, 'status', 'podIP'),
    'status.nominatedNodeName': (object) => textAt(object, 'status', 'nominatedNodeName'),
  },
  bookmark: { spec: { containers: null }, status: {} },
  defaults: (object) => defaultPodSpec(ensureObject(object, 'spec')),
  prepareCreate: (object) => {
    object['status'] = { phase: 'Pending', qosClass: 'BestEffort' }
  },
  validate: (object) =>
    listAt(object, 'spec', 'containers').length > 0 ? [] : [requiredValue('spec.containers')],
}
