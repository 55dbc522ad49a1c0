// An error that ends a run, as text for a person or as JSON for a program.
import type { ExitCode } from '../errors/exit-codes.ts'
import type { ErrorKind } from '../errors/lbctl-error.ts'
import { printedJson } from './printed-json.ts'
import { safeText } from './safe-text.ts'
import { createTheme } from './theme.ts'

export interface ErrorReport {
  readonly kind: ErrorKind | 'bug' | 'stopped'
  readonly message: string
  readonly facts: Readonly<Record<string, string>>
  readonly hints: readonly string[]
  /** page under docs/ without extension */
  readonly docs: string | undefined
  readonly exitCode: ExitCode
  /** the usage line of the command, for errors of usage; text only */
  readonly usage?: string
  /** where in lbctl it happened, for bugs and DEBUG=lbctl; text only */
  readonly stack?: string
}

export function renderErrorText(report: ErrorReport, colorLevel: 0 | 1 | 2 | 3): string {
  const theme = createTheme(colorLevel)
  const lines = [`${theme.severity.error('error:')} ${theme.strong(safeText(report.message))}`]
  for (const [key, value] of Object.entries(report.facts))
    lines.push(`  ${theme.faint(`${key}:`)} ${safeText(value)}`)
  for (const hint of report.hints) lines.push(`  ${safeText(hint)}`)
  if (report.docs !== undefined) lines.push(`  ${whereToRead(report.docs)}`)
  if (report.usage !== undefined) lines.push('', `Usage: ${report.usage}`)
  if (report.stack !== undefined) lines.push('', report.stack)
  return `${lines.join('\n')}\n`
}

function whereToRead(docs: string): string {
  const code = /^rules\/(\w+)$/.exec(docs)?.[1]
  return code === undefined ? `More: docs/${docs}.md` : `More: lbctl explain ${code}`
}

/** One document, every key always there: docs/output.md describes it. */
export function renderErrorJson(report: ErrorReport): string {
  const { kind, message, facts, hints, docs = null, exitCode } = report
  return `${printedJson({ error: { kind, message, facts, hints, docs, exitCode } }, 2)}\n`
}
