// What a Service may not say. Wording and order follow ValidateService of Kubernetes 1.33 as recorded.
import { formatIp, ip as ipValue } from '../../../net/ip.ts'
import { prefixOf } from '../../../net/prefix.ts'
import type { JsonObject } from '../json-value.ts'
import { listAt, objectAt, textAt } from '../json-value.ts'
import type { RuleContext } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import {
  type Cause,
  duplicateValue,
  forbiddenValue,
  invalidValue,
  requiredValue,
  unsupportedValue,
} from '../status.ts'
import { qualifiedNameCauses } from '../write/validate-metadata.ts'
import { goList } from '../write/write-options.ts'
import { familyOf } from './service-addresses.ts'
import { portsOf, typeOf, wantsHealthCheck } from './service-defaults.ts'
import { ingressCauses, NOT_AN_IP, sloppyIp } from './service-status.ts'

export function validateService(
  object: KubeObject,
  old: KubeObject | undefined,
  context: RuleContext,
): readonly Cause[] {
  const spec = objectAt(object, 'spec')
  return [
    ...(old === undefined || context.subresource === 'status' ? [] : immutableCauses(object, old)),
    ...portCauses(object),
    ...typeCauses(spec),
    ...addressCauses(object),
    ...familyCauses(spec),
    ...balancerCauses(spec, context),
    ...(context.subresource === 'status' ? ingressCauses(object, context) : []),
  ]
}

const TYPES = ['ClusterIP', 'ExternalName', 'LoadBalancer', 'NodePort']

function typeCauses(spec: JsonObject): readonly Cause[] {
  const type = textAt(spec, 'type')
  const causes: Cause[] = []
  if (!TYPES.includes(type)) causes.push(unsupportedValue('spec.type', JSON.stringify(type), TYPES))
  const affinity = textAt(spec, 'sessionAffinity')
  if (affinity !== 'None' && affinity !== 'ClientIP') {
    causes.push(unsupportedValue('spec.sessionAffinity', JSON.stringify(affinity), ['ClientIP', 'None']))
  }
  return causes
}

function portCauses(object: KubeObject): readonly Cause[] {
  const ports = portsOf(object)
  const headless = textAt(object, 'spec', 'clusterIP') === 'None'
  if (ports.length === 0)
    return headless || typeOf(object) === 'ExternalName' ? [] : [requiredValue('spec.ports')]
  const causes: Cause[] = []
  const names = new Set<unknown>()
  for (const [at, port] of ports.entries()) {
    causes.push(...onePortCauses(port, `spec.ports[${at}]`, ports.length > 1, names))
  }
  const seen = new Set<string>()
  ports.forEach((port, at) => {
    const key = `${port['protocol']}/${port['port']}`
    if (seen.has(key)) causes.push(duplicateValue(`spec.ports[${at}]`, goPort(port)))
    seen.add(key)
  })
  return causes
}

function onePortCauses(
  port: JsonObject,
  field: string,
  several: boolean,
  names: Set<unknown>,
): readonly Cause[] {
  const causes: Cause[] = []
  const name = textAt(port, 'name')
  if (name === '' && several) causes.push(requiredValue(`${field}.name`))
  else if (name !== '' && !/^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/.test(name)) {
    const words =
      "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')"
    causes.push(invalidValue(`${field}.name`, JSON.stringify(name), words))
  } else if (name !== '' && names.has(name))
    causes.push(duplicateValue(`${field}.name`, JSON.stringify(name)))
  names.add(name)
  const range = 'must be between 1 and 65535, inclusive'
  if (!isPort(port['port'])) causes.push(invalidValue(`${field}.port`, String(port['port'] ?? 0), range))
  const protocol = textAt(port, 'protocol')
  if (!['TCP', 'UDP', 'SCTP'].includes(protocol)) {
    causes.push(unsupportedValue(`${field}.protocol`, JSON.stringify(protocol), ['SCTP', 'TCP', 'UDP']))
  }
  const target = port['targetPort']
  if (typeof target === 'number' && !isPort(target))
    causes.push(invalidValue(`${field}.targetPort`, String(target), range))
  return causes
}

const isPort = (value: unknown): boolean =>
  typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= 65_535
const goPort = (port: JsonObject): string =>
  `core.ServicePort{Name:"", Protocol:"${port['protocol']}", AppProtocol:(*string)(nil), Port:${port['port']}, TargetPort:intstr.IntOrString{Type:0, IntVal:0, StrVal:""}, NodePort:0}`

function addressCauses(object: KubeObject): readonly Cause[] {
  const spec = objectAt(object, 'spec')
  const causes: Cause[] = []
  listAt(spec, 'externalIPs').forEach((ip, at) => {
    const field = `spec.externalIPs[${at}]`
    const text = String(ip)
    if (sloppyIp(text) === undefined) causes.push(invalidValue(field, JSON.stringify(text), NOT_AN_IP))
    else if (text.startsWith('127.') || text === '::1') {
      causes.push(
        invalidValue(field, JSON.stringify(text), 'may not be in the loopback range (127.0.0.0/8, ::1/128)'),
      )
    }
  })
  const addresses = listAt(spec, 'clusterIPs').map(String)
  if (addresses[0] === 'None' && (typeOf(object) === 'LoadBalancer' || typeOf(object) === 'NodePort')) {
    causes.push(
      invalidValue('spec.clusterIPs[0]', '"None"', `may not be set to 'None' for ${typeOf(object)} services`),
    )
  }
  addresses.forEach((ip, at) => {
    if (ip !== 'None' && sloppyIp(ip) === undefined)
      causes.push(invalidValue(`spec.clusterIPs[${at}]`, JSON.stringify(ip), NOT_AN_IP))
  })
  return causes
}

