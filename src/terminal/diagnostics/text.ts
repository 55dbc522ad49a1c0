// Diagnostics for a person: the sentence, the line with the place underlined, related places, the way out.
import type { Diagnostic } from '../../config/diagnostic.ts'
import { formatPosition, type Span } from '../../config/source/source.ts'
import { safeText } from '../safe-text.ts'
import { createTheme, type Theme } from '../theme.ts'
import { wrap } from '../wrap.ts'
import { excerptOf } from './excerpt.ts'
import { placeOf } from './place.ts'

export interface TextStyle {
  readonly colorLevel: 0 | 1 | 2 | 3
  readonly width: number
  /** signs that are not of ASCII can be read, which is so unless it is said */
  readonly utf8?: boolean
}

/** Each diagnostic as a paragraph of its own, in the order given; an empty text for none. */
export function renderDiagnosticsText(diagnostics: readonly Diagnostic[], style: TextStyle): string {
  const theme = createTheme(style.colorLevel)
  return diagnostics
    .map((diagnostic) => `${renderOne(diagnostic, theme, style.width).join('\n')}\n`)
    .join('\n')
}

function renderOne(diagnostic: Diagnostic, theme: Theme, width: number): string[] {
  const { code, severity, message, at, related = [], hint } = diagnostic
  const label = `${theme.severity[severity](`${severity} ${code}:`)} ${theme.strong(safeText(message))}`
  const gutter = gutterWidth([at, ...related.map((other) => other.at)])
  const lines = [at === undefined ? label : `${theme.place(placeName(at))}: ${label}`]
  if (at !== undefined) lines.push(...excerptLines(at, gutter, width, theme, theme.severity[severity]))
  for (const other of related) {
    lines.push(`${' '.repeat(gutter)} ${theme.faint('=')} ${safeText(other.message)}: ${placeName(other.at)}`)
    lines.push(...excerptLines(other.at, gutter, width, theme, theme.severity.info))
  }
  const pad = ' '.repeat(gutter + 3)
  if (hint !== undefined) lines.push(...wrap(safeText(hint), width - pad.length).map((line) => pad + line))
  lines.push(`${pad}${theme.faint(`lbctl explain ${code}`)}`)
  return lines
}

const placeName = (span: Span): string => safeText(formatPosition(placeOf(span).start))

/** The source line with its number, and the marks below it; nothing for a place in an empty text. */
function excerptLines(
  span: Span,
  gutter: number,
  width: number,
  theme: Theme,
  paint: (text: string) => string,
): string[] {
  const { text, indent, length } = excerptOf(span, width - gutter - 3)
  if (text.trim() === '') return []
  const number = String(placeOf(span).start.line).padStart(gutter)
  const marks = `${' '.repeat(indent)}${paint(`^${'~'.repeat(length - 1)}`)}`
  return [
    `${theme.faint(`${number} |`)} ${text}`.trimEnd(),
    `${theme.faint(`${' '.repeat(gutter)} |`)} ${marks}`,
  ]
}

function gutterWidth(spans: readonly (Span | undefined)[]): number {
  const lines = spans.flatMap((span) => (span === undefined ? [] : [placeOf(span).start.line]))
  return Math.max(2, ...lines.map((line) => String(line).length))
}
