// The table of the end-to-end scenarios names the tests that there are, and all of them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../support/cli.ts'

const folder = join(root, 'test/interop')

/** `file: name` of each row. */
const rows = [
  ...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| (.+) \| `(e2e-[\w.-]+)` \|$/gm),
]
  .map(([, name, file]) => `${file}: ${name}`)
  .sort()

/** The same of each test: its name stands as a text beside `it`, so that it can be searched for. */
const tests = readdirSync(folder)
  .filter((file) => file.startsWith('e2e-'))
  .flatMap((file) =>
    [...readFileSync(join(folder, file), 'utf8').matchAll(/\bit\(\s*('(?:[^'\\]|\\.)*'|"[^"]*")/g)].map(
      ([, name = '']) => `${file}: ${name.slice(1, -1)}`,
    ),
  )
  .sort()

it('every scenario of the table is a test, and every test is in the table', () => {
  expect(rows).toEqual(tests)
  expect(new Set(tests).size).toBe(tests.length)
  expect(tests.length).toBeGreaterThan(35)
})

it('no test of a scenario has a name that is made up while it runs', () => {
  const other = readdirSync(folder)
    .filter((file) => file.startsWith('e2e-'))
    .flatMap((file) => [
      ...readFileSync(join(folder, file), 'utf8').matchAll(/\bit(?:\.\w+(?:\([^)]*\))?)?\(\s*[^'"\s]/g),
    ])
  expect(other).toEqual([])
})
