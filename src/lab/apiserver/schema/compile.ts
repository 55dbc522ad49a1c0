// What the API server knows of a custom resource's shape, made once of its openAPIV3Schema.
import { blocksRules, RULES_NOT_CHECKED, type SchemaCause } from './causes.ts'
import { compileRules, evaluateRules } from './cel/rules.ts'
import { applySchemaDefaults } from './defaults.ts'
import { isObject, own } from './json-values.ts'
import { checkListTypes } from './list-types.ts'
import { pruneResource } from './prune.ts'
import { regularExpression } from './regular-expression.ts'
import { readStructural, SchemaError, type Structural } from './structural-schema.ts'
import { type Old, validateValue } from './validate-value.ts'

export interface CompiledSchema {
  /** The schema as read, for server-side apply and OpenAPI. */
  readonly structural: Structural
  /** Removes unknown fields in place. @returns their paths, sorted, as the server's warnings name them */
  prune(value: unknown): string[]
  /** Fills in defaults in place, and drops nulls that stand for "not given". */
  applyDefaults(value: unknown): void
  /**
   * @param old the stored object of an update: transition rules compare with it, and what it shares with `value` is not
   * held against the update
   * @returns details.causes of the 422; none when the object is valid. The order of a real server's causes varies.
   */
  validate(value: unknown, old?: unknown): SchemaCause[]
  /** As `validate`, for an update of the status subresource: only the status is checked against the schema. */
  validateStatus(value: unknown, old: unknown): SchemaCause[]
}

/** @throws SchemaError, with the place, for what is not a structural schema or a rule that cannot be evaluated. */
export function compileSchema(openAPIV3Schema: unknown): CompiledSchema {
  const structural = withServerTypes(readStructural(openAPIV3Schema))
  const rules = compileRules(structural)
  const patterns = new Map<string, RegExp>()
  collectPatterns(structural, patterns)
  const patternOf = (pattern: string): RegExp => patterns.get(pattern) ?? /(?:)/

  const withRules = (causes: SchemaCause[], value: unknown, old: Old): SchemaCause[] => {
    if (rules === undefined) return causes
    if (blocksRules(causes)) return [...causes, RULES_NOT_CHECKED]
    return [...causes, ...evaluateRules(rules, value, old, '')]
  }
  return {
    structural,
    prune: (value) => pruneResource(value, structural),
    applyDefaults: (value) => applySchemaDefaults(value, structural),
    validate(value, previous) {
      const old = previous === undefined ? undefined : { value: previous }
      const causes = validateValue(value, old, structural, { field: '', name: '' }, { patternOf, base: '' })
      return withRules([...causes, ...newListCauses(structural, value, previous)], value, old)
    },
    validateStatus(value, previous) {
      const status = isObject(value) ? own(value, 'status') : undefined
      const oldStatus = isObject(previous) ? own(previous, 'status') : undefined
      const schema = structural.properties.get('status')
      const old = oldStatus === undefined ? undefined : { value: oldStatus }
      const causes =
        status === undefined || schema === undefined
          ? []
          : // The sentence names the field below status, the cause names all of it: `conditions[0].type in body…`.
            validateValue(status, old, schema, { field: 'status', name: '' }, { patternOf, base: 'status' })
      return withRules([...causes, ...newListCauses(structural, value, previous)], value, { value: previous })
    },
  }
}

/** Duplicates count only if the old object had none. */
function newListCauses(schema: Structural, value: unknown, previous: unknown): SchemaCause[] {
  const causes = checkListTypes(value, schema, '')
  if (causes.length === 0 || previous === undefined) return causes
  return checkListTypes(previous, schema, '').length > 0 ? [] : causes
}

const TEXT = readStructural({ type: 'string' })
/** Of the metadata rules may see name and generateName only. */
const METADATA = readStructural({
  type: 'object',
  properties: { name: { type: 'string' }, generateName: { type: 'string' } },
})

function withServerTypes(schema: Structural): Structural {
  const properties = new Map(schema.properties)
  for (const name of ['apiVersion', 'kind']) if (!properties.has(name)) properties.set(name, TEXT)
  const given = properties.get('metadata')
  const named =
    given === undefined
      ? METADATA
      : { ...given, type: 'object', properties: new Map([...METADATA.properties, ...given.properties]) }
  properties.set('metadata', named)
  return { ...schema, type: 'object', properties }
}

/** Patterns are compiled with the schema: one that is none is an error of the schema, not of an object. */
function collectPatterns(schema: Structural, patterns: Map<string, RegExp>): void {
  const { pattern, additionalProperties: open, items, not } = schema
  if (pattern !== undefined && !patterns.has(pattern)) {
    const expression = regularExpression(pattern)
    if (expression === undefined) throw new SchemaError(pattern, 'this pattern is no regular expression')
    patterns.set(pattern, expression)
  }
  const below = [...schema.properties.values(), ...schema.allOf, ...schema.anyOf, ...schema.oneOf]
  if (open !== undefined && open !== true) below.push(open)
  if (items !== undefined) below.push(items)
  if (not !== undefined) below.push(not)
  for (const child of below) collectPatterns(child, patterns)
}
