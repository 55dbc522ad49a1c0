// Cluster IPs, node ports and address families of Services: the server's own small allocators.
import { listAt, objectAt, textAt } from '../json-value.ts'
import type { RuleContext } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import { type Cause, invalidValue } from '../status.ts'
import { goList } from '../write/write-options.ts'
import { portsOf, typeOf, wantsHealthCheck } from './service-defaults.ts'

const IPV4_PREFIX = '10.96.'
const IPV6_PREFIX = 'fd00:10:96::'
const FIRST_NODE_PORT = 30_000
const LAST_NODE_PORT = 32_767

export const familyOf = (ip: string): string => (ip.includes(':') ? 'IPv6' : 'IPv4')

/** Fills in ipFamilies and ipFamilyPolicy: the cluster is dual-stack, IPv4 first. */
export function settleFamilies(object: KubeObject, old: KubeObject | undefined): void {
  const spec = objectAt(object, 'spec')
  if (typeOf(object) === 'ExternalName') return
  if (spec['clusterIPs'] === undefined && textAt(spec, 'clusterIP') !== '')
    spec['clusterIPs'] = [spec['clusterIP']]
  const given = listAt(spec, 'clusterIPs')
    .map(String)
    .filter((ip) => ip !== 'None' && ip !== '')
  const former =
    old === undefined || typeOf(old) === 'ExternalName' ? [] : listAt(old, 'spec', 'ipFamilies').map(String)
  const wanted = listAt(spec, 'ipFamilies').map(String)
  const headless = textAt(spec, 'clusterIP') === 'None'
  const base =
    wanted.length > 0
      ? wanted
      : given.length > 0
        ? given.map(familyOf)
        : former.length > 0
          ? former
          : ['IPv4']
  const selectorless =
    headless &&
    objectAt(spec, 'selector') !== undefined &&
    Object.keys(objectAt(spec, 'selector')).length === 0
  spec['ipFamilyPolicy'] ??=
    old === undefined && selectorless && wanted.length === 0
      ? 'RequireDualStack'
      : given.length > 1 && wanted.length === 0
        ? 'RequireDualStack'
        : 'SingleStack'
  const dual = spec['ipFamilyPolicy'] !== 'SingleStack'
  const families = dual && base.length === 1 ? [...base, base[0] === 'IPv4' ? 'IPv6' : 'IPv4'] : base
  const single =
    !dual &&
    old !== undefined &&
    textAt(old, 'spec', 'ipFamilyPolicy') !== 'SingleStack' &&
    families.length > 1
  spec['ipFamilies'] = single ? families.slice(0, 1) : families
  if (single && Array.isArray(spec['clusterIPs'])) spec['clusterIPs'] = spec['clusterIPs'].slice(0, 1)
}

export function allocateAddresses(
  object: KubeObject,
  old: KubeObject | undefined,
  context: RuleContext,
): readonly Cause[] {
  if (context.subresource === 'status') return []
  const others = new TakenByOthers(object, context.claims)
  return [...allocateClusterIPs(object, others, context), ...allocateNodePorts(object, old, others, context)]
}

class TakenByOthers {
  readonly #uid: string
  readonly #claims: RuleContext['claims']
  constructor(object: KubeObject, claims: RuleContext['claims']) {
    this.#uid = textAt(object, 'metadata', 'uid')
    this.#claims = claims
  }
  has(claim: string | number): boolean {
    return this.#claims.isHeldByOther(claim, this.#uid)
  }
}

function allocateClusterIPs(
  object: KubeObject,
  others: TakenByOthers,
  context: RuleContext,
): readonly Cause[] {
  const spec = objectAt(object, 'spec')
  if (typeOf(object) === 'ExternalName') return []
  const given = listAt(spec, 'clusterIPs').map(String)
  if (given.length === 0 && textAt(spec, 'clusterIP') !== '') given.push(textAt(spec, 'clusterIP'))
  if (given[0] === 'None') {
    spec['clusterIP'] = 'None'
    spec['clusterIPs'] = ['None']
    return []
  }
  const families = listAt(spec, 'ipFamilies').map(String)
  const addresses: string[] = []
  for (const [at, family] of families.entries()) {
    const wanted = given[at]
    if (wanted === undefined || wanted === '') {
      addresses.push(freeAddress(family, others, context))
      continue
    }
    const refusal = addressRefusal(wanted, others)
    if (refusal !== undefined)
      return [invalidValue('spec.clusterIPs', goList(given), `failed to allocate IP ${wanted}: ${refusal}`)]
    addresses.push(wanted)
  }
  spec['clusterIP'] = addresses[0]
  spec['clusterIPs'] = addresses
  return []
}

function addressRefusal(ip: string, others: TakenByOthers): string | undefined {
  const inside = ip.startsWith(IPV4_PREFIX) || ip.startsWith(IPV6_PREFIX)
  if (!inside) return 'the provided network does not match the current range'
  return others.has(ip) ? 'provided IP is already allocated' : undefined
}

function freeAddress(family: string, others: TakenByOthers, context: RuleContext): string {
  for (;;) {
    const number = 2 + context.random(65_500)
    const ip =
      family === 'IPv4'
        ? `${IPV4_PREFIX}${number >> 8}.${number & 255}`
        : `${IPV6_PREFIX}${number.toString(16)}`
    if (!others.has(ip)) return ip
  }
}

function allocateNodePorts(
  object: KubeObject,
  old: KubeObject | undefined,
  others: TakenByOthers,
  context: RuleContext,
): readonly Cause[] {
  const spec = objectAt(object, 'spec')
  const type = typeOf(object)
  if (type !== 'LoadBalancer' && type !== 'NodePort') return []
  const own = new Set<unknown>(old === undefined ? [] : portsOf(old).map((port) => port['nodePort']))
  const causes: Cause[] = []
  portsOf(object).forEach((port, at) => {
    const wanted = port['nodePort']
    if (typeof wanted !== 'number') return
    const field = `spec.ports[${at}].nodePort`
    if (wanted < FIRST_NODE_PORT || wanted > LAST_NODE_PORT) {
      const range = `provided port is not in the valid range. The range of valid ports is ${FIRST_NODE_PORT}-${LAST_NODE_PORT}`
      causes.push(invalidValue(field, String(wanted), range))
    } else if (!own.has(wanted) && others.has(wanted)) {
      causes.push(invalidValue(field, String(wanted), 'provided port is already allocated'))
    }
  })
  if (causes.length > 0) return causes
  const used = new Set(portsOf(object).map((port) => port['nodePort']))
  const wantsPorts = type === 'NodePort' || spec['allocateLoadBalancerNodePorts'] !== false
  if (wantsPorts) for (const port of portsOf(object)) port['nodePort'] ??= freePort(used, others, context)
  if (wantsHealthCheck(spec)) spec['healthCheckNodePort'] ??= freePort(used, others, context)
  return []
}

function freePort(used: Set<unknown>, others: TakenByOthers, context: RuleContext): number {
  const span = LAST_NODE_PORT - FIRST_NODE_PORT + 1
  const start = context.random(span)
  for (let step = 0; step < span; step += 1) {
    const port = FIRST_NODE_PORT + ((start + step) % span)
    if (used.has(port) || others.has(port)) continue
    used.add(port)
    return port
  }
  // A real server says so too, as an internal error; here a lab of more than 2,768 node ports goes on without.
  return 0
}
