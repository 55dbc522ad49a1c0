// Edits, their merge patches, and the way back, over objects of any shape.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { Json, KubeObject } from '../config/kube-object.ts'
import { mergePatch as applyMergePatch } from '../lab/apiserver/patch/merge-patch.ts'
import { edited, editsBetween, editTo, mergePatch, stateOf } from './object-edit.ts'

const key = fc.constantFrom('a', 'b', 'c', 'constructor')
const leaf = fc.oneof(
  fc.constantFrom<Json>(0, 1, true, '', 'x'),
  fc.array(fc.constantFrom<Json>(1, 'y'), { maxLength: 2 }),
)
const map = fc.letrec<{ value: Json }>((tie) => ({
  value: fc.oneof({ depthSize: 'small' }, leaf, fc.dictionary(key, tie('value'), { maxKeys: 3 })),
})).value
const object = fc.record({
  apiVersion: fc.constant('v1'),
  kind: fc.constant('Service'),
  metadata: fc.record({ name: fc.constant('web') }),
  spec: fc.dictionary(key, map, { maxKeys: 3 }),
}) as unknown as fc.Arbitrary<KubeObject>
const json = (value: KubeObject): Json => value as unknown as Json

describe('edits between two objects', () => {
  it('lead from one to the other and back, by edits and by merge patches', () => {
    fc.assert(
      fc.property(object, object, (before, after) => {
        const edits = editsBetween(json(before), json(after))
        expect(edited(before, edits)).toEqual(after)
        expect(stateOf(before, edits)).toBe(edits.length === 0 ? 'after' : 'before')
        expect(stateOf(after, edits)).toBe('after')
        const there = applyMergePatch(json(before) as never, mergePatch(edits, 'after') as never)
        expect(there).toEqual(after)
        expect(applyMergePatch(there, mergePatch(edits, 'before') as never)).toEqual(before)
      }),
      { numRuns: 300 },
    )
  })
})

const service = (annotations?: Record<string, string>): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name: 'web', ...(annotations === undefined ? {} : { annotations }) },
  spec: {},
})

it('an annotation is an edit of its own, however empty the map is: others write beside it', () => {
  const path = ['metadata', 'annotations', 'example.com/a']
  const edits = [editTo(service(), path, 'x')]
  expect(edits).toEqual([{ path, before: undefined, after: 'x' }])
  expect(editsBetween(json(service()), json(edited(service(), edits)))).toEqual(edits)
  expect(stateOf(service({ 'example.com/a': 'x', 'example.com/b': 'of others' }), edits)).toBe('after')
})

it('a map that is missing is given, and taken back, as a whole', () => {
  expect(editTo(service(), ['spec', 'allocation', 'namespaces'], ['shop'])).toEqual({
    path: ['spec', 'allocation'],
    before: undefined,
    after: { namespaces: ['shop'] },
  })
})
