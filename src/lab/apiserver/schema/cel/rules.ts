// The x-kubernetes-validations of a schema, compiled once, and their evaluation over an object:
// https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#validation-rules
import { type CauseReason, cause, invalid, type SchemaCause } from '../causes.ts'
import { childPath, deepEqual, isObject, itemPath, keyPath, own } from '../json-values.ts'
import { SchemaError, type Structural, type ValidationRule } from '../structural-schema.ts'
import { itemPairing, type Old, oldField } from '../validate-value.ts'
import { checkCel } from './check.ts'
import { evaluate, type Scope } from './evaluate.ts'
import { celFromJson } from './from-json.ts'
import { parseCel } from './parse.ts'
import { type CelNode, CelSyntaxError } from './syntax.ts'
import { CelError, CelOptional, type CelValue } from './values.ts'

interface CompiledRule {
  readonly source: ValidationRule
  readonly expression: CelNode
  readonly message?: CelNode
  readonly usesOldSelf: boolean
  readonly fieldPath: string
}

/** The rules at one place of a schema and below; absent where there are none. */
export interface RuleTree {
  readonly schema: Structural
  readonly rules: readonly CompiledRule[]
  readonly properties: ReadonlyMap<string, RuleTree>
  readonly additional?: RuleTree
  readonly items?: RuleTree
}

/** @throws SchemaError with the place of the rule and the column in it. */
export function compileRules(schema: Structural, at = 'openAPIV3Schema'): RuleTree | undefined {
  const rules = schema.rules.map((rule, index) =>
    compileRule(rule, schema, `${at}.x-kubernetes-validations[${index}]`),
  )
  const properties = new Map<string, RuleTree>()
  for (const [name, property] of schema.properties) {
    const below = compileRules(property, `${at}.properties[${name}]`)
    if (below !== undefined) properties.set(name, below)
  }
  const open = schema.additionalProperties
  const additional =
    open === undefined || open === true ? undefined : compileRules(open, `${at}.additionalProperties`)
  const items = schema.items === undefined ? undefined : compileRules(schema.items, `${at}.items`)
  if (rules.length + properties.size === 0 && additional === undefined && items === undefined)
    return undefined
  return {
    schema,
    rules,
    properties,
    ...(additional === undefined ? {} : { additional }),
    ...(items === undefined ? {} : { items }),
  }
}

function compileRule(source: ValidationRule, schema: Structural, at: string): CompiledRule {
  const compile = (key: 'rule' | 'messageExpression'): { node: CelNode; usesOldSelf: boolean } => {
    try {
      const node = parseCel(source[key] ?? '')
      return { node, ...checkCel(node, schema, source.optionalOldSelf) }
    } catch (error) {
      if (error instanceof CelSyntaxError) throw new SchemaError(`${at}.${key}`, error.message)
      throw error
    }
  }
  const rule = compile('rule')
  return {
    source,
    expression: rule.node,
    usesOldSelf: rule.usesOldSelf,
    fieldPath: (source.fieldPath ?? '').replace(/^\./, '').replaceAll(/\['([^']*)'\]/g, '[$1]'),
    ...(source.messageExpression === undefined ? {} : { message: compile('messageExpression').node }),
  }
}

/** Evaluates all rules at and below a place. @returns the causes, outer rules first */
export function evaluateRules(tree: RuleTree, value: unknown, old: Old, path: string): SchemaCause[] {
  if (value === null || value === undefined) return []
  const causes = tree.rules.length === 0 ? [] : rulesAt(tree, value, old, path)
  if (Array.isArray(value)) {
    const { items } = tree
    if (items === undefined) return causes
    const oldItem = itemPairing(old, tree.schema)
    return [
      ...causes,
      ...value.flatMap((entry, index) => evaluateRules(items, entry, oldItem(entry), itemPath(path, index))),
    ]
  }
  if (!isObject(value)) return causes
  for (const key of Object.keys(value)) {
    const property = tree.properties.get(key)
    const below = property ?? (tree.schema.properties.has(key) ? undefined : tree.additional)
    if (below === undefined) continue
    const at = property === undefined ? keyPath(path, key) : childPath(path, key)
    causes.push(...evaluateRules(below, own(value, key), oldField(old, key), at))
  }
  return causes
}

function rulesAt(tree: RuleTree, value: unknown, old: Old, path: string): SchemaCause[] {
  const self = celFromJson(value, tree.schema)
  const oldSelf = old === undefined || old.value === null ? undefined : celFromJson(old.value, tree.schema)
  const unchanged = old !== undefined && deepEqual(value, old.value)
  return tree.rules.flatMap((rule) => {
    // A transition rule needs something to compare with; any other is not held against what an update left alone.
    if (rule.usesOldSelf ? oldSelf === undefined && !rule.source.optionalOldSelf : unchanged) return []
    const seen = rule.source.optionalOldSelf ? new CelOptional(oldSelf) : (oldSelf ?? null)
    const scope = { name: 'self', value: self, outer: { name: 'oldSelf', value: seen, outer: undefined } }
    return outcome(rule, scope, tree.schema.type, path)
  })
}

function outcome(rule: CompiledRule, scope: Scope, type: string, path: string): SchemaCause[] {
  const { source } = rule
  const result = attempt(rule.expression, scope)
  if (result instanceof CelError) {
    const told = source.message?.trim() ?? source.rule.trim()
    const overload = result.message.startsWith('no such overload')
    const detail = overload
      ? `'${result.message}': call arguments did not match a supported operator, function or macro signature for rule: ${told}`
      : `${result.message} evaluating rule: ${told}`
    return [invalid(path, type, detail)]
  }
  if (result === true) return []
  const composed = rule.message === undefined ? undefined : attempt(rule.message, scope)
  const message =
    typeof composed === 'string' && composed.trim() !== '' && !composed.includes('\n')
      ? composed.trim()
      : (source.message?.trim() ?? `failed rule: ${source.rule.trim()}`)
  const field = rule.fieldPath === '' ? path : childPath(path, rule.fieldPath)
  return [cause(asReason(source.reason), field, type, message)]
}

function attempt(node: CelNode, scope: Scope): CelValue | CelError {
  try {
    return evaluate(node, scope)
  } catch (error) {
    if (error instanceof CelError) return error
    throw error
  }
}

function asReason(reason: string | undefined): CauseReason {
  if (reason === 'FieldValueRequired' || reason === 'FieldValueForbidden' || reason === 'FieldValueDuplicate')
    return reason
  return 'FieldValueInvalid'
}
