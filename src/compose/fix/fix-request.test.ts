import { expect, it } from 'vitest'
import { type FixOutput, type FixRequest, refuseContradictions } from './fix-request.ts'

it.each([
  [{ apply: true, code: 'F01' }, '--apply changes something'],
  [{ undo: 'F01-20260301T120000.000Z' }, '--undo takes back'],
])('what would change something is no dry run: %j', (more, words) => {
  const output: Pick<FixOutput, 'ask'> = { ask: () => Promise.resolve(true) }
  const request: Partial<FixRequest> = { apply: false, yes: true, ...more }
  const refuse = (dryRun: boolean) => () =>
    refuseContradictions({ ...request, 'dry-run': dryRun } as FixRequest, output as FixOutput)
  expect(refuse(true)).toThrow(words)
  expect(refuse(false)).not.toThrow()
})
