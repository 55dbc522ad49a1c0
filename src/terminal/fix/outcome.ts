// How a fix or its undo went, for a person.
import type { FixOutcome } from '../../fix/apply/outcome.ts'
import { safeText } from '../safe-text.ts'

/** @param undo the command that goes back; undefined for an undo */
export function renderFixOutcome(outcome: FixOutcome, undo: string | undefined): string {
  switch (outcome.kind) {
    case 'nothing to do':
      return `Nothing to do: ${outcome.unchanged.join(', ')} is as wanted already.\n`
    case 'overtaken':
      return `Nothing was changed: ${outcome.changed.join(', ')} is not as it was when lbctl looked.\n`
    case 'done':
      return [
        lines(undo === undefined ? 'Taken back:' : 'Changed:', outcome.done),
        lines('As before already:', undo === undefined ? outcome.unchanged : []),
        lines('Left alone:', outcome.skipped),
        undo === undefined ? '' : `To go back: ${undo}\n`,
      ].join('')
    case 'stopped': {
      const { done, failed, remaining } = outcome
      const isTouched = done.length > 0 || failed?.written === 'unknown'
      return [
        failed === undefined ? 'Stopped on request.\n' : failedText(failed),
        lines(undo === undefined ? 'Taken back before that:' : 'Changed before that:', done),
        lines('Not begun:', remaining),
        isTouched ? '' : 'Nothing was changed.\n',
        isTouched && undo !== undefined ? `To go back: ${undo}\n` : '',
      ].join('')
    }
  }
}

function failedText({
  what,
  error,
  written,
}: NonNullable<Extract<FixOutcome, { kind: 'stopped' }>['failed']>): string {
  const unsure = written === 'unknown' ? ' It is not known whether the cluster stored it.' : ''
  const hints = error.hints.map((hint) => `  ${safeText(hint)}\n`).join('')
  return `${safeText(what)} failed: ${safeText(error.message)}${unsure}\n${hints}`
}

const lines = (title: string, all: readonly string[]): string =>
  all.length === 0 ? '' : `${title}\n${all.map((each) => `  ${safeText(each)}\n`).join('')}`
