// The logs of a bundle: what they say, as facts, and their last lines, to be read by people.

import { HIDDEN } from '../../config/secrets/hidden.ts'
import { hideSecrets } from '../../config/secrets/hide-secrets.ts'
import type { MissingPart } from '../../diagnose/bundle/manifest.ts'
import { type ClusterFacts, readPlane } from '../../diagnose/cluster/cluster-facts.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { LogContainer } from '../../kubernetes/pod-logs.ts'
import { ByteTail } from '../byte-tail.ts'
import type { ClusterFlags } from '../cluster.ts'
import { sinceOf } from '../diagnose-logs.ts'
import { containerTitle, incidentsOfPods, type PodLog, readPodLogs } from '../pod-logs.ts'

/** A large cluster has thousands of Pods; what they say is among the facts, however many they are. */
const MOST_FILES = 300
const MOST_BYTES = 64 * 1024 * 1024

export interface LogsPart {
  readonly facts: ClusterFacts
  /** texts without secrets */
  readonly files: readonly { readonly path: string; readonly holds: string; readonly text: string }[]
  readonly hidden: number
  readonly missing: readonly MissingPart[]
}

export interface LogsRequest extends ClusterFlags {
  readonly 'pod-logs': boolean
  readonly since: string
}

/** @throws LbctlError `usage` for a time that is none, and when it is stopped */
export async function logsPart(
  request: LogsRequest,
  facts: ClusterFacts,
  step: (name: string, text: string) => void,
  signal: AbortSignal,
): Promise<LogsPart> {
  const nowMs = Date.now()
  const sinceSeconds = (nowMs - sinceOf(request.since, nowMs)) / 1000
  step('logs', `reading what the Pods of the load balancer wrote since ${request.since}`)
  const { openPodLogs } = await import('../../kubernetes/pod-logs.ts')
  const source = openPodLogs(request, signal)
  try {
    const { logs, notRead } = await readPodLogs(
      source,
      { namespace: request.namespace, sinceSeconds },
      signal,
    )
    const missing = [...notRead, ...leftOut(logs)].map((each) => ({ ...each, wanted: true }))
    const gaps = notRead.map(({ what, reason }) => `${what}: ${reason}`)
    const kept = clean(logs.slice(0, MOST_FILES))
    return { facts: { ...facts, logs: readPlane(await incidentsOfPods(logs), gaps) }, ...kept, missing }
  } catch (error) {
    if (signal.aborted || !(error instanceof LbctlError)) throw error
    const reason = error.message.replace(/\.$/, '')
    return { facts, files: [], hidden: 0, missing: [{ what: 'logs', reason, wanted: true }] }
  } finally {
    source.close()
  }
}

function leftOut(logs: readonly PodLog[]): readonly Pick<MissingPart, 'what' | 'reason'>[] {
  if (logs.length <= MOST_FILES) return []
  const what = `texts of ${logs.length - MOST_FILES} logs`
  return [{ what, reason: `only ${MOST_FILES} are kept; what the others say is among the facts` }]
}

function clean(logs: readonly PodLog[]): Pick<LogsPart, 'files' | 'hidden'> {
  const share = Math.floor(MOST_BYTES / Math.max(1, logs.length))
  const texts = logs.map(({ of, bytes }, index) => {
    const tail = new ByteTail(share)
    tail.push(bytes)
    const before = Buffer.from(tail.bytes()).toString('utf8')
    return {
      path: pathOf(of, index),
      holds: `last lines of ${containerTitle(of)}`,
      before,
      text: hideSecrets(before),
    }
  })
  const hiddenIn = (text: string): number => text.split(HIDDEN).length - 1
  const hidden = texts.reduce((sum, { before, text }) => sum + hiddenIn(text) - hiddenIn(before), 0)
  return { files: texts.map(({ path, holds, text }) => ({ path, holds, text })), hidden }
}

/** Names of Pods may be longer than the 100 characters that an archive has room for; the number keeps them apart. */
function pathOf({ pod, container, previous }: LogContainer, index: number): string {
  const name = `${pod}_${container}`.slice(0, 70)
  return `logs/${String(index + 1).padStart(3, '0')}_${name}${previous ? '_previous' : ''}.log`
}
