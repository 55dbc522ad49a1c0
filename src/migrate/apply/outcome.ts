// How an apply or an undo ended.
import { EXIT, EXIT_OF_ERROR, type ExitCode } from '../../errors/exit-codes.ts'
import type { LbctlError } from '../../errors/lbctl-error.ts'
import type { ObjectRef } from '../ports.ts'

export interface Refusal {
  readonly ref: ObjectRef
  readonly error: LbctlError
}

export interface Done {
  readonly ref: ObjectRef
  readonly action: 'created' | 'changed' | 'deleted' | 'restored'
}

export type Outcome =
  /** everything is as wanted already; nothing was written, and no undo file either */
  | { readonly kind: 'nothing to do'; readonly unchanged: readonly ObjectRef[] }
  /** nothing was written */
  | { readonly kind: 'refused'; readonly refusals: readonly Refusal[] }
  /** only asked for: every dry run went well, nothing was written */
  | { readonly kind: 'checked'; readonly pending: readonly Done[]; readonly unchanged: readonly ObjectRef[] }
  | {
      readonly kind: 'done'
      readonly done: readonly Done[]
      readonly unchanged: readonly ObjectRef[]
      /** changed by somebody else and therefore left alone; only by undo, and only when asked to */
      readonly skipped: readonly Refusal[]
      readonly warnings: readonly string[]
      readonly undoPath: string | undefined
    }
  | {
      readonly kind: 'stopped'
      readonly reason: 'error' | 'aborted'
      readonly done: readonly Done[]
      readonly unchanged: readonly ObjectRef[]
      readonly failed: Failure | undefined
      /** not begun; in the order in which they would have followed */
      readonly remaining: readonly ObjectRef[]
      readonly warnings: readonly string[]
      readonly undoPath: string | undefined
      /** how to go on and how to go back, whole sentences */
      readonly next: readonly string[]
    }

export interface Failure extends Refusal {
  /** `unknown`: the connection was cut, so the cluster may or may not have stored it */
  readonly written: 'no' | 'unknown'
}

/** Of several refusals: a missing right first, then content, then conflicts, since they have to be put right in that order. */
const WORST = [EXIT.undetermined, EXIT.usage, EXIT.findings]

export function exitCodeOf(outcome: Outcome): ExitCode {
  switch (outcome.kind) {
    case 'nothing to do':
    case 'checked':
    case 'done':
      return outcome.kind === 'done' && outcome.skipped.length > 0 ? EXIT.partial : EXIT.ok
    case 'refused': {
      const codes: readonly ExitCode[] = outcome.refusals.map(({ error }) => EXIT_OF_ERROR[error.kind])
      return WORST.find((code) => codes.includes(code)) ?? EXIT.findings
    }
    case 'stopped': {
      const untouched = outcome.done.length === 0 && outcome.failed?.written !== 'unknown'
      if (!untouched) return EXIT.partial
      return outcome.failed === undefined ? EXIT.interrupted : EXIT_OF_ERROR[outcome.failed.error.kind]
    }
  }
}
