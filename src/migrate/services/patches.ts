// Services' old annotations and spec.loadBalancerIP → today's annotations, as merge patches (RFC 7396).
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { JsonObject } from '../../config/kube-object.ts'
import type { Span } from '../../config/source/source.ts'
import type { ServicePatch } from '../apply/plan.ts'
import { type ServiceFact, serviceId } from '../facts.ts'

const OLD_PREFIX = 'metallb.universe.tf/'
const NEW_PREFIX = 'metallb.io/'
const MOVED = ['address-pool', 'allow-shared-ip', 'loadBalancerIPs'] as const

/** A pool's name in the source → its name in the cluster. */
export type PoolNames = ReadonlyMap<string, string>

export interface PatchOptions {
  readonly dropOldAnnotations: boolean
}

/** A change to one Service, and what it does, as sentences without a full stop. */
export interface DescribedPatch extends ServicePatch {
  readonly changes: readonly string[]
}

/** The merge patch (RFC 7396) that `kubectl patch --type merge` takes. */
export const mergePatch = ({ annotations, clearLoadBalancerIp }: ServicePatch): JsonObject => ({
  ...(Object.keys(annotations).length > 0 ? { metadata: { annotations } } : {}),
  ...(clearLoadBalancerIp === true ? { spec: { loadBalancerIP: null } } : {}),
})

export function servicePatches(
  services: readonly ServiceFact[],
  pools: PoolNames,
  options: PatchOptions,
  diagnostics: Diagnostic[],
): DescribedPatch[] {
  return services.flatMap((service) => servicePatch(service, pools, options, diagnostics) ?? [])
}

function servicePatch(
  service: ServiceFact,
  pools: PoolNames,
  options: PatchOptions,
  diagnostics: Diagnostic[],
): DescribedPatch | undefined {
  const annotations: Record<string, string | null> = {}
  const changes: string[] = []
  for (const key of MOVED) {
    const moved = movedAnnotation(service, key, pools, options, diagnostics)
    if (moved === undefined) continue
    Object.assign(annotations, moved.annotations)
    changes.push(moved.change)
  }
  const requested =
    service.annotations[`${NEW_PREFIX}loadBalancerIPs`] ?? service.annotations[`${OLD_PREFIX}loadBalancerIPs`]
  if (service.loadBalancerIP !== undefined) {
    // Both at once are refused by MetalLB; the annotation wins because today's users set it.
    if (requested === undefined) annotations[`${NEW_PREFIX}loadBalancerIPs`] = service.loadBalancerIP
    changes.push(
      requested === undefined
        ? `spec.loadBalancerIP ${service.loadBalancerIP} becomes ${NEW_PREFIX}loadBalancerIPs`
        : 'spec.loadBalancerIP is removed, because the annotation is set too',
    )
  }
  if (changes.length === 0) return undefined
  const { namespace, name } = service
  const clear = service.loadBalancerIP === undefined ? {} : { clearLoadBalancerIp: true }
  return { namespace, name, annotations, ...clear, changes }
}

/**
 * The new annotation says what the old one says. The old one stays unless it is to go: a MetalLB before v0.14.9 knows no other, and
 * would see Services that share an address part company.
 */
function movedAnnotation(
  service: ServiceFact,
  key: (typeof MOVED)[number],
  pools: PoolNames,
  { dropOldAnnotations }: PatchOptions,
  diagnostics: Diagnostic[],
) {
  const [oldKey, newKey] = [OLD_PREFIX + key, NEW_PREFIX + key]
  const old = service.annotations[oldKey]
  const current = service.annotations[newKey]
  const value = current ?? old
  if (value === undefined) return undefined
  const wanted = key === 'address-pool' ? poolName(service, value, pools, diagnostics) : value
  const drops = dropOldAnnotations && old !== undefined
  if (current === wanted && !drops) return undefined
  const renamed = wanted === value ? '' : `, and the pool "${value}" is called "${wanted}" now`
  const what =
    current === wanted
      ? `${oldKey} is removed`
      : drops
        ? `${oldKey} becomes ${newKey}`
        : current === undefined
          ? `${newKey} is set beside ${oldKey}`
          : `${newKey} changes`
  return {
    annotations: {
      ...(drops ? { [oldKey]: null } : {}),
      ...(current === wanted ? {} : { [newKey]: wanted }),
    },
    change: `${what}${renamed}`,
  }
}

function poolName(service: ServiceFact, asked: string, pools: PoolNames, diagnostics: Diagnostic[]): string {
  const name = pools.get(asked)
  if (name !== undefined || asked === '') return name ?? asked
  diagnostics.push({
    code: 'M044',
    severity: 'warning',
    message: `The Service ${serviceId(service)} asks for the pool "${asked}", which is in none of the inputs.`,
    ...where(service),
    hint: 'MetalLB gives it no address until there is such a pool.',
  })
  return asked
}

export const where = (service: ServiceFact): { at?: Span } =>
  service.at === undefined ? {} : { at: service.at }
