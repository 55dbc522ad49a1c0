// What kube-controller-manager does in a real cluster and clients rely on: namespaces that empty themselves, dependents
// that go with their owner, definitions that get established. Each looks at a write after it was made, a moment later.
import { CRD_FINALIZER, establishedStatus } from '../builtins/extension-kinds.ts'
import { clone, listAt, textAt } from '../json-value.ts'
import { keyOf } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import type { StoreEvent } from '../storage/object-store.ts'
import { timeText, type World } from '../world.ts'
import { OwnerIndex } from './owner-index.ts'

const DEFINITIONS = 'customresourcedefinitions.apiextensions.k8s.io'
/** A real server lets watches of a kind that is gone run on for a while. */
const WATCH_GRACE_MS = 6_000

export interface ControllerHooks {
  /** Runs something a moment later, in order. */
  soon(action: () => void): void
  /** Ends the running watches of a kind plainly. */
  endWatches(storage: string, afterMs: number): void
}

export class Controllers {
  readonly #world: World
  readonly #hooks: ControllerHooks
  readonly #owners = new OwnerIndex()

  constructor(world: World, hooks: ControllerHooks) {
    this.#world = world
    this.#hooks = hooks
  }

  /** Takes over the state that the store began with. */
  adopt(): void {
    const { store, registry } = this.#world
    for (const definition of store.list(DEFINITIONS)) registry.define(definition)
    for (const resource of store.resources()) {
      for (const object of store.list(resource)) this.#owners.noted(resource, keyOfObject(object), object)
    }
  }

  /** For the store's journal: called with every write. */
  noticed(event: StoreEvent): void {
    this.#owners.changed(event)
    if (event.resource === DEFINITIONS) this.#definitionChanged(event)
    if (event.resource === 'namespaces') this.#hooks.soon(() => this.#tendNamespace(event.key))
    if (event.type === 'DELETED') {
      const uid = textAt(event.object, 'metadata', 'uid')
      if (this.#owners.hasDependents(uid)) this.#hooks.soon(() => this.#collect(uid))
      this.#hooks.soon(() => this.#afterRemoval(event))
      return
    }
    const finalizers = listAt(event.object, 'metadata', 'finalizers')
    if (
      event.object.metadata['deletionTimestamp'] !== undefined &&
      finalizers.some((one) => one === 'foregroundDeletion' || one === 'orphan')
    ) {
      this.#hooks.soon(() => this.#finishPropagation(event.resource, event.key))
    }
    if (event.type === 'ADDED' && listAt(event.object, 'metadata', 'ownerReferences').length > 0) {
      this.#hooks.soon(() => this.#collectOrphan(event.resource, event.key))
    }
  }

  #afterRemoval(event: StoreEvent): void {
    const namespace = textAt(event.object, 'metadata', 'namespace')
    const holder = namespace === '' ? undefined : this.#world.store.get('namespaces', namespace)
    if (holder?.metadata['deletionTimestamp'] !== undefined) this.#tendNamespace(namespace)
    const definition = this.#world.store.get(DEFINITIONS, event.resource)
    if (definition?.metadata['deletionTimestamp'] !== undefined) this.#finishDefinition(event.resource)
  }

  // Namespaces

  #tendNamespace(name: string): void {
    const { store, registry } = this.#world
    const namespace = store.get('namespaces', name)
    if (namespace === undefined) return
    if (namespace.metadata['deletionTimestamp'] === undefined) {
      this.#furnish(name)
      return
    }
    const prefix = `${name}/`
    let left = 0
    for (const resource of store.resources()) {
      if (registry.ofStorage(resource)[0]?.resource.namespaced !== true) continue
      for (const object of store.list(resource, prefix)) if (!this.#delete(resource, object)) left += 1
    }
    if (left === 0) store.remove('namespaces', name)
  }

