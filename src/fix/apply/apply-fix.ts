// Changes → the cluster and this machine. Everything is checked first, then the way back is on the disk, then the writes begin, one by
// one. The first failure ends them; the outcome says what is done and what is not.

import { LbctlError } from '../../errors/lbctl-error.ts'
import { conflictError } from '../../migrate/apply/check.ts'
import { failureOf, writeGuarded } from '../../migrate/apply/guarded.ts'
import type { CancelSignal, UndoStore } from '../../migrate/ports.ts'
import { changeText } from '../merged-changes.ts'
import { mergePatch, stateOf } from '../object-edit.ts'
import type { Change } from '../remedy.ts'
import { type Checked, checkChange, type Step, type Targets, writerOf } from './check-fix.ts'
import type { FailedWrite, FixOutcome } from './outcome.ts'
import { printRecord, type UndoRecord, undoRecord } from './undo-record.ts'

export interface ApplyOptions extends Targets {
  /** of the undo record */
  readonly id: string
  readonly record: UndoStore
  readonly signal?: CancelSignal
}

/** The checks of all changes; the outcome instead when some value is not as it was. @throws LbctlError: nothing was written */
export async function checkFix(
  changes: readonly Change[],
  targets: Targets,
): Promise<readonly Step[] | Extract<FixOutcome, { kind: 'overtaken' | 'nothing to do' }>> {
  const checked: { readonly what: string; readonly result: Checked }[] = []
  for (const change of changes)
    checked.push({ what: changeText(change), result: await checkChange(change, targets) })
  const changed = checked.filter(({ result }) => result === 'overtaken').map(({ what }) => what)
  if (changed.length > 0) return { kind: 'overtaken', changed }
  const steps = checked.flatMap(({ result }) => (typeof result === 'string' ? [] : [result]))
  return steps.length === 0 ? { kind: 'nothing to do', unchanged: checked.map(({ what }) => what) } : steps
}

export const recordOf = (steps: readonly Step[], { id, code, writer }: ApplyOptions): UndoRecord =>
  undoRecord(
    id,
    code,
    writer?.identity,
    steps.map(({ entry }) => entry),
  )

/** @throws LbctlError when the record cannot be written: then nothing else was. After that nothing is thrown but a bug. */
export async function applySteps(steps: readonly Step[], options: ApplyOptions): Promise<FixOutcome> {
  await options.record.create(printRecord(recordOf(steps, options)))
  const done: string[] = []
  const isAborted = (): boolean => options.signal?.aborted === true
  const stopped = (failed: FailedWrite | undefined): FixOutcome => ({
    kind: 'stopped',
    done,
    failed,
    remaining: steps
      .slice(done.length + (failed === undefined ? 0 : 1))
      .map(({ change }) => changeText(change)),
  })
  for (const step of steps) {
    if (isAborted()) return stopped(undefined)
    const what = changeText(step.change)
    try {
      await write(step, options)
    } catch (error) {
      return stopped({ ...failureOf({ apiVersion: '', kind: '', name: what }, error), what })
    }
    done.push(what)
  }
  return { kind: 'done', done, unchanged: [], skipped: [] }
}

async function write({ change, entry }: Step, targets: Targets): Promise<void> {
  switch (change.kind) {
    case 'create': {
      const outcome = await writerOf(targets).apply(change.object, { dryRun: false })
      // Somebody has made one of that name since the check.
      if (!outcome.ok && entry.type === 'created') throw conflictError(entry.ref, outcome.conflicts)
      return
    }
    case 'edit': {
      const writer = writerOf(targets)
      const uid = entry.type === 'edited' ? entry.uid : undefined
      await writeGuarded(
        writer,
        change.ref,
        (live) => live?.metadata.uid === uid && stateOf(live, change.edits) === 'before',
        ({ metadata: { resourceVersion } }) =>
          writer.patch(change.ref, mergePatch(change.edits, 'after'), { dryRun: false, resourceVersion }),
      )
      return
    }
    case 'sysctl': {
      const { host } = targets
      for (const { key, after } of change.settings) host.write(key, after)
      const file = entry.type === 'sysctl' ? entry.file : undefined
      if (file !== undefined) host.writeFile(file.path, file.after)
    }
  }
}

/** An error before the first write, with that said. */
export const withNothingWritten = (error: unknown): unknown =>
  error instanceof LbctlError
    ? new LbctlError(error.kind, error.message, {
        facts: error.facts,
        hints: [...error.hints, 'Nothing was changed.'],
        ...(error.docs === undefined ? {} : { docs: error.docs }),
        cause: error.cause,
      })
    : error
