// Back to how the cluster was before an apply: what an undo file says, backwards. Only objects that look as lbctl left them are
// touched; those that look as before need nothing (the apply did not get there, or undo ran already).
//
// No dry runs here: MetalLB's webhooks judge each object beside the others, and the state that is gone back to may only be
// valid as a whole (a BFD profile can be deleted once the peer that uses it is gone, not before).
import { LbctlError } from '../../errors/lbctl-error.ts'
import { type CancelSignal, type ClusterWriter, FIELD_MANAGER, type LiveObject } from '../ports.ts'
import { annotationOf, loadBalancerIpOf, servicePatchBody } from './check.ts'
import { contentOf } from './content.ts'
import { failureOf, writeGuarded } from './guarded.ts'
import { sameJson } from './json.ts'
import type { Done, Failure, Outcome, Refusal } from './outcome.ts'
import { refText } from './plan.ts'
import type { UndoDocument, UndoEntry, ValueChange } from './undo-document.ts'

export interface UndoOptions {
  readonly signal?: CancelSignal
  /** leave objects that somebody else changed as they are and undo the rest, instead of refusing the whole */
  readonly skipChanged?: boolean
  readonly onWritten?: (done: Done) => void
}

type State = 'as written' | 'as before' | { readonly changed: string }

/** @throws LbctlError `usage` when the file is of another cluster; what the first reads throw. After the first write nothing is thrown. */
export async function undo(
  writer: ClusterWriter,
  document: UndoDocument,
  options: UndoOptions = {},
): Promise<Outcome> {
  if (document.cluster.server !== writer.identity.server)
    throw new LbctlError('usage', 'The undo file was written for another cluster.', {
      facts: { file: document.cluster.server, 'this cluster': writer.identity.server },
      hints: [`Choose the context with --context; the file was written with "${document.cluster.context}".`],
    })
  const todo: UndoEntry[] = []
  const unchanged: UndoEntry['ref'][] = []
  const refusals: Refusal[] = []
  for (const entry of document.entries.toReversed()) {
    const state = stateOf(await writer.get(entry.ref), entry)
    if (state === 'as written') todo.push(entry)
    else if (state === 'as before') unchanged.push(entry.ref)
    else refusals.push({ ref: entry.ref, error: changedError(entry, state.changed) })
  }
  if (refusals.length > 0 && options.skipChanged !== true) return { kind: 'refused', refusals }
  if (todo.length === 0 && refusals.length === 0) return { kind: 'nothing to do', unchanged }
  return revertAll(writer, todo, { unchanged, skipped: refusals }, options)
}

async function revertAll(
  writer: ClusterWriter,
  todo: readonly UndoEntry[],
  known: { readonly unchanged: readonly UndoEntry['ref'][]; readonly skipped: readonly Refusal[] },
  options: UndoOptions,
): Promise<Outcome> {
  const done: Done[] = []
  const isAborted = (): boolean => options.signal?.aborted === true
  const common = { done, unchanged: known.unchanged, warnings: [], undoPath: undefined }
  const stopped = (reason: 'error' | 'aborted', failed: Failure | undefined): Outcome => ({
    ...common,
    kind: 'stopped',
    reason,
    failed,
    remaining: todo.slice(done.length + (failed === undefined ? 0 : 1)).map((entry) => entry.ref),
    next: ['To go on, run the same command again: what is undone already stays as it is.'],
  })
  for (const entry of todo) {
    if (isAborted()) return stopped('aborted', undefined)
    try {
      await revert(writer, entry)
    } catch (error) {
      const failed = failureOf(entry.ref, error)
      if (isAborted() && failed.written === 'no') return stopped('aborted', undefined)
      return stopped('error', failed)
    }
    const created = entry.type === 'object' && entry.before === null
    const reverted: Done = { ref: entry.ref, action: created ? 'deleted' : 'restored' }
    done.push(reverted)
    options.onWritten?.(reverted)
  }
  return { ...common, kind: 'done', skipped: known.skipped }
}

function stateOf(live: LiveObject | undefined, entry: UndoEntry): State {
  return entry.type === 'service' ? serviceState(live, entry) : objectState(live, entry)
}

function objectState(live: LiveObject | undefined, entry: Extract<UndoEntry, { type: 'object' }>): State {
  const { before, expected } = entry
  if (live === undefined) return before === null ? 'as before' : { changed: 'it was deleted' }
  if (before !== null && live.metadata.uid !== before.metadata.uid)
    return { changed: 'it was deleted and created anew' }
  const content = contentOf(live)
  if (before !== null && sameJson(content, contentOf(before))) return 'as before'
  if (!sameJson(content, expected)) return { changed: 'its content was changed' }
  const others = before === null ? otherManagers(live) : []
  return others.length === 0 ? 'as written' : { changed: `it is also managed by ${others.join(', ')}` }
}

/** Those who claim fields of an object that lbctl created; MetalLB's status does not count. */
const otherManagers = (live: LiveObject): readonly string[] => [
  ...new Set(
    (live.metadata.managedFields ?? [])
      .filter((entry) => entry.manager !== FIELD_MANAGER && entry.subresource === undefined)
      .map((entry) => `"${entry.manager ?? 'unknown'}"`),
  ),
]

function serviceState(live: LiveObject | undefined, entry: Extract<UndoEntry, { type: 'service' }>): State {
  // The annotations went with the Service; there is nothing to put back.
  if (live === undefined) return 'as before'
  if (live.metadata.uid !== entry.uid) return { changed: 'it was deleted and created anew' }
  const values: readonly (readonly [string | null, ValueChange])[] = [
    ...Object.entries(entry.annotations).map(([key, change]) => [annotationOf(live, key), change] as const),
    ...(entry.loadBalancerIp === undefined ? [] : [[loadBalancerIpOf(live), entry.loadBalancerIp] as const]),
  ]
  if (values.every(([now, { before }]) => now === before)) return 'as before'
  if (values.every(([now, { after }]) => now === after)) return 'as written'
  return { changed: 'the annotations that lbctl set were changed' }
}

const changedError = (entry: UndoEntry, why: string): LbctlError =>
  new LbctlError('conflict', `${refText(entry.ref)} is not as lbctl left it: ${why}.`, {
    hints: ['Put it right by hand, or leave it out with --skip-changed.'],
  })

function revert(writer: ClusterWriter, entry: UndoEntry): Promise<unknown> {
  const { ref } = entry
  return writeGuarded(
    writer,
    ref,
    (live) => stateOf(live, entry) === 'as written',
    (live): Promise<unknown> => {
      const { uid, resourceVersion } = live.metadata
      if (entry.type === 'service')
        return writer.patch(ref, servicePatchBody(entry, 'before'), { dryRun: false, resourceVersion })
      if (entry.before === null) return writer.remove(ref, { uid, resourceVersion }, { dryRun: false })
      // managedFields of before go along, so that ownership is put back too and not only values.
      const { status: _, ...before } = entry.before
      const metadata = { ...before.metadata, uid, resourceVersion }
      return writer.replace(
        { ...before, apiVersion: ref.apiVersion, kind: ref.kind, metadata },
        { dryRun: false },
      )
    },
  )
}
