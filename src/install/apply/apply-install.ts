// The writes of a plan, one by one, in order. The first failure ends them; the outcome says what is done and what is not. Running
// it again is always safe: what is as wanted is left alone.
import { conflictError } from '../../migrate/apply/check.ts'
import { failureOf } from '../../migrate/apply/guarded.ts'
import type { Done, Failure, Outcome } from '../../migrate/apply/outcome.ts'
import { refOf } from '../../migrate/apply/plan.ts'
import type { CancelSignal, ClusterWriter, LiveObject } from '../../migrate/ports.ts'
import { convertWithoutUs } from './conversion.ts'
import type { InstallPlan, InstallStep } from './plan.ts'
import { removeOne } from './removal.ts'

export interface ApplyInstallOptions {
  readonly signal?: CancelSignal
  /** ends after the checks */
  readonly checkOnly: boolean
  /** of an earlier installation, and not wanted any more; goes first */
  readonly superseded: readonly LiveObject[]
}

interface Task extends Done {
  /** @returns warnings of the API server. @throws LbctlError */
  readonly run: (writer: ClusterWriter) => Promise<readonly string[]>
}

/** A write that has begun is let finish: a stop never leaves open whether an object was stored. Throws bugs only. */
export async function applyInstall(
  writer: ClusterWriter,
  plan: InstallPlan,
  { signal, checkOnly, superseded }: ApplyInstallOptions,
): Promise<Outcome> {
  const { refusals } = plan
  const tasks = [...superseded.map(removal), ...plan.steps.map(application)]
  const unchanged = [...plan.unchanged, ...plan.kept]
  if (refusals.length > 0) return { kind: 'refused', refusals }
  if (tasks.length === 0) return { kind: 'nothing to do', unchanged }
  if (checkOnly) return { kind: 'checked', pending: tasks.map(doneOf), unchanged }
  const done: Done[] = []
  const warnings: string[] = []
  const stopped = (reason: 'error' | 'aborted', failed: Failure | undefined): Outcome => ({
    kind: 'stopped',
    reason,
    done,
    unchanged,
    failed,
    remaining: tasks.slice(done.length + (failed === undefined ? 0 : 1)).map(({ ref }) => ref),
    warnings,
    undoPath: undefined,
    next: [
      'To go on, run the same command again: what is applied already stays as it is.',
      ...(done.length === 0 ? [] : ['To take away what was applied, run: lbctl uninstall']),
    ],
  })
  for (const task of tasks) {
    if (signal?.aborted === true) return stopped('aborted', undefined)
    try {
      warnings.push(...(await task.run(writer)))
    } catch (error) {
      return stopped('error', failureOf(task.ref, error))
    }
    done.push(doneOf(task))
  }
  return { kind: 'done', done, unchanged, skipped: [], warnings, undoPath: undefined }
}

const doneOf = ({ ref, action }: Done): Done => ({ ref, action })

function removal(live: LiveObject): Task {
  const ref = refOf(live)
  const run = async (writer: ClusterWriter): Promise<readonly string[]> => {
    await removeOne(writer, ref, live)
    return []
  }
  return { ref, action: 'deleted', run }
}

const application = (step: InstallStep): Task => ({
  ref: step.ref,
  action: step.action,
  run: (writer) => write(writer, step),
})

async function write(
  writer: ClusterWriter,
  { ref, object, force, detach }: InstallStep,
): Promise<readonly string[]> {
  if (detach !== undefined) await convertWithoutUs(writer, ref, detach)
  const outcome = await writer.apply(object, { dryRun: false, ...(force === undefined ? {} : { force }) })
  // Somebody has set one of the fields since it was tried.
  if (!outcome.ok) throw conflictError(ref, outcome.conflicts)
  return outcome.warnings
}
