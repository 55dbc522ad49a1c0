// Verdicts as JUnit: one suite for each subject, one test case for each check.

import type { ClusterReport } from '../../diagnose/cluster/cluster-report.ts'
import type { ClusterCheckReport } from '../../diagnose/cluster/judge-cluster.ts'
import { xml } from '../xml.ts'

export function renderClusterJunit(reports: readonly ClusterReport[], failOn: 'error' | 'warning'): string {
  const suites = reports.map((report) => suite(report, failOn))
  const sum = (of: (counts: Counts) => number): number =>
    suites.reduce((all, { counts }) => all + of(counts), 0)
  const head = `<testsuites name="lbctl diagnose" tests="${sum(({ tests }) => tests)}" failures="${sum(({ failures }) => failures)}" errors="${sum(({ errors }) => errors)}">`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.map(({ text }) => text).join('')}</testsuites>\n`
}

interface Counts {
  readonly tests: number
  readonly failures: number
  /** checks that could not be answered */
  readonly errors: number
}

function suite(
  { subject, verdict }: ClusterReport,
  failOn: 'error' | 'warning',
): { readonly text: string; readonly counts: Counts } {
  const { checks } = verdict
  // Failures and errors are those that the exit code is made of: what is milder is told, and fails no build.
  const failed = checks.filter((check) => isFailure(check, failOn))
  const left = checks.filter(({ result }) => result === 'skip').length
  const errors = checks.filter(({ result }) => result === 'unknown').length
  const cases = checks.map((check) => testCase(check, failed.includes(check))).join('')
  const head = `  <testsuite name="${xml(subject)}" tests="${checks.length}" failures="${failed.length}" errors="${errors}" skipped="${left}">\n`
  return {
    text: `${head}${cases}  </testsuite>\n`,
    counts: { tests: checks.length, failures: failed.length, errors },
  }
}

const isFailure = ({ result, severity }: ClusterCheckReport, failOn: 'error' | 'warning'): boolean =>
  result === 'fail' && (severity === 'error' || severity === failOn)

function testCase(check: ClusterCheckReport, failed: boolean): string {
  const { id, link, title, text, code, severity, result } = check
  const head = `    <testcase classname="${xml(link)}" name="${xml(`${id}: ${title}`)}"`
  if (failed)
    return `${head}><failure message="${xml(text)}" type="${xml(code ?? id)}">${xml(`${code ?? ''} ${text}`)}</failure></testcase>\n`
  if (result === 'fail')
    return `${head}><system-out>${xml(`${severity ?? ''}: ${code ?? ''} ${text}`)}</system-out></testcase>\n`
  if (result === 'unknown') return `${head}><error message="${xml(text)}" type="unknown"/></testcase>\n`
  return result === 'pass' ? `${head}/>\n` : `${head}><skipped message="${xml(text)}"/></testcase>\n`
}
