// What `diagnose bgp` does with its words.
import type { Progress } from '../diagnose/collect/question.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import { renderRoutes } from '../terminal/diagnose/bgp-routes.ts'
import { renderSessionEvent, renderSessionSummary } from '../terminal/diagnose/bgp-watch.ts'
import { renderDiagnosisJson, renderWatchLineJson } from '../terminal/diagnose/json.ts'
import { renderPlansJson, renderPlansText } from '../terminal/diagnose/plan.ts'
import { renderStep } from '../terminal/diagnose/progress.ts'
import { renderVerdictText } from '../terminal/diagnose/report.ts'
import { type BgpRequest, runBgpDiagnosis, runBgpPlan, runBgpWatch } from './diagnose-bgp.ts'
import type { CommandOutput } from './diagnose-output.ts'
import { intervalMsOf } from './diagnose-pool-time.ts'

export interface BgpWords extends BgpRequest {
  readonly output: 'text' | 'json'
  readonly 'explain-plan': boolean
  readonly watch: boolean
  readonly interval: string
}

/** @throws LbctlError */
export async function diagnoseBgp(
  words: BgpWords,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<ExitCode> {
  const isJson = words.output === 'json'
  if (words['explain-plan']) {
    const { plans, notices, exitCode } = await runBgpPlan(words, signal)
    for (const notice of notices) output.progress(notice)
    output.out(isJson ? renderPlansJson(plans) : renderPlansText(plans))
    return exitCode
  }
  if (words.watch) return watchBgp(words, isJson, output, signal)
  const progress = (asked: string): Progress => ({
    step: (name, text) => {
      if (output.showSteps)
        output.progress(renderStep(name, `${asked}: ${text}`, output.stderrStyle.colorLevel))
    },
    // Frames are sent by other diagnoses only.
    probe: () => undefined,
  })
  const { reports, notices, exitCode } = await runBgpDiagnosis(words, progress, signal)
  for (const notice of notices) output.progress(notice)
  const style = { ...output.stdoutStyle, verbose: output.verbose }
  output.out(
    isJson
      ? renderDiagnosisJson(reports, exitCode)
      : reports
          .map(
            ({ verdict, facts }) =>
              renderVerdictText(verdict, style) + (words['show-routes'] ? renderRoutes(facts) : ''),
          )
          .join('\n'),
  )
  return exitCode
}

async function watchBgp(
  words: BgpWords,
  isJson: boolean,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<ExitCode> {
  const { colorLevel } = output.stdoutStyle
  const { watched, exitCode } = await runBgpWatch(
    words,
    intervalMsOf(words.interval),
    {
      event: (event, peer) => {
        const time = new Date().toISOString()
        output.out(
          isJson
            ? renderWatchLineJson({ event: { time, peer, ...event } })
            : renderSessionEvent(event, peer, time, colorLevel),
        )
      },
      notice: (text) => output.progress(text),
    },
    signal,
  )
  for (const { peer, summary } of watched)
    output.out(
      isJson
        ? renderWatchLineJson({ summary: { peer, ...summary }, exitCode })
        : renderSessionSummary(summary, peer, colorLevel),
    )
  return exitCode
}
