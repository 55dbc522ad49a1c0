import type { LabelSelector } from '../../config/schema/field.ts'
import { compileSelector, matchesAny } from '../../config/semantics/selector.ts'

export type LabelTest = (labels: Readonly<Record<string, string>>) => boolean

/** A test for labels that any of the selectors takes; undefined when there is none, which means everything. */
export function labelTest(selectors: readonly LabelSelector[] | undefined): LabelTest | undefined {
  if (selectors === undefined || selectors.length === 0) return undefined
  // A selector that is not valid is reported by the rules; it selects nothing.
  const compiled = selectors.flatMap((selector) => {
    const result = compileSelector(selector)
    return result.ok ? [result.value] : []
  })
  return (labels) => matchesAny(compiled, labels)
}
