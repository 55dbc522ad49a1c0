// Why the Pods of a workload that was applied do not come up.
import type { KubeObject } from '../../config/kube-object.ts'
import { mapAt, textAt } from '../../diagnose/cluster/object-fields.ts'
import { type PodTrouble, podTroubles } from '../../diagnose/cluster/pod-troubles.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { ObjectSource } from '../ports.ts'

/** None as well where the cluster does not let look: then it is waited without reasons. Throws bugs only. */
export async function whyNotReady(
  source: ObjectSource,
  workload: KubeObject,
): Promise<readonly PodTrouble[]> {
  const { namespace = '' } = workload.metadata
  const labels = mapAt(workload, 'spec', 'selector', 'matchLabels')
  const core = { group: '', version: 'v1', namespace }
  try {
    const pods = await source.list({
      ...core,
      resource: 'pods',
      kind: 'Pod',
      labelSelector: Object.entries(labels)
        .map(([key, value]) => `${key}=${value}`)
        .join(','),
    })
    const refused = await source.list({
      ...core,
      resource: 'events',
      kind: 'Event',
      fieldSelector: 'reason=FailedCreate',
    })
    // An event of before counts until there are Pods: it is kept for an hour.
    const refusals = pods.length > 0 ? [] : refused.filter((event) => isAbout(event, workload))
    return podTroubles(
      workload,
      refusals.map((event) => textAt(event, 'message') ?? ''),
      pods,
    )
  } catch (error) {
    if (error instanceof LbctlError) return []
    throw error
  }
}

/** A Deployment's Pods are made by its ReplicaSets, whose names begin with its own. */
function isAbout(event: KubeObject, { kind, metadata }: KubeObject): boolean {
  const about = textAt(event, 'involvedObject', 'kind')
  const name = textAt(event, 'involvedObject', 'name') ?? ''
  return kind === 'Deployment'
    ? about === 'ReplicaSet' && name.startsWith(`${metadata.name}-`)
    : about === kind && name === metadata.name
}