  /** What every namespace has. */
  #furnish(namespace: string): void {
    this.#putMissing('serviceaccounts', {
      kind: 'ServiceAccount',
      apiVersion: 'v1',
      metadata: { name: 'default', namespace },
    })
  }

  #putMissing(resource: string, object: KubeObject): void {
    const { store, uuid, now } = this.#world
    const key = keyOfObject(object)
    if (store.get(resource, key) !== undefined) return
    store.put(resource, key, {
      ...object,
      metadata: { ...object.metadata, uid: uuid(), creationTimestamp: timeText(now()) },
    })
  }

  // Owners and dependents

  /** Whether the object is gone now. */
  #delete(resource: string, object: KubeObject): boolean {
    const { store, now } = this.#world
    const key = keyOfObject(object)
    if (listAt(object, 'metadata', 'finalizers').length === 0) {
      store.remove(resource, key)
      return true
    }
    if (object.metadata['deletionTimestamp'] !== undefined) return false
    const going = clone(object)
    going.metadata['deletionTimestamp'] = timeText(now())
    going.metadata['deletionGracePeriodSeconds'] = 0
    if (typeof going.metadata['generation'] === 'number') going.metadata['generation'] += 1
    store.put(resource, key, going)
    return false
  }

  /** The owner with this uid is gone: its dependents lose it, and go when it was the last. */
  #collect(uid: string): void {
    for (const { resource, key } of this.#owners.dependentsOf(uid)) this.#collectOrphan(resource, key)
  }

  #collectOrphan(resource: string, key: string): void {
    const { store } = this.#world
    const object = store.get(resource, key)
    if (object === undefined) return
    const references = listAt(object, 'metadata', 'ownerReferences')
    const alive = references.filter((one) => this.#owners.isThere(textAt(one, 'uid')))
    if (references.length === 0 || alive.length === references.length) return
    if (alive.length === 0) {
      this.#delete(resource, object)
      return
    }
    const kept = clone(object)
    kept.metadata['ownerReferences'] = alive
    store.put(resource, key, kept)
  }

  /** Foreground: the dependents go first. Orphan: they are let go. Then the owner's finalizer goes, and the owner. */
  #finishPropagation(resource: string, key: string): void {
    const { store } = this.#world
    const owner = store.get(resource, key)
    if (owner === undefined) return
    const uid = textAt(owner, 'metadata', 'uid')
    const finalizers = listAt(owner, 'metadata', 'finalizers')
    const orphan = finalizers.includes('orphan')
    for (const { resource: kind, key: place } of this.#owners.dependentsOf(uid)) {
      const dependent = store.get(kind, place)
      if (dependent === undefined) continue
      if (!orphan) this.#delete(kind, dependent)
      else {
        const freed = clone(dependent)
        freed.metadata['ownerReferences'] = listAt(freed, 'metadata', 'ownerReferences').filter(
          (one) => textAt(one, 'uid') !== uid,
        )
        store.put(kind, place, freed)
      }
    }
    const left = finalizers.filter((one) => one !== 'foregroundDeletion' && one !== 'orphan')
    if (left.length === 0) store.remove(resource, key)
    else {
      const held = clone(owner)
      held.metadata['finalizers'] = left
      store.put(resource, key, held)
    }
  }

  // Definitions

  #definitionChanged(event: StoreEvent): void {
    const { registry } = this.#world
    if (event.type === 'DELETED') {
      registry.undefine(event.key)
      this.#hooks.endWatches(event.key, 0)
      return
    }
    if (registry.define(event.object)) this.#hooks.endWatches(event.key, 0)
    if (event.object.metadata['deletionTimestamp'] === undefined) {
      this.#hooks.soon(() => this.#establish(event.key))
      return
    }
    this.#hooks.soon(() => {
      const { store } = this.#world
      for (const object of store.list(event.key)) this.#delete(event.key, object)
      this.#finishDefinition(event.key)
    })
  }

  #establish(name: string): void {
    const { store, now } = this.#world
    const definition = store.get(DEFINITIONS, name)
    if (definition === undefined) return
    const status = establishedStatus(definition, timeText(now()))
    if (status === undefined) return
    const metadata = { ...definition.metadata }
    store.put(DEFINITIONS, name, { ...definition, metadata, status: clone(status) })
  }

  /** A definition goes when the last of its objects is gone. */
  #finishDefinition(name: string): void {
    const { store } = this.#world
    const definition = store.get(DEFINITIONS, name)
    if (definition === undefined || store.size(name) > 0) return
    const left = listAt(definition, 'metadata', 'finalizers').filter((one) => one !== CRD_FINALIZER)
    if (left.length === 0) store.remove(DEFINITIONS, name)
    else
      store.put(DEFINITIONS, name, { ...definition, metadata: { ...definition.metadata, finalizers: left } })
    this.#hooks.endWatches(name, WATCH_GRACE_MS)
  }
}

export const keyOfObject = (object: KubeObject): string =>
  keyOf(textAt(object, 'metadata', 'namespace'), textAt(object, 'metadata', 'name'))
