// Diagnostics as workflow commands of GitHub Actions, which show them beside the changed lines.
import type { Diagnostic } from '../../config/diagnostic.ts'
import { placeOf } from './place.ts'

const COMMAND = { error: 'error', warning: 'warning', info: 'notice' } as const

export function renderDiagnosticsGithub(diagnostics: readonly Diagnostic[]): string {
  return diagnostics.map((diagnostic) => `${annotation(diagnostic)}\n`).join('')
}

function annotation({ code, severity, message, at, hint }: Diagnostic): string {
  const properties: Record<string, string | number> = {}
  if (at !== undefined) {
    const { start, end } = placeOf(at)
    Object.assign(properties, { file: start.file, line: start.line, endLine: end.line, col: start.column })
    // Columns count within one line only.
    if (end.line === start.line && end.column > start.column) properties['endColumn'] = end.column
  }
  properties['title'] = `lbctl ${code}`
  const listed = Object.entries(properties).map(([key, value]) => `${key}=${escapeProperty(String(value))}`)
  const text = hint === undefined ? message : `${message}\n${hint}`
  return `::${COMMAND[severity]} ${listed.join(',')}::${escapeData(text)}`
}

/** As the toolkit of GitHub Actions escapes what stands behind the last `::`. */
const escapeData = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A')

const escapeProperty = (text: string): string =>
  escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C')
