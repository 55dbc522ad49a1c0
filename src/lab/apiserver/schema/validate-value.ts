// A value against a schema, all the way down. What an update leaves as it was is not held against it (CRD validation
// ratcheting): otherwise a schema that became stricter would lock its old objects.
import { invalid, type SchemaCause } from './causes.ts'
import { childPath, deepEqual, isObject, itemPath, type JsonObject, own } from './json-values.ts'
import { listMapKey, stableText } from './list-types.ts'
import type { Structural } from './structural-schema.ts'
import { checkValue, type PatternOf, type Place } from './value-checks.ts'

/** The old value at the same place; absent on create and where items cannot be paired. */
export type Old = { readonly value: unknown } | undefined

export interface ValidationContext {
  readonly patternOf: PatternOf
  /** The part that is validated: empty for the whole object, `status` for its status alone. */
  readonly base: string
}

export function validateValue(
  value: unknown,
  old: Old,
  schema: Structural,
  place: Place,
  context: ValidationContext,
): SchemaCause[] {
  if (old !== undefined && deepEqual(value, old.value)) return []
  const causes = checkValue(value, schema, place, context.patternOf)
  causes.push(...checkCombinations(value, schema, place, context))
  if (Array.isArray(value)) causes.push(...validateItems(value, old, schema, place, context))
  else if (isObject(value)) causes.push(...validateFields(value, old, schema, place, context))
  return causes
}

function validateItems(
  list: readonly unknown[],
  old: Old,
  schema: Structural,
  place: Place,
  context: ValidationContext,
): SchemaCause[] {
  const { items } = schema
  if (items === undefined) return []
  const oldItem = itemPairing(old, schema)
  return list.flatMap((entry, index) => {
    const at = { field: itemPath(place.field, index), name: itemPath(place.name, index) }
    return validateValue(entry, oldItem(entry), items, at, context)
  })
}

/** Finds the old item of an item: by key in associative lists, not at all in others. */
export function itemPairing(old: Old, schema: Structural): (item: unknown) => Old {
  if (schema.listType !== 'map' || old === undefined || !Array.isArray(old.value)) return () => undefined
  const byKey = new Map(old.value.map((item) => [stableText(listMapKey(item, schema)), { value: item }]))
  return (item) => byKey.get(stableText(listMapKey(item, schema)))
}

export const oldField = (old: Old, key: string): Old =>
  old !== undefined && isObject(old.value) && Object.hasOwn(old.value, key)
    ? { value: own(old.value, key) }
    : undefined

function validateFields(
  object: JsonObject,
  old: Old,
  schema: Structural,
  place: Place,
  context: ValidationContext,
): SchemaCause[] {
  return Object.entries(object).flatMap(([key, entry]) => {
    const known = schema.properties.get(key) ?? schema.additionalProperties
    if (known === undefined || known === true) return []
    const at = { field: childPath(place.field, key), name: childPath(place.name, key) }
    const causes = validateValue(entry, oldField(old, key), known, at, context)
    return known.embeddedResource ? [...causes, ...checkEmbedded(entry, at.field)] : causes
  })
}

function checkEmbedded(value: unknown, field: string): SchemaCause[] {
  if (!isObject(value)) return []
  return ['apiVersion', 'kind']
    .filter((key) => typeof value[key] !== 'string' || value[key] === '')
    .map((key) => ({
      reason: 'FieldValueRequired',
      field: childPath(field, key),
      message: 'Required value: must not be empty',
    }))
}

/** allOf, anyOf, oneOf, not. Their own failures have no place in the server's answer, only a name in the text. */
function checkCombinations(
  value: unknown,
  schema: Structural,
  place: Place,
  context: ValidationContext,
): SchemaCause[] {
  const { allOf, anyOf, oneOf, not } = schema
  if (allOf.length + anyOf.length + oneOf.length === 0 && not === undefined) return []
  const name = JSON.stringify(place.name)
  const refuse = (text: string): SchemaCause => invalid(context.base, '', `${name} ${text}`)
  const results = (branches: readonly Structural[]): SchemaCause[][] =>
    branches.map((branch) => validateValue(value, undefined, branch, place, context))
  const causes: SchemaCause[] = []
  if (anyOf.length > 0) {
    const all = results(anyOf)
    if (all.every((failures) => failures.length > 0))
      causes.push(refuse('must validate at least one schema (anyOf)'), ...fewest(all))
  }
  if (oneOf.length > 0) {
    const all = results(oneOf)
    const valid = all.filter((failures) => failures.length === 0).length
    if (valid === 0)
      causes.push(refuse('must validate one and only one schema (oneOf). Found none valid'), ...fewest(all))
    else if (valid > 1)
      causes.push(refuse(`must validate one and only one schema (oneOf). Found ${valid} valid alternatives`))
  }
  if (allOf.length > 0) {
    const all = results(allOf)
    const failed = all.filter((failures) => failures.length > 0)
    const none = failed.length === all.length ? '. None validated' : ''
    if (failed.length > 0)
      causes.push(...failed.flat(), refuse(`must validate all the schemas (allOf)${none}`))
  }
  if (not !== undefined && validateValue(value, undefined, not, place, context).length === 0)
    causes.push(refuse('must not validate the schema (not)'))
  return causes
}

const fewest = (all: readonly SchemaCause[][]): readonly SchemaCause[] =>
  all.reduce((best, failures) => (failures.length < best.length ? failures : best))
