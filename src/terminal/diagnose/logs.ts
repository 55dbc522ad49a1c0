// Incidents of logs, for a person or a program.
import type { Incident } from '../../diagnose/logs/incident-table.ts'
import type { LogSummary } from '../../diagnose/logs/log-scanner.ts'
import { printedJson } from '../printed-json.ts'
import { safeText } from '../safe-text.ts'
import { createTheme, type Theme } from '../theme.ts'
import { columnsOf, columnsOfChar, wrap } from '../wrap.ts'

export interface LogsStyle {
  readonly colorLevel: 0 | 1 | 2 | 3
  readonly width: number
  /** signs that are not of ASCII can be read, which is so unless it is said */
  readonly utf8?: boolean
  /** also what is only for information, and whole examples */
  readonly verbose: boolean
  /** at most so many incidents */
  readonly top: number
}

export interface LogsReport {
  readonly summary: LogSummary
  readonly notRead: readonly string[]
  readonly exitCode: number
}

export function renderLogsText({ summary, notRead }: LogsReport, style: LogsStyle): string {
  const theme = createTheme(style.colorLevel)
  const wanted = shownOf(summary.incidents, style)
  const lines = [headline(summary, theme)]
  for (const incident of wanted.slice(0, style.top)) lines.push('', ...incidentLines(incident, theme, style))
  const more = wanted.length - style.top
  if (more > 0) lines.push('', theme.faint(`${more} more: --top ${wanted.length} shows all`))
  if (summary.tooLong > 0) lines.push('', `${summary.tooLong} lines were too long and left out.`)
  if (notRead.length > 0)
    lines.push('', theme.faint('not read:'), ...notRead.flatMap((each) => hanging('  - ', each, style)))
  return `${lines.join('\n')}\n`
}

const shownOf = (incidents: readonly Incident[], { verbose }: LogsStyle): readonly Incident[] =>
  verbose ? incidents : incidents.filter(({ severity }) => severity !== 'info')

function headline({ incidents, lines, bytes }: LogSummary, theme: Theme): string {
  const count = (severity: Incident['severity']): number =>
    incidents.filter((each) => each.severity === severity).length
  const [errors, warnings] = [count('error'), count('warning')]
  const size = `${lines.toLocaleString('en')} line${lines === 1 ? '' : 's'} (${sizeText(bytes)})`
  if (errors + warnings === 0)
    return `${theme.good('ok:')} ${theme.strong(`no errors and no warnings in ${size}.`)}`
  const kinds = [
    ...(errors > 0 ? [`${errors} kind${errors === 1 ? '' : 's'} of errors`] : []),
    ...(warnings > 0 ? [`${warnings} of warnings`] : []),
  ]
  const severity = errors > 0 ? 'error' : 'warning'
  return `${theme.severity[severity](`${severity}:`)} ${theme.strong(`${kinds.join(' and ')} in ${size}.`)}`
}

const sizeText = (bytes: number): string =>
  bytes < 10_000
    ? `${bytes} bytes`
    : bytes < 1e6
      ? `${(bytes / 1e3).toFixed(1)} kB`
      : bytes < 1e9
        ? `${(bytes / 1e6).toFixed(1)} MB`
        : `${(bytes / 1e9).toFixed(2)} GB`

function incidentLines(incident: Incident, theme: Theme, style: LogsStyle): string[] {
  const { severity, code, title, meaning, next, example } = incident
  const mark = code === undefined ? severity : `${severity} ${code}`
  const hang = ' '.repeat(mark.length + 1)
  const [first = '', ...rest] = wrap(safeText(title), style.width - hang.length)
  return [
    `${theme.severity[severity](mark)} ${theme.strong(first)}`,
    ...rest.map((line) => hang + theme.strong(line)),
    ...hanging('  ', whenAndWhere(incident), style),
    ...(style.verbose
      ? [`  ${theme.faint(safeText(example))}`]
      : [`  ${theme.faint(cut(safeText(example), style.width - 2, style.utf8 === false ? '...' : '…'))}`]),
    ...(meaning === undefined ? [] : hanging('  Why: ', meaning, style)),
    ...next.flatMap((step, index) => hanging(`  ${index + 1}. `, step, style)),
    ...(code === undefined ? [] : [`  More: ${theme.command(`lbctl explain ${code}`)}`]),
  ]
}

/** `12 times, 2026-11-27 21:19:03 to 21:25:10, speaker on node-1` */
function whenAndWhere({ count, first, last, component, origins }: Incident): string {
  const times = count === 1 ? 'once' : `${count.toLocaleString('en')} times`
  const where = origins.length === 0 ? component : `${component} on ${origins.join(', ')}`
  return [times, ...spanText(first, last), where].join(', ')
}

function spanText(first: string, last: string): string[] {
  if (first === '') return []
  const [from, to] = [clock(first), clock(last)]
  if (from === to) return [`${from} UTC`]
  return [`${from} to ${to.slice(0, 10) === from.slice(0, 10) ? to.slice(11) : to} UTC`]
}

const clock = (time: string): string => time.slice(0, 19).replace('T', ' ')

/** @param sign that something is missing */
function cut(text: string, width: number, sign: string): string {
  if (columnsOf(text) <= width) return text
  let columns = sign.length
  let kept = ''
  for (const char of text) {
    columns += columnsOfChar(char)
    if (columns > width) break
    kept += char
  }
  return kept + sign
}

function hanging(marker: string, text: string, { width }: Pick<LogsStyle, 'width'>): string[] {
  const [first = '', ...rest] = wrap(safeText(text), width - marker.length)
  return [marker + first, ...rest.map((line) => ' '.repeat(marker.length) + line)]
}

/** One line for each incident. */
export function renderLogsShort({ summary }: LogsReport, style: LogsStyle): string {
  const theme = createTheme(style.colorLevel)
  return shownOf(summary.incidents, style)
    .slice(0, style.top)
    .map(({ severity, code, count, component, title }) => {
      const mark = theme.severity[severity](severity.padEnd(7))
      return `${mark} ${(code ?? '-').padEnd(3)} ${`${count}x`.padStart(8)} ${component}: ${safeText(title)}\n`
    })
    .join('')
}

export function renderLogsJson({ summary, notRead, exitCode }: LogsReport, top?: number): string {
  const { incidents, ...counts } = summary
  const shown = incidents.slice(0, top ?? incidents.length).map(incidentToJson)
  return `${printedJson({ incidents: shown, ...counts, kinds: incidents.length, notRead, exitCode }, 2, true)}\n`
}

const incidentToJson = (incident: Incident) => ({
  code: incident.code,
  signature: incident.signature,
  severity: incident.severity,
  title: incident.title,
  meaning: incident.meaning,
  next: incident.next,
  docs: incident.code === undefined ? undefined : `docs/findings/${incident.code}.md`,
  component: incident.component,
  node: incident.node,
  origins: incident.origins,
  count: incident.count,
  first: incident.first === '' ? undefined : incident.first,
  last: incident.last === '' ? undefined : incident.last,
  example: incident.example,
})

/** One line of a log, explained. */
export const renderLogLine = (
  incident: Incident,
  format: 'text' | 'json' | 'markdown',
  style: Omit<LogsStyle, 'top'>,
): string => {
  if (format === 'json') return `${printedJson(incidentToJson(incident), 2, true)}\n`
  const theme = createTheme(format === 'markdown' ? 0 : style.colorLevel)
  return `${incidentLines(incident, theme, { ...style, top: 1 }).join('\n')}\n`
}
