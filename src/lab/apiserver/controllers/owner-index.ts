// Which objects are there, by uid, and who depends on whom: so that a deletion does not read the whole store.
import { listAt, textAt } from '../json-value.ts'
import type { KubeObject } from '../resource-kind.ts'
import type { StoreEvent } from '../storage/object-store.ts'

export interface ObjectPlace {
  readonly resource: string
  readonly key: string
}

export class OwnerIndex {
  readonly #present = new Set<string>()
  readonly #dependents = new Map<string, Map<string, ObjectPlace>>()

  noted(resource: string, key: string, object: KubeObject): void {
    this.#present.add(textAt(object, 'metadata', 'uid'))
    for (const owner of ownersOf(object)) {
      const places = this.#dependents.get(owner) ?? new Map<string, ObjectPlace>()
      this.#dependents.set(owner, places)
      places.set(`${resource} ${key}`, { resource, key })
    }
  }

  changed(event: StoreEvent): void {
    const { resource, key, previous } = event
    if (previous !== undefined) {
      for (const owner of ownersOf(previous)) {
        const places = this.#dependents.get(owner)
        places?.delete(`${resource} ${key}`)
        if (places?.size === 0) this.#dependents.delete(owner)
      }
    }
    if (event.type === 'DELETED') this.#present.delete(textAt(event.object, 'metadata', 'uid'))
    else this.noted(resource, key, event.object)
  }

  isThere(uid: string): boolean {
    return this.#present.has(uid)
  }

  hasDependents(uid: string): boolean {
    return this.#dependents.has(uid)
  }

  dependentsOf(uid: string): readonly ObjectPlace[] {
    return [...(this.#dependents.get(uid)?.values() ?? [])]
  }
}

const ownersOf = (object: KubeObject): readonly string[] =>
  listAt(object, 'metadata', 'ownerReferences').map((reference) => textAt(reference, 'uid'))
