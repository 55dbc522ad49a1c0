// Verdicts on an installation or on Services, in each of the formats.
import { printYaml } from '../../config/print.ts'
import type { ClusterFinding } from '../../diagnose/cluster/cluster-check.ts'
import type { ClusterReport } from '../../diagnose/cluster/cluster-report.ts'
import type { RuleHelp } from '../diagnostics/sarif.ts'
import { printedJson } from '../printed-json.ts'
import { createTheme } from '../theme.ts'
import { renderClusterJunit } from './cluster-junit.ts'
import { renderClusterMarkdown } from './cluster-markdown.ts'
import { renderClusterText } from './cluster-report.ts'
import { renderClusterSarif } from './cluster-sarif.ts'
import { renderClusterShort } from './cluster-short.ts'
import { matrixLines } from './node-matrix.ts'
import { type FixHints, type ReportStyle, ReportView } from './report-view.ts'
import { renderChain } from './service-chain.ts'

export interface ClusterFormat extends ReportStyle, FixHints {
  readonly format: 'text' | 'short' | 'json' | 'yaml' | 'junit' | 'sarif' | 'markdown'
  /** others come before and after it: JSON takes one line, YAML begins a document, text begins with the time */
  readonly isOneOfMany: boolean
  readonly exitCode: number
  /** the mildest severity that is a problem */
  readonly failOn: 'error' | 'warning'
  readonly version: string
  readonly takenAt: string
  readonly help: (code: string) => RuleHelp | undefined
}

export function renderCluster(reports: readonly ClusterReport[], style: ClusterFormat): string {
  switch (style.format) {
    case 'short':
      return renderClusterShort(reports, style)
    case 'text':
      return `${timeLine(style)}${reports.map((report) => asText(report, style)).join('\n')}`
    case 'json':
      return `${printedJson(asJson(reports, style), style.isOneOfMany ? undefined : 2, true)}\n`
    case 'yaml':
      return `${style.isOneOfMany ? '---\n' : ''}${printYaml(JSON.parse(printedJson(asJson(reports, style), undefined, true)))}`
    case 'junit':
      return renderClusterJunit(reports, style.failOn)
    case 'sarif':
      return renderClusterSarif(reports, style)
    case 'markdown':
      return reports.map(renderClusterMarkdown).join('\n')
  }
}

const timeLine = ({ isOneOfMany, takenAt, colorLevel }: ClusterFormat): string =>
  isOneOfMany ? `${createTheme(colorLevel).faint(takenAt)}\n` : ''

function asText({ subject, verdict, chain, matrix }: ClusterReport, format: ClusterFormat): string {
  const service = subject.startsWith('Service ') ? subject.slice('Service '.length) : undefined
  const style = { ...format, service }
  const text = chain === undefined ? renderClusterText(verdict, style) : renderChain(chain, verdict, style)
  if (matrix === undefined) return text
  return `${text}${matrixLines(matrix, new ReportView(style)).join('\n')}\n`
}

const asJson = (reports: readonly ClusterReport[], { exitCode, takenAt }: ClusterFormat) => ({
  reports: reports.map(({ subject, verdict, chain, matrix }) => ({
    subject,
    status: verdict.status,
    summary: verdict.summary,
    findings: verdict.findings.map(findingToJson),
    checks: verdict.checks,
    ...(chain === undefined ? {} : { chain }),
    ...(matrix === undefined ? {} : { matrix }),
    vantage: verdict.vantage,
    notTested: verdict.notTested,
  })),
  takenAt,
  exitCode,
})

/** Every key is always there, null where nothing is known. */
const findingToJson = ({
  fix,
  consequences,
  standsAlone: _,
  mayCause: __,
  explainedBy: ___,
  isSum: ____,
  ...rest
}: ClusterFinding): object => ({
  ...rest,
  fix: fix.map(({ text, command, configuration }) => ({ text, command, configuration })),
  consequences: consequences.map(findingToJson),
})
