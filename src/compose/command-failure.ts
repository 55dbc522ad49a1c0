// What a command prints when it fails. Loaded only then.
import type { ExitCode } from '../errors/exit-codes.ts'
import { renderErrorJson, renderErrorText } from '../terminal/error-report.ts'
import { usageLine } from '../terminal/help.ts'
import type { ArgSurface } from '../terminal/surface.ts'
import { reportOf } from './failure-report.ts'
import { explainParseFailure, isParseFailure } from './parse-failure.ts'
import type { ColorLevel } from './streams.ts'

export interface FailedCommand {
  /** with colons */
  readonly id: string
  readonly args: Readonly<Record<string, ArgSurface>>
  readonly flags: object
  readonly json: boolean
  readonly colorLevel: ColorLevel
  /** of a terminal; undefined: nobody's eyes are there to read it */
  readonly width: number | undefined
}

export interface Failure {
  readonly exitCode: ExitCode
  /** for stdout */
  readonly out: string
  /** for stderr */
  readonly progress: string
}

export function failureOf(
  error: unknown,
  { id, args, flags, json, colorLevel, width }: FailedCommand,
): Failure {
  const known = isParseFailure(error) ? explainParseFailure(error, [...Object.keys(flags), 'help']) : error
  const report = reportOf(known, `lbctl ${id.replaceAll(':', ' ')}`)
  const { exitCode } = report
  if (report.kind === 'stopped') return { exitCode, out: '', progress: '' }
  if (json) return { exitCode, out: renderErrorJson(report), progress: '' }
  const usage = report.kind === 'usage' ? { usage: usageLine(id, args) } : {}
  return { exitCode, out: '', progress: renderErrorText({ ...report, ...usage }, colorLevel, width) }
}
