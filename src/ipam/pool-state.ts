// A pool in use: whom it is for, and its addresses of both families.
import { matchesAny } from '../config/semantics/selector.ts'
import type { Ip, IpFamily } from '../net/ip.ts'
import { allowedNamespaces, type NamespaceLabels, type PoolDefinition } from './pool.ts'
import { PoolSpace } from './pool-space.ts'
import type { PoolReason, PoolRefusal } from './refusal.ts'
import type { AddressRequest } from './request.ts'

const NOBODY_IN_PARTICULAR: ReadonlySet<string> = new Set()

export class PoolState {
  readonly spaces: Readonly<Record<IpFamily, PoolSpace>>
  #definition: PoolDefinition
  #namespaces: ReadonlySet<string>

  constructor(definition: PoolDefinition, namespaces: NamespaceLabels) {
    const { ranges, avoidBuggyIps } = definition
    this.spaces = {
      4: new PoolSpace(4, ranges, avoidBuggyIps),
      6: new PoolSpace(6, ranges, avoidBuggyIps),
    }
    this.#definition = definition
    this.#namespaces = namespacesOf(definition, namespaces)
  }

  /** Takes a definition with the same addresses. */
  redefine(definition: PoolDefinition, namespaces: NamespaceLabels): void {
    this.#definition = definition
    this.#namespaces = namespacesOf(definition, namespaces)
  }

  get definition(): PoolDefinition {
    return this.#definition
  }
  get name(): string {
    return this.#definition.name
  }
  /** Empty: every namespace, unless its selectors match none. */
  get namespaces(): ReadonlySet<string> {
    return this.#namespaces
  }

  /** 0 comes last. */
  get rank(): number {
    const priority = this.#definition.allocation?.priority ?? 0
    return priority === 0 ? Number.POSITIVE_INFINITY : priority
  }

  /** Pools that are for some Services are looked at before those that are for all. */
  get isPinned(): boolean {
    return this.#definition.allocation !== undefined
  }

  /** No namespace is restricted by it, so it is found by the labels of the Service alone. */
  get isFoundByLabels(): boolean {
    const { allocation } = this.#definition
    if (allocation === undefined) return false
    const named = this.#definition.allocation?.namespaces.size ?? 0
    return (
      allocation.serviceSelectors.length > 0 || (named === 0 && allocation.namespaceSelectors.length === 0)
    )
  }

  /** Why a Service may not have addresses of the pool, even if it asks for them. */
  barrier({ namespace, labels }: Pick<AddressRequest, 'namespace' | 'labels'>): PoolReason | undefined {
    if (this.#namespaces.size > 0 && !this.#namespaces.has(namespace)) return 'other-namespace'
    const selectors = this.#definition.allocation?.serviceSelectors ?? []
    return selectors.length > 0 && !matchesAny(selectors, labels) ? 'other-labels' : undefined
  }

  /** Why the pool is not looked at for a Service that asks for none. */
  automaticBarrier(request: Pick<AddressRequest, 'namespace' | 'labels'>): PoolReason | undefined {
    if (!this.#definition.autoAssign) return 'not-automatic'
    const barrier = this.barrier(request)
    if (barrier !== undefined || !this.isPinned || this.isFoundByLabels) return barrier
    // Without a namespace that its selectors match it restricts nothing, but nobody is led to it either (MetalLB does the same).
    return this.#namespaces.size === 0 ? 'no-namespace-matches' : undefined
  }

  /** All that keeps a Service from the pool, where `automaticBarrier` and `shortage` say the first only. */
  obstacles(request: AddressRequest, families: readonly IpFamily[]): readonly PoolRefusal[] {
    const pool = this.name
    const found: PoolRefusal[] = []
    if (!this.#definition.autoAssign) found.push({ pool, reason: 'not-automatic' })
    const { namespace, labels } = request
    if (this.#namespaces.size > 0 && !this.#namespaces.has(namespace))
      found.push({ pool, reason: 'other-namespace' })
    const selectors = this.#definition.allocation?.serviceSelectors ?? []
    if (selectors.length > 0 && !matchesAny(selectors, labels)) found.push({ pool, reason: 'other-labels' })
    if (found.length === 0) {
      const reason = this.automaticBarrier(request)
      if (reason !== undefined) found.push({ pool, reason })
    }
    const lacking = families.filter((family) => this.spaces[family].firstFor(request) === undefined)
    return [...found, ...lacking.map((family) => this.shortage(request, [family]))]
  }

  /** The first address of each family that the Service may have, or why there is none. */
  pick(request: AddressRequest, families: readonly IpFamily[]): readonly Ip[] | undefined {
    const picked: Ip[] = []
    for (const family of families) {
      const address = this.spaces[family].firstFor(request)
      if (address === undefined) return undefined
      picked.push(address)
    }
    return picked
  }

  /** Why `pick` found nothing. */
  shortage(request: AddressRequest, families: readonly IpFamily[]): PoolRefusal {
    const family = families.find((each) => this.spaces[each].firstFor(request) === undefined) ?? 4
    const space = this.spaces[family]
    const reason =
      space.capacity === 0n
        ? this.#isEmptied(family)
          ? 'all-avoided'
          : 'family-missing'
        : space.heldBackCount > 0 && space.freeCount === 0n
          ? 'held-back'
          : 'no-free-address'
    return { pool: this.name, reason, family }
  }

  /** The pool has ranges of the family, and `avoidBuggyIPs` takes every address of them. */
  #isEmptied(family: IpFamily): boolean {
    const { avoidBuggyIps, ranges } = this.#definition
    return avoidBuggyIps && ranges.some((range) => range.family === family)
  }
}

const namespacesOf = ({ allocation }: PoolDefinition, known: NamespaceLabels): ReadonlySet<string> =>
  allocation === undefined ? NOBODY_IN_PARTICULAR : allowedNamespaces(allocation, known)
