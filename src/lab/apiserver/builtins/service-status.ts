// status.loadBalancer of a Service: what a load balancer writes, and how it is judged.
import { formatIp, type Ip, parseIp } from '../../../net/ip.ts'
import { isObject, type JsonObject, listAt, textAt } from '../json-value.ts'
import type { RuleContext } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import { type Cause, forbiddenValue, invalidValue, unsupportedValue } from '../status.ts'
import { typeOf } from './service-defaults.ts'

export const NOT_AN_IP = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)'

/** An address as Kubernetes still takes it: octets may have leading zeros. */
export function sloppyIp(text: string): Ip | undefined {
  return parseIp(text.includes(':') ? text : text.replace(/(^|\.)0+(?=\d)/g, '$1'))
}

export function ingressCauses(object: KubeObject, context: RuleContext): readonly Cause[] {
  const field = 'status.loadBalancer.ingress'
  const entries = listAt(object, 'status', 'loadBalancer', 'ingress').filter(isObject)
  if (entries.length > 0 && typeOf(object) !== 'LoadBalancer') {
    return [forbiddenValue(field, "may only be used when `spec.type` is 'LoadBalancer'")]
  }
  return entries.flatMap((entry, at) => [
    ...addressCauses(entry, `${field}[${at}]`, context),
    ...nameCauses(entry, `${field}[${at}]`),
  ])
}

function addressCauses(entry: JsonObject, field: string, context: RuleContext): readonly Cause[] {
  const text = textAt(entry, 'ip')
  const mode = textAt(entry, 'ipMode')
  if (text === '') {
    return mode === '' ? [] : [forbiddenValue(`${field}.ipMode`, 'may not be specified when `ip` is not set')]
  }
  const causes: Cause[] = []
  const address = sloppyIp(text)
  if (address === undefined) causes.push(invalidValue(`${field}.ip`, JSON.stringify(text), NOT_AN_IP))
  else warnOddSpelling(text, address, field, context)
  if (mode !== 'VIP' && mode !== 'Proxy')
    causes.push(unsupportedValue(`${field}.ipMode`, JSON.stringify(mode), ['Proxy', 'VIP']))
  return causes
}

function warnOddSpelling(text: string, address: Ip, field: string, context: RuleContext): void {
  const canonical = formatIp(address)
  if (text === canonical) return
  context.warn(
    parseIp(text) === undefined
      ? `${field}: non-standard IP address ${JSON.stringify(text)} will be considered invalid in a future Kubernetes release: use ${JSON.stringify(canonical)}`
      : `${field}: IPv6 address ${JSON.stringify(text)} should be in RFC 5952 canonical format (${JSON.stringify(canonical)})`,
  )
}

function nameCauses(entry: JsonObject, field: string): readonly Cause[] {
  const name = textAt(entry, 'hostname')
  if (name === '' || parseIp(name) === undefined) return []
  return [invalidValue(`${field}.hostname`, JSON.stringify(name), 'must be a DNS name, not an IP address')]
}
