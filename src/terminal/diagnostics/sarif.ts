// Diagnostics as SARIF 2.1.0 (OASIS), which code scanning services read.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Span } from '../../config/source/source.ts'
import { printedJson } from '../printed-json.ts'
import { placeOf } from './place.ts'

/** What SARIF tells about a rule besides its code. */
export interface RuleHelp {
  readonly code: string
  readonly title: string
  readonly markdown: string
}

export interface SarifOptions {
  readonly version: string
  /** pages of the codes; a code without one is listed by its code alone */
  readonly help: (code: string) => RuleHelp | undefined
}

const LEVEL = { error: 'error', warning: 'warning', info: 'note' } as const

export function renderDiagnosticsSarif(diagnostics: readonly Diagnostic[], options: SarifOptions): string {
  const codes = [...new Set(diagnostics.map((diagnostic) => diagnostic.code))].sort()
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: {
          driver: {
            name: 'lbctl',
            version: options.version,
            rules: codes.map((code) => rule(code, options)),
          },
        },
        columnKind: 'utf16CodeUnits',
        results: diagnostics.map((diagnostic) => result(diagnostic, codes)),
      },
    ],
  }
  return `${printedJson(log, 2)}\n`
}

function rule(code: string, options: SarifOptions) {
  const page = options.help(code)
  if (page === undefined) return { id: code }
  return {
    id: code,
    shortDescription: { text: page.title },
    help: { text: `lbctl explain ${code}`, markdown: page.markdown },
  }
}

function result(diagnostic: Diagnostic, codes: readonly string[]) {
  const { code, severity, message, at, related = [], hint, subject } = diagnostic
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: LEVEL[severity],
    message: { text: hint === undefined ? message : `${message} ${hint}` },
    locations:
      at === undefined
        ? []
        : [
            {
              ...location(at),
              ...(subject?.field === undefined
                ? {}
                : {
                    logicalLocations: [
                      { fullyQualifiedName: `${subject.kind}/${subject.name ?? ''}/${subject.field}` },
                    ],
                  }),
            },
          ],
    ...(related.length === 0
      ? {}
      : {
          relatedLocations: related.map((other, i) => ({
            id: i + 1,
            ...location(other.at),
            message: { text: other.message },
          })),
        }),
  }
}

function location(span: Span) {
  const { start, end } = placeOf(span)
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(start.file) },
      region: {
        startLine: start.line,
        startColumn: start.column,
        endLine: end.line,
        endColumn: end.column,
      },
    },
  }
}

/** Relative paths stay relative, so that they fit the checkout of whoever reads the log. */
function uriOf(file: string): string {
  if (file === '<stdin>') return 'stdin'
  const path = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
  if (path.startsWith('/')) return `file://${path}`
  return path.startsWith('./') ? path.slice(2) : path
}
