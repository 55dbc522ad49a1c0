// All pools: which one an address belongs to, and which ones are tried for a Service, in which order.
import { RangeIndex } from '../config/semantics/range-index.ts'
import type { Ip } from '../net/ip.ts'
import type { IpRange } from '../net/prefix.ts'
import type { NamespaceLabels, PoolDefinition } from './pool.ts'
import type { PoolSpace } from './pool-space.ts'
import { PoolState } from './pool-state.ts'
import type { AddressRequest } from './request.ts'

export interface Place {
  readonly address: Ip
  readonly pool: PoolState
  readonly space: PoolSpace
  readonly number: bigint
}

export class PoolTable {
  readonly #pools: ReadonlyMap<string, PoolState>
  readonly #index: RangeIndex<{ readonly range: IpRange; readonly pool: PoolState }>
  /** what follows depends on the namespaces too, and is made anew with them */
  #byNamespace = new Map<string, PoolState[]>()
  #byLabels: readonly PoolState[] = []
  #open: readonly PoolState[] = []

  /** @param definitions sorted by name, without overlaps */
  constructor(definitions: readonly PoolDefinition[], namespaces: NamespaceLabels) {
    this.#pools = new Map(
      definitions.map((definition) => [definition.name, new PoolState(definition, namespaces)]),
    )
    this.#index = new RangeIndex(
      [...this.#pools.values()].flatMap((pool) => pool.definition.ranges.map((range) => ({ range, pool }))),
    )
    this.#classify()
  }

  /** Takes other rules for the same addresses; false, and nothing done, when the addresses are others. */
  redefine(definitions: readonly PoolDefinition[], namespaces: NamespaceLabels): boolean {
    if (definitions.length !== this.#pools.size || !definitions.every((each) => this.#sameAddresses(each)))
      return false
    for (const definition of definitions) this.#pools.get(definition.name)?.redefine(definition, namespaces)
    this.#classify()
    return true
  }

  #sameAddresses({ name, ranges, avoidBuggyIps }: PoolDefinition): boolean {
    const now = this.#pools.get(name)?.definition
    return (
      now !== undefined &&
      now.avoidBuggyIps === avoidBuggyIps &&
      now.ranges.length === ranges.length &&
      ranges.every(({ family, first, last }, index) => {
        const range = now.ranges[index]
        return range?.family === family && range.first === first && range.last === last
      })
    )
  }

  #classify(): void {
    const automatic = [...this.#pools.values()].filter(({ definition }) => definition.autoAssign)
    this.#open = automatic.filter((pool) => !pool.isPinned)
    this.#byLabels = automatic.filter((pool) => pool.isFoundByLabels)
    this.#byNamespace = new Map()
    for (const pool of automatic)
      for (const namespace of pool.namespaces) {
        const there = this.#byNamespace.get(namespace)
        if (there === undefined) this.#byNamespace.set(namespace, [pool])
        else there.push(pool)
      }
  }

  get size(): number {
    return this.#pools.size
  }

  get(name: string): PoolState | undefined {
    return this.#pools.get(name)
  }

  /** In the order of their names. */
  all(): Iterable<PoolState> {
    return this.#pools.values()
  }

  place(address: Ip): Place | undefined {
    const { family, value } = address
    const pool = this.#index.find({ family, first: value, last: value })?.pool
    if (pool === undefined) return undefined
    const space = pool.spaces[family]
    const number = space.numberOf(address)
    return number === undefined ? undefined : { address, pool, space, number }
  }

  /** The places of all addresses; undefined unless one pool hands all of them out. */
  places(addresses: readonly Ip[]): readonly Place[] | undefined {
    const places: Place[] = []
    for (const address of addresses) {
      const place = this.place(address)
      if (place === undefined || (places[0] !== undefined && places[0].pool !== place.pool)) return undefined
      places.push(place)
    }
    return places
  }

  /** The pools for a Service that asks for none: those that are for it in particular by priority, then those for everybody. */
  candidates(request: AddressRequest): readonly PoolState[] {
    const found = new Set([...(this.#byNamespace.get(request.namespace) ?? []), ...this.#byLabels])
    if (found.size === 0) return this.#open
    const pinned = [...found].filter((pool) => pool.barrier(request) === undefined)
    // MetalLB leaves the order of equal priorities to chance; here the name decides.
    pinned.sort((a, b) => compareRanks(a.rank, b.rank) || (a.name < b.name ? -1 : 1))
    return [...pinned, ...this.#open]
  }
}

const compareRanks = (a: number, b: number): number => (a === b ? 0 : a < b ? -1 : 1)
