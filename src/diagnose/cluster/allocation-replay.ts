// The allocation done again: pools as they are, every Service with what it has, and then one that has nothing.
import type { ReadObjects, ServiceObject } from '../../config/objects/read-object.ts'
import { adopt, converge } from '../../controller/converge/converge.ts'
import { clusterFamilies, requestOf, wantedFamilies } from '../../controller/converge/wish.ts'
import { serviceFact } from '../../controller/facts/facts-from-objects.ts'
import { Allocator } from '../../ipam/allocator.ts'
import { compilePools } from '../../ipam/pool.ts'
import type { PoolRefusal, Refusal } from '../../ipam/refusal.ts'
import type { IpFamily } from '../../net/ip.ts'
import { keyOf } from './object-keys.ts'

export class AllocationReplay {
  readonly #allocator = new Allocator()

  /** @param services those that the controller looks after */
  constructor(
    { pools, namespaces }: Pick<ReadObjects, 'pools' | 'namespaces'>,
    services: readonly ServiceObject[],
  ) {
    const compiled = compilePools(pools)
    const labels = new Map(namespaces.map((namespace) => [namespace.name, namespace.labels]))
    // Pools that are refused as a whole are another finding; here there are none then.
    this.#allocator.setPools(compiled.ok ? compiled.value : [], labels)
    for (const service of services)
      adopt({ service: serviceFact(service), ingress: service.ingress, allocator: this.#allocator })
  }

  /** Undefined when it would get what it asks for. Each is asked for by itself: what one gets is given back. */
  refusalOf(service: ServiceObject): Refusal | undefined {
    const { refusal } = converge({
      service: serviceFact(service),
      ingress: service.ingress,
      allocator: this.#allocator,
      coolDownUntilMs: undefined,
    })
    if (service.ingress.length === 0) this.#allocator.release(keyOf(service))
    return refusal
  }

  /** Pool by pool, by name: all that keeps the Service from it, not the first thing only. */
  obstaclesOf(service: ServiceObject): ReadonlyMap<string, readonly PoolRefusal[]> {
    const fact = serviceFact(service)
    const families = clusterFamilies(fact)
    if (!families.ok) return new Map()
    const wanted = wantedFamilies(fact, families.value)
    // One family will do for PreferDualStack, so the smallest change is that for one.
    const least: readonly IpFamily[] =
      wanted.kind === 'single' ? [wanted.family] : wanted.fallback === undefined ? [4, 6] : [wanted.fallback]
    const request = requestOf(fact)
    return new Map(
      [...this.#allocator.pools.all()].map((pool) => [pool.name, pool.obstacles(request, least)]),
    )
  }
}
