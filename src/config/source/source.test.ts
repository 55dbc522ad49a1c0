import { describe, expect, it } from 'vitest'
import { commentBeside, commentBesideKey, commentsAbove } from './comments.ts'
import { embedded } from './embed.ts'
import { asBoolean, asInteger, child, isNull, type MapNode, type Node, type ScalarNode } from './node.ts'
import { parseYaml } from './parse.ts'
import { formatPosition, Source } from './source.ts'

const parse = (text: string) => parseYaml(new Source('f.yaml', text))
const root = (text: string): Node => {
  const { documents, diagnostics } = parse(text)
  expect(diagnostics).toEqual([])
  return documents[0]!
}
const place = (node: Node) => formatPosition(node.source.locate(node.start))
const firstError = (text: string) => {
  const { documents, diagnostics } = parse(text)
  expect(documents).toEqual([])
  const [d] = diagnostics
  return { code: d?.code, message: d?.message, at: d?.at && formatPosition(d.at.source.locate(d.at.start)) }
}
const nested = (node: Node | undefined, ...keys: string[]): Node =>
  keys.reduce<Node | undefined>((n, k) => child(n, k), node)!

describe('positions', () => {
  it('are those of the file, also inside a literal block, a JSON string and two levels of blocks', () => {
    const literal = root('kind: ConfigMap\ndata:\n  config: |\n    peers:\n\n    - peer-asn: 1\n')
    const inner = root2(nested(literal, 'data', 'config') as ScalarNode)
    expect(place(nested(itemOf(nested(inner, 'peers')), 'peer-asn'))).toBe('f.yaml:6:17')

    const json = root('{"data": {"config": "a: 1\\n# \\u00e9\\nb:\\n- c: \\"x\\"\\n"}}')
    const quoted = root2(nested(json, 'data', 'config') as ScalarNode)
    expect(place(nested(quoted, 'a'))).toBe('f.yaml:1:25')
    expect(place(nested(itemOf(nested(quoted, 'b')), 'c'))).toBe(
      `f.yaml:1:${'{"data": {"config": "a: 1\\n# \\u00e9\\nb:\\n- c: \\"x'.length}`,
    )

    const twice = root('values: |\n  configInline: |\n    address-pools: []\n')
    const middle = root2(nested(twice, 'values') as ScalarNode)
    expect(place(nested(root2(nested(middle, 'configInline') as ScalarNode), 'address-pools'))).toBe(
      'f.yaml:3:20',
    )
  })

  it('count a CRLF file by its lines', () => {
    expect(place(nested(root('a: 1\r\nb: 2\r\n'), 'b'))).toBe('f.yaml:2:4')
  })
})

const itemOf = (list: Node, index = 0): Node => (list.kind === 'list' ? list.items[index]! : list)
const root2 = (node: ScalarNode): Node => parseYaml(embedded(node)).documents[0]!

describe('scalars', () => {
  const value = (text: string) => nested(root(`k: ${text}`), 'k')
  it('are typed by what the field wants', () => {
    expect(asBoolean(value('yes'))).toBe(true)
    expect(asBoolean(value('"yes"'))).toBeUndefined()
    expect(asBoolean(value('!!str no'))).toBeUndefined()
    expect(asInteger(value('0x10'))).toBe(16n)
    expect(asInteger(value('010'))).toBe(8n)
    expect(asInteger(value('089'))).toBe(89n)
    expect(asInteger(value('1_000'))).toBe(1000n)
    expect(asInteger(value('1e3'))).toBe(1000n)
    expect(asInteger(value('1.5'))).toBeUndefined()
    expect(asInteger(value('"1"'))).toBeUndefined()
    expect(isNull(value('~'))).toBe(true)
    expect(isNull(value(''))).toBe(true)
    expect(isNull(value('""'))).toBe(false)
  })
})

