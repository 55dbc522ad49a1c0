// `lbctl diagnose bgp` put together: words and configuration → peers → facts of this host or of a file → verdicts.
import { judgeBgp } from '../diagnose/bgp/bgp-diagnosis.ts'
import type { BgpFacts } from '../diagnose/bgp/bgp-facts.ts'
import { type BgpQuestion, type Turn, takeTurns } from '../diagnose/bgp/collect/bgp-question.ts'
import { collectBgp, prepareBgp } from '../diagnose/bgp/collect-bgp.ts'
import { explainBgpPlan } from '../diagnose/bgp/explain-bgp-plan.ts'
import { peerText } from '../diagnose/bgp/peer-text.ts'
import type { SessionEvent, SessionSummary } from '../diagnose/bgp/watch/session-timeline.ts'
import { watchSession } from '../diagnose/bgp/watch/watch-session.ts'
import type { ExplainedPlan } from '../diagnose/collect/explain-plan.ts'
import { type Progress, SILENT_PROGRESS } from '../diagnose/collect/question.ts'
import { exitCodeOf, type Verdict } from '../diagnose/judge.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { formatIp } from '../net/ip.ts'
import { askedPeers, type PeersRequest } from './diagnose-bgp-peers.ts'
import { openKernelForBgp } from './linux.ts'

export interface BgpRequest extends PeersRequest {
  readonly netns?: string | undefined
  readonly facts?: string | undefined
}

export interface BgpDiagnosis {
  readonly reports: readonly { readonly verdict: Verdict; readonly facts: BgpFacts }[]
  readonly notices: readonly string[]
  readonly exitCode: ExitCode
}

/** All peers at the same time, those of one router one after the other. @throws LbctlError for what cannot be asked at all */
export async function runBgpDiagnosis(
  request: BgpRequest,
  progress: (asked: string) => Progress,
  signal: AbortSignal,
): Promise<BgpDiagnosis> {
  const { facts, notices, invalid } =
    request.facts === undefined
      ? await collected(request, progress, signal)
      : {
          facts: (await import('./diagnose-bgp-facts.ts')).readBgpFactsFile(request.facts),
          notices: [],
          invalid: false,
        }
  const reports = facts
    .map((each) => (request.vendor === undefined ? each : { ...each, routerVendor: request.vendor }))
    .map((each) => ({ facts: each, verdict: judgeBgp(each) }))
  const code = exitCodeOf(reports.map(({ verdict }) => verdict))
  return { reports, notices, exitCode: invalid ? EXIT.findings : code }
}

async function collected(
  request: BgpRequest,
  progress: (asked: string) => Progress,
  signal: AbortSignal,
): Promise<{ facts: readonly BgpFacts[]; notices: readonly string[]; invalid: boolean }> {
  const { questions, notices, invalid } = await askedPeers(request, signal)
  const around = await openKernelForBgp(request.netns)
  const turn = takeTurns()
  // Two connections to one router at once would get into each other's way.
  const turnOf = new Map<string, Turn>()
  const { tried: facts, left } = await eachPeer(questions, signal, (question) => {
    const router = `${formatIp(question.address)}%${question.zone} ${question.port}`
    const own = turnOf.get(router) ?? takeTurns()
    turnOf.set(router, own)
    return own(() => collectBgp(question, around, turn, progress(question.asked), signal))
  })
  // What was gathered by halves is no verdict.
  signal.throwIfAborted()
  return { facts, notices: [...notices, ...left], invalid: invalid || left.length > 0 }
}

/**
 * All peers at the same time. A BGPPeer that names what this host has not is left out, with a sentence.
 * @throws LbctlError when none is left
 */
async function eachPeer<T>(
  questions: readonly BgpQuestion[],
  signal: AbortSignal,
  work: (question: BgpQuestion) => Promise<T>,
): Promise<{ readonly tried: readonly T[]; readonly left: readonly string[] }> {
  const left: string[] = []
  const results = await Promise.all(
    questions.map((question) =>
      work(question).then(
        (result) => ({ result }),
        (error: unknown) => {
          signal.throwIfAborted()
          left.push(leftOut(question, error))
          return undefined
        },
      ),
    ),
  )
  const tried = results.flatMap((each) => (each === undefined ? [] : [each.result]))
  if (tried.length === 0 && left.length > 0)
    throw new LbctlError('input', 'None of the BGPPeers can be tried from this host.', { hints: left })
  return { tried, left }
}

/** One BGPPeer with an interface or a VRF that is not there hides nothing about the others. @throws what is no such error */
function leftOut({ name, expected }: BgpQuestion, error: unknown): string {
  if (name === undefined || !(error instanceof LbctlError) || error.kind !== 'usage') throw error
  const vrf = expected.vrf === undefined ? '' : ` (VRF ${expected.vrf})`
  return `The BGPPeer "${name}"${vrf} is left out: ${[error.message, ...error.hints].join(' ')}`
}

export async function runBgpPlan(
  request: BgpRequest,
  signal: AbortSignal,
): Promise<{
  readonly plans: readonly ExplainedPlan[]
  readonly notices: readonly string[]
  readonly exitCode: ExitCode
}> {
  const { questions, notices, invalid } = await askedPeers(request, signal)
  const around = await openKernelForBgp(request.netns)
  const { tried, left } = await eachPeer(questions, signal, async (question) =>
    explainBgpPlan(await prepareBgp(question, around, SILENT_PROGRESS)),
  )
  const isWhole = !invalid && left.length === 0
  return { plans: tried, notices: [...notices, ...left], exitCode: isWhole ? EXIT.ok : EXIT.partial }
}

export interface WatchedSession {
  readonly peer: string
  readonly summary: SessionSummary
}

/** All peers at the same time, until the signal. */
export async function runBgpWatch(
  request: BgpRequest,
  intervalMs: number,
  on: {
    readonly event: (event: SessionEvent, peer: string) => void
    readonly notice: (text: string) => void
  },
  signal: AbortSignal,
): Promise<{ readonly watched: readonly WatchedSession[]; readonly exitCode: ExitCode }> {
  const { questions, notices, invalid } = await askedPeers(request, signal)
  const around = await openKernelForBgp(request.netns)
  const { tried: prepared, left } = await eachPeer(questions, signal, (asked) =>
    prepareBgp(asked, around, SILENT_PROGRESS),
  )
  for (const notice of [...notices, ...left]) on.notice(notice)
  const watched = await Promise.all(
    prepared.map(async ({ question, facts }) => {
      const peer = peerText(facts)
      const options = { intervalMs, onEvent: (event: SessionEvent) => on.event(event, peer) }
      return { peer, summary: await watchSession(question, around, options, signal) }
    }),
  )
  const isStable = watched.every(({ summary }) => summary.pattern === 'stable')
  const isWhole = !invalid && left.length === 0
  return { watched, exitCode: !isStable ? EXIT.findings : isWhole ? EXIT.ok : EXIT.partial }
}
