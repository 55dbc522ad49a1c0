// A JSON value as a CEL value, read by its schema: https://kubernetes.io/docs/reference/using-api/cel/#type-system-integration
import { parseDuration } from '../../../../net/duration.ts'
import { isObject, type JsonObject, own } from '../json-values.ts'
import type { Structural } from '../structural-schema.ts'
import { parseTimestamp } from './time-functions.ts'
import { CelAssociativeList, CelDuration, type CelKey, CelTimestamp, type CelValue } from './values.ts'

const RESERVED: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
)

/** A property's name inside a rule: `foo.bar` is `foo__dot__bar`, `namespace` is `__namespace__`. */
export function escapeProperty(name: string): string {
  if (RESERVED.has(name)) return `__${name}__`
  return name
    .replaceAll('__', '__underscores__')
    .replaceAll('.', '__dot__')
    .replaceAll('-', '__dash__')
    .replaceAll('/', '__slash__')
}

/** Numbers of integer fields become int, of others double; undeclared fields are not visible to a rule. */
export function celFromJson(value: unknown, schema: Structural | undefined): CelValue {
  if (value === null || value === undefined) return null
  if (typeof value === 'number') return number(value, schema)
  if (typeof value === 'string') return text(value, schema)
  if (typeof value === 'boolean') return value
  if (Array.isArray(value)) {
    const items = value.map((item) => celFromJson(item, schema?.items))
    return schema?.listType === 'set' || schema?.listType === 'map' ? new CelAssociativeList(items) : items
  }
  return isObject(value) ? fields(value, schema) : null
}

function number(value: number, schema: Structural | undefined): CelValue {
  if (schema?.type === 'number' || !Number.isInteger(value)) return value
  return BigInt(value)
}

function text(value: string, schema: Structural | undefined): CelValue {
  if (schema?.format === 'duration') {
    const parsed = parseDuration(value)
    return parsed.ok ? new CelDuration(parsed.value) : value
  }
  if (schema?.format !== 'date-time' && schema?.format !== 'date') return value
  const nanoseconds = parseTimestamp(schema.format === 'date' ? `${value}T00:00:00Z` : value)
  return nanoseconds === undefined ? value : new CelTimestamp(nanoseconds)
}

function fields(object: JsonObject, schema: Structural | undefined): ReadonlyMap<CelKey, CelValue> {
  const map = new Map<CelKey, CelValue>()
  for (const key of Object.keys(object)) {
    const property = schema?.properties.get(key)
    const open = schema?.additionalProperties
    if (property !== undefined) map.set(escapeProperty(key), celFromJson(own(object, key), property))
    else if (open !== undefined) map.set(key, celFromJson(own(object, key), open === true ? undefined : open))
    else if (schema === undefined) map.set(key, celFromJson(own(object, key), undefined))
  }
  return map
}
