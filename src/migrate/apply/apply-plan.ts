// Brings a cluster to a plan: everything is checked first, then the way back is on the disk, then the writes begin, one by one.
//
//   read and dry-run every object ─► any refusal? nothing is written
//   undo file created and synced  ─► cannot be written? nothing is written
//   writes in apply order         ─► the first failure or a stop ends them; the outcome says what is done and what is not
//
// Running it again is always safe: what is as wanted is left alone. A write that has begun is let finish, so that a stop by the
// user never leaves open whether an object was stored.
import type { KubeObject } from '../../config/kube-object.ts'
import type { CancelSignal, ClusterWriter, LiveObject, ObjectRef, UndoStore } from '../ports.ts'
import {
  annotationOf,
  checkPlan,
  conflictError,
  loadBalancerIpOf,
  type Step,
  servicePatchBody,
} from './check.ts'
import { contentOf } from './content.ts'
import { failureOf, writeGuarded } from './guarded.ts'
import { sameJson } from './json.ts'
import type { Done, Failure, Outcome } from './outcome.ts'
import { type ApplyPlan, duplicates, refText } from './plan.ts'
import { printUndo, type UndoEntry, undoDocument } from './undo-document.ts'

export interface ApplyOptions {
  readonly undo: UndoStore
  readonly signal?: CancelSignal
  /** ends after the checks */
  readonly dryRun?: boolean
  /** told after each write, for a progress line */
  readonly onWritten?: (done: Done) => void
}

/**
 * @throws LbctlError when the cluster is out of reach or the undo file cannot be written; in both cases before any write. After
 * the first write nothing is thrown: the outcome tells.
 */
export async function applyPlan(
  writer: ClusterWriter,
  plan: ApplyPlan,
  options: ApplyOptions,
): Promise<Outcome> {
  const twice = duplicates(plan)
  if (twice.length > 0) throw new Error(`the plan names an object twice: ${twice.join(', ')}`)
  const { steps, unchanged, refusals } = await checkPlan(writer, plan, options.signal)
  if (refusals.length > 0) return { kind: 'refused', refusals }
  if (steps.length === 0) return { kind: 'nothing to do', unchanged }
  if (options.dryRun === true)
    return { kind: 'checked', pending: steps.map((step) => doneOf(step.ref, step.entry)), unchanged }
  await options.undo.create(
    printUndo(
      undoDocument(
        writer.identity,
        steps.map((step) => step.entry),
      ),
    ),
  )
  return writeAll(writer, steps, unchanged, options)
}

async function writeAll(
  writer: ClusterWriter,
  steps: readonly Step[],
  unchanged: readonly ObjectRef[],
  options: ApplyOptions,
): Promise<Outcome> {
  const done: Done[] = []
  const isAborted = (): boolean => options.signal?.aborted === true
  const warnings: string[] = []
  const stopped = (reason: 'error' | 'aborted', failed: Failure | undefined): Outcome => ({
    kind: 'stopped',
    reason,
    done,
    unchanged,
    failed,
    remaining: steps.slice(done.length + (failed === undefined ? 0 : 1)).map((step) => step.ref),
    warnings,
    undoPath: options.undo.path,
    next: whatNext(options.undo.path, done.length > 0 || failed?.written === 'unknown'),
  })
  for (const step of steps) {
    if (isAborted()) return stopped('aborted', undefined)
    try {
      warnings.push(...(await write(writer, step)))
    } catch (error) {
      const failed = failureOf(step.ref, error)
      // The stop ended the look before the write: not a failure.
      if (isAborted() && failed.written === 'no') return stopped('aborted', undefined)
      return stopped('error', failed)
    }
    const written = doneOf(step.ref, step.entry)
    done.push(written)
    options.onWritten?.(written)
  }
  return { kind: 'done', done, unchanged, skipped: [], warnings, undoPath: options.undo.path }
}

const whatNext = (undoPath: string, touched: boolean): readonly string[] =>
  touched
    ? [
        'To go on, run the same command again with another --undo file: what is applied already stays as it is.',
        `To go back, run: lbctl migrate --undo-from ${undoPath}`,
      ]
    : [`Nothing was written; ${undoPath} can be deleted. Run the command again when the cause is gone.`]

const doneOf = (ref: ObjectRef, entry: UndoEntry): Done => ({
  ref,
  action: entry.type === 'object' && entry.before === null ? 'created' : 'changed',
})

async function write(writer: ClusterWriter, step: Step): Promise<readonly string[]> {
  const { entry, object, ref } = step
  if (entry.type === 'service') {
    await writeGuarded(
      writer,
      ref,
      (live) => stillAsRead(live, step),
      (live) =>
        writer.patch(ref, servicePatchBody(entry, 'after'), {
          dryRun: false,
          resourceVersion: live.metadata.resourceVersion,
        }),
    )
    return []
  }
  if (object === undefined) throw new Error(`no object for ${refText(ref)}`)
  return step.force ? applyOverOwn(writer, step, object) : apply(writer, ref, object)
}

async function apply(writer: ClusterWriter, ref: ObjectRef, object: KubeObject): Promise<readonly string[]> {
  const outcome = await writer.apply(object, { dryRun: false })
  // Somebody has set one of the fields since the dry run.
  if (!outcome.ok) throw conflictError(ref, outcome.conflicts)
  return outcome.warnings
}

function applyOverOwn(writer: ClusterWriter, step: Step, object: KubeObject): Promise<readonly string[]> {
  return writeGuarded(
    writer,
    step.ref,
    (live) => stillAsRead(live, step),
    async (live) => {
      const force = { resourceVersion: live.metadata.resourceVersion }
      const outcome = await writer.apply(object, { dryRun: false, force })
      if (!outcome.ok) throw conflictError(step.ref, outcome.conflicts)
      return outcome.warnings
    },
  )
}

/** The object still is as the undo file says that it was. */
function stillAsRead(live: LiveObject | undefined, { entry }: Step): boolean {
  if (live === undefined) return false
  if (entry.type === 'object')
    return entry.before !== null && sameJson(contentOf(live), contentOf(entry.before))
  const { annotations, loadBalancerIp } = entry
  return (
    live.metadata.uid === entry.uid &&
    Object.entries(annotations).every(([key, { before }]) => annotationOf(live, key) === before) &&
    (loadBalancerIp === undefined || loadBalancerIpOf(live) === loadBalancerIp.before)
  )
}
