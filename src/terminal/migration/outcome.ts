// How an apply or an undo went, for a person.
import type { Done, Outcome, Refusal } from '../../migrate/apply/outcome.ts'
import { refText } from '../../migrate/apply/plan.ts'
import type { ObjectRef } from '../../migrate/ports.ts'
import { safeText } from '../safe-text.ts'

export function renderOutcome(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'nothing to do':
      return `Nothing to do: ${outcome.unchanged.length} ${outcome.unchanged.length === 1 ? 'object is' : 'objects are'} as wanted already.\n`
    case 'refused':
      return `Nothing was written, because of:\n${outcome.refusals.map(refusal).join('')}`
    case 'checked':
      return `The dry run went well. To be written: ${outcome.pending.length}, unchanged: ${outcome.unchanged.length}.\n${doneLines(outcome.pending)}`
    case 'done':
      return [
        doneLines(outcome.done),
        `Done: ${outcome.done.length} written, ${outcome.unchanged.length} unchanged.\n`,
        warnings(outcome.warnings),
        outcome.skipped.length === 0 ? '' : `Left alone:\n${outcome.skipped.map(refusal).join('')}`,
        outcome.undoPath === undefined
          ? ''
          : `To go back, run: lbctl migrate --undo-from ${outcome.undoPath}\n${oldReleaseFirst(outcome.done)}`,
      ].join('')
    case 'stopped':
      return [
        `Stopped half-way${outcome.reason === 'aborted' ? ' on request' : ''}.\n`,
        outcome.done.length === 0 ? 'Nothing was written.\n' : `Written:\n${doneLines(outcome.done)}`,
        outcome.failed === undefined
          ? ''
          : `Failed${outcome.failed.written === 'unknown' ? ' (it is not known whether the cluster stored it)' : ''}:\n${refusal(outcome.failed)}`,
        outcome.remaining.length === 0 ? '' : `Not written:\n${refs(outcome.remaining)}`,
        warnings(outcome.warnings),
        ...outcome.next.map((sentence) => `${sentence}\n`),
        oldReleaseFirst(outcome.done),
      ].join('')
  }
}

/** An undo takes the pools away again, and with them what today's MetalLB knows of the addresses in use. */
const oldReleaseFirst = (done: readonly Done[]): string =>
  done.some(({ ref, action }) => ref.kind === 'IPAddressPool' && action === 'created')
    ? 'Before that, put the old MetalLB back: a controller of today that finds no pool takes all addresses back.\n'
    : ''

const doneLines = (done: readonly Done[]): string =>
  done.map(({ ref, action }) => `  ${action.padEnd(8)} ${safeText(refText(ref))}\n`).join('')
const refs = (all: readonly ObjectRef[]): string => all.map((ref) => `  ${safeText(refText(ref))}\n`).join('')
const warnings = (all: readonly string[]): string =>
  all.map((warning) => `Warning from the API server: ${safeText(warning)}\n`).join('')

function refusal({ ref, error }: Refusal): string {
  const facts = Object.entries(error.facts).map(
    ([key, value]) => `    ${safeText(key)}: ${safeText(value)}\n`,
  )
  const hints = error.hints.map((hint) => `    ${safeText(hint)}\n`)
  return `  ${safeText(refText(ref))}: ${safeText(error.message)}\n${facts.join('')}${hints.join('')}`
}
