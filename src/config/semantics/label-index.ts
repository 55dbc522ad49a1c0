// Finds the objects that selectors select without asking every object, for thousands of selectors over thousands of objects.
import { type CompiledSelector, matchesSelector } from './selector.ts'

interface Labelled {
  readonly labels: Readonly<Record<string, string>>
}

export class LabelIndex<T extends Labelled> {
  readonly #items: readonly T[]
  /** label key → value → items, made when a selector first asks for the key */
  readonly #byKey = new Map<string, Map<string, T[]>>()

  constructor(items: readonly T[]) {
    this.#items = items
  }

  /** Items that any of the selectors matches, each once, in the order of the index. */
  select(selectors: readonly CompiledSelector[]): readonly T[] {
    if (selectors.some((s) => s.requirements.length === 0)) return this.#items
    const only = selectors[0]
    if (selectors.length === 1 && only !== undefined) return this.#matching(only)
    const found = new Set(selectors.flatMap((s) => this.#matching(s)))
    return this.#items.filter((item) => found.has(item))
  }

  #matching(selector: CompiledSelector): T[] {
    const narrow = selector.requirements.find((r) => r.operator === 'In')
    const candidates =
      narrow === undefined
        ? this.#items
        : [...narrow.values].flatMap((value) => this.#values(narrow.key).get(value) ?? [])
    return candidates.filter((item) => matchesSelector(selector, item.labels))
  }

  #values(key: string): Map<string, T[]> {
    const known = this.#byKey.get(key)
    if (known !== undefined) return known
    const values = new Map<string, T[]>()
    for (const item of this.#items) {
      const value = Object.hasOwn(item.labels, key) ? item.labels[key] : undefined
      if (value === undefined) continue
      const list = values.get(value)
      if (list === undefined) values.set(value, [item])
      else list.push(item)
    }
    this.#byKey.set(key, values)
    return values
  }
}
