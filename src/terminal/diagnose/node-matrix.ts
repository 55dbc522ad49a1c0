// The table of who reaches whom, for 80 columns: rows are where it was tried from, columns where to, by number.
import type { NodeMatrix } from '../../diagnose/agents/matrix.ts'
import type { ReportView } from './report-view.ts'

type Cells = readonly { readonly from: string; readonly to: string; readonly outcome: string }[]

const SIGNS: Readonly<Record<string, string>> = {
  connected: '+',
  session: '=',
  refused: 'r',
  silent: 'x',
  failed: 'e',
  'not tried': '.',
}
const LEGEND = '+ connects, = has a session, r refused, x no answer, e error, . not tried'
/** Columns of a number and a blank beside the longest name. */
const MOST_COLUMNS = 20
const NAME_WIDTH = 30

export function matrixLines(matrix: NodeMatrix, view: ReportView): readonly string[] {
  const tables = [
    ...table('Memberlist, from node (row) to node (column)', matrix.gossip, view),
    ...table('Port 179, from node (row) to router (column)', matrix.routers, view),
  ]
  return [
    ...tables,
    ...(tables.length === 0 ? [] : view.paragraph('  ', LEGEND, '')),
    ...answerLines(matrix, view),
  ]
}

function table(title: string, cells: Cells, view: ReportView): readonly string[] {
  if (cells.length === 0) return []
  const rows = [...new Set(cells.map(({ from }) => from))].sort()
  const targets = [...new Set(cells.map(({ to }) => to))].sort()
  // Nodes have one number in rows and columns.
  const all = targets.some((to) => rows.includes(to)) ? [...new Set([...rows, ...targets])].sort() : targets
  const columns = all.slice(0, MOST_COLUMNS)
  const outcome = new Map(cells.map(({ from, to, outcome: its }) => [JSON.stringify([from, to]), its]))
  const numbered = (name: string): string => {
    const index = columns.indexOf(name)
    const text = `${index < 0 ? '' : index + 1}`.padStart(2)
    return `${text} ${name.length > NAME_WIDTH ? `${name.slice(0, NAME_WIDTH - 1)}~` : name}`
  }
  const others = columns.filter((name) => !rows.includes(name))
  const width = Math.max(...[...rows, ...others].map((name) => numbered(name).length)) + 2
  const signs = (from: string): string =>
    columns
      .map((to) =>
        (from === to ? '-' : (SIGNS[outcome.get(JSON.stringify([from, to])) ?? ''] ?? '.')).padStart(2),
      )
      .join('')
  return [
    '',
    view.theme.strong(title),
    `  ${' '.repeat(width)}${columns.map((_, index) => String(index + 1).padStart(2)).join('')}`,
    ...rows.map((from) => `  ${numbered(from).padEnd(width)}${signs(from)}`),
    ...others.map((to) => `  ${numbered(to)}`),
    ...(all.length > columns.length
      ? [`  and ${all.length - columns.length} more columns: -o json has them`]
      : []),
  ]
}

function answerLines({ answers }: NodeMatrix, view: ReportView): readonly string[] {
  if (answers.length === 0) return []
  return [
    '',
    view.theme.strong('Who answers for the address, heard from'),
    ...answers.map(
      ({ from, address, heard }) =>
        `  ${from}: ${address} ${heard.length === 0 ? 'nobody' : heard.join(' and ')}`,
    ),
  ]
}
