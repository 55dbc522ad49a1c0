import fc from 'fast-check'
import { expect, it } from 'vitest'
import { documentRuns } from './document-runs.ts'
import { parseYaml } from './parse.ts'
import { Source } from './source.ts'
import { nodeToJson as toJson } from './to-json.ts'

const document = fc.oneof(
  fc.record({ a: fc.string(), b: fc.array(fc.integer()) }).map((value) => JSON.stringify(value)),
  fc.constantFrom(
    'kind: A\nspec:\n  text: |\n    --- not a marker\n    x\n',
    '# only a comment',
    '',
    'a: 1',
    '- x\n- y',
  ),
)

it('runs hold the same documents', () => {
  fc.assert(
    fc.property(
      fc.array(document, { maxLength: 12 }),
      fc.integer({ min: 1, max: 200 }),
      (documents, length) => {
        const source = new Source('x.yaml', documents.join('\n---\n'))
        const whole = parseYaml(source).documents.map(toJson)
        const runs = documentRuns(source, length)
        expect(runs.map(({ text }) => text).join('')).toBe(source.text)
        expect(runs.flatMap((run) => parseYaml(run).documents.map(toJson))).toEqual(whole)
      },
    ),
  )
})

it('places are those of the whole text', () => {
  const source = new Source('x.yaml', 'a: 1\n---\nb: 2\n---\nc: [\n')
  const [, second, third] = documentRuns(source, 1)
  const [b] = parseYaml(second!).documents
  expect(second?.locate(b?.start ?? 0)).toEqual({ file: 'x.yaml', line: 3, column: 1 })
  const [broken] = parseYaml(third!).diagnostics
  expect(broken?.at?.source.locate(broken.at.start).line).toBeGreaterThanOrEqual(5)
})

it('texts with directives stay whole', () => {
  const source = new Source('x.yaml', '%YAML 1.2\n---\na: 1\n---\nb: 2\n')
  expect(documentRuns(source, 1)).toEqual([source])
})
