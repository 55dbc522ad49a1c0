// A CustomResourceDefinition's openAPIV3Schema, read once into the few words that structural schemas may use:
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#specifying-a-structural-schema

export type ListType = 'atomic' | 'set' | 'map'

/** One entry of x-kubernetes-validations, as written. */
export interface ValidationRule {
  readonly rule: string
  readonly message?: string
  readonly messageExpression?: string
  readonly reason?: string
  readonly fieldPath?: string
  readonly optionalOldSelf?: boolean
}

export interface Structural {
  /** Empty: anything (int-or-string, or an open field). */
  readonly type: string
  readonly description?: string
  readonly format?: string
  readonly nullable: boolean
  readonly default?: unknown
  readonly enum?: readonly unknown[]
  readonly pattern?: string
  readonly minimum?: number
  readonly maximum?: number
  readonly exclusiveMinimum: boolean
  readonly exclusiveMaximum: boolean
  readonly multipleOf?: number
  readonly minLength?: number
  readonly maxLength?: number
  readonly minItems?: number
  readonly maxItems?: number
  readonly minProperties?: number
  readonly maxProperties?: number
  readonly required: readonly string[]
  readonly properties: ReadonlyMap<string, Structural>
  /** The schema of other keys; `true` where any is allowed. */
  readonly additionalProperties?: Structural | true
  readonly items?: Structural
  readonly allOf: readonly Structural[]
  readonly anyOf: readonly Structural[]
  readonly oneOf: readonly Structural[]
  readonly not?: Structural
  readonly preserveUnknownFields: boolean
  readonly embeddedResource: boolean
  readonly intOrString: boolean
  readonly listType?: ListType
  readonly listMapKeys: readonly string[]
  readonly mapType?: 'atomic' | 'granular'
  /** Of built-in kinds only: `merge`, `retainKeys` or both, comma-separated, for strategic merge. */
  readonly patchStrategy?: string
  readonly patchMergeKey?: string
  readonly rules: readonly ValidationRule[]
}

/** A schema that cannot be used: where in it, and why. A CRD with one is refused, never half-enforced. */
export class SchemaError extends Error {
  readonly at: string

  constructor(at: string, problem: string) {
    super(`${at}: ${problem}`)
    this.name = 'SchemaError'
    this.at = at
  }
}

type Raw = Record<string, unknown>
const isRecord = (value: unknown): value is Raw =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const TYPES = new Set(['', 'object', 'array', 'string', 'integer', 'number', 'boolean'])

/** Reads an openAPIV3Schema. @throws SchemaError with the place inside the schema. */
export function readStructural(raw: unknown, at = 'openAPIV3Schema'): Structural {
  if (!isRecord(raw)) throw new SchemaError(at, 'a schema must be an object')
  const type = typeof raw['type'] === 'string' ? raw['type'] : ''
  if (!TYPES.has(type)) throw new SchemaError(`${at}.type`, `unsupported type "${type}"`)
  if (raw['$ref'] !== undefined) throw new SchemaError(`${at}.$ref`, 'references are not allowed')
  return {
    type,
    nullable: raw['nullable'] === true,
    exclusiveMinimum: raw['exclusiveMinimum'] === true,
    exclusiveMaximum: raw['exclusiveMaximum'] === true,
    required: strings(raw['required'], `${at}.required`),
    preserveUnknownFields: raw['x-kubernetes-preserve-unknown-fields'] === true,
    embeddedResource: raw['x-kubernetes-embedded-resource'] === true,
    intOrString: raw['x-kubernetes-int-or-string'] === true,
    listMapKeys: strings(raw['x-kubernetes-list-map-keys'], `${at}.x-kubernetes-list-map-keys`),
    ...('default' in raw ? { default: raw['default'] } : {}),
    ...scalars(raw, at),
    ...children(raw, at),
    ...listAndMapType(raw, at),
    ...patchWords(raw),
    rules: list(raw['x-kubernetes-validations'], `${at}.x-kubernetes-validations`).map(readRule),
  }
}

const TEXTS = ['description', 'format', 'pattern'] as const
const PATCH_WORDS = [
  ['patchStrategy', 'x-kubernetes-patch-strategy'],
  ['patchMergeKey', 'x-kubernetes-patch-merge-key'],
] as const
const NUMBERS = [
  'minimum',
  'maximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'minItems',
  'maxItems',
  'minProperties',
  'maxProperties',
] as const

