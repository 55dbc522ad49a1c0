// One value against one schema, without its children: type, enum, and the limits of strings, numbers, lists and maps.
// Wording: k8s.io/kube-openapi/pkg/validation/errors.
import { cause, invalid, notSupported, required, type SchemaCause, tooMany } from './causes.ts'
import { hasFormat } from './formats.ts'
import { childPath, deepEqual, goQuote, isObject, type JsonObject, typeName } from './json-values.ts'
import type { Structural } from './structural-schema.ts'

/** Where a value is: as the Status names it, and as the validator's sentence does (relative to the validated part). */
export interface Place {
  readonly field: string
  readonly name: string
}

export type PatternOf = (pattern: string) => RegExp

/** @returns the causes, the type first. */
export function checkValue(
  value: unknown,
  schema: Structural,
  place: Place,
  patternOf: PatternOf,
): SchemaCause[] {
  const causes = [...checkType(value, schema, place)]
  if (schema.enum !== undefined && !(value === null && schema.nullable && schema.enum.includes(null)))
    if (!schema.enum.some((entry) => deepEqual(entry, value)))
      causes.push(notSupported(place.field, value, schema.enum))
  if (typeof value === 'string') causes.push(...checkString(value, schema, place, patternOf))
  else if (typeof value === 'number') causes.push(...checkNumber(value, schema, place))
  else if (Array.isArray(value)) causes.push(...checkList(value, schema, place))
  else if (isObject(value)) causes.push(...checkObject(value, schema, place))
  return causes
}

function checkType(value: unknown, schema: Structural, place: Place): SchemaCause[] {
  const types = schema.intOrString ? ['integer', 'string'] : schema.type === '' ? [] : [schema.type]
  const actual = typeName(value)
  if (types.length === 0 || types.includes(actual) || (actual === 'null' && schema.nullable)) return []
  if (actual === 'integer' && types.includes('number')) return []
  const detail = `${place.name} in body must be of type ${types.join(',')}: "${actual}"`
  return [cause('FieldValueTypeInvalid', place.field, actual, detail)]
}

function checkString(value: string, schema: Structural, place: Place, patternOf: PatternOf): SchemaCause[] {
  const causes: SchemaCause[] = []
  const limit = firstLimit(value, schema, place, patternOf)
  if (limit !== undefined) causes.push(limit)
  const { format } = schema
  if (format !== undefined && (schema.type === 'string' || schema.type === '') && !hasFormat(value, format)) {
    const detail = `${place.name} in body must be of type ${format}: ${goQuote(value)}`
    causes.push(cause('FieldValueTypeInvalid', place.field, value, detail))
  }
  return causes
}

/** Of length and pattern the server tells the first that fails. */
function firstLimit(
  value: string,
  { minLength, maxLength, pattern }: Structural,
  place: Place,
  patternOf: PatternOf,
): SchemaCause | undefined {
  const length = minLength === undefined && maxLength === undefined ? 0 : [...value].length
  if (maxLength !== undefined && length > maxLength)
    return cause('FieldValueTooLong', place.field, value, `may not be more than ${maxLength} bytes`)
  if (minLength !== undefined && length < minLength)
    return invalid(place.field, value, `${place.name} in body should be at least ${minLength} chars long`)
  if (pattern !== undefined && !patternOf(pattern).test(value))
    return invalid(place.field, value, `${place.name} in body should match '${pattern}'`)
  return undefined
}

function checkNumber(value: number, schema: Structural, place: Place): SchemaCause[] {
  const causes: SchemaCause[] = []
  const refuse = (should: string): number =>
    causes.push(invalid(place.field, value, `${place.name} in body should be ${should}`))
  const { minimum, maximum, multipleOf } = schema
  if (multipleOf !== undefined && !Number.isInteger(value / multipleOf)) refuse(`a multiple of ${multipleOf}`)
  if (maximum !== undefined) {
    if (schema.exclusiveMaximum) value < maximum || refuse(`less than ${maximum}`)
    else value <= maximum || refuse(`less than or equal to ${maximum}`)
  }
  if (minimum !== undefined) {
    if (schema.exclusiveMinimum) value > minimum || refuse(`greater than ${minimum}`)
    else value >= minimum || refuse(`greater than or equal to ${minimum}`)
  }
  return causes
}

function checkList(value: readonly unknown[], schema: Structural, place: Place): SchemaCause[] {
  const causes: SchemaCause[] = []
  const { length } = value
  if (schema.minItems !== undefined && length < schema.minItems)
    causes.push(
      invalid(place.field, length, `${place.name} in body should have at least ${schema.minItems} items`),
    )
  if (schema.maxItems !== undefined && length > schema.maxItems)
    causes.push(tooMany(place.field, length, schema.maxItems))
  return causes
}

function checkObject(value: JsonObject, schema: Structural, place: Place): SchemaCause[] {
  const causes: SchemaCause[] = []
  const length = Object.keys(value).length
  const { minProperties, maxProperties } = schema
  if (minProperties !== undefined && length < minProperties)
    causes.push(
      invalid(place.field, length, `${place.name} in body should have at least ${minProperties} properties`),
    )
  if (maxProperties !== undefined && length > maxProperties)
    causes.push(tooMany(place.field, length, maxProperties))
  for (const key of schema.required)
    if (!Object.hasOwn(value, key)) causes.push(required(childPath(place.field, key)))
  return causes
}
