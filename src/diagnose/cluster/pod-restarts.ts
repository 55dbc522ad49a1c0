// Pods that are ready at the moment and were not a moment ago: a workload can count as healthy while its containers end again and again.
import type { KubeObject } from '../../config/kube-object.ts'
import { at, listAt, numberAt, textAt, timeOf } from './object-fields.ts'
import { nodeOf } from './object-keys.ts'

export interface Restarts {
  readonly pod: string
  readonly node: string
  readonly container: string
  readonly count: number
  /** milliseconds since the last end */
  readonly agoMs: number
  /** the kubelet's word, as `OOMKilled`; undefined for an end with an error code and nothing else */
  readonly reason: string | undefined
  readonly exitCode: number | undefined
}

/** Fewer are of an update, a node that started, or chance. */
const SEVERAL = 3
const RECENTLY_MS = 3_600_000

/** Containers that ended several times, the last time within the hour; most often first. */
export function restartsOf(pods: readonly KubeObject[], now: number): readonly Restarts[] {
  return pods
    .flatMap((pod) => listAt(pod, 'status', 'containerStatuses').flatMap((each) => restarted(pod, each, now)))
    .sort((a, b) => b.count - a.count || (a.pod < b.pod ? -1 : 1))
}

function restarted(pod: KubeObject, container: unknown, now: number): readonly Restarts[] {
  const count = numberAt(container, 'restartCount') ?? 0
  const ended = at(container, 'lastState', 'terminated')
  const finished = timeOf(textAt(ended, 'finishedAt'))
  if (count < SEVERAL || finished === undefined || now - finished > RECENTLY_MS) return []
  const reason = textAt(ended, 'reason')
  return [
    {
      pod: pod.metadata.name,
      node: nodeOf(pod) ?? 'no node',
      container: textAt(container, 'name') ?? '',
      count,
      agoMs: Math.max(0, now - finished),
      reason: reason === 'Error' || reason === 'Completed' ? undefined : reason,
      exitCode: numberAt(ended, 'exitCode'),
    },
  ]
}

export const restartText = ({ pod, node, container, count, agoMs, reason, exitCode }: Restarts): string =>
  `${pod} on ${node}: ${container} was started again ${count} times, ${agoText(agoMs)} the last time, ${reason === undefined ? `after it ended with exit code ${exitCode ?? '?'}` : `after ${reason}`}`

const agoText = (ms: number): string => {
  const minutes = Math.round(ms / 60_000)
  return minutes < 1 ? 'less than a minute ago' : minutes === 1 ? 'a minute ago' : `${minutes} minutes ago`
}
