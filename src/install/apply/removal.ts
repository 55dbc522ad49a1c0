// The way back: what is removed, what stays and why, and the removal itself.
import type { KubeObject } from '../../config/kube-object.ts'
import { contentOf } from '../../migrate/apply/content.ts'
import { failureOf } from '../../migrate/apply/guarded.ts'
import { sameJson } from '../../migrate/apply/json.ts'
import type { Done, Failure, Outcome } from '../../migrate/apply/outcome.ts'
import { refOf } from '../../migrate/apply/plan.ts'
import {
  type CancelSignal,
  type ClusterWriter,
  FIELD_MANAGER,
  type LiveObject,
  type ObjectRef,
} from '../../migrate/ports.ts'
import { MANAGED_BY_LABEL, MANAGER } from '../names.ts'
import { convertsByUs, convertWithoutUs, guarded } from './conversion.ts'

export interface Kept {
  readonly ref: ObjectRef
  /** a fragment */
  readonly why: string
}

export interface RemovalPlan {
  /** in the order of removal; guarded by the version that was looked at */
  readonly remove: readonly LiveObject[]
  readonly keep: readonly Kept[]
  /** CRDs that stay, and send their objects through a controller that goes: they are told first */
  readonly detach: readonly LiveObject[]
  /** the namespace that stays, without what lbctl alone set in it; undefined: nothing */
  readonly release: KubeObject | undefined
}

export interface RemovalOptions {
  /** of the installation */
  readonly namespace: string
  readonly deleteCrds: boolean
}

/**
 * `objects`: those of an installation in apply order; they are removed in the reverse one, so that webhooks go before who answers
 * them. Nothing is removed that does not carry our label: it may be somebody else's of the same name.
 */
export async function planRemoval(
  writer: ClusterWriter,
  objects: readonly KubeObject[],
  { namespace, deleteCrds }: RemovalOptions,
): Promise<RemovalPlan> {
  const remove: LiveObject[] = []
  const keep: Kept[] = []
  const detach: LiveObject[] = []
  for (const object of objects.toReversed()) {
    const ref = refOf(object)
    const live = await writer.get(ref)
    if (live === undefined) continue
    const why = reasonToKeep(live, deleteCrds)
    if (why === undefined) remove.push(live)
    else keep.push({ ref, why })
    if (why !== undefined && convertsByUs(live, namespace)) detach.push(live)
  }
  return { remove, keep, detach, release: await namespaceWithoutOurs(writer, namespace) }
}

/** What others set, too, stays: an apply without a field takes away only what nobody else applied. @throws LbctlError */
async function namespaceWithoutOurs(writer: ClusterWriter, name: string): Promise<KubeObject | undefined> {
  const wanted: KubeObject = { apiVersion: 'v1', kind: 'Namespace', metadata: { name } }
  const live = await writer.get(refOf(wanted))
  if (live?.metadata.managedFields?.some(({ manager }) => manager === FIELD_MANAGER) !== true)
    return undefined
  const outcome = await writer.apply(wanted, { dryRun: true })
  return outcome.ok && !sameJson(contentOf(live), contentOf(outcome.object)) ? wanted : undefined
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
  { remove, detach, release }: RemovalPlan,
  signal?: CancelSignal,
): Promise<Outcome> {
  const steps: readonly Removal[] = [
    ...detach.map((live): Removal => {
      const ref = refOf(live)
      return { ref, action: 'changed', run: () => convertWithoutUs(writer, ref, live) }
    }),
    ...remove.map((live): Removal => {
      const ref = refOf(live)
      return { ref, action: 'deleted', run: () => removeOne(writer, ref, live) }
    }),
    ...(release === undefined ? [] : [released(writer, release)]),
  ]
  if (steps.length === 0) return { kind: 'nothing to do', unchanged: [] }
  const done: Done[] = []
  const stopped = (reason: 'error' | 'aborted', failed: Failure | undefined): Outcome => ({
    kind: 'stopped',
    reason,
    done,
    unchanged: [],
    failed,
    remaining: steps.slice(done.length + (failed === undefined ? 0 : 1)).map(({ ref }) => ref),
    warnings: [],
    undoPath: undefined,
    next: ['To go on, run the same command again.'],
  })
  for (const { ref, action, run } of steps) {
    if (signal?.aborted === true) return stopped('aborted', undefined)
    try {
      await run()
    } catch (error) {
      return stopped('error', failureOf(ref, error))
    }
    done.push({ ref, action })
  }
  return { kind: 'done', done, unchanged: [], skipped: [], warnings: [], undoPath: undefined }
}

interface Removal extends Done {
  readonly run: () => Promise<void>
}

const released = (writer: ClusterWriter, namespace: KubeObject): Removal => ({
  ref: refOf(namespace),
  action: 'changed',
  run: async () => {
    await writer.apply(namespace, { dryRun: false })
  },
})

/** @throws LbctlError */
export const removeOne = (writer: ClusterWriter, ref: ObjectRef, seen: LiveObject): Promise<void> =>
  guarded(writer, ref, seen, async ({ metadata: { uid, resourceVersion } }) => {
    await writer.remove(ref, { uid, resourceVersion }, { dryRun: false })
  })
