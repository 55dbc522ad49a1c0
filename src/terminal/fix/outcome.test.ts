import { expect, it } from 'vitest'
import { columnsOf } from '../wrap.ts'
import { renderFixOutcome } from './outcome.ts'

const names = (count: number): string[] =>
  Array.from({ length: count }, (_, index) => `L2Advertisement metallb-system/from-the-second-floor-${index}`)

it('one is and several are as wanted', () => {
  const told = (count: number): string =>
    renderFixOutcome({ kind: 'nothing to do', unchanged: names(count) }, undefined, 200)
  expect(told(1)).toMatch(/^Nothing to do: \S+ \S+ is as wanted already\.\n$/)
  expect(told(2)).toMatch(/-1 are as wanted already\.\n$/)
})

it('one is not as it was, and several are not as they were', () => {
  const told = (count: number): string =>
    renderFixOutcome({ kind: 'overtaken', changed: names(count) }, undefined, 200)
  expect(told(1)).toContain(' is not as it was when lbctl looked.')
  expect(told(2)).toContain(' are not as they were when lbctl looked.')
})

it.each([50, 80, 120])('sentences fit %i columns, and the command to go back stays whole', (width) => {
  const undo = 'lbctl fix --undo F03-20260301T120000.000Z --kubeconfig /home/somebody/with/a/long/way/to/it'
  const said = [
    renderFixOutcome({ kind: 'nothing to do', unchanged: names(4) }, undo, width),
    renderFixOutcome({ kind: 'overtaken', changed: names(4) }, undo, width),
    renderFixOutcome({ kind: 'done', done: names(2), unchanged: [], skipped: [] }, undo, width),
  ].join('')
  const lines = said.split('\n').filter((line) => !line.startsWith('To go back: '))
  // A name is one word, and never broken.
  expect(lines.filter((line) => columnsOf(line) > Math.max(width, 56))).toEqual([])
  expect(said).toContain(`To go back: ${undo}\n`)
})