function familyCauses(spec: JsonObject): readonly Cause[] {
  const causes: Cause[] = []
  const families = listAt(spec, 'ipFamilies').map(String)
  families.forEach((family, at) => {
    const field = `spec.ipFamilies[${at}]`
    if (family !== 'IPv4' && family !== 'IPv6')
      causes.push(unsupportedValue(field, JSON.stringify(family), ['IPv4', 'IPv6']))
    else if (families.indexOf(family) < at) causes.push(duplicateValue(field, JSON.stringify(family)))
  })
  if (causes.length > 0) return causes
  if (families.length > 1 && spec['ipFamilyPolicy'] === 'SingleStack') {
    const words = "must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified"
    return [invalidValue('spec.ipFamilyPolicy', '"SingleStack"', words)]
  }
  listAt(spec, 'clusterIPs')
    .map(String)
    .forEach((ip, at) => {
      const family = families[at]
      if (ip === 'None' || family === undefined || familyOf(ip) === family) return
      const an = family === 'IPv4' ? 'an IPv4' : 'an IPv6'
      causes.push(
        invalidValue(
          `spec.clusterIPs[${at}]`,
          JSON.stringify(ip),
          `expected ${an} value as indicated by \`ipFamilies[${at}]\``,
        ),
      )
    })
  return causes
}

function balancerCauses(spec: JsonObject, context: RuleContext): readonly Cause[] {
  const causes: Cause[] = []
  const balancer = spec['type'] === 'LoadBalancer'
  const only = "may only be used when `type` is 'LoadBalancer'"
  const ranges = listAt(spec, 'loadBalancerSourceRanges').map(String)
  if (ranges.length > 0 && !balancer) causes.push(forbiddenValue('spec.LoadBalancerSourceRanges', only))
  else for (const [at, range] of ranges.entries()) causes.push(...rangeCauses(range, at, context))
  if (spec['allocateLoadBalancerNodePorts'] !== undefined && !balancer) {
    causes.push(forbiddenValue('spec.allocateLoadBalancerNodePorts', only))
  }
  const policy = spec['externalTrafficPolicy']
  if (
    policy !== undefined &&
    !balancer &&
    spec['type'] !== 'NodePort' &&
    listAt(spec, 'externalIPs').length === 0
  ) {
    causes.push(
      invalidValue(
        'spec.externalTrafficPolicy',
        JSON.stringify(policy),
        'may only be set for externally-accessible services',
      ),
    )
  } else if (policy !== undefined && policy !== 'Cluster' && policy !== 'Local') {
    causes.push(unsupportedValue('spec.externalTrafficPolicy', JSON.stringify(policy), ['Cluster', 'Local']))
  }
  const health = spec['healthCheckNodePort']
  if (health !== undefined && !wantsHealthCheck(spec)) {
    const words = "may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'"
    causes.push(invalidValue('spec.healthCheckNodePort', String(health), words))
  }
  const name = textAt(spec, 'loadBalancerClass')
  if (name !== '' && !balancer) causes.push(forbiddenValue('spec.loadBalancerClass', only))
  else if (name !== '') causes.push(...qualifiedNameCauses('spec.loadBalancerClass', name))
  return causes
}

function rangeCauses(range: string, at: number, context: RuleContext): readonly Cause[] {
  const [ip = '', bits = ''] = range.trim().split('/')
  const address = sloppyIp(ip)
  const size = familyOf(ip) === 'IPv4' ? 32 : 128
  if (address === undefined || !/^\d+$/.test(bits) || Number(bits) > size) {
    const words = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)'
    return [invalidValue(`spec.LoadBalancerSourceRanges[${at}]`, JSON.stringify(range), words)]
  }
  const { family, base } = prefixOf(address, Number(bits))
  const network = formatIp(ipValue(family, base))
  if (base !== address.value) {
    context.warn(
      `spec.loadBalancerSourceRanges[${at}]: CIDR value ${JSON.stringify(range)} is ambiguous in this context (should be "${network}/${bits}" or "${ip}/${size}"?)`,
    )
  }
  return []
}

function immutableCauses(object: KubeObject, old: KubeObject): readonly Cause[] {
  const spec = objectAt(object, 'spec')
  const before = objectAt(old, 'spec')
  const causes: Cause[] = []
  const stays = typeOf(object) !== 'ExternalName' && typeOf(old) !== 'ExternalName'
  const first = listAt(spec, 'clusterIPs')[0]
  const former = listAt(before, 'clusterIPs')[0]
  if (stays && former !== undefined && first !== undefined && first !== former) {
    causes.push(
      invalidValue(
        'spec.clusterIPs[0]',
        goList(listAt(spec, 'clusterIPs').map(String)),
        'may not change once set',
      ),
    )
  }
  if (
    wantsHealthCheck(spec) &&
    wantsHealthCheck(before) &&
    spec['healthCheckNodePort'] !== before['healthCheckNodePort']
  ) {
    causes.push(forbiddenValue('spec.healthCheckNodePort', 'field is immutable'))
  }
  if (
    typeOf(object) === 'LoadBalancer' &&
    typeOf(old) === 'LoadBalancer' &&
    spec['loadBalancerClass'] !== before['loadBalancerClass']
  ) {
    const value =
      spec['loadBalancerClass'] === undefined ? '"null"' : JSON.stringify(spec['loadBalancerClass'])
    causes.push(invalidValue('spec.loadBalancerClass', value, 'may not change once set'))
  }
  return causes
}
