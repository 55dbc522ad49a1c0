// Diagnostics for programs. The shape is a promise: docs/output.md describes it.
import type { Diagnostic } from '../../config/diagnostic.ts'
import { printedJson } from '../printed-json.ts'
import { type Place, placeOf, summarize } from './place.ts'

/** One diagnostic as a JSON value; every key is always there, null where nothing is known. */
export function diagnosticToJson(diagnostic: Diagnostic) {
  const { code, severity, message, at, subject, related = [], hint = null } = diagnostic
  return {
    code,
    severity,
    message,
    at: at === undefined ? null : placeToJson(placeOf(at)),
    subject:
      subject === undefined
        ? null
        : {
            kind: subject.kind,
            namespace: subject.namespace ?? null,
            name: subject.name ?? null,
            field: subject.field ?? null,
          },
    related: related.map((other) => ({ message: other.message, at: placeToJson(placeOf(other.at)) })),
    hint,
    docs: `docs/rules/${code}.md`,
  }
}

const placeToJson = ({ start, end }: Place) => ({
  file: start.file,
  line: start.line,
  column: start.column,
  endLine: end.line,
  endColumn: end.column,
})

export const renderDiagnosticsJson = (diagnostics: readonly Diagnostic[]): string =>
  `${printedJson({ diagnostics: diagnostics.map(diagnosticToJson), summary: summarize(diagnostics) }, 2)}\n`
