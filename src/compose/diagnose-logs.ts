// `lbctl diagnose logs` put together: files, stdin or the Pods of the cluster → incidents.
import type { LogSummary } from '../diagnose/logs/log-scanner.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { parseDuration } from '../net/duration.ts'
import type { ClusterFlags } from './cluster.ts'
import { readLogBytes } from './log-files.ts'
import { logPlaces } from './log-places.ts'
import { containerTitle } from './pod-logs.ts'

export interface LogsRequest extends ClusterFlags {
  readonly input?: string | undefined
  readonly file?: readonly string[] | undefined
  readonly 'from-cluster': boolean
  readonly since?: string | undefined
}

export interface LogsOutcome {
  readonly summary: LogSummary
  /** logs that could not be read, each with its reason */
  readonly notRead: readonly string[]
  readonly exitCode: ExitCode
}

/** @throws LbctlError */
export async function runLogDiagnosis(
  request: LogsRequest,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<LogsOutcome> {
  const nowMs = Date.now()
  const sinceMs = request.since === undefined ? undefined : sinceOf(request.since, nowMs)
  const { LogScanner } = await import('../diagnose/logs/log-scanner.ts')
  const scanner = new LogScanner({ year: new Date(nowMs).getUTCFullYear(), sinceMs })
  const notRead: string[] = []
  if (request['from-cluster'])
    notRead.push(...(await readCluster(request, scanner, sinceMs, nowMs, progress, signal)))
  else
    for (const { path, origin } of (await Promise.all(pathsOf(request).map(logPlaces))).flat()) {
      scanner.from(origin)
      await readLogBytes(path, (bytes) => scanner.push(bytes), signal)
    }
  const summary = scanner.finish()
  const hasErrors = summary.incidents.some(({ severity }) => severity === 'error')
  const exitCode = hasErrors ? EXIT.findings : notRead.length > 0 ? EXIT.undetermined : EXIT.ok
  return { summary, notRead, exitCode }
}

function pathsOf({ input, file = [] }: LogsRequest): readonly string[] {
  const paths = [...new Set([...(input === undefined ? [] : [input]), ...file])]
  if (paths.length > 0) return paths
  if (process.stdin.isTTY === true)
    throw new LbctlError('usage', 'There is no log to read: no file was named, and stdin is a terminal.', {
      hints: [
        'lbctl diagnose logs --from-cluster reads the logs of the Pods.',
        'Or pipe one in: kubectl -n metallb-system logs -l component=speaker --prefix --tail=-1 | lbctl diagnose logs -',
      ],
    })
  return ['-']
}

/** `2h`: ago; or a time. @throws LbctlError `usage` */
export function sinceOf(text: string, nowMs: number): number {
  const ago = parseDuration(text.trim())
  if (ago.ok && ago.value >= 0n) return nowMs - Number(ago.value) / 1e6
  const atMs = /^\d{4}-\d\d-\d\d/.test(text) ? Date.parse(text) : Number.NaN
  if (!Number.isNaN(atMs)) return atMs
  throw new LbctlError(
    'usage',
    `--since takes a duration such as 2h30m or a time such as 2026-11-27T20:00:00Z, not "${text}".`,
  )
}

type Scanner = InstanceType<typeof import('../diagnose/logs/log-scanner.ts')['LogScanner']>

/** One container after the other: the scanner has to know where a line comes from. */
async function readCluster(
  request: LogsRequest,
  scanner: Scanner,
  sinceMs: number | undefined,
  nowMs: number,
  progress: (text: string) => void,
  signal: AbortSignal,
): Promise<string[]> {
  const { openPodLogs } = await import('../kubernetes/pod-logs.ts')
  const { kubeconfig, context, namespace } = request
  const logs = openPodLogs({ kubeconfig, context }, signal)
  const notRead: string[] = []
  try {
    const containers = await logs.containers(namespace)
    if (containers.length === 0)
      throw new LbctlError('input', 'The cluster has no Pods of MetalLB, frr-k8s, kube-vip or lbctl.', {
        hints: ['They are found by the label app.kubernetes.io/name or app.'],
      })
    for (const each of containers) {
      const name = containerTitle(each)
      progress(`reading ${name}`)
      scanner.from({ node: each.node, pod: each.pod, component: each.container })
      try {
        const part = { sinceSeconds: sinceMs === undefined ? undefined : (nowMs - sinceMs) / 1000 }
        await logs.read(each, part, (bytes) => scanner.push(bytes))
      } catch (error) {
        if (signal.aborted || !(error instanceof LbctlError)) throw error
        // The log of an ended container is gone after a while; one Pod must not hide what the others say.
        if (!each.previous) notRead.push(`${name}: ${error.message}`)
      }
    }
  } finally {
    logs.close()
  }
  return notRead
}
