import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compareGoKeys } from './go-key-order.ts'
import type { Json } from './kube-object.ts'
import { printYaml } from './print.ts'
import { parseYaml } from './source/parse.ts'
import { Source } from './source/source.ts'
import { nodeToJson } from './source/to-json.ts'

const reread = (text: string) => {
  const { documents, diagnostics } = parseYaml(new Source('t', text))
  expect(diagnostics).toEqual([])
  return documents[0] === undefined ? null : nodeToJson(documents[0])
}

describe('printYaml', () => {
  it('prints the block style of Go: dashes not indented, keys in the order given or sorted', () => {
    const value = { spec: { b: [{ x: 1, a: true }, 's'], a: [] }, apiVersion: 'v1', empty: {} }
    expect(printYaml(value, { sortKeys: true })).toBe(
      'apiVersion: v1\nempty: {}\nspec:\n  a: []\n  b:\n  - a: true\n    x: 1\n  - s\n',
    )
    expect(printYaml(value)).toBe(
      'spec:\n  b:\n  - x: 1\n    a: true\n  - s\n  a: []\napiVersion: v1\nempty: {}\n',
    )
  })

  it.each([
    ['64512:1', '"64512:1"'],
    ['64512:1234', '64512:1234'],
    ['65535:65281', '65535:65281'],
    ['1m30s', '1m30s'],
    ['12345', '"12345"'],
    ['1_000', '"1_000"'],
    ['0x1f', '"0x1f"'],
    ['1e3', '"1e3"'],
    ['yes', '"yes"'],
    ['y', '"y"'],
    ['', '""'],
    ['null', '"null"'],
    ['2026-11-21', '"2026-11-21"'],
    ['10.0.0.0/8', '10.0.0.0/8'],
    ['fc00::/64', 'fc00::/64'],
    ['fc00::', "'fc00::'"],
    ['a: b', "'a: b'"],
    ['a #b', "'a #b'"],
    ['#a', "'#a'"],
    ['*', "'*'"],
    ["it's", "it's"],
    ["'q", "'''q'"],
    ['-', "'-'"],
    [' x', "' x'"],
    ['tab\there', '"tab\\there"'],
    ['x\u007f', '"x\\x7F"'],
  ])('writes the string %j as %s', (text, printed) => expect(printYaml({ k: text })).toBe(`k: ${printed}\n`))

  it('writes lines as a literal block', () => {
    expect(printYaml({ a: 'x\ny', b: ['p\nq\n'] })).toBe('a: |-\n  x\n  y\nb:\n- |\n  p\n  q\n')
  })

  it('puts comments above and beside the values that they belong to', () => {
    const comments = new Map([
      ['', { above: ['about all of it'] }],
      ['a[1]', { above: ['second', ''], beside: 'hm' }],
    ])
    expect(printYaml({ a: [1, { k: 2 }, 3] }, { comments })).toBe(
      '# about all of it\na:\n- 1\n# second\n#\n- k: 2\n- 3\n',
    )
  })

  it('is undone by parsing', () => {
    const json = fc.letrec<{ value: Json }>((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.string({ unit: 'binary' }).filter((s) => !/[\ud800-\udfff]/u.test(s)),
        fc.string(),
        fc.constantFrom(
          'yes',
          'no',
          '1:20',
          '64512:1',
          '0o7',
          '- a',
          '? b',
          'a:',
          '|',
          '>-',
          '"',
          "'",
          '\n',
          'a\n',
          '\na',
          'a\n\n b',
          '...',
          '---',
          '<<',
          '=',
          '.inf',
          '1.',
          '+1',
          '2001-1-1',
        ),
        fc.maxSafeInteger(),
        fc.boolean(),
        fc.constant(null),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(
          fc.string({ minLength: 1 }).filter((k) => k !== '__proto__' && k.trim() === k),
          tie('value'),
          { maxKeys: 3 },
        ),
      ),
    })).value
    fc.assert(
      fc.property(json, (value) => {
        expect(reread(printYaml({ value }))).toEqual({ value })
      }),
      { numRuns: 500 },
    )
  })
})

it('orders keys as Go does: numbers by value, other signs before letters', () => {
  expect(['a10', 'a2', 'B', 'a', 'a-b', 'ab', 'a/b', 'a02', '1', '10', '9'].sort(compareGoKeys)).toEqual([
    '1',
    '9',
    '10',
    'B',
    'a',
    'a-b',
    'a/b',
    'a2',
    'a02',
    'a10',
    'ab',
  ])
})
