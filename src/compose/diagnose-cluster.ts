// `lbctl diagnose all` and `lbctl diagnose service` put together: words → facts → view → verdict → text, again and again if asked.
import { setTimeout as sleep } from 'node:timers/promises'
import { CLUSTER_CHECKS } from '../diagnose/cluster/check-list.ts'
import type { ClusterFacts } from '../diagnose/cluster/cluster-facts.ts'
import type { ClusterReport } from '../diagnose/cluster/cluster-report.ts'
import { ClusterView } from '../diagnose/cluster/cluster-view.ts'
import { CODES } from '../diagnose/cluster/codes.ts'
import { explainClusterPlan } from '../diagnose/cluster/collect/collect-cluster.ts'
import { type ClusterVerdict, judgeCluster } from '../diagnose/cluster/judge-cluster.ts'
import { answerOf } from '../diagnose/cluster/same-answer.ts'
import { exitCodeOf } from '../diagnose/judge.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { fixableIn } from '../fix/fixable.ts'
import { parseDuration } from '../net/duration.ts'
import type { Ip } from '../net/ip.ts'
import { renderCluster } from '../terminal/diagnose/cluster.ts'
import { nearestWords } from '../terminal/nearest.ts'
import { type ClusterInputRequest, clusterInput } from './diagnose-cluster-input.ts'
import type { CommandOutput, RepeatedOutput } from './diagnose-output.ts'
import { intervalMsOf } from './diagnose-pool-time.ts'
import { findRuleHelp } from './documentation.ts'
import { type Look, lookAgain } from './look-again.ts'
import { version } from './version.ts'
import { writeFiles } from './write-files.ts'

export interface ClusterRequest extends ClusterInputRequest {
  readonly output: 'text' | 'short' | 'json' | 'yaml' | 'junit' | 'sarif' | 'markdown'
  readonly 'save-facts'?: string | undefined
  readonly only?: readonly string[] | undefined
  readonly skip?: readonly string[] | undefined
  readonly 'fail-on': 'error' | 'warning'
  readonly wait?: string | undefined
  readonly watch: boolean
  readonly interval: string
  readonly 'explain-plan': boolean
}

/** What a command makes of the facts: the reports, and the facts themselves when it added to them. */
export interface Judged {
  readonly facts: ClusterFacts
  readonly reports: readonly ClusterReport[]
}

export interface ClusterWork {
  readonly podNamespaces: readonly string[]
  /** lines of the plan beside the questions to the cluster */
  readonly plan: readonly string[]
  /** what can be said only when the cluster was read: Pods and packets of --agents */
  readonly planAfterReading?: ((facts: ClusterFacts) => Promise<readonly string[]>) | undefined
  judge(facts: ClusterFacts): Promise<Judged> | Judged
}

/** @throws LbctlError */
export async function runCluster(
  request: ClusterRequest,
  work: ClusterWork,
  output: RepeatedOutput,
  root: URL,
  signal: AbortSignal,
): Promise<ExitCode> {
  refuseUnknownWords([...wordsOf(request.only), ...wordsOf(request.skip)])
  if (request['explain-plan']) {
    output.out((await planOf(request, work, signal)).join('\n'))
    return EXIT.ok
  }
  refuseOneRunFormats(request)
  let blocks = 0
  return lookAgain(
    {
      watch: request.watch,
      waitMs: request.wait === undefined ? undefined : waitMsOf(request.wait),
      intervalMs: intervalMsOf(request.interval),
    },
    {
      look: () => once(request, work, output, root, signal),
      out: (text) => {
        blocks += 1
        const isApart = blocks > 1 && BLOCKS.has(request.output)
        output.out(isApart ? `\n${text}` : text)
      },
      tell: output.progress,
      now: () => performance.now(),
      sleep: (ms) => {
        output.endSteps()
        return sleep(ms, undefined, { signal })
      },
    },
  )
}

/** Formats in which an empty line parts one answer of a watch from the next. */
const BLOCKS: ReadonlySet<ClusterRequest['output']> = new Set(['text', 'short', 'markdown'])

