// Verdicts for programs. Every key is always there, null where nothing is known.
import type { Finding } from '../../diagnose/finding.ts'
import type { CheckReport, Verdict } from '../../diagnose/judge.ts'
import type { WatchEvent, WatchSummary } from '../../diagnose/watch/owner-timeline.ts'
import { printedJson } from '../printed-json.ts'

export interface DiagnosisReport<F> {
  readonly verdict: Verdict
  readonly facts: F
}

export const renderDiagnosisJson = <F>(reports: readonly DiagnosisReport<F>[], exitCode: number): string =>
  `${printedJson({ reports: reports.map(reportToJson), exitCode }, 2, true)}\n`

export const reportToJson = <F>({ verdict, facts }: DiagnosisReport<F>) => ({
  status: verdict.status,
  summary: verdict.summary,
  findings: verdict.findings.map(findingToJson),
  checks: verdict.checks.map(checkToJson),
  vantage: verdict.vantage,
  notTested: verdict.notTested,
  facts,
})

function findingToJson(finding: Finding) {
  const { fix, ...rest } = finding
  return { ...rest, fix: fix.map(({ text, command, configuration }) => ({ text, command, configuration })) }
}

const checkToJson = ({ id, title, result, text, code }: CheckReport) => ({ id, title, result, text, code })

/** One line per event, and the summary as the last one. */
export const renderWatchLineJson = <E = WatchEvent, S = WatchSummary>(
  line: { readonly event: E } | { readonly summary: S; readonly exitCode: number },
): string => `${printedJson(line, undefined, true)}\n`
