// A change as a unified diff, for people. Facts hold no secret, so the diff has none.
import type { KubeObject } from '../../config/kube-object.ts'
import { printYaml } from '../../config/print.ts'
import type { ClusterFacts } from '../../diagnose/cluster/cluster-facts.ts'
import { changeText } from '../../fix/merged-changes.ts'
import { edited } from '../../fix/object-edit.ts'
import { findObject } from '../../fix/patched-facts.ts'
import type { Change } from '../../fix/remedy.ts'
import { contentOf } from '../../migrate/apply/content.ts'
import { unifiedDiff } from '../../migrate/apply/unified-diff.ts'

/** The object before; undefined for one that is to be made, and for settings. */
export const objectBefore = (change: Change, facts: ClusterFacts | undefined): KubeObject | undefined =>
  change.kind === 'edit' && facts !== undefined ? findObject(facts, change.ref) : undefined

/** The object after; undefined for settings. */
export function objectAfter(change: Change, facts: ClusterFacts | undefined): KubeObject | undefined {
  if (change.kind === 'create') return change.object
  const before = objectBefore(change, facts)
  return before === undefined || change.kind !== 'edit' ? undefined : edited(before, change.edits)
}

/** Content as people write it: what it is first. */
export function inOrder(object: KubeObject): object {
  const { apiVersion, kind, metadata, ...rest } = contentOf(object)
  return { apiVersion, kind, metadata, ...rest }
}

export function changeDiff(change: Change, facts: ClusterFacts | undefined): string {
  const name = changeText(change)
  if (change.kind === 'sysctl') {
    const lines = (side: 'before' | 'after'): string =>
      change.settings.map((setting) => `${setting.key} = ${setting[side]}\n`).join('')
    return unifiedDiff(lines('before'), lines('after'), { before: name, after: `${name}, with the fix` })
  }
  const [before, after] = [objectBefore(change, facts), objectAfter(change, facts)]
  const text = (object: KubeObject | undefined): string =>
    object === undefined ? '' : printYaml(inOrder(object))
  return unifiedDiff(text(before), text(after), {
    before: before === undefined ? '/dev/null' : name,
    after: before === undefined ? name : `${name}, with the fix`,
  })
}
