// V501, V605: a name that stands twice in a list.
import type { Severity } from '../diagnostic.ts'
import type { MetalObject } from '../objects/read-object.ts'
import { type RuleContext, related } from './context.ts'
import { repeatedItems } from './repeated.ts'

export function repeatedNames(
  context: RuleContext,
  code: 'V501' | 'V605',
  object: MetalObject,
  field: string,
  names: readonly string[] = [],
  severity?: Severity,
): void {
  for (const { index, first } of repeatedItems(names))
    context.report(code, object, {
      message: `"${names[index]}" stands twice in ${field}.`,
      path: ['spec', field, index],
      related: [related(object, 'first here', ['spec', field, first])],
      hint: 'Remove one of them.',
      ...(severity === undefined ? {} : { severity }),
    })
}
