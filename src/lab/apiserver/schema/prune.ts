// What the server does to unknown fields: they are dropped, and named to the client.
import { childPath, isObject, itemPath, type JsonObject, own } from './json-values.ts'
import type { Structural } from './structural-schema.ts'

const OBJECT_META = new Set([
  'name',
  'generateName',
  'namespace',
  'selfLink',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'deletionTimestamp',
  'deletionGracePeriodSeconds',
  'labels',
  'annotations',
  'ownerReferences',
  'finalizers',
  'managedFields',
])
const OWNER_REFERENCE = new Set(['apiVersion', 'kind', 'name', 'uid', 'controller', 'blockOwnerDeletion'])

/**
 * Removes from the object, in place, every field that the schema does not know.
 * @returns the paths of what was removed, sorted, as the server's warnings name them
 */
export function pruneResource(value: unknown, schema: Structural): string[] {
  const removed: string[] = []
  pruneValue(value, schema, '', true, removed)
  return removed.sort()
}

function pruneValue(
  value: unknown,
  schema: Structural,
  path: string,
  isResource: boolean,
  removed: string[],
): void {
  if (Array.isArray(value)) {
    const { items } = schema
    if (items !== undefined)
      for (const [index, entry] of value.entries())
        pruneValue(entry, items, itemPath(path, index), items.embeddedResource, removed)
  } else if (isObject(value)) pruneObject(value, schema, path, isResource, removed)
}

function pruneObject(
  object: JsonObject,
  schema: Structural,
  path: string,
  isResource: boolean,
  removed: string[],
): void {
  for (const key of Object.keys(object)) {
    const place = childPath(path, key)
    if (isResource && (key === 'apiVersion' || key === 'kind')) continue
    if (isResource && key === 'metadata') {
      pruneMetadata(own(object, key), place, removed)
      continue
    }
    const known = schema.properties.get(key) ?? schema.additionalProperties
    if (known === true) continue
    if (known !== undefined) pruneValue(own(object, key), known, place, known.embeddedResource, removed)
    else if (!schema.preserveUnknownFields) {
      delete object[key]
      removed.push(place)
    }
  }
}

/** ObjectMeta is the server's own type, whatever a schema says about it. */
function pruneMetadata(metadata: unknown, path: string, removed: string[]): void {
  if (!isObject(metadata)) return
  keepOnly(metadata, OBJECT_META, path, removed)
  const owners = metadata['ownerReferences']
  if (!Array.isArray(owners)) return
  for (const [index, owner] of owners.entries())
    if (isObject(owner)) keepOnly(owner, OWNER_REFERENCE, itemPath(`${path}.ownerReferences`, index), removed)
}

function keepOnly(object: JsonObject, known: ReadonlySet<string>, path: string, removed: string[]): void {
  for (const key of Object.keys(object)) {
    if (known.has(key)) continue
    delete object[key]
    removed.push(childPath(path, key))
  }
}
