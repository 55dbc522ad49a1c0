// Whether what was applied works: CRDs are served, and the pods of the workloads run as they were asked for.
import type { KubeObject } from '../../config/kube-object.ts'

export interface Readiness {
  readonly ready: boolean
  /** a fragment: `3 of 5 nodes have a speaker` */
  readonly text: string
}

/** Kinds that need time to become what they are; the others are there when they are stored. */
export const needsTime = ({ kind }: Pick<KubeObject, 'kind'>): boolean =>
  kind === 'CustomResourceDefinition' || kind === 'Deployment' || kind === 'DaemonSet'

type Values = Readonly<Record<string, unknown>>

export function readinessOf(object: KubeObject | undefined): Readiness {
  if (object === undefined) return { ready: false, text: 'is not there' }
  switch (object.kind) {
    case 'CustomResourceDefinition':
      return crdReadiness(valuesOf(object['status']))
    case 'Deployment':
      return deploymentReadiness(object)
    case 'DaemonSet':
      return daemonSetReadiness(object)
    default:
      return { ready: true, text: 'is there' }
  }
}

function crdReadiness(status: Values): Readiness {
  const conditions = Array.isArray(status['conditions']) ? status['conditions'].map(valuesOf) : []
  const refused = conditions.find((c) => c['type'] === 'NamesAccepted' && c['status'] === 'False')
  if (refused !== undefined) return { ready: false, text: `is not served: ${String(refused['message'])}` }
  const ready = conditions.some((c) => c['type'] === 'Established' && c['status'] === 'True')
  return { ready, text: ready ? 'is served' : 'is not served yet' }
}

const NOT_SEEN: Readiness = { ready: false, text: 'is not taken up by the cluster yet' }

/** The status may still be of the object before it was changed. */
const isSeen = (object: KubeObject, status: Values): boolean =>
  count(status['observedGeneration'], -1) >= count(valuesOf(object.metadata)['generation'])

function deploymentReadiness(object: KubeObject): Readiness {
  const status = valuesOf(object['status'])
  const wanted = count(valuesOf(object['spec'])['replicas'], 1)
  const updated = count(status['updatedReplicas'])
  // Ready replicas may be of the old template, so of both numbers the lower one counts.
  const ready = Math.min(count(status['availableReplicas']), updated)
  const old = count(status['replicas']) - updated
  if (!isSeen(object, status)) return NOT_SEEN
  const done = ready >= wanted && old <= 0
  return { ready: done, text: `${ready} of ${wanted} replicas are ready` }
}

function daemonSetReadiness(object: KubeObject): Readiness {
  const status = valuesOf(object['status'])
  const wanted = count(status['desiredNumberScheduled'])
  const ready = Math.min(count(status['numberReady']), count(status['updatedNumberScheduled']))
  if (!isSeen(object, status)) return NOT_SEEN
  if (wanted === 0) return { ready: true, text: 'no node is selected' }
  return { ready: ready >= wanted, text: `${ready} of ${wanted} nodes are ready` }
}

const valuesOf = (value: unknown): Values =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Values) : {}

const count = (value: unknown, otherwise = 0): number => (typeof value === 'number' ? value : otherwise)
