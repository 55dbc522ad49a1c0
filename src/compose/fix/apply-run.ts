// The part of `lbctl fix` that changes something: shown, asked for, checked, recorded, written, looked at again.
import { EXIT, EXIT_OF_ERROR, type ExitCode } from '../../errors/exit-codes.ts'
import { applySteps, checkFix, withNothingWritten } from '../../fix/apply/apply-fix.ts'
import { refuseKept, type Targets } from '../../fix/apply/check-fix.ts'
import { exitCodeOf, type FixOutcome } from '../../fix/apply/outcome.ts'
import { mergedChanges } from '../../fix/merged-changes.ts'
import { findObject } from '../../fix/patched-facts.ts'
import { type Change, isRemedy } from '../../fix/remedy.ts'
import { renderFixOutcome } from '../../terminal/fix/outcome.ts'
import { renderFixJson } from '../../terminal/fix/plan.ts'
import { connectCluster } from '../cluster.ts'
import { Stopped } from '../signals.ts'
import { type FixPlan, factsOf, planText } from './fix-plan.ts'
import { type FixOutput, type FixRequest, ownCommand } from './fix-request.ts'
import type { Host } from './host-port.ts'
import { newId, recordFolder, recordStore } from './records.ts'
import { type Verified, verify } from './verify.ts'

export interface ApplyWork {
  readonly request: FixRequest
  readonly output: FixOutput
  readonly host: Host
  readonly root: URL
  readonly signal: AbortSignal
  readonly look: () => Promise<FixPlan>
  readonly timeoutMs: number
}

/** Others may change the same values between the look and the write; more often than this it is no accident. */
const ROUNDS = 3

export async function applyPlan(first: FixPlan, work: ApplyWork): Promise<ExitCode> {
  let plan = first
  for (let round = 1; ; round += 1) {
    const changes = changesOf(plan)
    if (work.request.output === 'text') work.output.out(planText(plan, work.request, work.output, work.root))
    if (changes.length === 0) return ended(plan, work, undefined, undefined, EXIT.findings)
    if (!work.request.force) refuseAllKept(changes, plan)
    if (!(await isWanted(work))) {
      work.output.progress('Nothing was changed.')
      return ended(plan, work, undefined, undefined, EXIT.findings)
    }
    const result = await written(changes, plan, work)
    const { outcome } = result
    if (outcome.kind !== 'overtaken' || round === ROUNDS) return afterwards(plan, work, result)
    work.output.progress(
      `${renderFixOutcome(outcome, undefined, work.output.stderrStyle.width).trimEnd()} Looking again.`,
    )
    plan = await work.look()
    if (plan.planned.length === 0) {
      work.output.progress(`${plan.code} is not found any more.`)
      return ended(plan, work, undefined, undefined, EXIT.ok)
    }
  }
}

const changesOf = ({ planned, facts }: FixPlan): readonly Change[] =>
  mergedChanges(
    facts,
    planned.flatMap(({ remedy }) => (isRemedy(remedy) ? remedy.changes : [])),
  )

/** Before anybody is asked: facts know labels and annotations. Who claims fields is seen on the live object later. */
function refuseAllKept(changes: readonly Change[], { facts }: FixPlan): void {
  for (const change of changes) {
    const object = change.kind === 'edit' && facts !== undefined ? findObject(facts, change.ref) : undefined
    if (object === undefined) continue
    try {
      refuseKept(change, object)
    } catch (error) {
      throw withNothingWritten(error)
    }
  }
}

const isWanted = async ({ request, output }: ApplyWork): Promise<boolean> =>
  request.yes || (output.ask !== undefined && (await output.ask('Change this?')))

interface Written {
  readonly outcome: FixOutcome
  /** of the record of the way back; undefined: none was made, for nothing was written */
  readonly id: string | undefined
}

