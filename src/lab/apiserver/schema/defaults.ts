// Structural defaulting: https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#defaulting
import { deepCopy, isObject, type JsonObject, own, setOwn } from './json-values.ts'
import type { Structural } from './structural-schema.ts'

/**
 * Fills in defaults in place, then drops nulls that the schema does not allow: a null stands for "not given", so a field
 * with a default gets it and one without becomes absent. Nulls in lists stay, to be refused by validation.
 */
export function applySchemaDefaults(value: unknown, schema: Structural): void {
  if (!isObject(value)) return
  // The server's own types have no defaults in a schema.
  const properties = new Map([...schema.properties].filter(([name]) => !ROOT_FIELDS.has(name)))
  const spec = { ...schema, properties }
  fill(value, spec)
  dropNulls(value, spec)
}

const ROOT_FIELDS = new Set(['apiVersion', 'kind', 'metadata'])

const isForbiddenNull = (value: unknown, schema: Structural): boolean => value === null && !schema.nullable

const childSchema = (schema: Structural, key: string): Structural | undefined => {
  const known = schema.properties.get(key) ?? schema.additionalProperties
  return known === true ? undefined : known
}

function fill(value: unknown, schema: Structural): void {
  if (Array.isArray(value)) fillItems(value, schema)
  else if (isObject(value)) fillFields(value, schema)
}

function fillItems(list: unknown[], { items }: Structural): void {
  if (items === undefined) return
  for (const [index, entry] of list.entries()) {
    if (isForbiddenNull(entry, items) && items.default !== undefined) list[index] = deepCopy(items.default)
    fill(list[index], items)
  }
}

function fillFields(object: JsonObject, schema: Structural): void {
  for (const [name, property] of schema.properties) {
    if (property.default === undefined) continue
    const given = own(object, name)
    if (given === undefined || isForbiddenNull(given, property))
      setOwn(object, name, deepCopy(property.default))
  }
  for (const key of Object.keys(object)) {
    const known = childSchema(schema, key)
    if (known === undefined) continue
    if (known.default !== undefined && isForbiddenNull(own(object, key), known))
      setOwn(object, key, deepCopy(known.default))
    fill(own(object, key), known)
  }
}

function dropNulls(value: unknown, schema: Structural): void {
  if (Array.isArray(value)) {
    const { items } = schema
    if (items !== undefined) for (const entry of value) dropNulls(entry, items)
    return
  }
  if (!isObject(value)) return
  for (const key of Object.keys(value)) {
    const known = childSchema(schema, key)
    if (known === undefined) continue
    if (isForbiddenNull(own(value, key), known)) delete value[key]
    else dropNulls(own(value, key), known)
  }
}
