// Verdicts for grep: one line for each finding, what follows from it behind it, and for each check that nobody could answer. However wide
// the terminal is, a finding is one line.
import type { ClusterFinding } from '../../diagnose/cluster/cluster-check.ts'
import type { ClusterReport } from '../../diagnose/cluster/cluster-report.ts'
import { safeText } from '../safe-text.ts'
import { type Mark, type ReportStyle, ReportView } from './report-view.ts'

/** Codes have so many letters. */
const CODE_WIDTH = 3

export function renderClusterShort(reports: readonly ClusterReport[], style: ReportStyle): string {
  const view = new ReportView(style)
  return reports
    .flatMap(({ subject, verdict: { status, summary, findings, checks } }) => {
      const about = reports.length > 1 ? `${subject}: ` : ''
      const open = checks.filter(({ result }) => result === 'unknown')
      return [
        ...findings.flatMap((finding) => findingLines(finding, undefined, about, view)),
        ...open.map(({ id, text }) => line('unknown', '', `${about}${id}: ${text}`, view)),
        ...(status === 'healthy' ? [line('ok', '', `${about}${summary}`, view)] : []),
      ]
    })
    .map((each) => `${each}\n`)
    .join('')
}

function findingLines(
  { code, severity, title, consequences }: ClusterFinding,
  follows: string | undefined,
  about: string,
  view: ReportView,
): string[] {
  const why = follows === undefined ? '' : ` (follows from ${follows})`
  return [
    line(severity, code, `${about}${title}${why}`, view),
    ...consequences.flatMap((each) => findingLines(each, code, about, view)),
  ]
}

const line = (mark: Mark, code: string, text: string, view: ReportView): string =>
  `${view.head(mark)}${code === '' ? '' : `${safeText(code).padEnd(CODE_WIDTH)} `}${safeText(text)}`
