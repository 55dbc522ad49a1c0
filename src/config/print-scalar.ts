// Strings → YAML scalars, as Go's yaml.v2 writes them: which style, which escapes, and where long lines are folded. Held against
// kubectl by test/interop/yaml-of-kubectl.test.ts.
import { resolvesToString } from './scalar-resolution.ts'

export interface ScalarPlace {
  /** what a continuation line begins with */
  readonly indent: string
  /** characters that stand before the scalar on its line */
  readonly column: number
}

/** A blank beyond this column ends the line, where the style allows it. */
const BEST_WIDTH = 80

/** A value in block context. May hold line breaks. */
export function scalarValue(text: string, place: ScalarPlace): string {
  if (text.includes('\n'))
    return literalAllowed(text) ? literal(text, place.indent) : doubleQuoted(text, place)
  if (!resolvesToString(text) || !singleQuotable(text)) return doubleQuoted(text, place)
  return plainAllowed(text) ? folded(text, place, place.column) : singleQuoted(text, place)
}

/** A key: always on one line. A plain `<<` would merge. */
export function scalarKey(text: string): string {
  if (!resolvesToString(text) || text === '<<' || !singleQuotable(text)) return doubleQuoted(text)
  return plainAllowed(text) ? text : singleQuoted(text)
}

/**
 * Printable by yaml.v2: the basic plane without controls, byte order mark and surrogates. Tabs and breaks are apart. Marks for the
 * writing direction are printable to it, and not here: they make a line read as another one, and escaped they are the same text.
 */
const UNPRINTABLE =
  /[^\x20-\x7e\u00a0-\ud7ff\ue000-\ufefe\uff00-\ufffd]|[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]/
const singleQuotable = (text: string): boolean => !UNPRINTABLE.test(text)

/** Which one-line texts may stand without quotes in block context (YAML 1.2 §7.3.3). */
function plainAllowed(text: string): boolean {
  if (text === '' || /^ | $|[\u2028\u2029]/.test(text)) return false
  if (/^(---|\.\.\.)/.test(text)) return false
  if (/^[#,[\]{}&*!|>'"%@`]/.test(text)) return false
  if (/^[-?:]( |$)/.test(text)) return false
  return !/:( |$)| #/.test(text)
}

/** Blanks at the end of a line would be lost in some editors, so such texts go into quotes. */
const literalAllowed = (text: string): boolean =>
  !/ \n| $|[\u2028\u2029]/.test(text) && singleQuotable(text.replaceAll('\n', ''))

function literal(text: string, indent: string): string {
  // Without the number a reader would take the blanks of the first line for indentation.
  const hint = /^[ \n]/.test(text) ? '2' : ''
  const chomping = !text.endsWith('\n') ? '-' : text === '\n' || text.endsWith('\n\n') ? '+' : ''
  const lines = (text.endsWith('\n') ? text.slice(0, -1) : text).split('\n')
  return [`|${hint}${chomping}`, ...lines.map((line) => (line === '' ? '' : indent + line))].join('\n')
}

function singleQuoted(text: string, place?: ScalarPlace): string {
  const escaped = text.replaceAll("'", "''")
  return place === undefined ? `'${escaped}'` : `'${folded(escaped, place, place.column + 1, true)}'`
}

/** A single blank beyond the best width becomes a line break; quotes keep their first and last character on the line. */
function folded(text: string, { indent }: ScalarPlace, startColumn: number, quoted = false): string {
  if (startColumn + text.length <= BEST_WIDTH) return text
  const chars = [...text]
  let column = startColumn
  let out = ''
  for (const [i, c] of chars.entries()) {
    const alone = c === ' ' && chars[i - 1] !== ' ' && chars[i + 1] !== ' '
    if (alone && column > BEST_WIDTH && (!quoted || (i > 0 && i < chars.length - 1))) {
      out += `\n${indent}`
      column = indent.length
    } else {
      out += c
      column++
    }
  }
  return out
}

const ESCAPES: Readonly<Record<string, string>> = {
  '\u0000': '\\0',
  '\u0007': '\\a',
  '\b': '\\b',
  '\t': '\\t',
  '\n': '\\n',
  '\v': '\\v',
  '\f': '\\f',
  '\r': '\\r',
  '\u001b': '\\e',
  '"': '\\"',
  '\\': '\\\\',
  '\u0085': '\\N',
  '\u2028': '\\L',
  '\u2029': '\\P',
}

function doubleQuoted(text: string, place?: ScalarPlace): string {
  const chars = [...text]
  let column = (place?.column ?? 0) + 1
  let out = ''
  for (const [i, c] of chars.entries()) {
    const folds = c === ' ' && chars[i - 1] !== ' ' && column > BEST_WIDTH && i > 0 && i < chars.length - 1
    if (place !== undefined && folds) {
      // A blank at the start of a line would be taken for indentation.
      const kept = chars[i + 1] === ' ' ? '\\' : ''
      out += `\n${place.indent}${kept}`
      column = place.indent.length + kept.length
      continue
    }
    const written = ESCAPES[c] ?? (UNPRINTABLE.test(c) ? hexEscape(c.codePointAt(0) ?? 0) : c)
    out += written
    column += written.length
  }
  return `"${out}"`
}

function hexEscape(point: number): string {
  const hex = point.toString(16).toUpperCase()
  if (point < 0x100) return `\\x${hex.padStart(2, '0')}`
  return point < 0x10000 ? `\\u${hex.padStart(4, '0')}` : `\\U${hex.padStart(8, '0')}`
}
