// Why the Pods of a DaemonSet or a Deployment do not run, from what admission, the scheduler and the kubelet say of them, and what
// to do then. It is for `diagnose` and for whoever has just applied such an object and waits for it.
import type { KubeObject } from '../../config/kube-object.ts'
import { at, conditionOf, listAt, numberAt, textAt } from './object-fields.ts'
import { isReady, nodeOf } from './object-keys.ts'

/**
 * `refused`: not even created · `unschedulable`: on no node · `image`: cannot be pulled · `crash`: ends and is started again ·
 * `container`: cannot be started, for want of a Secret or the like · `not ready`: runs, and does not answer yet
 */
export type TroubleKind = 'refused' | 'unschedulable' | 'image' | 'crash' | 'container' | 'not ready'

export interface PodTrouble {
  readonly kind: TroubleKind
  /** `speaker-x on node-a: ImagePullBackOff, …`; the same as long as the trouble is the same */
  readonly text: string
  readonly pod: string | undefined
  /** the container ran before it crashed, so that there is a log of it */
  readonly ranBefore: boolean
}

export interface Remedy {
  readonly text: string
  readonly command: string
}

/**
 * @param refusals messages of FailedCreate events about the object, or about the ReplicaSets of a Deployment
 * @param pods those that its selector selects
 */
export function podTroubles(
  workload: KubeObject,
  refusals: readonly string[],
  pods: readonly KubeObject[],
): readonly PodTrouble[] {
  const { status, message } = conditionOf(workload, 'ReplicaFailure') ?? {}
  const refused = [...new Set([...refusals, ...(status === 'True' && message ? [message] : [])])]
  return [
    ...refused.map((text) => trouble('refused', text)),
    ...pods.filter((pod) => !isReady(pod) && !isLeaving(pod)).flatMap(troublesOfPod),
  ]
}

const trouble = (
  kind: TroubleKind,
  text: string,
  pod?: KubeObject,
  { ranBefore = false }: { readonly ranBefore?: boolean } = {},
): PodTrouble => ({ kind, text, pod: pod?.metadata.name, ranBefore })

const isLeaving = (pod: KubeObject): boolean => textAt(pod, 'metadata', 'deletionTimestamp') !== undefined

function troublesOfPod(pod: KubeObject): readonly PodTrouble[] {
  const scheduled = conditionOf(pod, 'PodScheduled')
  if (scheduled?.status === 'False')
    return [trouble('unschedulable', `${pod.metadata.name} fits no node: ${scheduled.message}`, pod)]
  const containers = [
    ...listAt(pod, 'status', 'initContainerStatuses'),
    ...listAt(pod, 'status', 'containerStatuses'),
  ]
  const stuck = containers.flatMap((container) => troubleOfContainer(pod, container))
  if (stuck.length > 0) return stuck
  const who = `${pod.metadata.name} on ${nodeOf(pod) ?? 'no node'}`
  if (textAt(pod, 'status', 'phase') === 'Failed') {
    const why = [textAt(pod, 'status', 'reason'), textAt(pod, 'status', 'message')].filter(Boolean)
    return [trouble('crash', `${who}: failed${why.length === 0 ? '' : `: ${why.join(', ')}`}`, pod)]
  }
  if (containers.some((container) => at(container, 'state', 'running') !== undefined))
    return [trouble('not ready', `${who}: runs, and is not ready`, pod)]
  return []
}

/** The kubelet's words for what is on its way. */
const ON_ITS_WAY: ReadonlySet<string> = new Set(['ContainerCreating', 'PodInitializing'])
const OF_IMAGES: ReadonlySet<string> = new Set([
  'ErrImagePull',
  'ImagePullBackOff',
  'InvalidImageName',
  'ErrImageNeverPull',
  'ImageInspectError',
  'RegistryUnavailable',
])

function troubleOfContainer(pod: KubeObject, container: unknown): readonly PodTrouble[] {
  const who = `${pod.metadata.name} on ${nodeOf(pod) ?? 'no node'}`
  const reason = textAt(container, 'state', 'waiting', 'reason')
  const message = textAt(container, 'state', 'waiting', 'message')
  const ended = at(container, 'state', 'terminated') ?? at(container, 'lastState', 'terminated')
  if (reason === undefined)
    return at(container, 'state', 'terminated') === undefined || numberAt(ended, 'exitCode') === 0
      ? []
      : [trouble('crash', `${who}: ${endText(ended)}`, pod, { ranBefore: true })]
  if (ON_ITS_WAY.has(reason)) return []
  const said = message === undefined ? '' : `, ${message}`
  if (OF_IMAGES.has(reason)) return [trouble('image', `${who}: ${reason}${said}`, pod)]
  if (reason !== 'CrashLoopBackOff' || ended === undefined)
    return [trouble('container', `${who}: ${reason}${said}`, pod)]
  // How long the kubelet waits now is in its message, and is another each time.
  return [trouble('crash', `${who}: ${reason}, ${endText(ended)}`, pod, { ranBefore: true })]
}

function endText(ended: unknown): string {
  const reason = textAt(ended, 'reason')
  const message = textAt(ended, 'message')?.trim()
  const why = [reason === 'Error' ? undefined : reason, message].filter(Boolean)
  return `ended with exit code ${numberAt(ended, 'exitCode') ?? '?'}${why.length === 0 ? '' : ` (${why.join(': ')})`}`
}

/** What to do about the first of the troubles; about none, where to look. */
export function remedyFor(workload: KubeObject, [first]: readonly PodTrouble[]): Remedy {
  const { namespace = 'default', name } = workload.metadata
  const kubectl = `kubectl -n ${namespace}`
  const pod = first?.pod ?? ''
  switch (first?.kind) {
    case 'refused':
      return first.text.includes('PodSecurity')
        ? {
            text: "Allow Pods with the host's network in the namespace.",
            command: `kubectl label --overwrite namespace ${namespace} ${['enforce', 'audit', 'warn'].map((mode) => `pod-security.kubernetes.io/${mode}=privileged`).join(' ')}`,
          }
        : {
            text: 'Something in the cluster refuses the Pods: a quota, a policy or a webhook. Its own words name it.',
            command: `${kubectl} get events --field-selector reason=FailedCreate`,
          }
    case 'unschedulable':
      return {
        text: 'See what each node says against it: labels, taints, or too little memory and CPU that nobody asked for yet.',
        command: `${kubectl} describe pod ${pod}`,
      }
    case 'image':
      return {
        text: 'See whether the image is of this name, and whether the nodes may pull it (a Secret for the registry).',
        command: `${kubectl} get pod ${pod} -o jsonpath='{.spec.containers[*].image}'`,
      }
    case 'crash':
    case 'not ready':
      return {
        text: 'Read what it said.',
        command: `${kubectl} logs ${pod}${first.ranBefore ? ' --previous' : ''}`,
      }
    default:
      return {
        text: 'See what keeps the Pods from starting.',
        command: `${kubectl} describe ${workload.kind.toLowerCase()} ${name}`,
      }
  }
}
