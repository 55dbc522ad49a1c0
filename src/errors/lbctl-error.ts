// The errors that a user may see. A bug is a plain Error and is shown as one.

/** Why an operation could not be done. Closed: each kind has its exit code in exit-codes.ts. */
export type ErrorKind =
  /** flags or arguments that do not fit together */
  | 'usage'
  /** a file, or text in it, that cannot be read or is not valid */
  | 'input'
  /** a right is missing: file permission, capability, RBAC */
  | 'permission'
  /** this platform or build cannot do it */
  | 'unsupported'
  /** the cluster or a host does not answer */
  | 'unreachable'
  | 'timeout'
  /** the cluster refused, or holds something that must not be overwritten */
  | 'conflict'
  /** some of the work was done and some was not */
  | 'partial'

export interface ErrorDetails {
  /** what is known about the case, shown one per line: key → value */
  readonly facts?: Readonly<Record<string, string>>
  /** what to do next, most likely help first; whole sentences */
  readonly hints?: readonly string[]
  /** page under docs/, without extension: `rules/V201` */
  readonly docs?: string
  readonly cause?: unknown
}

/**
 * An operational failure. `message` is one sentence: what happened, to what, and how we know. No colours, no line breaks,
 * never a secret.
 */
export class LbctlError extends Error {
  override readonly name = 'LbctlError'
  readonly kind: ErrorKind
  readonly facts: Readonly<Record<string, string>>
  readonly hints: readonly string[]
  readonly docs: string | undefined

  constructor(kind: ErrorKind, message: string, details: ErrorDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause })
    this.kind = kind
    this.facts = details.facts ?? {}
    this.hints = details.hints ?? []
    this.docs = details.docs
  }
}
