import type { LabelSelector } from '../../config/schema/field.ts'
import type { Field, LegacyNodeSelector } from '../legacy/shape.ts'
import { type Origin, originOf } from '../planned.ts'

/** node-selectors → nodeSelectors; an empty one goes on to mean every node. Adds the origins below `path`. */
export function labelSelectors(
  selectors: Field<readonly Field<LegacyNodeSelector>[]>,
  path: string,
  origins: Map<string, Origin>,
): LabelSelector[] {
  origins.set(path, originOf(selectors))
  return selectors.value.map((selector, index) => {
    const at = `${path}[${index}]`
    origins.set(at, originOf(selector))
    const { 'match-labels': labels, 'match-expressions': expressions } = selector.value
    for (const label of labels?.value ?? [])
      origins.set(`${at}.matchLabels.${label.key?.text}`, originOf(label))
    for (const [i, expression] of (expressions?.value ?? []).entries())
      expressionOrigins(expression, `${at}.matchExpressions[${i}]`, origins)
    return {
      ...(labels && labels.value.length > 0
        ? { matchLabels: Object.fromEntries(labels.value.map((l) => [l.key?.text ?? '', l.value])) }
        : {}),
      ...(expressions && expressions.value.length > 0
        ? {
            matchExpressions: expressions.value.map(({ value: { key, operator, values } }) => ({
              key: key?.value ?? '',
              operator: operator?.value ?? '',
              ...(values && values.value.length > 0 ? { values: values.value.map((v) => v.value) } : {}),
            })),
          }
        : {}),
    }
  })
}

type Expression = NonNullable<LegacyNodeSelector['match-expressions']>['value'][number]

function expressionOrigins(expression: Expression, path: string, origins: Map<string, Origin>): void {
  origins.set(path, originOf(expression))
  const { key, operator, values } = expression.value
  if (key !== undefined) origins.set(`${path}.key`, originOf(key))
  if (operator !== undefined) origins.set(`${path}.operator`, originOf(operator))
  for (const [index, value] of (values?.value ?? []).entries())
    origins.set(`${path}.values[${index}]`, originOf(value))
}
