import { expect, it } from 'vitest'
import { nearestWords } from './nearest.ts'

it.each([
  ['vaildate', 1, ['validate']],
  ['mig', 1, ['migrate']],
  ['EXPLAIN', 1, ['explain']],
  ['frobnicate', 1, []],
  ['v', 1, []],
  ['V21', 3, ['V211', 'V201']],
])('%s', (word, limit, expected) => {
  expect(nearestWords(word, ['migrate', 'validate', 'explain', 'V201', 'V211', 'V999'], limit)).toEqual(
    expected,
  )
})
