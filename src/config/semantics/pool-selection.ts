// Which pools an advertisement is about. Equal selections are computed once and shared.
import type { BGPAdvertisement, L2Advertisement, Pool } from '../objects/read-object.ts'
import type { LabelSelector } from '../schema/field.ts'
import { LabelIndex } from './label-index.ts'
import { compileSelector, selectorKey } from './selector.ts'

export interface PoolSelection {
  /** nothing is named or selected, which means every pool */
  readonly all: boolean
  readonly pools: readonly Pool[]
  /** one number for each distinct selection */
  readonly id: number
}

export class PoolSelector {
  readonly pools: readonly Pool[]
  readonly #byName = new Map<string, Pool[]>()
  readonly #labels: LabelIndex<Pool>
  readonly #selections = new Map<string, PoolSelection>()
  /** many rules ask for the selection of the same advertisement */
  readonly #asked = new Map<L2Advertisement | BGPAdvertisement, PoolSelection | undefined>()

  constructor(pools: readonly Pool[]) {
    this.pools = pools
    this.#labels = new LabelIndex(pools)
    for (const pool of pools) {
      const same = this.#byName.get(pool.name)
      if (same === undefined) this.#byName.set(pool.name, [pool])
      else same.push(pool)
    }
  }

  has(name: string): boolean {
    return this.#byName.has(name)
  }

  named(name: string): readonly Pool[] {
    return this.#byName.get(name) ?? []
  }

  names(): Iterable<string> {
    return this.#byName.keys()
  }

  /** Undefined when the advertisement's own selection is wrong, so that nobody can say. */
  select(advertisement: L2Advertisement | BGPAdvertisement): PoolSelection | undefined {
    if (this.#asked.has(advertisement)) return this.#asked.get(advertisement)
    const selection = this.#select(advertisement)
    this.#asked.set(advertisement, selection)
    return selection
  }

  #select({ spec, failed }: L2Advertisement | BGPAdvertisement): PoolSelection | undefined {
    if (failed.has('ipAddressPools') || failed.has('ipAddressPoolSelectors')) return undefined
    const names = spec.ipAddressPools ?? []
    const selectors = spec.ipAddressPoolSelectors ?? []
    const key = JSON.stringify([names, selectors.map(selectorKey)])
    const known = this.#selections.get(key)
    if (known !== undefined) return known
    const pools = this.#resolve(names, selectors)
    if (pools === undefined) return undefined
    const all = names.length === 0 && selectors.length === 0
    const selection = { all, pools, id: this.#selections.size }
    this.#selections.set(key, selection)
    return selection
  }

  #resolve(names: readonly string[], selectors: readonly LabelSelector[]): readonly Pool[] | undefined {
    if (names.length === 0 && selectors.length === 0) return this.pools
    const compiled = []
    for (const selector of selectors) {
      const result = compileSelector(selector)
      if (!result.ok) return undefined
      compiled.push(result.value)
    }
    const named = names.flatMap((name) => this.named(name))
    if (compiled.length === 0) return [...new Set(named)]
    return [...new Set([...named, ...this.#labels.select(compiled)])]
  }
}
