// The table of the end-to-end scenarios names the tests that there are, and all of them.
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { root } from '../support/cli.ts'

const folder = join(root, 'test/interop')
const files = readdirSync(folder).filter((file) => file.startsWith('e2e-'))

const rows = [
  ...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^\| (.+) \| `(e2e-[\w.-]+)` \|$/gm),
].map(([, name = '', file = '']) => ({ name, file }))

/** Each test by its name, as it stands beside `it`; what a template fills in while it runs may be anything. */
const tests = files.flatMap((file) =>
  [
    ...readFileSync(join(folder, file), 'utf8').matchAll(
      /\bit\(\s*('(?:[^'\\]|\\.)*'|"[^"]*"|`(?:[^`\\]|\\.)*`)/g,
    ),
  ].map(([, quoted = '']) => {
    const text = quoted.slice(1, -1)
    const parts = (quoted.startsWith('`') ? text.split(/\$\{[^}]*\}/) : [text]).map(escaped)
    return { file, name: text, pattern: new RegExp(`^${parts.join('.+')}$`) }
  }),
)

function escaped(text: string): string {
  return text.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')
}

const isOf = (row: (typeof rows)[number], test: (typeof tests)[number]): boolean =>
  row.file === test.file && test.pattern.test(row.name)

it('every scenario of the table is a test', () => {
  expect(rows.filter((row) => !tests.some((test) => isOf(row, test)))).toEqual([])
  expect(rows.length).toBeGreaterThan(60)
})

it('every test of a scenario is in the table', () => {
  const missing = tests.filter((test) => !rows.some((row) => isOf(row, test)))
  expect(missing.map(({ file, name }) => `${file}: ${name}`)).toEqual([])
})
