// What a kind of line means.
import type { Severity } from '../../config/diagnostic.ts'

export interface LogPattern {
  /** stable: `bgp-connection-refused` */
  readonly id: string
  /** finding that it points to; a page of docs/findings */
  readonly code?: string
  readonly severity: Severity
  /** who writes such lines, where the line itself does not tell */
  readonly component: string
  /** holds for the canonical text of a line, see decode-line.ts */
  readonly test: RegExp
  readonly title: string
  readonly meaning: string
  /** what to try next, most likely help first */
  readonly next: readonly string[]
  /** numbers in the line decide whether it fits, so that it is looked at each time */
  readonly exact?: boolean
}