/** @throws LbctlError before anything was written */
async function written(
  changes: readonly Change[],
  { code, facts }: FixPlan,
  work: ApplyWork,
): Promise<Written> {
  // Writes are not cut by a signal: it stops between two of them.
  const cluster = facts === undefined ? undefined : await connectCluster(work.request, work.signal)
  const id = newId(code, new Date())
  const targets: Targets = { writer: cluster?.writer, host: work.host, code, force: work.request.force }
  try {
    const checked = await checkFix(changes, targets)
    if ('kind' in checked) return { outcome: checked, id: undefined }
    const record = recordStore(id, recordFolder(process.env))
    const outcome = await applySteps(checked, { ...targets, id, record, signal: work.signal })
    return { outcome, id }
  } catch (error) {
    throw withNothingWritten(error)
  } finally {
    cluster?.close()
  }
}

async function afterwards(plan: FixPlan, work: ApplyWork, result: Written): Promise<ExitCode> {
  const { output, request } = work
  const { outcome, id } = result
  const undo = id === undefined ? undefined : ownCommand(request, ['--undo', id])
  if (request.output === 'text') output.out(`\n${renderFixOutcome(outcome, undo, output.stdoutStyle.width)}`)
  if (outcome.kind === 'stopped' || outcome.kind === 'overtaken')
    return ended(plan, work, result, undefined, exitCodeOf(outcome))
  // The document comes after the second look, which may take long, and a second Ctrl-C ends the process at once.
  if (request.output !== 'text' && undo !== undefined) output.progress(`Changed. To go back: ${undo}`)
  const verified = await secondLook(plan, work)
  if (request.output === 'text') output.out(verifiedText(plan, verified))
  return ended(plan, work, result, verified, verifiedCode(plan, verified))
}

function verifiedCode({ planned }: FixPlan, { remaining, unseen }: Verified): ExitCode {
  if (unseen !== undefined) return unseen instanceof Stopped ? unseen.exitCode : EXIT_OF_ERROR[unseen.kind]
  const isOpen = planned.some(({ remedy }) => !isRemedy(remedy)) || remaining.length > 0
  return isOpen ? EXIT.findings : EXIT.ok
}

async function secondLook({ planned, facts, code }: FixPlan, work: ApplyWork): Promise<Verified> {
  if (facts === undefined) {
    const again = (await work.look()).planned.filter(({ remedy }) => isRemedy(remedy))
    return { remaining: again.map(({ title }) => `${code} ${title}`), milder: [], unseen: undefined }
  }
  const quiet = { ...work.output, showSteps: false }
  return verify({
    planned,
    facts,
    look: () => factsOf(work.request, quiet, work.signal),
    timeoutMs: work.timeoutMs,
    signal: work.signal,
    onWait: () =>
      work.output.progress(`${code} is still found; it may take a moment until the cluster follows.`),
  })
}

function verifiedText({ code, planned }: FixPlan, { remaining, milder, unseen }: Verified): string {
  if (unseen instanceof Stopped)
    return `It is not known whether ${code} is gone: ${unseen.message} before that was seen. lbctl fix ${code} looks again.`
  if (unseen !== undefined) return `It is not known whether ${code} is gone: ${unseen.message}`
  if (remaining.length > 0) return `Still found:\n${remaining.map((each) => `  ${each}\n`).join('')}`
  if (milder.length > 0)
    return `${code} breaks nothing any more. What is left of it:\n${milder.map((each) => `  ${each}\n`).join('')}`
  const left = planned.filter(({ remedy }) => !isRemedy(remedy))
  return left.length === 0
    ? `${code} is gone.`
    : `${code} is gone where it was fixed; ${left.length} more ${left.length === 1 ? 'needs' : 'need'} a person.`
}

function ended(
  { planned, facts }: FixPlan,
  { request, output }: ApplyWork,
  written: Written | undefined,
  verified: Verified | undefined,
  exitCode: ExitCode,
): ExitCode {
  if (request.output !== 'text')
    output.out(
      renderFixJson(
        {
          planned,
          outcome: written?.outcome,
          record: written?.id,
          remaining: verified?.unseen === undefined ? verified?.remaining : undefined,
          exitCode,
        },
        facts,
      ),
    )
  return exitCode
}
