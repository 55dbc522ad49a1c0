// How an apply or an undo of a fix ended.
import { EXIT, EXIT_OF_ERROR, type ExitCode } from '../../errors/exit-codes.ts'
import type { LbctlError } from '../../errors/lbctl-error.ts'

export interface FailedWrite {
  readonly what: string
  readonly error: LbctlError
  /** `unknown`: the connection was cut, so the cluster may or may not have stored it */
  readonly written: 'no' | 'unknown'
}

export type FixOutcome =
  /** everything is as wanted already */
  | { readonly kind: 'nothing to do'; readonly unchanged: readonly string[] }
  /** values are not as the diff showed them; nothing was written */
  | { readonly kind: 'overtaken'; readonly changed: readonly string[] }
  | {
      readonly kind: 'done'
      readonly done: readonly string[]
      readonly unchanged: readonly string[]
      /** by undo: what others have changed since, and why it was left alone */
      readonly skipped: readonly string[]
    }
  | {
      readonly kind: 'stopped'
      readonly done: readonly string[]
      /** undefined: stopped on request */
      readonly failed: FailedWrite | undefined
      readonly remaining: readonly string[]
    }

export function exitCodeOf(outcome: FixOutcome): ExitCode {
  switch (outcome.kind) {
    case 'nothing to do':
      return EXIT.ok
    case 'overtaken':
      return EXIT.findings
    case 'done':
      return outcome.skipped.length > 0 ? EXIT.partial : EXIT.ok
    case 'stopped':
      if (outcome.done.length > 0 || outcome.failed?.written === 'unknown') return EXIT.partial
      return outcome.failed === undefined ? EXIT.interrupted : EXIT_OF_ERROR[outcome.failed.error.kind]
  }
}
