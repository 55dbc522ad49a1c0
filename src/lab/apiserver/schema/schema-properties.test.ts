import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { compileSchema } from './compile.ts'
import { deepCopy, deepEqual, goQuote, goSyntax } from './json-values.ts'

/** Structural schemas of a few levels, with defaults that are valid for them. */
const { schema: anySchema } = fc.letrec<{ schema: object }>((tie) => ({
  schema: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    fc.record({ type: fc.constant('string'), default: fc.constantFrom('', 'd') }, { requiredKeys: ['type'] }),
    fc.record(
      { type: fc.constant('integer'), minimum: fc.integer({ min: -5, max: 5 }), nullable: fc.boolean() },
      { requiredKeys: ['type'] },
    ),
    fc.record({ type: fc.constant('boolean') }),
    fc.record({ 'x-kubernetes-int-or-string': fc.constant(true) }),
    fc.record({ type: fc.constant('array'), items: tie('schema') }),
    fc.record({ type: fc.constant('object'), additionalProperties: tie('schema') }),
    fc.record(
      {
        type: fc.constant('object'),
        properties: fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor', '__proto__'), tie('schema')),
        required: fc.subarray(['a', 'b']),
        default: fc.constant({}),
        'x-kubernetes-preserve-unknown-fields': fc.boolean(),
      },
      { requiredKeys: ['type', 'properties'] },
    ),
  ),
}))

const json = fc.jsonValue({ maxDepth: 4 })
const body = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'constructor', 'spec'), json)
const root = anySchema.map((spec) => ({ type: 'object', properties: { spec, a: spec } }))

describe('a compiled schema', () => {
  it('prunes and fills in once: a second time changes nothing', () => {
    fc.assert(
      fc.property(root, body, (schema, object) => {
        const compiled = compileSchema(schema)
        compiled.prune(object)
        compiled.applyDefaults(object)
        const once = deepCopy(object)
        expect(compiled.prune(object)).toEqual([])
        compiled.applyDefaults(object)
        expect(deepEqual(object, once)).toBe(true)
      }),
    )
  })

  it('finds nothing wrong with what is stored already, and changes nothing by looking', () => {
    fc.assert(
      fc.property(root, body, (schema, object) => {
        const compiled = compileSchema(schema)
        const before = deepCopy(object)
        expect(compiled.validate(object, before)).toEqual([])
        compiled.validate(object)
        expect(deepEqual(object, before)).toBe(true)
      }),
    )
  })

  it('names only fields of the object, and never throws', () => {
    fc.assert(
      fc.property(root, json, (schema, value) => {
        for (const cause of compileSchema(schema).validate({ spec: value }))
          expect(cause.field).toMatch(/^spec/)
      }),
    )
  })
})

describe('Go syntax', () => {
  it('quotes as JSON does where both agree', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[ -~\n\t\r]*$/), (text) => {
        expect(goQuote(text)).toBe(JSON.stringify(text))
      }),
    )
  })

  it.each([
    ['\x07\v\x00\x7f', '"\\a\\v\\x00\\x7f"'],
    ['ä\u00a0\u2028😀', '"ä\\u00a0\\u2028😀"'],
  ])('quotes %j', (text, quoted) => expect(goQuote(text)).toBe(quoted))

  it('writes maps with sorted keys', () => {
    expect(goSyntax({ b: [1, 'x', null], a: true })).toBe(
      'map[string]interface {}{"a":true, "b":[]interface {}{1, "x", interface {}(nil)}}',
    )
  })
})