type Scalars = Partial<Record<(typeof TEXTS)[number], string> & Record<(typeof NUMBERS)[number], number>> & {
  enum?: readonly unknown[]
}

function scalars(raw: Raw, at: string): Scalars {
  const read: Scalars = {}
  for (const key of TEXTS) {
    const value = raw[key]
    if (value === undefined) continue
    if (typeof value !== 'string') throw new SchemaError(`${at}.${key}`, 'must be a string')
    read[key] = value
  }
  for (const key of NUMBERS) {
    const value = raw[key]
    if (value === undefined) continue
    if (typeof value !== 'number') throw new SchemaError(`${at}.${key}`, 'must be a number')
    read[key] = value
  }
  if (raw['enum'] !== undefined) read.enum = list(raw['enum'], `${at}.enum`)
  return read
}

type Children = Pick<Structural, 'properties' | 'allOf' | 'anyOf' | 'oneOf'> &
  Partial<Pick<Structural, 'additionalProperties' | 'items' | 'not'>>

function children(raw: Raw, at: string): Children {
  const properties = new Map<string, Structural>()
  if (raw['properties'] !== undefined && !isRecord(raw['properties']))
    throw new SchemaError(`${at}.properties`, 'must be an object')
  for (const [name, schema] of Object.entries(raw['properties'] ?? {}))
    properties.set(name, readStructural(schema, `${at}.properties[${name}]`))
  const several = (key: string): Structural[] =>
    list(raw[key], `${at}.${key}`).map((schema, index) => readStructural(schema, `${at}.${key}[${index}]`))
  const open = raw['additionalProperties']
  return {
    properties,
    allOf: several('allOf'),
    anyOf: several('anyOf'),
    oneOf: several('oneOf'),
    ...(raw['not'] === undefined ? {} : { not: readStructural(raw['not'], `${at}.not`) }),
    ...(raw['items'] === undefined ? {} : { items: readStructural(raw['items'], `${at}.items`) }),
    ...(open === undefined || open === false
      ? {}
      : { additionalProperties: open === true ? true : readStructural(open, `${at}.additionalProperties`) }),
  }
}

function listAndMapType(raw: Raw, at: string): Partial<Pick<Structural, 'listType' | 'mapType'>> {
  const listType = raw['x-kubernetes-list-type']
  const mapType = raw['x-kubernetes-map-type']
  if (listType !== undefined && listType !== 'atomic' && listType !== 'set' && listType !== 'map')
    throw new SchemaError(`${at}.x-kubernetes-list-type`, 'must be atomic, set or map')
  if (mapType !== undefined && mapType !== 'atomic' && mapType !== 'granular')
    throw new SchemaError(`${at}.x-kubernetes-map-type`, 'must be atomic or granular')
  return { ...(listType === undefined ? {} : { listType }), ...(mapType === undefined ? {} : { mapType }) }
}

function patchWords(raw: Raw): Partial<Pick<Structural, 'patchStrategy' | 'patchMergeKey'>> {
  const words: { patchStrategy?: string; patchMergeKey?: string } = {}
  for (const [name, key] of PATCH_WORDS) {
    const value = raw[key]
    if (typeof value === 'string') words[name] = value
  }
  return words
}

function readRule(raw: unknown): ValidationRule {
  const rule = isRecord(raw) ? raw : {}
  const text = (key: string): string | undefined => {
    const value = rule[key]
    return typeof value === 'string' && value !== '' ? value : undefined
  }
  const read: { -readonly [K in keyof ValidationRule]: ValidationRule[K] } = { rule: text('rule') ?? '' }
  for (const key of ['message', 'messageExpression', 'reason', 'fieldPath'] as const) {
    const value = text(key)
    if (value !== undefined) read[key] = value
  }
  if (rule['optionalOldSelf'] === true) read.optionalOldSelf = true
  return read
}

function list(value: unknown, at: string): readonly unknown[] {
  if (value === undefined || value === null) return []
  if (!Array.isArray(value)) throw new SchemaError(at, 'must be a list')
  return value
}

function strings(value: unknown, at: string): readonly string[] {
  return list(value, at).map((entry) => {
    if (typeof entry !== 'string') throw new SchemaError(at, 'must be a list of strings')
    return entry
  })
}
