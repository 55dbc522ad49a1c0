// An error that ends a run, as text for a person or as JSON for a program.
import type { ExitCode } from '../errors/exit-codes.ts'
import type { ErrorKind } from '../errors/lbctl-error.ts'
import { printedJson } from './printed-json.ts'
import { safeText } from './safe-text.ts'
import { createTheme } from './theme.ts'
import { wrap } from './wrap.ts'

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

const HEAD = 'error:'

/** @param width undefined: lines are as long as they are, for programs that look for words in them */
export function renderErrorText(report: ErrorReport, colorLevel: 0 | 1 | 2 | 3, width?: number): string {
  const theme = createTheme(colorLevel)
  const broken = (text: string, indent: number): readonly string[] =>
    width === undefined ? [safeText(text)] : wrap(safeText(text), width - indent)
  const [first = '', ...more] = broken(report.message, HEAD.length + 1)
  const hang = ' '.repeat(HEAD.length + 1)
  const lines = [
    `${theme.severity.error(HEAD)} ${theme.strong(first)}`,
    ...more.map((line) => hang + theme.strong(line)),
  ]
  for (const [key, value] of Object.entries(report.facts))
    lines.push(`  ${theme.faint(`${key}:`)} ${safeText(value)}`)
  for (const hint of report.hints) lines.push(...broken(hint, 2).map((line) => `  ${line}`))
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
