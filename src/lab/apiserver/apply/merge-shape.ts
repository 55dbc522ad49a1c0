// How values of a kind are merged and owned: https://kubernetes.io/docs/reference/using-api/server-side-apply/#merge-strategy
import { builtInStructural, objectMetaStructural } from '../schema/built-in/built-in-schema.ts'
import { isObject } from '../schema/json-values.ts'
import { readStructural, type Structural } from '../schema/structural-schema.ts'

/** Undefined: no schema. Then objects are merged field by field, lists and single values owned whole. */
export type MergeShape = Structural | undefined

/**
 * The schema of a kind.
 * @param given what the caller has of it: a compiled schema, an openAPIV3Schema, or nothing for a built-in kind
 */
export function shapeOfKind(given: unknown, apiVersion: string, kind: string): Structural {
  const slash = apiVersion.indexOf('/')
  if (given === undefined || given === null)
    return builtInStructural(slash < 0 ? '' : apiVersion.slice(0, slash), kind)
  const compiled =
    isObject(given) && isObject(given['structural']) ? (given['structural'] as unknown) : undefined
  const schema = compiled === undefined ? readStructural(given) : (compiled as Structural)
  const properties = new Map(schema.properties)
  properties.set('metadata', objectMetaStructural())
  return { ...schema, type: 'object', properties }
}

/** Whether a list's items, or an object's fields, are owned one by one. */
export function isGranular(value: unknown, shape: MergeShape): boolean {
  if (Array.isArray(value)) return shape?.listType === 'set' || shape?.listType === 'map'
  if (!isObject(value)) return false
  return shape?.mapType !== 'atomic'
}

/** The shape of a field. */
export function fieldShape(shape: MergeShape, key: string): MergeShape {
  const known = shape?.properties.get(key) ?? shape?.additionalProperties
  return known === true ? undefined : known
}

/** A field that the schema names, unlike the key of a map. */
export const isNamedField = (shape: MergeShape, key: string): boolean => shape?.properties.has(key) ?? false
