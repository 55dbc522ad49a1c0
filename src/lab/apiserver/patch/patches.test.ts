import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { clone, isObject } from '../json-value.ts'
import { jsonPatch } from './json-patch.ts'
import { mergePatch } from './merge-patch.ts'

const json = fc.jsonValue({ maxDepth: 3 })
const withoutNulls = (value: unknown): unknown => {
  if (!isObject(value)) return value
  const entries = Object.entries(value).filter(([, inner]) => inner !== null)
  return Object.fromEntries(entries.map(([key, inner]) => [key, withoutNulls(inner)]))
}

describe('RFC 7386, JSON Merge Patch', () => {
  it.each([
    [{ a: 'b' }, { a: null }, {}],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: 'foo' }, null, null],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('RFC 7386 appendix A: %j with %j is %j', (target, patch, result) => {
    expect(mergePatch(target, patch)).toEqual(result)
  })

  it('changes neither argument, and the same patch again changes nothing', () => {
    fc.assert(
      fc.property(json, json, (target, patch) => {
        const before = clone(target)
        const once = mergePatch(target, patch)
        expect(target).toEqual(before)
        expect(mergePatch(once, patch)).toEqual(once)
      }),
    )
  })

  it('lays an object without nulls over nothing as it is', () => {
    fc.assert(
      fc.property(json.filter(isObject), (value) => {
        expect(mergePatch({}, value)).toEqual(withoutNulls(value))
      }),
    )
  })
})

describe('RFC 6902, JSON Patch', () => {
  it.each([
    [{ foo: 'bar' }, [{ op: 'add', path: '/baz', value: 'qux' }], { foo: 'bar', baz: 'qux' }],
    [{ foo: ['bar', 'baz'] }, [{ op: 'add', path: '/foo/1', value: 'qux' }], { foo: ['bar', 'qux', 'baz'] }],
    [{ foo: ['a'] }, [{ op: 'add', path: '/foo/-', value: 'b' }], { foo: ['a', 'b'] }],
    [{ foo: ['bar', 'qux'] }, [{ op: 'remove', path: '/foo/1' }], { foo: ['bar'] }],
    [{ a: { b: 1 }, c: {} }, [{ op: 'move', from: '/a/b', path: '/c/d' }], { a: {}, c: { d: 1 } }],
    [{ '/': 9, '~1': 10 }, [{ op: 'test', path: '/~01', value: 10 }], { '/': 9, '~1': 10 }],
  ])('%j with %j is %j', (document, operations, result) => {
    expect(jsonPatch(document, operations)).toEqual({ value: result })
  })

  it.each([
    [{ a: 1 }, { op: 'test', path: '/a', value: 2 }],
    [{ a: 1 }, { op: 'remove', path: '/b' }],
    [{ a: 1 }, { op: 'add', path: '/b/c', value: 1 }],
    [{ a: [1] }, { op: 'add', path: '/a/3', value: 1 }],
    [{ a: 1 }, { op: 'frobnicate', path: '/a' }],
    [{ a: 1 }, { op: 'add', path: 'a', value: 1 }],
  ])('%j cannot take %j', (document, operation) => {
    expect(jsonPatch(document, [operation])).toBeUndefined()
  })

  it('never throws and never changes the document, whatever the operations', () => {
    const operation = fc.record({
      op: fc.constantFrom('add', 'remove', 'replace', 'move', 'copy', 'test', 'x'),
      path: fc.oneof(fc.constantFrom('', '/', '/a', '/a/0', '/a/-', '/b/~1'), fc.string(), json),
      from: fc.oneof(fc.constantFrom('', '/a', '/a/0'), json),
      value: json,
    })
    fc.assert(
      fc.property(json, fc.array(operation, { maxLength: 4 }), (document, operations) => {
        const before = clone(document)
        jsonPatch(document, operations)
        expect(document).toEqual(before)
      }),
    )
  })
})
