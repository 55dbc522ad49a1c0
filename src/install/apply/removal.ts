// The way back: what is removed, what stays and why, and the removal itself.
import type { KubeObject } from '../../config/kube-object.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { failureOf } from '../../migrate/apply/guarded.ts'
import type { Done, Failure, Outcome } from '../../migrate/apply/outcome.ts'
import { refOf } from '../../migrate/apply/plan.ts'
import type { CancelSignal, ClusterWriter, LiveObject, ObjectRef } from '../../migrate/ports.ts'
import { MANAGED_BY_LABEL, MANAGER } from '../names.ts'

export interface Kept {
  readonly ref: ObjectRef
  /** a fragment */
  readonly why: string
}

export interface RemovalPlan {
  /** in the order of removal; guarded by the version that was looked at */
  readonly remove: readonly LiveObject[]
  readonly keep: readonly Kept[]
}

/**
 * `objects`: those of an installation in apply order; they are removed in the reverse one, so that webhooks go before who answers
 * them. Nothing is removed that does not carry our label: it may be somebody else's of the same name.
 */
export async function planRemoval(
  writer: ClusterWriter,
  objects: readonly KubeObject[],
  { deleteCrds }: { readonly deleteCrds: boolean },
): Promise<RemovalPlan> {
  const remove: LiveObject[] = []
  const keep: Kept[] = []
  for (const object of objects.toReversed()) {
    const ref = refOf(object)
    const live = await writer.get(ref)
    if (live === undefined) continue
    const why = reasonToKeep(live, deleteCrds)
    if (why === undefined) remove.push(live)
    else keep.push({ ref, why })
  }
  return { remove, keep }
}

function reasonToKeep(live: LiveObject, deleteCrds: boolean): string | undefined {
  if (live.kind === 'Namespace') return 'holds the configuration, and maybe more than lbctl'
  if (live.metadata.labels?.[MANAGED_BY_LABEL] !== MANAGER) return 'was not made by lbctl'
  if (live.kind === 'CustomResourceDefinition' && !deleteCrds)
    return 'with it, all objects of its kind would go'
  return undefined
}

/** The first failure ends it; running it again goes on. Throws bugs only. */
export async function removeAll(
  writer: ClusterWriter,
  { remove }: RemovalPlan,
  signal?: CancelSignal,
): Promise<Outcome> {
  if (remove.length === 0) return { kind: 'nothing to do', unchanged: [] }
  const done: Done[] = []
  const stopped = (reason: 'error' | 'aborted', failed: Failure | undefined): Outcome => ({
    kind: 'stopped',
    reason,
    done,
    unchanged: [],
    failed,
    remaining: remove.slice(done.length + (failed === undefined ? 0 : 1)).map(refOf),
    warnings: [],
    undoPath: undefined,
    next: ['To go on, run the same command again.'],
  })
  for (const live of remove) {
    if (signal?.aborted === true) return stopped('aborted', undefined)
    const ref = refOf(live)
    try {
      await removeOne(writer, ref, live)
    } catch (error) {
      return stopped('error', failureOf(ref, error))
    }
    done.push({ ref, action: 'deleted' })
  }
  return { kind: 'done', done, unchanged: [], skipped: [], warnings: [], undoPath: undefined }
}

/** A status that is written all the time changes the version between look and removal; the uid says that it is the same object. */
async function removeOne(writer: ClusterWriter, ref: ObjectRef, seen: LiveObject): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    const live = attempt === 1 ? seen : await writer.get(ref)
    if (live === undefined || live.metadata.uid !== seen.metadata.uid) return
    const { uid, resourceVersion } = live.metadata
    try {
      await writer.remove(ref, { uid, resourceVersion }, { dryRun: false })
      return
    } catch (error) {
      if (!(error instanceof LbctlError) || error.kind !== 'conflict' || attempt === 4) throw error
    }
  }
}
