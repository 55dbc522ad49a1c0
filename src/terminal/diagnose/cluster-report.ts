// The verdict on an installation for a person: the answer, then the checks by their place in the chain, each failure with what was seen
// and one way out.
import { CHAIN, type ClusterFinding, type Link } from '../../diagnose/cluster/cluster-check.ts'
import type { ClusterCheckReport, ClusterVerdict } from '../../diagnose/cluster/judge-cluster.ts'
import { safeText } from '../safe-text.ts'
import { type FixHints, headline, type Mark, type ReportStyle, ReportView } from './report-view.ts'

export interface ClusterStyle extends ReportStyle, FixHints {}

const LINK_TITLES: Readonly<Record<Link, string>> = {
  installation: 'Installation',
  configuration: 'Configuration',
  allocation: 'Addresses',
  advertisement: 'Advertisement',
  candidates: 'Candidate nodes',
  owner: 'Owner',
  wire: 'On the wire',
  'data path': 'kube-proxy and network plugin',
  endpoints: 'Endpoints',
  'return path': 'The way back',
}

export function renderClusterText(verdict: ClusterVerdict, style: ClusterStyle): string {
  const view = new ReportView(style)
  const lines = headline(verdict, view)
  for (const link of CHAIN) lines.push(...section(link, verdict, view, style))
  lines.push('', ...view.paragraph('seen from: ', verdict.vantage, ''))
  if (verdict.notTested.length > 0) {
    lines.push(view.theme.faint('not tested:'))
    for (const each of verdict.notTested) lines.push(...view.paragraph('- ', each, '  '))
  }
  return `${lines.join('\n')}\n`
}

function section(
  link: Link,
  { checks, findings }: ClusterVerdict,
  view: ReportView,
  style: ClusterStyle,
): string[] {
  const own = checks.filter((check) => check.link === link && isShown(check, style))
  if (own.length === 0) return []
  const title = LINK_TITLES[link]
  return [
    '',
    view.theme.strong(title),
    view.theme.faint('-'.repeat(title.length)),
    ...own.flatMap((check) => [
      ...checkLines(check, view),
      ...findings
        .filter((finding) => finding.check === check.id)
        .flatMap((finding) => findingLines(finding, view, style)),
    ]),
  ]
}

const isShown = ({ result }: ClusterCheckReport, { verbose }: ClusterStyle): boolean =>
  verbose || result !== 'skip'

const MARKS = { pass: 'ok', skip: 'skipped', unknown: 'unknown' } as const

function checkLines(
  { title, result, text, severity, followsFrom, id }: ClusterCheckReport,
  view: ReportView,
): string[] {
  const mark: Mark = result === 'fail' ? (severity ?? 'error') : MARKS[result]
  if (result === 'pass') return view.marked(mark, `${title}${text === '' ? '' : `: ${text}`}`)
  if (result !== 'fail') return view.marked(mark, `${id}: ${text}`)
  return view.marked(
    mark,
    followsFrom === undefined ? `not so: ${title}` : `not so: ${title}, which follows from ${followsFrom}`,
  )
}

export function findingLines(
  finding: ClusterFinding,
  view: ReportView,
  { isFixable, service }: FixHints,
): string[] {
  const { theme } = view
  const { code, title, severity, confidence, breaks, evidence, cause, fix, consequences, candidates } =
    finding
  const [first] = fix
  const sure = severity === 'info' ? 'for information' : confidence
  const indent = '    '
  return [
    ...view.paragraph(`${code} `, `${title} (${sure})`, indent),
    ...evidence.flatMap((line) => view.paragraph('- ', line, `${indent}  `)),
    ...(severity === 'error' && breaks === 'some day'
      ? view.paragraph(
          'Today: ',
          'Services go on as they are; it shows with the next change, restart or failure.',
          `${indent}  `,
        )
      : []),
    ...view.paragraph('Why: ', cause, `${indent}  `),
    ...(first === undefined ? [] : view.fixLines(first, 'Fix: ', `${indent}  `)),
    ...(isFixable?.(finding) === true
      ? [`${indent}  By lbctl: ${theme.command(safeText(fixCommand(code, service)))}`]
      : []),
    ...consequences.flatMap((each) =>
      view.paragraph('Hence: ', `${each.code}, ${each.title}`, `${indent}  `),
    ),
    ...(candidates.length === 0 ? [] : view.paragraph('Or: ', `${candidates.join(', ')}.`, `${indent}  `)),
    `${indent}  More: ${theme.command(safeText(`lbctl explain ${code}`))}`,
  ]
}

const fixCommand = (code: string, service: string | undefined): string =>
  ['lbctl fix', code, ...(service === undefined ? [] : [service])].join(' ')
