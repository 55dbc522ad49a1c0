// Whether two looks found the same: a text that says what was found, and nothing of when, how fast and in which words of the system.
import type { ClusterFinding } from './cluster-check.ts'
import type { ClusterReport } from './cluster-report.ts'

export const answerOf = (reports: readonly ClusterReport[]): string =>
  JSON.stringify(
    reports.map(({ subject, verdict: { status, findings, checks }, chain }) => [
      subject,
      status,
      findings.map(found),
      checks.map(({ id, result }) => [id, result]),
      chain?.map(({ state, code, text }) => [state, code, withoutMeasurements(text)]),
    ]),
  )

const found = ({ code, severity, confidence, subject, title, consequences }: ClusterFinding): unknown => [
  code,
  severity,
  confidence,
  subject,
  withoutMeasurements(title),
  consequences.map(found),
]

/** `0.42 ms`, `3 s`, `2 minutes ago`, a time of day: they differ with each look. */
const withoutMeasurements = (text: string): string =>
  text
    .replaceAll(/\d{4}-\d\d-\d\dT[\d:.]+Z/g, '')
    .replaceAll(/\b\d+(\.\d+)? ?(µs|ms|s|seconds?|minutes?|hours?|days?)\b/g, '')
