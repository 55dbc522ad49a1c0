// Every rule of MetalLB, and those that it lacks, over all objects at once.
import type { Diagnostic } from './diagnostic.ts'
import type { ReadObjects } from './objects/read-object.ts'
import { ALL_RULES } from './rules/all.ts'
import { RuleContext, type ValidateOptions } from './rules/context.ts'

/** What is wrong with the objects, sorted by place. What `readObjects` had to say is not repeated. */
export function validate(objects: ReadObjects, options: ValidateOptions = {}): readonly Diagnostic[] {
  const context = new RuleContext(objects, options)
  for (const rule of ALL_RULES) rule(context)
  return sortDiagnostics(context.diagnostics)
}

/** By file, place in it, and code; what has no place comes first. */
export function sortDiagnostics(diagnostics: readonly Diagnostic[]): readonly Diagnostic[] {
  const placed = diagnostics.map((diagnostic) => {
    const { at } = diagnostic
    const resolved = at?.source.resolve(at.start)
    return { diagnostic, file: resolved?.source.name ?? '', offset: resolved?.at ?? -1 }
  })
  const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
  placed.sort(
    (a, b) =>
      compare(a.file, b.file) ||
      a.offset - b.offset ||
      compare(a.diagnostic.code, b.diagnostic.code) ||
      compare(a.diagnostic.message, b.diagnostic.message),
  )
  return placed.map((p) => p.diagnostic)
}
