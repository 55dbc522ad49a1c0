// One line of a log, whatever wrote it.
export type LogSeverity = 'debug' | 'info' | 'warning' | 'error'

export interface LogLine {
  /** milliseconds since 1970; undefined: the line has no time that can be told */
  readonly atMs: number | undefined
  readonly severity: LogSeverity
  /** container or program, as far as the line tells */
  readonly component: string | undefined
  /** the message: of MetalLB `msg`, else the text */
  readonly message: string
  /** other members, in text form */
  readonly fields: Readonly<Record<string, string>>
}
