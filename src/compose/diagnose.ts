// `lbctl diagnose arp|ndp` put together: words → addresses → facts of this host or of a file → verdicts.
import type { ExplainedPlan } from '../diagnose/collect/explain-plan.ts'
import type { GivenNode, Progress, Surroundings } from '../diagnose/collect/question.ts'
import type { LinkFacts } from '../diagnose/facts/link-facts.ts'
import { exitCodeOf, type Verdict } from '../diagnose/judge.ts'
import { judgeLink } from '../diagnose/link-diagnosis.ts'
import type { WatchEvent, WatchSummary } from '../diagnose/watch/owner-timeline.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { formatIp } from '../net/ip.ts'
import { clusterNodes, readNodes } from './diagnose-nodes.ts'
import { type CommonQuestion, commonQuestion, type LinkRequest, questionFor } from './diagnose-request.ts'
import { resolveTargets, type Target } from './diagnose-target.ts'
import { openKernel } from './linux.ts'

export interface Diagnosis {
  readonly reports: readonly { readonly verdict: Verdict; readonly facts: LinkFacts }[]
  readonly exitCode: ExitCode
}

/** @throws LbctlError for what cannot be asked at all */
export async function runLinkDiagnosis(
  request: LinkRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<Diagnosis> {
  const facts =
    request.facts === undefined
      ? await collected(request, progress, signal)
      : (await import('./diagnose-facts.ts')).readFacts(request.facts, request.family)
  const reports = facts.map((each) => ({ facts: each, verdict: judgeLink(each) }))
  return { reports, exitCode: exitCodeOf(reports.map(({ verdict }) => verdict)) }
}

async function collected(
  request: LinkRequest,
  progress: Progress,
  signal: AbortSignal,
): Promise<LinkFacts[]> {
  // The first probe should leave soon: what is needed for it is loaded side by side.
  const [{ collectLink }, { common, targets, nodes, around }] = await Promise.all([
    import('../diagnose/collect/collect-link.ts'),
    opened(request, signal),
  ])
  const facts: LinkFacts[] = []
  for (const target of targets)
    facts.push(await collectLink(questionFor(common, target, nodes), around, progress, signal))
  return facts
}

interface Opened {
  readonly common: CommonQuestion
  readonly targets: readonly Target[]
  readonly nodes: readonly GivenNode[] | undefined
  readonly around: Surroundings
}

/** Words first, then names, then the kernel: the cheap refusals come first, and the cluster before another namespace. */
async function opened(request: LinkRequest, signal: AbortSignal): Promise<Opened> {
  const { address } = request
  if (address === undefined)
    throw new LbctlError('usage', 'There is no address to ask for.', {
      hints: ['Name one, or read facts that were gathered before with --facts FILE.'],
    })
  const common = commonQuestion(request)
  const targets = await resolveTargets(address, request.family)
  const nodes = await nodesFor(request, signal)
  return { common, targets, nodes, around: await openKernel({ netns: request.netns }) }
}

async function nodesFor(
  request: LinkRequest,
  signal: AbortSignal,
): Promise<readonly GivenNode[] | undefined> {
  if (request.nodes !== undefined) return readNodes(request.nodes)
  if (request.kubeconfig === undefined && request.context === undefined) return undefined
  return clusterNodes(request, signal)
}

export async function runLinkPlan(
  request: LinkRequest,
  signal: AbortSignal,
): Promise<readonly ExplainedPlan[]> {
  const { common, targets, around } = await opened(request, signal)
  const [{ prepareLink }, { explainPlan }] = await Promise.all([
    import('../diagnose/collect/collect-link.ts'),
    import('../diagnose/collect/explain-plan.ts'),
  ])
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
  const { common, targets, around } = await opened(request, signal)
  const [target] = targets
  if (target === undefined) throw new LbctlError('usage', `${request.address} has no address.`)
  const [{ prepareLink }, { planProbes }, { watchOwner }, { SILENT_PROGRESS }] = await Promise.all([
    import('../diagnose/collect/collect-link.ts'),
    import('../diagnose/collect/probe-plan.ts'),
    import('../diagnose/collect/watch-owner.ts'),
    import('../diagnose/collect/question.ts'),
  ])
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
