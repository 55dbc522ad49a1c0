// The changes of several remedies as one change for each object and each machine, so that each is written once.
import type { Json, KubeObject } from '../config/kube-object.ts'
import type { ClusterFacts } from '../diagnose/cluster/cluster-facts.ts'
import type { ObjectRef } from '../migrate/ports.ts'
import { edited, editsBetween } from './object-edit.ts'
import { findObject, isObjectOf, refOfObject } from './patched-facts.ts'
import type { Change, Setting } from './remedy.ts'

/** @param facts those that the first of the changes was computed from */
export function mergedChanges(
  facts: ClusterFacts | undefined,
  changes: readonly Change[],
): readonly Change[] {
  const created: KubeObject[] = []
  const objects = new Map<string, { readonly ref: ObjectRef; readonly from: KubeObject; to: KubeObject }>()
  const settings = new Map<string, Setting[]>()
  for (const change of changes) {
    if (change.kind === 'create') created.push(change.object)
    else if (change.kind === 'sysctl')
      settings.set(change.host, withSettings(settings.get(change.host) ?? [], change.settings))
    else {
      const at = created.findIndex((object) => isObjectOf(object, change.ref))
      const own = created[at]
      if (own !== undefined) created[at] = edited(own, change.edits)
      else {
        const key = refKey(change.ref)
        const from =
          objects.get(key)?.from ?? (facts === undefined ? undefined : findObject(facts, change.ref))
        if (from === undefined) throw new Error(`a change of ${key}, which is not among the facts`)
        objects.set(key, { ref: change.ref, from, to: edited(objects.get(key)?.to ?? from, change.edits) })
      }
    }
  }
  return [
    ...created.map((object): Change => ({ kind: 'create', object })),
    ...[...objects.values()].map(
      ({ ref, from, to }): Change => ({
        kind: 'edit',
        ref,
        edits: editsBetween(from as unknown as Json, to as unknown as Json),
      }),
    ),
    ...[...settings].map(([host, all]): Change => ({ kind: 'sysctl', host, settings: all })),
  ]
}

export const refKey = ({ kind, namespace, name }: ObjectRef): string =>
  `${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`

/** `L2Advertisement metallb-system/lan`, `settings of node-a` */
export const changeText = (change: Change): string =>
  change.kind === 'sysctl'
    ? `settings of ${change.host}`
    : refKey(change.kind === 'create' ? refOfObject(change.object) : change.ref)

function withSettings(known: readonly Setting[], more: readonly Setting[]): Setting[] {
  const fresh = more.filter(({ key }) => !known.some((each) => each.key === key))
  return [
    ...known.map((each) => ({
      ...each,
      after: more.find(({ key }) => key === each.key)?.after ?? each.after,
    })),
    ...fresh,
  ]
}
