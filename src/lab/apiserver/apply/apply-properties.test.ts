import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { deepEqual, type JsonObject } from '../schema/json-values.ts'
import {
  difference,
  type FieldSet,
  fromFieldsV1,
  intersection,
  isEmpty,
  toFieldsV1,
  union,
} from './field-set.ts'
import { serverSideApply, trackUpdate } from './server-side-apply.ts'
import { strategicMerge } from './strategic-merge.ts'

const KIND = { group: '', version: 'v1', kind: 'Service' }
const text = fc.constantFrom('a', 'b', 'c')
const ports = fc.uniqueArray(
  fc.record({ port: fc.integer({ min: 1, max: 4 }), protocol: fc.constantFrom('TCP', 'UDP'), name: text }),
  { selector: ({ port, protocol }) => `${port}/${protocol}`, maxLength: 4 },
)
const service = fc
  .record({
    labels: fc.dictionary(text, text, { maxKeys: 3 }),
    finalizers: fc.uniqueArray(text, { maxLength: 3 }),
    ports,
    selector: fc.dictionary(text, text, { maxKeys: 2 }),
    type: fc.constantFrom('ClusterIP', 'LoadBalancer'),
  })
  .map(({ labels, finalizers, ports: list, selector, type }): JsonObject => {
    return {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', labels, finalizers },
      spec: { ports: list, selector, type },
    }
  })

function apply(live: unknown, applied: JsonObject, manager: string, force = true): JsonObject {
  const write = { subresource: '', version: 'v1', nowIso: '2026-01-01T00:00:00Z', schemaOf: () => undefined }
  const outcome = serverSideApply({ live, applied, manager, force, ...write })
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.conflicts))
  return outcome.object
}

/** Without what has nothing in it: an applier does not own an empty list or map. */
function meaningful(value: unknown): unknown {
  if (Array.isArray(value)) return value.length === 0 ? undefined : value.map(meaningful)
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value)
    .filter(([key]) => key !== 'managedFields')
    .map(([key, entry]) => [key, meaningful(entry)] as const)
    .filter(([, entry]) => entry !== undefined)
  return entries.length === 0 ? undefined : Object.fromEntries(entries)
}

describe('serverSideApply', () => {
  it('does nothing the second time', () => {
    fc.assert(
      fc.property(service, service, (first, second) => {
        const live = apply(apply(undefined, first, 'alpha'), second, 'beta')
        expect(apply(live, second, 'beta', false)).toEqual(live)
      }),
    )
  })

  it('leaves exactly the new configuration when one manager owns all', () => {
    fc.assert(
      fc.property(service, service, (first, second) => {
        const object = apply(apply(undefined, first, 'alpha'), second, 'alpha', false)
        expect(meaningful(object)).toEqual(meaningful(apply(undefined, second, 'alpha')))
      }),
    )
  })

  it('is the merge of disjoint configurations, in any order and without conflict', () => {
    const config = (metadata: JsonObject, spec: JsonObject): JsonObject => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'web', ...metadata },
      spec,
    })
    fc.assert(
      fc.property(service, (whole) => {
        const { metadata, spec } = whole as {
          metadata: JsonObject
          spec: JsonObject & { ports: JsonObject[] }
        }
        const parts = [
          config({ labels: metadata['labels'] }, {}),
          config({ finalizers: metadata['finalizers'] }, { type: spec['type'] }),
          ...spec.ports.map((port) => config({}, { ports: [port] })),
          config({}, { selector: spec['selector'] }),
        ]
        const build = (list: readonly JsonObject[]): unknown =>
          list.reduce<unknown>((live, part) => apply(live, part, JSON.stringify(part), false), undefined)
        expect(meaningful(build(parts))).toEqual(meaningful(whole))
        const { spec: reversed } = build([...parts].reverse()) as { spec: { ports?: JsonObject[] } }
        expect(new Set(reversed.ports ?? [])).toEqual(new Set(spec.ports))
      }),
    )
  })

  it('gives back everything when every manager lets go', () => {
    const nothing = { apiVersion: 'v1', kind: 'Service', metadata: { name: 'web' } }
    fc.assert(
      fc.property(service, service, (first, second) => {
        const live = apply(apply(undefined, first, 'alpha'), second, 'beta')
        const object = apply(apply(live, nothing, 'alpha'), nothing, 'beta')
        expect(meaningful(object)).toEqual(nothing)
      }),
    )
  })
})

describe('trackUpdate', () => {
  it('changes no owner for a write that changes nothing', () => {
    fc.assert(
      fc.property(service, service, (first, second) => {
        const live = apply(apply(undefined, first, 'alpha'), second, 'beta')
        const write = {
          subresource: '',
          version: 'v1',
          nowIso: '2027-01-01T00:00:00Z',
          schemaOf: () => undefined,
        }
        expect(
          trackUpdate({ before: live, after: live, manager: 'x', operation: 'Update', ...write }),
        ).toEqual(live)
      }),
    )
  })
})

describe('strategicMerge', () => {
  it('leaves the object as it is for an empty patch, and for a patch of itself', () => {
    fc.assert(
      fc.property(service, (object) => {
        expect(strategicMerge(object, {}, KIND)).toEqual(object)
        const { spec } = object as { spec: { ports: { port: number }[] } }
        // Strategic merge tells ports apart by number alone.
        const plain = new Set(spec.ports.map(({ port }) => port)).size === spec.ports.length
        if (plain) expect(strategicMerge(object, object, KIND)).toEqual(object)
      }),
    )
  })
})

describe('field sets', () => {
  const element = fc.constantFrom('f:a', 'f:b', 'k:{"x":1}', 'v:"z"')
  const leaf = fc.constant<JsonObject>({})
  const anySet = [1, 2, 3].reduce<fc.Arbitrary<JsonObject>>(
    (below) => fc.oneof(leaf, fc.dictionary(element, below, { maxKeys: 3 })),
    leaf,
  )
  const set = anySet.map(fromFieldsV1)
  const same = (a: FieldSet, b: FieldSet): boolean => deepEqual(toFieldsV1(a), toFieldsV1(b))

  it('obey the laws of sets and survive being written', () => {
    fc.assert(
      fc.property(set, set, (a, b) => {
        expect(same(fromFieldsV1(toFieldsV1(a)), a)).toBe(true)
        expect(same(union(a, b), union(b, a))).toBe(true)
        expect(same(intersection(a, b), intersection(b, a))).toBe(true)
        expect(same(union(difference(a, b), intersection(a, b)), a)).toBe(true)
        expect(isEmpty(intersection(difference(a, b), b))).toBe(true)
      }),
    )
  })
})
