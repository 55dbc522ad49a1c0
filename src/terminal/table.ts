// Rows in columns that are as wide as they have to be; the last one takes what the line has left and is wrapped.
import { columnsOf, wrap } from './wrap.ts'

const GAP = '  '
/** A last column that would be narrower than this is not wrapped: reading it would be harder than a long line. */
const NARROWEST_LAST = 16

/** @param width columns of a line. @param rows all of the same length, the heading first */
export function tableLines(rows: readonly (readonly string[])[], width: number): string[] {
  const count = rows[0]?.length ?? 0
  const widths = Array.from({ length: count }, (_, i) =>
    Math.max(...rows.map((row) => columnsOf(row[i] ?? ''))),
  )
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + GAP.length, 0)
  const lastWidth = width - before >= NARROWEST_LAST ? width - before : Number.POSITIVE_INFINITY
  return rows.flatMap((row) => {
    const head = row.slice(0, -1).map((cell, i) => padded(cell, widths[i] ?? 0) + GAP)
    const [first = '', ...more] = wrap(row.at(-1) ?? '', lastWidth)
    return [head.join('') + first, ...more.map((line) => ' '.repeat(before) + line)].map((line) =>
      line.trimEnd(),
    )
  })
}

const padded = (cell: string, width: number): string =>
  cell + ' '.repeat(Math.max(0, width - columnsOf(cell)))
