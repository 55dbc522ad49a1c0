// The ends of the logs of the Pods that run a load balancer, held in memory: what a diagnosis reads beside the objects, and a bundle keeps.
import { type LogIncident, type Plane, readPlane } from '../diagnose/cluster/cluster-facts.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { LogContainer, PodLogs } from '../kubernetes/pod-logs.ts'
import { ByteTail } from './byte-tail.ts'
import type { ClusterFlags } from './cluster.ts'
import { incidentFacts } from './log-incidents.ts'

/** Of one container; a speaker of MetalLB at level info writes less in an hour. */
const MOST_LINES = 5_000
const MOST_BYTES = 1024 * 1024
const AT_ONCE = 6

export interface PodLog {
  readonly of: LogContainer
  readonly bytes: Uint8Array
}

export interface PodLogsRead {
  readonly logs: readonly PodLog[]
  readonly notRead: readonly { readonly what: string; readonly reason: string }[]
}

export const containerTitle = ({ namespace, pod, container, previous }: LogContainer): string =>
  `${namespace}/${pod} ${container}${previous ? ' (before its restart)' : ''}`

/**
 * In the order of the containers.
 *
 * @throws LbctlError where not even the Pods can be listed, and when it is stopped
 */
export async function readPodLogs(
  logs: PodLogs,
  { namespace, sinceSeconds }: { readonly namespace?: string | undefined; readonly sinceSeconds: number },
  signal: AbortSignal,
): Promise<PodLogsRead> {
  const containers = await logs.containers(namespace)
  const read: (PodLog | undefined)[] = []
  const notRead: { readonly what: string; readonly reason: string }[] = []
  const waiting = [...containers.entries()]
  const worker = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, of] = next
      const tail = new ByteTail(MOST_BYTES)
      try {
        await logs.read(of, { sinceSeconds, lastLines: MOST_LINES }, (bytes) => tail.push(bytes))
        read[index] = { of, bytes: tail.bytes() }
      } catch (error) {
        if (signal.aborted || !(error instanceof LbctlError)) throw error
        // The log of an ended container is gone after a while.
        if (!of.previous)
          notRead.push({ what: `log of ${containerTitle(of)}`, reason: clause(error.message) })
      }
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return { logs: read.filter((each) => each !== undefined), notRead }
}

const clause = (sentence: string): string => sentence.replace(/\.$/, '')

/** Worst first. */
export async function incidentsOfPods(logs: readonly PodLog[]): Promise<readonly LogIncident[]> {
  const { LogScanner } = await import('../diagnose/logs/log-scanner.ts')
  const scanner = new LogScanner({ year: new Date().getUTCFullYear() })
  for (const { of, bytes } of logs) {
    scanner.from({ node: of.node, pod: of.pod, component: of.container })
    scanner.push(bytes)
  }
  return incidentFacts(scanner.finish())
}

const AN_HOUR_SECONDS = 3_600

/** What the Pods said in the last hour. */
export async function podLogFacts(flags: ClusterFlags, signal: AbortSignal): Promise<Plane<LogIncident>> {
  const { openPodLogs } = await import('../kubernetes/pod-logs.ts')
  const source = openPodLogs(flags, signal)
  try {
    const question = { namespace: flags.namespace, sinceSeconds: AN_HOUR_SECONDS }
    const { logs, notRead } = await readPodLogs(source, question, signal)
    const gaps = notRead.map(({ what, reason }) => `${what}: ${reason}`)
    const [first] = gaps
    if (first !== undefined && logs.length === 0) return unread(first)
    return readPlane(await incidentsOfPods(logs), gaps)
  } catch (error) {
    if (signal.aborted || !(error instanceof LbctlError)) throw error
    return unread(clause(error.message))
  } finally {
    source.close()
  }
}

const unread = (reason: string): Plane<never> => ({ status: 'not-read', reason, wanted: true })
