// The one table of exit codes; docs/exit-codes.md is checked against it by test/repo.
import type { ErrorKind } from './lbctl-error.ts'

export const EXIT = {
  /** done, healthy */
  ok: 0,
  /** it ran and found problems */
  findings: 1,
  /** wrong usage, or unreadable or invalid input */
  usage: 2,
  /** could not determine: no permission, unsupported platform, cluster unreachable, time out */
  undetermined: 3,
  /** partly done: the output says what remains */
  partial: 4,
  /** a bug in lbctl */
  bug: 70,
  /** stopped by SIGINT */
  interrupted: 130,
  /** stopped by SIGTERM */
  terminated: 143,
} as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

export const EXIT_OF_ERROR = {
  usage: EXIT.usage,
  input: EXIT.usage,
  permission: EXIT.undetermined,
  unsupported: EXIT.undetermined,
  unreachable: EXIT.undetermined,
  timeout: EXIT.undetermined,
  conflict: EXIT.findings,
  partial: EXIT.partial,
} as const satisfies Record<ErrorKind, ExitCode>
