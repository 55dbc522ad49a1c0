// What `--watch` and `--explain-plan` print.
import type { WatchEvent } from '../diagnose/watch/owner-timeline.ts'
import type { ExitCode } from '../errors/exit-codes.ts'
import { renderWatchLineJson } from '../terminal/diagnose/json.ts'
import { renderPlansJson, renderPlansText } from '../terminal/diagnose/plan.ts'
import { renderWatchEvent, renderWatchSummary } from '../terminal/diagnose/watch.ts'
import type { CommandOutput } from './diagnose-output.ts'
import type { LinkRequest } from './diagnose-request.ts'
import { runLinkPlan, runLinkWatch } from './diagnose-watch.ts'

export async function planLink(
  request: LinkRequest,
  isJson: boolean,
  output: CommandOutput,
  signal: AbortSignal,
): Promise<ExitCode> {
  const plans = await runLinkPlan(request, signal)
  output.out(isJson ? renderPlansJson(plans) : renderPlansText(plans))
  return 0
}

export async function watchLink(
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
