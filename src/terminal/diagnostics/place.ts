// Where a diagnostic points to, as numbers and names that every format needs.
import type { Diagnostic, Severity } from '../../config/diagnostic.ts'
import type { Position, Span } from '../../config/source/source.ts'

export interface Place {
  readonly start: Position
  /** exclusive */
  readonly end: Position
}

/** The span in the file that was read, through all embeddings; the end never lies before the start. */
export function placeOf(span: Span): Place {
  const from = span.source.resolve(span.start)
  const to = span.source.resolve(Math.max(span.start, span.end))
  const end = to.source === from.source && to.at > from.at ? to.at : from.at
  return { start: from.source.locate(from.at), end: from.source.locate(end) }
}

export interface Summary {
  readonly errors: number
  readonly warnings: number
  readonly infos: number
}

export function summarize(diagnostics: readonly Diagnostic[]): Summary {
  const count = (severity: Severity): number => diagnostics.filter((d) => d.severity === severity).length
  return { errors: count('error'), warnings: count('warning'), infos: count('info') }
}

/** `2 errors, 1 warning`, or `no problems` */
export function summaryText({ errors, warnings, infos }: Summary): string {
  const parts = [plural(errors, 'error'), plural(warnings, 'warning'), plural(infos, 'note')]
  return parts.filter((part) => part !== '').join(', ') || 'no problems'
}

const plural = (count: number, noun: string): string =>
  count === 0 ? '' : `${count} ${noun}${count === 1 ? '' : 's'}`
