// V817–V819: what Services ask for.
import { parseIp } from '../../../net/ip.ts'
import type { Path, ServiceObject } from '../../objects/read-object.ts'
import { nearest } from '../../schema/nearest.ts'
import { isBuggyIp } from '../../semantics/capacity.ts'
import { RangeIndex } from '../../semantics/range-index.ts'
import { type PoolEntry, quoted, type RuleContext } from '../context.ts'

/** Both prefixes are read; the newer one wins, by being there, even when it is empty. */
const PREFIXES = ['metallb.io', 'metallb.universe.tf']

export function annotation(
  service: Pick<ServiceObject, 'annotations'>,
  name: string,
): { readonly key: string; readonly value: string } | undefined {
  for (const prefix of PREFIXES) {
    const key = `${prefix}/${name}`
    const value = Object.hasOwn(service.annotations, key) ? service.annotations[key] : undefined
    if (value !== undefined) return { key, value }
  }
  return undefined
}

export function clusterServices(context: RuleContext): void {
  if (context.objects.pools.length === 0) return
  const pools = new RangeIndex(context.entries)
  for (const service of context.objects.services) {
    if (service.type !== 'LoadBalancer') continue
    const pool = annotation(service, 'address-pool')
    if (
      pool !== undefined &&
      pool.value !== '' &&
      !context.pools.has(pool.value) &&
      !context.anyUnreadable('IPAddressPool')
    )
      context.report('V817', service, {
        message: `The service asks for the pool "${pool.value}", which is not defined.`,
        path: ['metadata', 'annotations', pool.key],
        hint: poolHint(context, pool.value),
      })
    const addresses = annotation(service, 'loadBalancerIPs')
    const single = service.loadBalancerIP ?? ''
    if (addresses !== undefined && addresses.value !== '' && single !== '')
      context.report('V819', service, {
        message: `The service asks for addresses by the annotation ${addresses.key} and by spec.loadBalancerIP; MetalLB takes one of the two only.`,
        path: ['spec', 'loadBalancerIP'],
        hint: 'Remove spec.loadBalancerIP.',
      })
    if (addresses !== undefined)
      for (const text of addresses.value.split(','))
        inPools(context, pools, service, text.trim(), ['metadata', 'annotations', addresses.key])
    else inPools(context, pools, service, single, ['spec', 'loadBalancerIP'])
  }
}

function poolHint(context: RuleContext, name: string): string {
  const names = context.objects.pools.map((p) => p.name)
  const meant = names.length <= 200 ? nearest(name, names) : undefined
  return meant === undefined ? `Pools given: ${quoted(names)}.` : `Did you mean "${meant}"?`
}

function inPools(
  context: RuleContext,
  pools: RangeIndex<PoolEntry>,
  service: ServiceObject,
  text: string,
  path: Path,
): void {
  if (text === '') return
  const address = parseIp(text)
  const found =
    address === undefined
      ? undefined
      : pools.find({ family: address.family, first: address.value, last: address.value })
  const avoided =
    found !== undefined && 'avoidBuggyIPs' in found.pool.spec && found.pool.spec.avoidBuggyIPs === true
  if (address !== undefined && found !== undefined && !(avoided && isBuggyIp(address))) return
  const reason =
    address === undefined
      ? 'which is no IP address'
      : found === undefined
        ? 'which no pool holds'
        : `which the pool "${found.pool.name}" holds but leaves out (avoidBuggyIPs)`
  context.report('V818', service, { message: `The service asks for ${text}, ${reason}.`, path })
}
