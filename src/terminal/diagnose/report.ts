// A verdict for a person: the answer first, then how it was found, then what to do.
import type { Finding } from '../../diagnose/finding.ts'
import type { CheckReport, Verdict } from '../../diagnose/judge.ts'
import { headline, type Mark, type ReportStyle, ReportView } from './report-view.ts'

export function renderVerdictText(verdict: Verdict, style: ReportStyle): string {
  const view = new ReportView(style)
  const { theme } = view
  const { findings, checks, notTested } = verdict
  const lines = headline(verdict, view)
  const shown = checks.filter(({ result }) => style.verbose || result !== 'skip')
  lines.push('', ...shown.flatMap((check) => checkLines(check, findings, view)))
  for (const finding of findings) lines.push('', ...findingLines(finding, view))
  lines.push('', ...view.paragraph('seen from: ', verdict.vantage, ''))
  if (notTested.length > 0) {
    lines.push(theme.faint('not tested:'))
    for (const each of notTested) lines.push(...view.paragraph('- ', each, '  '))
  }
  return `${lines.join('\n')}\n`
}

export function checkLines(
  { id, title, result, text, code }: CheckReport,
  findings: readonly Finding[],
  view: ReportView,
): string[] {
  const severity = findings.find((finding) => finding.code === code && finding.title === text)?.severity
  const mark: Mark = { pass: 'ok', fail: severity ?? 'error', skip: 'skipped', unknown: 'unknown' }[
    result
  ] as Mark
  const label =
    result === 'pass' ? `${title}: ${text}` : `${id}: ${code === undefined ? '' : `${code}, `}${text}`
  return view.marked(mark, label)
}

export function findingLines(finding: Finding, view: ReportView): string[] {
  const { theme } = view
  const sure = finding.severity === 'info' ? 'for information' : finding.confidence
  const code = theme.severity[finding.severity](finding.code)
  return [
    ...view.strong(code, finding.code.length, finding.title, `(${sure})`),
    ...finding.evidence.flatMap((line) => view.paragraph('- ', line, '  ')),
    ...view.paragraph('Why: ', finding.cause, '  '),
    ...finding.fix.flatMap((fix, index) => view.fixLines(fix, `${index + 1}. `, '  ')),
    ...(finding.candidates.length === 0
      ? []
      : view.paragraph('It could also be ', `${finding.candidates.join(', ')}.`, '  ')),
    `  More: ${theme.command(`lbctl explain ${finding.code}`)}`,
  ]
}
