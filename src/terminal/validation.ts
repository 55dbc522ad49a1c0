// The outcome of a validation in each of its formats.
import type { Diagnostic } from '../config/diagnostic.ts'
import { renderDiagnosticsGithub } from './diagnostics/github.ts'
import { renderDiagnosticsJson } from './diagnostics/json.ts'
import { renderDiagnosticsJunit } from './diagnostics/junit.ts'
import { summarize, summaryText } from './diagnostics/place.ts'
import { type RuleHelp, renderDiagnosticsSarif } from './diagnostics/sarif.ts'
import { renderDiagnosticsText, type TextStyle } from './diagnostics/text.ts'

export interface ValidationOutcome {
  readonly diagnostics: readonly Diagnostic[]
  readonly files: readonly string[]
  readonly documents: number
}

export interface ValidationStyle extends TextStyle {
  readonly format: 'text' | 'json' | 'sarif' | 'junit' | 'github'
  readonly strict: boolean
  readonly version: string
  readonly help: (code: string) => RuleHelp | undefined
}

export function renderValidation(outcome: ValidationOutcome, style: ValidationStyle): string {
  const { diagnostics, files } = outcome
  switch (style.format) {
    case 'json':
      return renderDiagnosticsJson(diagnostics)
    case 'sarif':
      return renderDiagnosticsSarif(diagnostics, style)
    case 'junit':
      return renderDiagnosticsJunit(diagnostics, { files, strict: style.strict })
    case 'github':
      return renderDiagnosticsGithub(diagnostics)
    case 'text':
      return [renderDiagnosticsText(diagnostics, style), `${summaryLine(outcome)}\n`]
        .filter((part) => part !== '')
        .join('\n')
  }
}

function summaryLine({ diagnostics, files, documents }: ValidationOutcome): string {
  const where = files.length === 1 ? files[0] : `${files.length} files`
  const what = `${documents} document${documents === 1 ? '' : 's'}`
  return `${where}, ${what}: ${summaryText(summarize(diagnostics))}`
}
