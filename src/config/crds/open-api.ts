// A field of the schema → the OpenAPI v3 schema that the API server checks with, structural as CRDs require it.
import { CEL_RULES } from '../schema/cel.ts'
import type { Field, ListField, ObjectField } from '../schema/field.ts'
import { SELECTOR_FIELDS, STRICT_SELECTOR_FIELDS } from '../schema/selector-fields.ts'

/** The part of OpenAPI v3 that structural schemas of our kinds need. */
export interface OpenApiSchema {
  readonly description?: string
  readonly type: 'string' | 'integer' | 'boolean' | 'array' | 'object'
  readonly format?: string
  readonly default?: string | number | boolean
  readonly enum?: readonly string[]
  readonly minimum?: number
  readonly maximum?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly pattern?: string
  readonly minItems?: number
  readonly items?: OpenApiSchema
  readonly properties?: Readonly<Record<string, OpenApiSchema>>
  readonly required?: readonly string[]
  readonly additionalProperties?: OpenApiSchema
  readonly 'x-kubernetes-list-type'?: 'atomic' | 'map'
  readonly 'x-kubernetes-list-map-keys'?: readonly string[]
  readonly 'x-kubernetes-map-type'?: 'atomic'
  readonly 'x-kubernetes-validations'?: readonly { readonly message: string; readonly rule: string }[]
}

type Shape = Omit<OpenApiSchema, 'description'>

/** What is not said stays out: the API server drops `undefined` keys, and a comparison would stumble over them. */
const said = <T extends object>(value: T) =>
  Object.fromEntries(Object.entries(value).filter(([, v]) => v !== undefined)) as {
    [K in keyof T]?: Exclude<T[K], undefined>
  }

export function openApiOf(field: Field): OpenApiSchema {
  const rules = field.rules?.map((id) => ({ message: CEL_RULES[id].message, rule: CEL_RULES[id].expression }))
  return {
    description: descriptionOf(field),
    ...shapeOf(field),
    ...said({ 'x-kubernetes-validations': rules }),
  }
}

function shapeOf(field: Field): Shape {
  switch (field.type) {
    case 'string':
      return {
        type: 'string',
        ...said({
          format: field.format,
          default: field.default,
          enum: field.enum,
          minLength: field.minLength,
          maxLength: field.maxLength,
          pattern: field.pattern,
        }),
      }
    case 'integer':
      return {
        type: 'integer',
        ...said({ format: field.format, default: field.default, minimum: field.min, maximum: field.max }),
      }
    case 'boolean':
      return { type: 'boolean', ...said({ default: field.default }) }
    // No format: the API server's `duration` refuses texts that Go's parser, and so MetalLB, takes.
    case 'duration':
      return { type: 'string' }
    case 'selector':
      return objectShape(field.strict === true ? STRICT_SELECTOR_FIELDS : SELECTOR_FIELDS)
    case 'list':
      return listShape(field)
    case 'map':
      return { type: 'object', additionalProperties: openApiOf(field.values) }
    case 'object':
      return objectShape(field)
  }
}

function listShape(field: ListField): Shape {
  return {
    type: 'array',
    items: openApiOf(field.items),
    ...said({ minItems: field.minItems }),
    ...(field.keys === undefined
      ? {}
      : { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': field.keys }),
    ...(field.atomic === true ? { 'x-kubernetes-list-type': 'atomic' } : {}),
  }
}

function objectShape(field: ObjectField): Shape {
  const names = Object.keys(field.fields).sort()
  const required = names.filter((name) => field.fields[name]?.required === true)
  return {
    type: 'object',
    ...(names.length === 0 ? {} : { properties: propertiesOf(field) }),
    ...(required.length === 0 ? {} : { required }),
    ...(field.atomic === true ? { 'x-kubernetes-map-type': 'atomic' } : {}),
  }
}

/** In the order of their names, so that what is printed does not depend on how the schema is written down. */
const propertiesOf = (field: ObjectField): Record<string, OpenApiSchema> =>
  Object.fromEntries(
    Object.entries(field.fields)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, child]) => [name, openApiOf(child)]),
  )

function descriptionOf(field: Field): string {
  const text = sentence(field.description)
  return field.deprecated === undefined ? text : `${text} Deprecated: ${field.deprecated}`
}

/** `what the field is for` → `What the field is for.`, except for a first word with a spelling of its own (`iBGP`). */
export function sentence(fragment: string): string {
  const ended = /[.!?]$/.test(fragment) ? fragment : `${fragment}.`
  return /^[a-z]+([ ,:;]|$)/.test(fragment) ? ended.charAt(0).toUpperCase() + ended.slice(1) : ended
}
