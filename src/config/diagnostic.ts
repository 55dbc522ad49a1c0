// What validate and migrate have to say about a text: one sentence, the place, the rule, the way out.
import type { Span } from './source/source.ts'

export type Severity = 'error' | 'warning' | 'info'

/** The object, and the field in it, that a diagnostic is about. */
export interface Subject {
  readonly kind: string
  readonly namespace?: string
  readonly name?: string
  /** path from the object's root: `spec.addresses[0]` */
  readonly field?: string
}

export interface Diagnostic {
  /** stable code with a page under docs/rules: `V201` */
  readonly code: string
  readonly severity: Severity
  /** one sentence without line breaks; never holds a password */
  readonly message: string
  readonly at?: Span
  readonly subject?: Subject
  /** other places that matter: the first definition of a duplicate, the overlapping pool */
  readonly related?: readonly { readonly message: string; readonly at: Span }[]
  /** what to do, as whole sentences */
  readonly hint?: string
}
