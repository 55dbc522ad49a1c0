// `--watch` and `--explain-plan` of `lbctl diagnose arp|ndp`.
import { prepareLink } from '../diagnose/collect/collect-link.ts'
import { type ExplainedPlan, explainPlan } from '../diagnose/collect/explain-plan.ts'
import { planProbes } from '../diagnose/collect/probe-plan.ts'
import { SILENT_PROGRESS } from '../diagnose/collect/question.ts'
import { watchOwner } from '../diagnose/collect/watch-owner.ts'
import type { WatchEvent, WatchSummary } from '../diagnose/watch/owner-timeline.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { formatIp } from '../net/ip.ts'
import { openLink } from './diagnose.ts'
import { type LinkRequest, questionFor } from './diagnose-request.ts'

export async function runLinkPlan(
  request: LinkRequest,
  signal: AbortSignal,
): Promise<readonly ExplainedPlan[]> {
  const { common, targets, around } = await openLink(request, signal)
  const plans: ExplainedPlan[] = []
  for (const target of targets) {
    const question = questionFor(common, target, undefined)
    const steps: string[] = []
    const prepared = await prepareLink(question, around, {
      step: (name, text) => steps.push(`${name}: ${text}`),
    })
    plans.push(explainPlan(question, prepared, steps, around.rights.has('CAP_NET_RAW')))
  }
  return plans
}

export interface Watched {
  readonly address: string
  readonly summary: WatchSummary
  readonly exitCode: ExitCode
}

/** One interface and one address: what cannot be asked for is refused, and `diagnose` without --watch says why. */
export async function runLinkWatch(
  request: LinkRequest,
  onEvent: (event: WatchEvent, address: string) => void,
  signal: AbortSignal,
): Promise<Watched> {
  const { common, targets, around } = await openLink(request, signal)
  const [target] = targets
  if (target === undefined) throw new LbctlError('usage', `${request.address} has no address.`)
  const question = questionFor(common, target, undefined)
  const prepared = await prepareLink(question, around, SILENT_PROGRESS)
  const spec = prepared.plans.flatMap((input) => planProbes(input).first)[0]
  const address = formatIp(prepared.examined)
  if (spec === undefined)
    throw new LbctlError('unsupported', `There is no interface on which ${address} can be asked for.`, {
      hints: [`lbctl diagnose ${request.family === 4 ? 'arp' : 'ndp'} ${address} says why.`],
    })
  const { intervalMs, timeoutMs } = question
  const options = {
    intervalMs,
    timeoutMs,
    count: request.count,
    onEvent: (event: WatchEvent) => onEvent(event, address),
  }
  const summary = await watchOwner(spec, options, around, signal)
  return { address, summary, exitCode: exitCodeOfWatch(summary) }
}

/** A move is what one watches for; silence from the start and two owners at once are faults. */
const exitCodeOfWatch = ({ answered, severalAtOnce }: WatchSummary): ExitCode =>
  answered === 0 || severalAtOnce ? EXIT.findings : EXIT.ok
