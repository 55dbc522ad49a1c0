// What the check of a value against the schema has to say, and to whom.
import type { Span } from '../source/source.ts'
import type { Field } from './field.ts'

/** Something that is wrong with a value. */
export interface Problem {
  readonly code: string
  readonly message: string
  readonly at: Span
  /** path from the root of the object: `spec.addresses[0]` */
  readonly path: string
  readonly hint?: string
  readonly related?: readonly { readonly message: string; readonly at: Span }[]
}

/** A field that was used and that some releases do not have, or that is deprecated. */
export interface NotableUse {
  readonly field: Field
  readonly path: string
  readonly at: Span
  /** the value is what the API server sets where nothing is set */
  readonly isDefault: boolean
}

export interface Sink {
  problem(problem: Problem): void
  notable?(use: NotableUse): void
  /** a better word about an unknown field, or undefined */
  adviseUnknown?(path: string, key: string): string | undefined
}
