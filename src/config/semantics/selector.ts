// Label selectors: checked, compiled, matched. A list of selectors means any of them; an empty selector matches everything.
import { err, ok, type Result } from '../../net/result.ts'
import type { LabelSelector } from '../schema/field.ts'
import { labelKeyProblem, labelValueProblem } from './label-syntax.ts'

export type SelectorOperator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist'
export const SELECTOR_OPERATORS: readonly SelectorOperator[] = ['In', 'NotIn', 'Exists', 'DoesNotExist']

interface Requirement {
  readonly key: string
  readonly operator: SelectorOperator
  readonly values: ReadonlySet<string>
}

export interface CompiledSelector {
  readonly requirements: readonly Requirement[]
}

/** What is wrong with a selector; `path` leads to the part of it: `['matchExpressions', 0, 'operator']`. */
export interface SelectorProblem {
  readonly path: readonly (string | number)[]
  readonly message: string
  readonly hint?: string
}

type LabelMap = Readonly<Record<string, string>>

export function compileSelector(
  selector: LabelSelector,
): Result<CompiledSelector, readonly SelectorProblem[]> {
  const problems: SelectorProblem[] = []
  const requirements: Requirement[] = []
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) {
    const path = ['matchLabels', key]
    keyAndValues(key, [value], path, path, problems)
    requirements.push({ key, operator: 'In', values: new Set([value]) })
  }
  for (const [index, expression] of (selector.matchExpressions ?? []).entries()) {
    const path = ['matchExpressions', index]
    const { key, values = [] } = expression
    keyAndValues(key, values, [...path, 'key'], [...path, 'values'], problems)
    const operator = SELECTOR_OPERATORS.find((o) => o === expression.operator)
    if (operator === undefined)
      problems.push({
        path: [...path, 'operator'],
        message: `"${expression.operator}" is no operator of a selector`,
        hint: `Operators are ${SELECTOR_OPERATORS.join(', ')}, spelt like this.`,
      })
    else {
      arity(operator, values, path, problems)
      requirements.push({ key, operator, values: new Set(values) })
    }
  }
  return problems.length > 0 ? err(problems) : ok({ requirements })
}

function keyAndValues(
  key: string,
  values: readonly string[],
  keyPath: readonly (string | number)[],
  valuePath: readonly (string | number)[],
  problems: SelectorProblem[],
): void {
  const wrong = labelKeyProblem(key)
  if (wrong !== undefined) problems.push({ path: keyPath, message: `the label key "${key}" ${wrong}` })
  for (const value of values) {
    const reason = labelValueProblem(value)
    if (reason !== undefined)
      problems.push({ path: valuePath, message: `the label value "${value}" ${reason}` })
  }
}

function arity(
  operator: SelectorOperator,
  values: readonly string[],
  path: readonly (string | number)[],
  problems: SelectorProblem[],
): void {
  const wantsValues = operator === 'In' || operator === 'NotIn'
  if (wantsValues && values.length === 0)
    problems.push({ path, message: `the operator ${operator} needs at least one value` })
  if (!wantsValues && values.length > 0)
    problems.push({ path: [...path, 'values'], message: `the operator ${operator} takes no values` })
}

export const matchesSelector = (selector: CompiledSelector, labels: LabelMap): boolean =>
  selector.requirements.every((r) => fulfils(r, labels))

export const matchesAny = (selectors: readonly CompiledSelector[], labels: LabelMap): boolean =>
  selectors.some((s) => matchesSelector(s, labels))

/** NotIn and DoesNotExist also hold for objects that do not have the label. */
function fulfils({ key, operator, values }: Requirement, labels: LabelMap): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined
  switch (operator) {
    case 'In':
      return value !== undefined && values.has(value)
    case 'NotIn':
      return value === undefined || !values.has(value)
    case 'Exists':
      return value !== undefined
    case 'DoesNotExist':
      return value === undefined
  }
}

/** One text for selectors that mean the same by their writing: order of labels and of values does not count. */
export function selectorKey(selector: LabelSelector): string {
  const labels = Object.entries(selector.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1))
  const expressions = (selector.matchExpressions ?? []).map(expressionKey)
  return JSON.stringify([labels, expressions])
}

export const expressionKey = (e: { key: string; operator: string; values?: readonly string[] }): string =>
  JSON.stringify([e.key, e.operator, [...(e.values ?? [])].sort()])
