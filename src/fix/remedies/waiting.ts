// A Service that waits for an address, and the cluster that it waits in.
import type { ServiceObject } from '../../config/objects/read-object.ts'
import { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { keyOf } from '../../diagnose/cluster/object-keys.ts'
import { patchedFacts } from '../patched-facts.ts'
import type { Change } from '../remedy.ts'
import type { RemedyContext } from '../remedy-context.ts'

export interface Waiting extends RemedyContext {
  readonly service: ServiceObject
}

/** The same with changes made. Undefined when the Service is none that MetalLB looks after then. */
export function waitingAfter(waiting: Waiting, changes: readonly Change[]): Waiting | undefined {
  const key = keyOf(waiting.service)
  const view = new ClusterView(patchedFacts(waiting.view.facts, changes))
  const service = view.services.find((each) => keyOf(each) === key)
  return service === undefined ? undefined : { ...waiting, view, service }
}
