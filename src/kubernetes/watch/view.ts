// What is known of one kind, and what is different after news: the same news twice is no change, and neither is a new version of an
// object in whose fields we are not interested.
import type { Item, ObjectEvent } from './state.ts'

export type ViewChange<T> =
  | { readonly kind: 'set'; readonly key: string; readonly value: T }
  | { readonly kind: 'deleted'; readonly key: string; readonly value: T }

export interface KnownObject<T> {
  readonly version: string
  readonly value: T
}

export class ResourceView<T> {
  readonly #same: (a: T, b: T) => boolean
  #objects = new Map<string, KnownObject<T>>()

  constructor(same: (a: T, b: T) => boolean) {
    this.#same = same
  }

  get(key: string): KnownObject<T> | undefined {
    return this.#objects.get(key)
  }

  get size(): number {
    return this.#objects.size
  }

  values(): T[] {
    return [...this.#objects.values()].map(({ value }) => value)
  }

  /** `items` is all that there is: what is not among them was deleted while nobody heard it. */
  replace(items: readonly Item<T>[]): ViewChange<T>[] {
    const wanted = new Set(items.flatMap(({ key, value }) => (value === undefined ? [] : key)))
    const gone = [...this.#objects.keys()].filter((key) => !wanted.has(key))
    return [
      ...gone.flatMap((key) => this.#delete(key)),
      // A list counts whatever its versions: after a restored backup they are lower than before.
      ...items.flatMap((item) => this.#set(item)),
    ]
  }

  update(events: readonly ObjectEvent<T>[]): ViewChange<T>[] {
    return events.flatMap(({ kind, item }) => {
      if (isOlder(item.version, this.#objects.get(item.key)?.version)) return []
      return kind === 'set' ? this.#set(item) : this.#delete(item.key)
    })
  }

  #set({ key, version, value }: Item<T>): ViewChange<T>[] {
    if (value === undefined) return this.#delete(key)
    const before = this.#objects.get(key)
    const same = before !== undefined && this.#same(before.value, value)
    this.#objects.set(key, { version, value: same ? before.value : value })
    return same ? [] : [{ kind: 'set', key, value }]
  }

  #delete(key: string): ViewChange<T>[] {
    const before = this.#objects.get(key)
    if (before === undefined) return []
    this.#objects.delete(key)
    return [{ kind: 'deleted', key, value: before.value }]
  }
}

/** Versions of one kind are numbers that grow (KEP-5504 says so at last); those that are none are not compared. */
function isOlder(version: string, than: string | undefined): boolean {
  if (than === undefined || !/^\d+$/.test(version) || !/^\d+$/.test(than)) return false
  return version.length === than.length ? version < than : version.length < than.length
}
