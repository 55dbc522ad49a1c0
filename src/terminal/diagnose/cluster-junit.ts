// Verdicts as JUnit: one suite for each subject, one test case for each check.

import type { ClusterReport } from '../../diagnose/cluster/cluster-report.ts'
import type { ClusterCheckReport } from '../../diagnose/cluster/judge-cluster.ts'
import { xml } from '../xml.ts'

export function renderClusterJunit(reports: readonly ClusterReport[]): string {
  const suites = reports.map(suite)
  const sum = (of: (counts: Counts) => number): number =>
    suites.reduce((all, { counts }) => all + of(counts), 0)
  const head = `<testsuites name="lbctl diagnose" tests="${sum(({ tests }) => tests)}" failures="${sum(({ failures }) => failures)}">`
  return `<?xml version="1.0" encoding="UTF-8"?>\n${head}\n${suites.map(({ text }) => text).join('')}</testsuites>\n`
}

interface Counts {
  readonly tests: number
  readonly failures: number
}

function suite({ subject, verdict }: ClusterReport): { readonly text: string; readonly counts: Counts } {
  const { checks } = verdict
  // Warnings and what is for information are told, and fail no build unless the exit code does.
  const failed = checks.filter((check) => isFailure(check, verdict.status === 'findings'))
  const left = checks.filter(({ result }) => result === 'skip' || result === 'unknown').length
  const cases = checks.map((check) => testCase(check, failed.includes(check))).join('')
  const head = `  <testsuite name="${xml(subject)}" tests="${checks.length}" failures="${failed.length}" errors="0" skipped="${left}">\n`
  return {
    text: `${head}${cases}  </testsuite>\n`,
    counts: { tests: checks.length, failures: failed.length },
  }
}

const isFailure = ({ result, severity }: ClusterCheckReport, failing: boolean): boolean =>
  result === 'fail' && failing && severity === 'error'

function testCase(check: ClusterCheckReport, failed: boolean): string {
  const { id, link, title, text, code, severity, result } = check
  const head = `    <testcase classname="${xml(link)}" name="${xml(`${id}: ${title}`)}"`
  if (failed)
    return `${head}><failure message="${xml(text)}" type="${xml(code ?? id)}">${xml(`${code ?? ''} ${text}`)}</failure></testcase>\n`
  if (result === 'fail')
    return `${head}><system-out>${xml(`${severity ?? ''}: ${code ?? ''} ${text}`)}</system-out></testcase>\n`
  return result === 'pass' ? `${head}/>\n` : `${head}><skipped message="${xml(text)}"/></testcase>\n`
}
