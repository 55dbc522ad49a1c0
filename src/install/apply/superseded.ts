// What an earlier installation with other options brought, and this one does not want. A webhook that nobody answers any more would
// refuse every change of the configuration, so it does not stay.

import { refOf, refText } from '../../migrate/apply/plan.ts'
import type { ClusterWriter, LiveObject, ObjectRef } from '../../migrate/ports.ts'
import type { InstallItem } from '../install-item.ts'
import { allItems } from '../install-objects.ts'
import { COMPONENT_LABEL, MANAGED_BY_LABEL, MANAGER } from '../names.ts'
import { hasController, hasSpeaker, type InstallOptions } from '../options.ts'

export interface Superseded {
  /** of the components that are installed, in the order of removal */
  readonly remove: readonly LiveObject[]
  /** of the other component: somebody may have installed both with two commands */
  readonly other: readonly ObjectRef[]
}

/** @throws LbctlError when the cluster is out of reach */
export async function supersededBy(
  writer: Pick<ClusterWriter, 'get'>,
  wanted: readonly InstallItem[],
  options: InstallOptions,
): Promise<Superseded> {
  const names = new Set(wanted.map(({ object }) => refText(refOf(object))))
  const remove: LiveObject[] = []
  const other: ObjectRef[] = []
  for (const { object } of allItems(options.namespace).toReversed()) {
    const component = object.metadata.labels?.[COMPONENT_LABEL]
    const ref = refOf(object)
    if (component === undefined || names.has(refText(ref))) continue
    const live = await writer.get(ref)
    if (live?.metadata.labels?.[MANAGED_BY_LABEL] !== MANAGER) continue
    const ours = component === 'speaker' ? hasSpeaker(options) : hasController(options)
    if (ours) remove.push(live)
    else other.push(ref)
  }
  return { remove, other }
}