describe('maps', () => {
  it('take merge keys; what is there already wins', () => {
    const merged = nested(root('base: &b {x: 1, y: 2}\nuse:\n  <<: *b\n  x: 3\n'), 'use')
    expect(
      merged.kind === 'map' &&
        merged.entries.map((e) => [e.key.text, e.value.kind === 'scalar' && e.value.text]),
    ).toEqual([
      ['x', '3'],
      ['y', '2'],
    ])
  })

  it('refuse a repeated key and name both places', () => {
    const { diagnostics } = parse('a: 1\nb: 2\na: 3\n')
    expect(
      diagnostics.map((d) => [
        d.code,
        formatPosition(d.at!.source.locate(d.at!.start)),
        d.related?.[0]?.at.start,
      ]),
    ).toEqual([['V006', 'f.yaml:3:1', 0]])
  })
})

describe('comments', () => {
  const node = root('# not here\n\n# one\n# two\na: 1 # beside\nb: "x#y"\n')
  it('above a line, without a gap', () => expect(commentsAbove(nested(node, 'a'))).toEqual(['one', 'two']))
  it('not what is indented deeper: it belongs to what stands before', () => {
    const list = root('- a:\n  - 1\n  # of a\n# of b\n- b: 2\n')
    expect(commentsAbove(itemOf(list, 1))).toEqual(['of b'])
  })
  it('beside a key', () => {
    const keyOf = (text: string) => (root(text) as MapNode).entries[0]!.key
    expect(commentBesideKey(keyOf('a: # beside\n- 1\n'))).toBe('beside')
    expect(commentBesideKey(keyOf('a:\n# below\n- 1\n'))).toBeUndefined()
    expect(commentBesideKey(keyOf('a: [1] # of the value\n'))).toBeUndefined()
  })
  it('beside a value', () => {
    expect(commentBeside(nested(node, 'a'))).toBe('beside')
    expect(commentBeside(nested(node, 'b'))).toBeUndefined()
  })
})

describe('broken texts say what happened, where', () => {
  it.each([
    ['a:\n\tb: 1\n', 'V004', 'f.yaml:2:1'],
    ['a: [1, 2\nb: 3\n', 'V003', 'f.yaml:2:1'],
    ['a: b: c\n', 'V003', 'f.yaml:1:5'],
    ['a: {{ .Values.pool }}\n', 'V007', 'f.yaml:1:4'],
    ['{{- if .Values.x }}\na: 1\n{{- end }}\n', 'V007', 'f.yaml:1:1'],
    ['a: \u0000\u0001\n', 'V001', 'f.yaml:1:4'],
    ['a: *nobody\n', 'V009', 'f.yaml:1:4'],
    ['a: !vault x\n', 'V009', 'f.yaml:1:4'],
  ])('%j', (text, code, at) => expect(firstError(text)).toMatchObject({ code, at }))

  it('says that the indentation is lost when a blog has eaten it', () => {
    const pasted =
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\nnamespace: metallb-system\nname: config\ndata:\nconfig: |\naddress-pools:\n- name: default\nprotocol: layer2\naddresses:\n- 192.168.1.240-192.168.1.250\n'
    // This parses: the heuristic alone must see it, as migrate asks it to.
    expect(parse(pasted).diagnostics).toEqual([])
    const pools =
      'address-pools:\n- name: a\nprotocol: layer2\naddresses:\n- 10.0.0.0/24\n- name: b\nprotocol: layer2\naddresses:\n- 10.0.1.0/24\n'
    expect(firstError(pools)).toMatchObject({ code: 'V005', at: 'f.yaml:3:1' })
  })

  it('bounds what aliases can expand to', () => {
    const bomb = `a0: &a0 [x,x,x,x,x,x,x,x,x,x]\n${Array.from({ length: 8 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i},`.repeat(10)}]`).join('\n')}\n`
    expect(firstError(bomb)).toMatchObject({ code: 'V009' })
  })
})

describe('spans of collections', () => {
  const spanned = (text: string) => {
    const node = nested(root(text), 'k')
    return text.slice(node.start, node.end)
  }
  it.each([
    ['k: []\n', '[]'],
    ['k: [1, "a"] # x\n', '[1, "a"]'],
    ['k: [{a: "]"}, [b]]\n', '[{a: "]"}, [b]]'],
    ['k: [a, # ]\n  b ]\nl: []\n', '[a, # ]\n  b ]'],
    ['k: {}\n', '{}'],
    ['k:\n- a\n- [b]\nl: 1\n', '- a\n- [b]'],
  ])('%j', (text, span) => expect(spanned(text)).toBe(span))
})
