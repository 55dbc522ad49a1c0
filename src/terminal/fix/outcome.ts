// How a fix or its undo went, for a person.
import type { FixOutcome } from '../../fix/apply/outcome.ts'
import { safeText } from '../safe-text.ts'
import { wrap } from '../wrap.ts'

/** @param undo the command that goes back; undefined for an undo. @param width columns of a line; commands stay whole */
export function renderFixOutcome(outcome: FixOutcome, undo: string | undefined, width: number): string {
  const lines = (title: string, all: readonly string[]): string =>
    all.length === 0 ? '' : `${title}\n${all.map((each) => paragraph(each, width, '  ')).join('')}`
  switch (outcome.kind) {
    case 'nothing to do': {
      const { unchanged } = outcome
      return paragraph(`Nothing to do: ${unchanged.join(', ')} ${be(unchanged)} as wanted already.`, width)
    }
    case 'overtaken': {
      const { changed } = outcome
      const was = changed.length === 1 ? 'it was' : 'they were'
      return paragraph(
        `Nothing was changed: ${changed.join(', ')} ${be(changed)} not as ${was} when lbctl looked.`,
        width,
      )
    }
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
        failed === undefined ? 'Stopped on request.\n' : failedText(failed, width),
        lines(undo === undefined ? 'Taken back before that:' : 'Changed before that:', done),
        lines('Not begun:', remaining),
        isTouched ? '' : 'Nothing was changed.\n',
        isTouched && undo !== undefined ? `To go back: ${undo}\n` : '',
      ].join('')
    }
  }
}

function failedText(
  { what, error, written }: NonNullable<Extract<FixOutcome, { kind: 'stopped' }>['failed']>,
  width: number,
): string {
  const unsure = written === 'unknown' ? ' It is not known whether the cluster stored it.' : ''
  const hints = error.hints.map((hint) => paragraph(hint, width, '  ')).join('')
  return paragraph(`${what} failed: ${error.message}${unsure}`, width) + hints
}

const paragraph = (text: string, width: number, indent = ''): string =>
  wrap(safeText(text), width - indent.length)
    .map((line) => `${indent}${line}\n`)
    .join('')

const be = (all: readonly string[]): string => (all.length === 1 ? 'is' : 'are')