/** @throws LbctlError `usage`: a file with two of them would be none */
function refuseOneRunFormats({ watch, output }: ClusterRequest): void {
  if (watch && (output === 'junit' || output === 'sarif'))
    throw new LbctlError('usage', `A file of ${output} holds one run, and --watch has many.`, {
      hints: [
        'With -o json each answer is one line, with -o yaml one document; --wait ends with one answer.',
      ],
    })
}

async function once(
  request: ClusterRequest,
  work: ClusterWork,
  output: CommandOutput,
  root: URL,
  signal: AbortSignal,
): Promise<Look> {
  const { renderStep } = await import('../terminal/diagnose/progress.ts')
  const step = (name: string, text: string): void => {
    if (output.showSteps) output.progress(renderStep(name, text, output.stderrStyle.colorLevel))
  }
  const read = await clusterInput(request, work.podNamespaces, step, signal)
  const { facts, reports } = await work.judge(read)
  const path = request['save-facts']
  if (path !== undefined) writeFiles([{ path, text: `${JSON.stringify(facts)}\n`, secret: true }])
  const exitCode = exitCodeOf(reports.map(({ verdict }) => verdict))
  const style = { ...output.stdoutStyle, verbose: output.verbose }
  const text = renderCluster(reports, {
    ...style,
    format: request.output,
    isOneOfMany: request.watch,
    exitCode,
    failOn: request['fail-on'],
    version,
    takenAt: facts.takenAt,
    help: (code) => findRuleHelp(code, root),
    isFixable: fixableIn(facts),
  })
  return { text, exitCode, answer: answerOf(reports) }
}

async function planOf(
  request: ClusterRequest,
  work: ClusterWork,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const lines = [
    ...(request.file === undefined
      ? explainClusterPlan({ namespace: request.namespace, podNamespaces: work.podNamespaces })
      : [`read ${request.file.join(', ')}`]),
    ...(request['pod-logs'] === true ? ["get the logs of the last hour of the load balancer's Pods"] : []),
    ...work.plan,
  ]
  if (work.planAfterReading === undefined) return lines
  const facts = await clusterInput(request, work.podNamespaces, () => undefined, signal)
  return [...lines, ...(await work.planAfterReading(facts))]
}

/**
 * @param focus keys of the Services in question; undefined: all
 * @param client the one that the question is about
 */
export function judgedView(
  facts: ClusterFacts,
  request: Pick<ClusterRequest, 'only' | 'skip' | 'fail-on'>,
  focus?: ReadonlySet<string>,
  client?: Ip,
): { readonly view: ClusterView; readonly verdict: ClusterVerdict } {
  const view = new ClusterView(facts, focus, client)
  const verdict = judgeCluster(view, {
    checks: CLUSTER_CHECKS,
    failOn: request['fail-on'],
    only: new Set(wordsOf(request.only).map(knownWord)),
    skip: new Set(wordsOf(request.skip).map(knownWord)),
  })
  return { view, verdict }
}

/** `--only F01,F09` is the same as `--only F01 --only F09`. */
const wordsOf = (given: readonly string[] | undefined): readonly string[] =>
  (given ?? []).flatMap((each) => each.split(','))

/** A code that is mistyped would leave everything out, and all would seem well. */
function refuseUnknownWords(asked: readonly string[]): void {
  for (const each of asked) knownWord(each)
}

/** Codes in small letters as well. @throws LbctlError `usage` */
function knownWord(asked: string): string {
  const known = [...CODES.keys(), ...CLUSTER_CHECKS.map(({ id }) => id)]
  const found = known.find((each) => each.toLowerCase() === asked.trim().toLowerCase())
  if (found !== undefined) return found
  const near = nearestWords(asked, known, 3)
  throw new LbctlError('usage', `There is no code and no check "${asked}".`, {
    hints: [
      near.length > 0
        ? `The nearest ${near.length === 1 ? 'is' : 'are'} ${near.join(', ')}.`
        : 'Codes are F01 to F48; names of checks are in the output of -o json.',
    ],
  })
}

const LONGEST_WAIT_MS = 24 * 3_600_000

function waitMsOf(text: string): number {
  const parsed = parseDuration(text.trim())
  const ms = parsed.ok ? Number(parsed.value) / 1e6 : Number.NaN
  if (ms >= 0 && ms <= LONGEST_WAIT_MS) return ms
  throw new LbctlError('usage', `--wait takes a time up to 24h, such as 5m, not "${text}".`)
}
