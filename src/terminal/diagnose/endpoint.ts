// An endpoint explained: the answer, the steps, what the words in the terminal mean, what to run next and where.
import type { EndpointVerdict } from '../../diagnose/endpoint/endpoint-diagnosis.ts'
import { checkLines, findingLines } from './report.ts'
import { headline, type ReportStyle, ReportView } from './report-view.ts'

export function renderEndpoint(verdict: EndpointVerdict, style: ReportStyle): string {
  const view = new ReportView(style)
  const { theme } = view
  const { checks, findings, words, next, notTested, others, vantage } = verdict
  const lines = headline(verdict, view)
  const shown = checks.filter(({ result }) => style.verbose || result !== 'skip')
  if (shown.length > 0) lines.push('', ...shown.flatMap((check) => checkLines(check, findings, view)))
  for (const other of others) lines.push(...view.marked('info', `also tried, ${other}`))
  if (words.length > 0) lines.push('', theme.strong('What your terminal says'))
  for (const { words: said, meaning, page } of words) {
    lines.push(...view.paragraph('', `"${said}": ${meaning}`, '  '))
    if (page !== undefined) lines.push(`    More: ${theme.command(`lbctl explain ${page}`)}`)
  }
  for (const finding of findings) lines.push('', ...findingLines(finding, view))
  if (next.length > 0) lines.push('', theme.strong('What to run next'))
  for (const [index, { where, command, tells }] of next.entries())
    lines.push(...view.fixLines({ text: `${where}: ${tells}`, command }, `${index + 1}. `, '  '))
  lines.push('', ...view.paragraph('seen from: ', vantage, ''))
  if (notTested.length > 0) lines.push(theme.faint('not known from here:'))
  for (const each of notTested) lines.push(...view.paragraph('- ', each, '  '))
  return `${lines.join('\n')}\n`
}
