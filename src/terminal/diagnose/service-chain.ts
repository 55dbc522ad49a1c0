// The chain of a Service for a person: one line for each link, the cause under the one that is broken.
import type { ClusterVerdict } from '../../diagnose/cluster/judge-cluster.ts'
import type { ChainLink } from '../../diagnose/cluster/service-chain.ts'
import { type ClusterStyle, findingLines } from './cluster-report.ts'
import { headline, type Mark, ReportView } from './report-view.ts'

const MARKS: Readonly<Record<ChainLink['state'], Mark>> = {
  holds: 'ok',
  broken: 'error',
  behind: 'skipped',
  open: 'unknown',
}

export function renderChain(
  chain: readonly ChainLink[],
  verdict: ClusterVerdict,
  style: ClusterStyle,
): string {
  const view = new ReportView(style)
  const { findings, notTested, vantage } = verdict
  const lines = [...headline(verdict, view), '']
  for (const { link, state, text } of chain) {
    lines.push(...view.marked(MARKS[state], state === 'broken' ? link : `${link}: ${text}`))
    if (state !== 'broken') continue
    for (const finding of findings.filter((each) => each.link === link && each.severity === 'error'))
      lines.push(...findingLines(finding, view, style))
  }
  const others = findings.filter(({ severity }) => severity !== 'error')
  if (others.length > 0) lines.push('', ...others.flatMap((finding) => findingLines(finding, view, style)))
  lines.push('', ...view.paragraph('seen from: ', vantage, ''))
  if (notTested.length > 0)
    lines.push(
      view.theme.faint('not tested:'),
      ...notTested.flatMap((each) => view.paragraph('- ', each, '  ')),
    )
  return `${lines.join('\n')}\n`
}
