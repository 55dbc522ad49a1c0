// Where a file of facts is damaged: the line and column that an editor shows.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { brokenAt, valueAt } from './json-place.ts'

it.each([
  ['{"a": 1,\n "b": }', { line: 2, column: 7 }],
  ['{"a": [1, 2\n', { line: 2, column: 1 }],
  ['', { line: 1, column: 1 }],
  ['{"a": 1}\n\nx', { line: 3, column: 1 }],
  ['{"a": 01}', { line: 1, column: 8 }],
  ['[1, 2,]', { line: 1, column: 7 }],
  ['{"a": "x\ty"}', { line: 1, column: 7 }],
])('%j is broken at %j', (text, place) => {
  expect(brokenAt(text)).toEqual(place)
})

it('finds the value at a path, or what is there of the way', () => {
  const text = '{\n  "items": [\n    {"kind": "Pod"},\n    {"kind": 7}\n  ]\n}'
  expect(valueAt(text, 'items[1].kind')).toEqual({ line: 4, column: 14 })
  expect(valueAt(text, 'items[1].name')).toEqual({ line: 4, column: 5 })
  expect(valueAt(text, 'items[9]')).toEqual({ line: 2, column: 12 })
  expect(valueAt(text, '')).toEqual({ line: 1, column: 1 })
})

it('finds nothing wrong with what JSON.parse takes, and something with what it refuses', () => {
  fc.assert(
    fc.property(fc.json(), fc.nat(), fc.constantFrom('', ',', '}', '"', '0', ' '), (text, at, sign) => {
      const changed = `${text.slice(0, at % (text.length + 1))}${sign}${text.slice((at % (text.length + 1)) + 1)}`
      let isJson = true
      try {
        JSON.parse(changed)
      } catch {
        isJson = false
      }
      expect(brokenAt(changed) === undefined).toBe(isJson)
    }),
  )
})
