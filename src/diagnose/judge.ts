// Facts → outcomes of checks → verdict. Knows nothing of what the checks are about.
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import type { CheckOutcome, Finding, FindingDraft } from './finding.ts'

/** One question to the facts, answered without looking at anything else. One finding, one file. */
export interface Check<F> {
  /** kebab-case, stable: it is in the JSON */
  readonly id: string
  /** the healthy statement */
  readonly title: string
  readonly evaluate: (facts: F) => CheckOutcome
}

export interface CheckReport {
  readonly id: string
  readonly title: string
  readonly result: CheckOutcome['result']
  /** note of a pass, title of the finding, or reason */
  readonly text: string
  /** code of the finding of a failed check */
  readonly code: string | undefined
}

export type VerdictStatus = 'healthy' | 'findings' | 'undetermined'

export interface Verdict {
  readonly status: VerdictStatus
  /** one line: the answer to what was asked */
  readonly summary: string
  readonly checks: readonly CheckReport[]
  /** worst first */
  readonly findings: readonly Finding[]
  readonly vantage: string
  readonly notTested: readonly string[]
}

export interface JudgeOptions<F> {
  readonly checks: readonly Check<F>[]
  readonly vantage: (facts: F) => string
  readonly notTested: (facts: F) => readonly string[]
  /** the answer when no finding is in the way */
  readonly healthySummary: (facts: F) => string
}

const RANK = { error: 0, warning: 1, info: 2 } as const
const SURENESS = { certain: 0, likely: 1, possible: 2 } as const

export function judge<F>(facts: F, options: JudgeOptions<F>): Verdict {
  const vantage = options.vantage(facts)
  const outcomes = options.checks.map((check) => ({ check, outcome: check.evaluate(facts) }))
  const findings = outcomes
    .flatMap(({ outcome }) => (outcome.result === 'fail' ? [completed(outcome.finding, vantage)] : []))
    .sort((a, b) => RANK[a.severity] - RANK[b.severity] || SURENESS[a.confidence] - SURENESS[b.confidence])
  const open = outcomes.flatMap(({ outcome }) => (outcome.result === 'unknown' ? [outcome.reason] : []))
  const status = statusOf(findings, open.length > 0)
  const notTested = [...options.notTested(facts), ...findings.flatMap((finding) => finding.notTested)]
  return {
    status,
    summary: summaryOf(status, findings, open) ?? options.healthySummary(facts),
    checks: outcomes.map(({ check, outcome }) => reported(check, outcome)),
    findings,
    vantage,
    notTested: [...new Set(notTested)],
  }
}

/** An `info` is worth telling and no problem. */
function statusOf(findings: readonly Finding[], isOpen: boolean): VerdictStatus {
  if (findings.some(({ severity }) => severity !== 'info')) return 'findings'
  return isOpen ? 'undetermined' : 'healthy'
}

function summaryOf(
  status: VerdictStatus,
  findings: readonly Finding[],
  open: readonly string[],
): string | undefined {
  if (status === 'findings') return findings[0]?.title
  return status === 'undetermined' ? open[0] : undefined
}

const completed = (draft: FindingDraft, vantage: string): Finding => ({
  notTested: [],
  candidates: [],
  ...draft,
  docs: `docs/findings/${draft.code}.md`,
  vantage,
})

function reported<F>({ id, title }: Check<F>, outcome: CheckOutcome): CheckReport {
  const { result } = outcome
  switch (result) {
    case 'pass':
      return { id, title, result, text: outcome.note, code: undefined }
    case 'fail':
      return { id, title, result, text: outcome.finding.title, code: outcome.finding.code }
    case 'skip':
    case 'unknown':
      return { id, title, result, text: outcome.reason, code: undefined }
  }
}

const EXIT_OF_STATUS = {
  healthy: EXIT.ok,
  findings: EXIT.findings,
  undetermined: EXIT.undetermined,
} as const satisfies Record<VerdictStatus, ExitCode>

/** Of several verdicts: findings count most, then what could not be determined. */
export function exitCodeOf(verdicts: readonly Pick<Verdict, 'status'>[]): ExitCode {
  const has = (status: VerdictStatus): boolean => verdicts.some((verdict) => verdict.status === status)
  if (has('findings')) return EXIT_OF_STATUS.findings
  return has('undetermined') ? EXIT_OF_STATUS.undetermined : EXIT_OF_STATUS.healthy
}
