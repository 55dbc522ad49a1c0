// What `diagnose arp` and `diagnose ndp` do with their words; they differ in the family of addresses only.
import type { WatchEvent } from '../diagnose/watch/owner-timeline.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import type { IpFamily } from '../net/ip.ts'
import { renderDiagnosisJson, renderWatchLineJson } from '../terminal/diagnose/json.ts'
import { renderPlansJson, renderPlansText } from '../terminal/diagnose/plan.ts'
import { renderStep } from '../terminal/diagnose/progress.ts'
import { renderVerdictText } from '../terminal/diagnose/report.ts'
import { renderWatchEvent, renderWatchSummary } from '../terminal/diagnose/watch.ts'
import { runLinkDiagnosis, runLinkPlan, runLinkWatch } from './diagnose.ts'
import type { LinkRequest } from './diagnose-request.ts'
import type { StreamStyle } from './streams.ts'

export interface CommandOutput {
  readonly out: (text: string) => void
  readonly progress: (text: string) => void
  readonly stdoutStyle: StreamStyle
  readonly stderrStyle: StreamStyle
  /** steps are shown as they happen */
  readonly showSteps: boolean
  readonly verbose: boolean
}

type Words = Omit<LinkRequest, 'family'> & { readonly output: 'text' | 'json' }

/** @throws LbctlError */
export async function diagnoseLink(
  family: IpFamily,
  words: Words,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<ExitCode> {
  const request = { ...words, family }
  const isJson = words.output === 'json'
  if (words['explain-plan']) {
    const plans = await runLinkPlan(request, signal)
    output.out(isJson ? renderPlansJson(plans) : renderPlansText(plans))
    return 0
  }
  if (words.watch) return watchLink(request, isJson, output, signal)
  const step = (name: string, text: string) => {
    if (output.showSteps) output.progress(renderStep(name, text, output.stderrStyle.colorLevel))
  }
  const { reports, exitCode } = await runLinkDiagnosis(request, { step }, signal)
  const style = { ...output.stdoutStyle, verbose: output.verbose }
  output.out(
    isJson
      ? renderDiagnosisJson(reports, exitCode)
      : reports.map(({ verdict }) => renderVerdictText(verdict, style)).join('\n'),
  )
  return exitCode
}

async function watchLink(
  request: LinkRequest,
  isJson: boolean,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { colorLevel } = output.stdoutStyle
  const onEvent = (event: WatchEvent, address: string) =>
    output.out(isJson ? renderWatchLineJson({ event }) : renderWatchEvent(event, address, colorLevel))
  const { summary, exitCode, address } = await runLinkWatch(request, onEvent, signal)
  output.out(
    isJson ? renderWatchLineJson({ summary, exitCode }) : renderWatchSummary(summary, address, colorLevel),
  )
  return exitCode
}
