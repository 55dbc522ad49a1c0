// Why a Pod of an agent will never give a result, in the words of its reader.
import type { AgentPodFact } from './ports.ts'

export interface PodFailure {
  /** a clause */
  readonly reason: string
  readonly remedy?: string
}

/** Reasons that kubelet gives for a container that waits, and will wait for ever. `ErrImagePull` may be a short trouble; it comes back as BackOff. */
const STUCK: Readonly<Record<string, string>> = {
  ImagePullBackOff: 'its image cannot be pulled',
  ErrImageNeverPull: 'its image is not on the node',
  InvalidImageName: 'the name of its image is not valid',
  ImageInspectError: 'its image cannot be read',
  RegistryUnavailable: 'the registry of its image does not answer',
  CreateContainerConfigError: 'its container cannot be set up',
  CreateContainerError: 'its container cannot be made',
  RunContainerError: 'its container cannot be started',
}
const OF_IMAGE = new Set([
  'ImagePullBackOff',
  'ErrImageNeverPull',
  'InvalidImageName',
  'ImageInspectError',
  'RegistryUnavailable',
])

/** undefined: it may still become something. */
export function failureOf(pod: AgentPodFact): PodFailure | undefined {
  const { container, phase, reason, message } = pod
  const stuck = container?.state === 'waiting' ? STUCK[container.reason] : undefined
  if (container !== undefined && stuck !== undefined) {
    const why = `${stuck} (${container.reason}${container.message === '' ? '' : `: ${short(container.message)}`})`
    return OF_IMAGE.has(container.reason)
      ? {
          reason: why,
          remedy: 'Name an image that the nodes can pull with --agent-image, or reach the nodes with --ssh.',
        }
      : { reason: why }
  }
  if (phase === 'Pending' && reason === 'Unschedulable')
    return { reason: `its Pod cannot be scheduled: ${short(message)}` }
  if (phase !== 'Failed') return undefined
  if (reason === 'DeadlineExceeded')
    return { reason: 'its Pod did not end before its deadline, and kubelet ended it' }
  if (reason !== '')
    return {
      reason: `kubelet of the node refused or ended its Pod (${reason}${message === '' ? '' : `: ${short(message)}`})`,
    }
  return container === undefined ? { reason: 'its Pod failed, and kubelet does not say why' } : undefined
}

const short = (text: string): string => {
  const line = text.replaceAll(/\s+/g, ' ').trim()
  return line.length > 240 ? `${line.slice(0, 237)}...` : line
}
