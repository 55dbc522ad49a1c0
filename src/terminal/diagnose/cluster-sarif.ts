// Verdicts as SARIF 2.1.0 (OASIS): a result for each finding, consequences too. What was found has no place in a file; it has a subject.
import type { ClusterFinding } from '../../diagnose/cluster/cluster-check.ts'
import type { ClusterReport } from '../../diagnose/cluster/cluster-report.ts'
import type { RuleHelp } from '../diagnostics/sarif.ts'
import { printedJson } from '../printed-json.ts'

const LEVEL = { error: 'error', warning: 'warning', info: 'note' } as const

export function renderClusterSarif(
  reports: readonly ClusterReport[],
  {
    version,
    help,
    exitCode,
  }: {
    readonly version: string
    readonly exitCode: number
    readonly help: (code: string) => RuleHelp | undefined
  },
): string {
  const findings = reports.flatMap(({ verdict }) =>
    verdict.findings.flatMap((each) => [each, ...each.consequences]),
  )
  const codes = [...new Set(findings.map(({ code }) => code))].sort()
  const rules = codes.map((code) => {
    const page = help(code)
    return page === undefined
      ? { id: code }
      : {
          id: code,
          shortDescription: { text: page.title },
          help: { text: `lbctl explain ${code}`, markdown: page.markdown },
        }
  })
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'lbctl', version, rules } },
        invocations: [invocation(reports, exitCode)],
        results: findings.map((finding) => result(finding, codes)),
      },
    ],
  }
  return `${printedJson(log, 2)}\n`
}

/** Without it, no results would look like health where nobody could look. */
const invocation = (reports: readonly ClusterReport[], exitCode: number) => ({
  executionSuccessful: reports.every(({ verdict }) => verdict.status !== 'undetermined'),
  exitCode,
  toolExecutionNotifications: reports.flatMap(({ verdict: { checks, notTested } }) => [
    ...checks
      .filter(({ result: answer }) => answer === 'unknown')
      .map(({ id, text }) => ({ level: 'error', message: { text: `${id}: ${text}` } })),
    ...notTested.map((text) => ({ level: 'note', message: { text: `Not tested: ${text}` } })),
  ]),
})

const result = (
  { code, severity, title, fix, subject, evidence, confidence }: ClusterFinding,
  codes: readonly string[],
) => ({
  ruleId: code,
  ruleIndex: codes.indexOf(code),
  level: LEVEL[severity],
  message: {
    text: [
      title,
      ...fix.slice(0, 1).map(({ text, command }) => (command === undefined ? text : `${text} ${command}`)),
    ].join(' '),
  },
  locations: [{ logicalLocations: [{ fullyQualifiedName: subject }] }],
  properties: { confidence, evidence },
})
