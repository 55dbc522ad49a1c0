// Objects straight into the store: for tests and labs that begin with a cluster full of them.

import { namespaceObject } from './controllers/first-objects.ts'
import { clone, isObject, textAt } from './json-value.ts'
import { keyOf, type ServedKind } from './registry/served-kind.ts'
import type { KubeObject } from './resource-kind.ts'
import { ruleContext, timeText, type World } from './world.ts'

/**
 * Creates or replaces each object, in order; a List counts as its items. A namespace that is missing is made. Status is
 * taken as it is. Throws a plain Error for a kind that is not served: the caller loads the CustomResourceDefinition first.
 */
export function loadObjects(world: World, objects: readonly KubeObject[]): void {
  for (const given of objects) {
    if (given.kind === 'List' && Array.isArray(given['items']))
      loadObjects(world, given['items'] as KubeObject[])
    else loadObject(world, given)
  }
}

function loadObject(world: World, given: KubeObject): void {
  const served = world.registry.ofKind(given.apiVersion ?? '', given.kind ?? '')
  if (served === undefined)
    throw new Error(`the laboratory's API server serves no ${given.apiVersion} ${given.kind}`)
  const object = clone(given)
  object.metadata = isObject(object.metadata) ? object.metadata : {}
  const { metadata } = object
  if (served.resource.namespaced) metadata['namespace'] ??= 'default'
  else delete metadata['namespace']
  const namespace = textAt(metadata, 'namespace')
  const key = keyOf(namespace, textAt(metadata, 'name'))
  const present = world.store.get(served.storage, key)
  metadata['uid'] = present?.metadata['uid'] ?? metadata['uid'] ?? world.uuid()
  metadata['creationTimestamp'] =
    present?.metadata['creationTimestamp'] ?? metadata['creationTimestamp'] ?? timeText(world.now())
  if (served.custom !== undefined || served.rules.generation === true)
    metadata['generation'] ??= present?.metadata['generation'] ?? 1
  fill(world, served, object, present)
  if (namespace !== '' && world.store.get('namespaces', namespace) === undefined)
    loadObject(world, namespaceObject(namespace))
  world.store.put(served.storage, key, stored(served, object))
}

function fill(world: World, served: ServedKind, object: KubeObject, present: KubeObject | undefined): void {
  const rules = ruleContext(world, '', () => undefined)
  const status = object['status']
  served.custom?.schema?.applyDefaults(object)
  served.rules.defaults?.(object, rules)
  // A Node that is loaded is ready: the taint of a new one is not for it.
  if (present === undefined && served.storage !== 'nodes') served.rules.prepareCreate?.(object, rules)
  if (status !== undefined) object['status'] = status
  served.rules.allocate?.(object, present, rules)
}

function stored({ custom, resource, rules }: ServedKind, object: KubeObject): KubeObject {
  if (rules.toStorage !== undefined) return rules.toStorage(object)
  return custom === undefined
    ? object
    : { ...object, apiVersion: `${resource.group}/${custom.storedVersion}` }
}
