// Defaults and type checks of the MetalLB kinds, from a reduced form of their CRDs.
import schemas from '../../fixtures/kubernetes/schemas.json' with { type: 'json' }
import { type Cause, failure, invalid } from './answers.ts'
import { isMap, type Map_, type ResourceType, type Stored, type Value } from './objects.ts'

interface Schema {
  type: string
  default?: Value
  required?: string[]
  properties?: { [name: string]: Schema }
  items?: Schema
  additionalProperties?: Schema
}

const SCHEMAS = schemas as unknown as { [kind: string]: { specRequired: boolean; spec: Schema } }

export function fillDefaults(object: Stored): void {
  const schema = SCHEMAS[object.kind]
  const spec = object['spec']
  if (schema === undefined || !isMap(spec)) return
  for (const [name, field] of Object.entries(schema.spec.properties ?? {}))
    if (field.default !== undefined && (spec[name] === undefined || spec[name] === null))
      spec[name] = field.default
}

/** What POST, PUT and merge patch answer for a field of the wrong type or a missing one. */
export function checkTypes(type: ResourceType, object: Stored): void {
  const schema = SCHEMAS[type.kind]
  if (schema === undefined) return
  const spec = object['spec']
  const causes: Cause[] = []
  if (spec === undefined || spec === null) {
    if (schema.specRequired)
      causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: 'spec' })
  } else collect(schema.spec, spec, 'spec', causes)
  if (causes.length > 0) throw invalid(type, object.metadata.name, causes)
}

function collect(schema: Schema, value: Value, field: string, causes: Cause[]): void {
  const found = typeOf(value)
  const fits =
    schema.type === 'any' || found === schema.type || (schema.type === 'number' && found === 'integer')
  if (!fits) {
    const message = `Invalid value: "${found}": ${field} in body must be of type ${schema.type}: "${found}"`
    causes.push({ reason: 'FieldValueTypeInvalid', message, field })
    return
  }
  for (const name of schema.required ?? [])
    if (isMap(value) && value[name] === undefined)
      causes.push({ reason: 'FieldValueRequired', message: 'Required value', field: `${field}.${name}` })
  if (isMap(value))
    for (const [name, inner] of Object.entries(value)) {
      const below = schema.properties?.[name] ?? schema.additionalProperties
      if (below !== undefined) collect(below, inner, `${field}.${name}`, causes)
    }
  if (Array.isArray(value) && schema.items !== undefined)
    for (const [index, item] of value.entries()) collect(schema.items, item, `${field}[${index}]`, causes)
}

const typeOf = (value: Value): string => {
  if (value === null) return 'null'
  if (Array.isArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value
}

/** Server-side apply knows only the typed form: an unknown field or another shape is a 500. */
export function checkTypedPatch(
  type: ResourceType,
  version: string,
  spec: Value | undefined,
  name: string,
): void {
  const schema = SCHEMAS[type.kind]
  if (schema === undefined || spec === undefined) return
  const problem = untyped(schema.spec, spec, '.spec')
  if (problem !== undefined)
    throw failure(
      500,
      undefined,
      `failed to create typed patch object (/${name}; ${type.group}/${version}, Kind=${type.kind}): ${problem}`,
    )
}

function untyped(schema: Schema, value: Value, path: string): string | undefined {
  if (schema.type === 'array') {
    if (!Array.isArray(value)) return `${path}: expected list, got &{${String(value)}}`
    return undefined
  }
  if (schema.type !== 'object' || !isMap(value)) return undefined
  for (const [name, inner] of Object.entries(value)) {
    const below = schema.properties?.[name] ?? schema.additionalProperties
    if (below === undefined) return `${path}.${name}: field not declared in schema`
    const problem = untyped(below, inner, `${path}.${name}`)
    if (problem !== undefined) return problem
  }
  return undefined
}

/** Unknown fields are pruned from what is stored. */
export function prune(object: Map_ | Stored): void {
  const schema = SCHEMAS[String(object['kind'])]
  const spec = object['spec']
  if (schema === undefined || !isMap(spec)) return
  for (const name of Object.keys(spec)) if (!(name in (schema.spec.properties ?? {}))) delete spec[name]
}
