// Back to how it was before a fix. Only what still is as the fix left it is touched; the rest is told.
import { LbctlError } from '../../errors/lbctl-error.ts'
import { contentOf } from '../../migrate/apply/content.ts'
import { failureOf, writeGuarded } from '../../migrate/apply/guarded.ts'
import { sameJson } from '../../migrate/apply/json.ts'
import { refText } from '../../migrate/apply/plan.ts'
import { type CancelSignal, FIELD_MANAGER, type LiveObject } from '../../migrate/ports.ts'
import { mergePatch, stateOf } from '../object-edit.ts'
import type { HostPort } from '../ports.ts'
import { type Targets, writerOf } from './check-fix.ts'
import type { FixOutcome } from './outcome.ts'
import type { UndoEntry, UndoRecord } from './undo-record.ts'

type State = 'as written' | 'as before' | { readonly changed: string }

export interface UndoTargets extends Targets {
  readonly signal?: CancelSignal
}

/** @throws LbctlError `input` for a record of another cluster or machine; what the first reads throw. Nothing was written then. */
export async function undoFix(record: UndoRecord, targets: UndoTargets): Promise<FixOutcome> {
  refuseOtherPlace(record, targets)
  const todo: UndoEntry[] = []
  const unchanged: string[] = []
  const skipped: string[] = []
  for (const entry of record.entries.toReversed()) {
    const state = await stateOfEntry(entry, targets)
    if (state === 'as written') todo.push(entry)
    else if (state === 'as before') unchanged.push(entryText(entry))
    else skipped.push(`${entryText(entry)}: ${state.changed}`)
  }
  if (todo.length === 0 && skipped.length === 0) return { kind: 'nothing to do', unchanged }
  const done: string[] = []
  for (const [index, entry] of todo.entries()) {
    const remaining = (from: number): string[] => todo.slice(from).map(entryText)
    if (targets.signal?.aborted === true)
      return { kind: 'stopped', done, failed: undefined, remaining: remaining(index) }
    try {
      await revert(entry, targets)
    } catch (error) {
      const what = entryText(entry)
      const failed = { ...failureOf({ apiVersion: '', kind: '', name: what }, error), what }
      return { kind: 'stopped', done, failed, remaining: remaining(index + 1) }
    }
    done.push(entryText(entry))
  }
  return { kind: 'done', done, unchanged, skipped }
}

const entryText = (entry: UndoEntry): string =>
  entry.type === 'sysctl' ? `settings of ${entry.host}` : refText(entry.ref)

function refuseOtherPlace({ cluster, entries }: UndoRecord, { writer, host }: Targets): void {
  if (cluster !== undefined && writer !== undefined && cluster.server !== writer.identity.server)
    throw new LbctlError('input', 'The record is of a fix in another cluster.', {
      facts: { record: cluster.server, 'this cluster': writer.identity.server },
      hints: [`Choose the context with --context; the fix was made with "${cluster.context}".`],
    })
  for (const entry of entries)
    if (entry.type === 'sysctl' && entry.host !== host.name)
      throw new LbctlError('input', `The record is of settings of ${entry.host}, and this is ${host.name}.`, {
        hints: [`Run the same command on ${entry.host}.`],
      })
}

async function stateOfEntry(entry: UndoEntry, targets: Targets): Promise<State> {
  if (entry.type === 'sysctl') return settingsState(entry, targets.host)
  return objectState(await writerOf(targets).get(entry.ref), entry)
}

function objectState(live: LiveObject | undefined, entry: Exclude<UndoEntry, { type: 'sysctl' }>): State {
  if (entry.type === 'created') {
    if (live === undefined) return 'as before'
    if (!sameJson(contentOf(live), entry.expected)) return { changed: 'its content was changed since' }
    const others = otherManagers(live)
    return others.length === 0 ? 'as written' : { changed: `it is also managed by ${others.join(', ')}` }
  }
  if (live === undefined) return { changed: 'it was deleted since' }
  if (live.metadata.uid !== entry.uid) return { changed: 'it was deleted and made anew since' }
  const state = stateOf(live, entry.edits)
  if (state === 'changed') return { changed: 'what was written was changed since' }
  return state === 'after' ? 'as written' : 'as before'
}

/** Those who claim fields of an object that was made by the fix; a status does not count. */
const otherManagers = (live: LiveObject): readonly string[] => [
  ...new Set(
    (live.metadata.managedFields ?? [])
      .filter(({ manager, subresource }) => manager !== FIELD_MANAGER && subresource === undefined)
      .map(({ manager }) => `"${manager ?? 'unknown'}"`),
  ),
]

function settingsState({ settings }: Extract<UndoEntry, { type: 'sysctl' }>, host: HostPort): State {
  const now = settings.map(({ key }) => host.read(key))
  if (settings.every(({ before }, index) => now[index] === before)) return 'as before'
  if (settings.every(({ after }, index) => now[index] === after)) return 'as written'
  return { changed: 'some of them were changed since' }
}

async function revert(entry: UndoEntry, targets: Targets): Promise<void> {
  if (entry.type === 'sysctl') {
    revertSettings(entry, targets.host)
    return
  }
  const writer = writerOf(targets)
  await writeGuarded(
    writer,
    entry.ref,
    (live) => objectState(live, entry) === 'as written',
    async ({ metadata: { uid, resourceVersion } }) => {
      if (entry.type === 'created')
        await writer.remove(entry.ref, { uid, resourceVersion }, { dryRun: false })
      else
        await writer.patch(entry.ref, mergePatch(entry.edits, 'before'), { dryRun: false, resourceVersion })
    },
  )
}

function revertSettings({ settings, file }: Extract<UndoEntry, { type: 'sysctl' }>, host: HostPort): void {
  for (const { key, before } of settings) host.write(key, before)
  // A file that somebody has written to is not ours any more.
  if (file !== undefined && host.readFile(file.path) === file.after) host.writeFile(file.path, file.before)
}
