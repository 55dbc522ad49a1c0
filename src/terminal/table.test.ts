import { expect, it } from 'vitest'
import { tableLines } from './table.ts'

it('columns are as wide as their widest cell, and the last one is wrapped', () => {
  const rows = [
    ['NAME', 'N', 'TEXT'],
    ['a', '10', 'one two three four five'],
    ['日本', '2', ''],
  ]
  expect(tableLines(rows, 26)).toEqual([
    'NAME  N   TEXT',
    'a     10  one two three',
    '          four five',
    '日本  2',
  ])
})

it('a line that has no room for a readable last column is left long', () => {
  expect(tableLines([['x'.repeat(70), 'one two three four']], 80)).toEqual([
    `${'x'.repeat(70)}  one two three four`,
  ])
})
