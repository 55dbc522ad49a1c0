// Labels that make a selector match.
import type { LabelSelector } from '../../config/schema/field.ts'
import { compileSelector, matchesSelector } from '../../config/semantics/selector.ts'

/** Labels to set beside those that are there; none when it matches already, or when no label to add can make it match. */
export function labelsFor(
  selector: LabelSelector,
  labels: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const wanted: Record<string, string> = {}
  for (const [key, value] of Object.entries(selector.matchLabels ?? {})) wanted[key] = value
  for (const { key, operator, values = [] } of selector.matchExpressions ?? []) {
    const now = wanted[key] ?? labels[key]
    const [first] = values
    if (operator === 'In' && first !== undefined && (now === undefined || !values.includes(now)))
      wanted[key] = first
    if (operator === 'Exists' && now === undefined) wanted[key] = ''
  }
  const compiled = compileSelector(selector)
  const then = { ...labels, ...wanted }
  if (!compiled.ok || !matchesSelector(compiled.value, then)) return {}
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => labels[key] !== value))
}
