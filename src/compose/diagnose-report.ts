// Facts of `lbctl diagnose arp|ndp` → verdict → text or JSON. Loaded while the answers are awaited.
import type { LinkFacts } from '../diagnose/facts/link-facts.ts'
import { exitCodeOf } from '../diagnose/judge.ts'
import { judgeLink } from '../diagnose/link-diagnosis.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import { renderDiagnosisJson } from '../terminal/diagnose/json.ts'
import { renderVerdictText } from '../terminal/diagnose/report.ts'

export interface LinkReport {
  readonly text: string
  readonly exitCode: ExitCode
}

export function reportLink(
  facts: readonly LinkFacts[],
  isJson: boolean,
  style: Parameters<typeof renderVerdictText>[1],
): LinkReport {
  const reports = facts.map((each) => ({ facts: each, verdict: judgeLink(each) }))
  const exitCode = exitCodeOf(reports.map(({ verdict }) => verdict))
  const text = isJson
    ? renderDiagnosisJson(reports, exitCode)
    : reports.map(({ verdict }) => renderVerdictText(verdict, style)).join('\n')
  return { text, exitCode }
}
