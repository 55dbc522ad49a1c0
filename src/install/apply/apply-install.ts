// The writes of a plan, one by one, in order. The first failure ends them; the outcome says what is done and what is not. Running
// it again is always safe: what is as wanted is left alone.
import { conflictError } from '../../migrate/apply/check.ts'
import { failureOf } from '../../migrate/apply/guarded.ts'
import type { Done, Failure, Outcome } from '../../migrate/apply/outcome.ts'
import type { CancelSignal, ClusterWriter } from '../../migrate/ports.ts'
import type { InstallPlan, InstallStep } from './plan.ts'

export interface ApplyInstallOptions {
  readonly signal?: CancelSignal
  /** ends after the checks */
  readonly checkOnly: boolean
}

/** A write that has begun is let finish: a stop never leaves open whether an object was stored. Throws bugs only. */
export async function applyInstall(
  writer: ClusterWriter,
  plan: InstallPlan,
  { signal, checkOnly }: ApplyInstallOptions,
): Promise<Outcome> {
  const { steps, refusals } = plan
  const unchanged = [...plan.unchanged, ...plan.kept]
  if (refusals.length > 0) return { kind: 'refused', refusals }
  if (steps.length === 0) return { kind: 'nothing to do', unchanged }
  if (checkOnly) return { kind: 'checked', pending: steps.map(doneOf), unchanged }
  const done: Done[] = []
  const warnings: string[] = []
  const stopped = (reason: 'error' | 'aborted', failed: Failure | undefined): Outcome => ({
    kind: 'stopped',
    reason,
    done,
    unchanged,
    failed,
    remaining: steps.slice(done.length + (failed === undefined ? 0 : 1)).map(({ ref }) => ref),
    warnings,
    undoPath: undefined,
    next: [
      'To go on, run the same command again: what is applied already stays as it is.',
      ...(done.length === 0 ? [] : ['To take away what was applied, run: lbctl uninstall']),
    ],
  })
  for (const step of steps) {
    if (signal?.aborted === true) return stopped('aborted', undefined)
    try {
      warnings.push(...(await write(writer, step)))
    } catch (error) {
      return stopped('error', failureOf(step.ref, error))
    }
    done.push(doneOf(step))
  }
  return { kind: 'done', done, unchanged, skipped: [], warnings, undoPath: undefined }
}

const doneOf = ({ ref, action }: InstallStep): Done => ({ ref, action })

async function write(writer: ClusterWriter, { ref, object, force }: InstallStep): Promise<readonly string[]> {
  const outcome = await writer.apply(object, { dryRun: false, ...(force === undefined ? {} : { force }) })
  // Somebody has set one of the fields since it was tried.
  if (!outcome.ok) throw conflictError(ref, outcome.conflicts)
  return outcome.warnings
}
