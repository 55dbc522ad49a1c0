// Sets of fields, as managedFields keeps them: a tree whose edges are path elements, written as FieldsV1 writes them
// (`f:name` a field, `k:{"port":80}` an item by its keys, `v:"x"` an item of a set).
import { isObject, type JsonObject, own, setOwn } from '../schema/json-values.ts'

export interface FieldSet {
  /** The place itself belongs to the set. */
  readonly self: boolean
  readonly children: ReadonlyMap<string, FieldSet>
}

export const EMPTY: FieldSet = { self: false, children: new Map() }
export const LEAF: FieldSet = { self: true, children: new Map() }

export const isEmpty = (set: FieldSet): boolean => !set.self && set.children.size === 0

export const fieldElement = (name: string): string => `f:${name}`

/** A set of one subtree under a path element; nothing where the subtree is empty. */
export function fieldSet(self: boolean, entries: Iterable<readonly [string, FieldSet]>): FieldSet {
  return { self, children: new Map([...entries].filter(([, child]) => !isEmpty(child))) }
}

type Combine = (a: FieldSet, b: FieldSet) => FieldSet

function combine(
  a: FieldSet,
  b: FieldSet,
  self: boolean,
  inner: Combine,
  onlyA: boolean,
  onlyB: boolean,
): FieldSet {
  const entries: [string, FieldSet][] = []
  for (const [element, child] of a.children) {
    const other = b.children.get(element)
    if (other !== undefined) entries.push([element, inner(child, other)])
    else if (onlyA) entries.push([element, child])
  }
  if (onlyB)
    for (const [element, child] of b.children) if (!a.children.has(element)) entries.push([element, child])
  return fieldSet(self, entries)
}

export const union: Combine = (a, b) => combine(a, b, a.self || b.self, union, true, true)
export const difference: Combine = (a, b) => combine(a, b, a.self && !b.self, difference, true, false)
export const intersection: Combine = (a, b) => combine(a, b, a.self && b.self, intersection, false, false)

/** All places of a set, as paths of elements, in the order of their elements. */
export function* paths(set: FieldSet, prefix: readonly string[] = []): Generator<readonly string[]> {
  if (set.self && prefix.length > 0) yield prefix
  const sorted = [...set.children].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  for (const [element, child] of sorted) yield* paths(child, [...prefix, element])
}

/** FieldsV1: a leaf is `{}`, a place that belongs to the set beside its children has the key `.`. */
export function toFieldsV1(set: FieldSet): JsonObject {
  const fields: JsonObject = {}
  if (set.self && set.children.size > 0) fields['.'] = {}
  const sorted = [...set.children].sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
  for (const [element, child] of sorted) setOwn(fields, element, toFieldsV1(child))
  return fields
}

export function fromFieldsV1(fields: unknown): FieldSet {
  return { self: false, children: readFields(fields).children }
}

function readFields(fields: unknown): FieldSet {
  if (!isObject(fields)) return LEAF
  const keys = Object.keys(fields)
  if (keys.length === 0) return LEAF
  const children = keys
    .filter((key) => key !== '.')
    .map((key): [string, FieldSet] => [key, readFields(own(fields, key))])
  return { self: keys.includes('.'), children: new Map(children) }
}

/** A path as conflicts name it: `.spec.ports[port=80,protocol="TCP"].name`. */
export function pathText(path: readonly string[]): string {
  return path.map(elementText).join('')
}

function elementText(element: string): string {
  const value = element.slice(2)
  if (element.startsWith('f:')) return `.${value}`
  if (element.startsWith('v:')) return `[=${value}]`
  if (!element.startsWith('k:')) return `[${value}]`
  const keys = Object.entries(JSON.parse(value) as JsonObject)
  return `[${keys.map(([key, entry]) => `${key}=${JSON.stringify(entry)}`).join(',')}]`
}
