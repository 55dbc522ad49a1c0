// Sets hold a value once, associative lists a key once. https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
import { cause, type SchemaCause } from './causes.ts'
import { childPath, isObject, itemPath, type JsonObject, own, setOwn } from './json-values.ts'
import type { Structural } from './structural-schema.ts'

/** The key of one item of an associative list; a key with a default may be left out of the item. */
export function listMapKey(item: unknown, schema: Structural): JsonObject {
  const key: JsonObject = {}
  if (!isObject(item)) return key
  for (const name of schema.listMapKeys) {
    const value = own(item, name) ?? schema.items?.properties.get(name)?.default
    if (value !== undefined) setOwn(key, name, value)
  }
  return key
}

/** Duplicates in lists of type set and map, everywhere below the value. */
export function checkListTypes(value: unknown, schema: Structural, path: string): SchemaCause[] {
  if (Array.isArray(value)) {
    const { items } = schema
    const below =
      items === undefined
        ? []
        : value.flatMap((entry, index) => checkListTypes(entry, items, itemPath(path, index)))
    return [...duplicates(value, schema, path), ...below]
  }
  if (!isObject(value)) return []
  return Object.entries(value).flatMap(([key, entry]) => {
    const known = schema.properties.get(key) ?? schema.additionalProperties
    if (known === undefined || known === true) return []
    return checkListTypes(entry, known, childPath(path, key))
  })
}

function duplicates(list: readonly unknown[], schema: Structural, path: string): SchemaCause[] {
  if (schema.listType !== 'set' && schema.listType !== 'map') return []
  const seen = new Map<string, number>()
  const causes: SchemaCause[] = []
  for (const [index, item] of list.entries()) {
    const key = schema.listType === 'map' ? listMapKey(item, schema) : item
    const text = stableText(key)
    const count = seen.get(text) ?? 0
    // The second is reported, further ones add nothing.
    if (count === 1) causes.push(cause('FieldValueDuplicate', itemPath(path, index), key, ''))
    seen.set(text, count + 1)
  }
  return causes
}

/** JSON with sorted keys: two values are equal when their texts are. */
export function stableText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(stableText).join(',')}]`
  if (!isObject(value)) return JSON.stringify(value) ?? 'null'
  const entries = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${stableText(own(value, key))}`)
  return `{${entries.join(',')}}`
}
