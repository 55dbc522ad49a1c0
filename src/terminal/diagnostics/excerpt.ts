// The line of the source that a diagnostic is about, made safe and narrow enough to be shown, and the columns to underline.
import { HIDDEN } from '../../config/secrets/hidden.ts'
import type { Source, Span } from '../../config/source/source.ts'
import { safeText } from '../safe-text.ts'
import { columnsOf, columnsOfChar } from '../wrap.ts'
import { secretsIn } from './secrets.ts'

export interface Excerpt {
  /** without tabs, control characters and passwords */
  readonly text: string
  /** columns in front of the underlined part */
  readonly indent: number
  /** columns to underline, at least one */
  readonly length: number
}

interface Cell {
  readonly shown: string
  readonly columns: number
}

/** UTF-16 units on each side of the place */
const NEIGHBOURHOOD = 2000
const TAB = '    '
const CUT = '…'
const MASK: Cell = { shown: HIDDEN, columns: HIDDEN.length }
const NOTHING: Cell = { shown: '', columns: 0 }

/** @param width columns that the excerpt may take; a longer line is cut around the span */
export function excerptOf(span: Span, width: number): Excerpt {
  const { source, at } = span.source.resolve(span.start)
  const to = span.source.resolve(Math.max(span.start, span.end))
  const line = source.lineAt(at)
  const from = Math.min(at - source.lineStart(at), line.length)
  const until = to.source === source ? to.at - source.lineStart(at) : from
  const lineEnd = line.trimEnd().length
  // A span over several lines is underlined to the end of its first one.
  const end = Math.max(from + 1, Math.min(until, Math.max(lineEnd, from)))
  // A JSON file may be one line of megabytes: only the neighbourhood is looked at.
  const left = Math.max(0, from - NEIGHBOURHOOD)
  const cells = cellsOf(line.slice(left, from + NEIGHBOURHOOD), source, source.lineStart(at) + left)
  return cutAround(cells, from - left, end - left, width)
}

/** One cell per UTF-16 unit, so that offsets stay offsets. `offset` is that of the line in the source. */
function cellsOf(line: string, source: Source, offset: number): Cell[] {
  const cells: Cell[] = []
  for (const char of line) {
    const shown = char === '\t' ? TAB : safeText(char)
    cells.push({ shown, columns: columnsOf(shown) })
    if (char.length === 2) cells.push({ shown: '', columns: 0 })
  }
  for (const { start, end } of secretsIn(line, source, offset)) {
    // Always the same word: the length of a password is nobody's business either.
    cells.fill(NOTHING, start, end)
    if (start < end) cells[start] = MASK
  }
  return cells
}

function cutAround(cells: readonly Cell[], from: number, end: number, width: number): Excerpt {
  const columns = (start: number, stop: number): number =>
    cells.slice(start, stop).reduce((sum, cell) => sum + cell.columns, 0)
  const shown = (start: number, stop: number): string =>
    cells
      .slice(start, stop)
      .map((cell) => cell.shown)
      .join('')
  if (columns(0, cells.length) <= width)
    return { text: shown(0, cells.length), indent: columns(0, from), length: Math.max(1, columns(from, end)) }

  // A third of the width is kept for what stands in front of the span.
  const room = width - 2 * columnsOfChar(CUT)
  let first = from
  while (first > 0 && columns(first - 1, from) <= room / 3) first--
  let last = first
  while (last < cells.length && columns(first, last + 1) <= room) last++
  while (first > 0 && last === cells.length && columns(first - 1, last) <= room) first--
  const before = first > 0 ? CUT : ''
  const after = last < cells.length ? CUT : ''
  const length = Math.max(1, columns(from, Math.min(end, last)))
  return { text: before + shown(first, last) + after, indent: before.length + columns(first, from), length }
}
