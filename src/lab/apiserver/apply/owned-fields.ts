// Which fields a value sets, and in which fields two values differ.
import { deepEqual, isObject, own } from '../schema/json-values.ts'
import { EMPTY, type FieldSet, fieldElement, fieldSet, LEAF, union } from './field-set.ts'
import { checkItems, indexItems } from './list-items.ts'
import { fieldShape, isGranular, isNamedField, type MergeShape } from './merge-shape.ts'

const isVoid = (value: unknown): boolean =>
  value === null || (isObject(value) && Object.keys(value).length === 0)

const withSelf = (set: FieldSet): FieldSet => ({ ...set, self: true })

/**
 * The fields that a value sets, as an applier owns them: leaves, items of lists and keys of maps; not the objects around.
 * @throws ApplyShapeError for an associative list with a key twice or none
 */
export function fieldsOf(value: unknown, shape: MergeShape, at: readonly string[] = []): FieldSet {
  if (!isGranular(value, shape)) return LEAF
  if (Array.isArray(value)) {
    if (shape === undefined) return LEAF
    checkItems(value, shape, at)
    return fieldSet(
      false,
      [...indexItems(value, shape)].map(([element, item]) => [
        element,
        withSelf(fieldsOf(item, shape.listType === 'map' ? shape.items : undefined, [...at, element])),
      ]),
    )
  }
  if (!isObject(value)) return LEAF
  return fieldSet(
    false,
    Object.keys(value).map((key) => {
      const element = fieldElement(key)
      const entry = own(value, key)
      const below = fieldsOf(entry, fieldShape(shape, key), [...at, element])
      return [element, isVoid(entry) || !isNamedField(shape, key) ? withSelf(below) : below]
    }),
  )
}

export interface Comparison {
  readonly added: FieldSet
  readonly modified: FieldSet
  readonly removed: FieldSet
}

const SAME: Comparison = { added: EMPTY, modified: EMPTY, removed: EMPTY }
const ADDED: Comparison = { ...SAME, added: LEAF }
const MODIFIED: Comparison = { ...SAME, modified: LEAF }
const REMOVED: Comparison = { ...SAME, removed: LEAF }

/** Field by field. What only one side has counts with everything below it and the objects around. */
export function compareValues(before: unknown, after: unknown, shape: MergeShape): Comparison {
  if (before === undefined && after === undefined) return SAME
  const granular = isGranular(before ?? after, shape) || isGranular(after ?? before, shape)
  const empty = isBare(before) && isBare(after)
  if (!granular || empty) return compareLeaves(before, after)
  const below = childComparisons(before, after, shape)
  if (below === undefined) return compareLeaves(before, after)
  const pick = (part: keyof Comparison, self: boolean): FieldSet =>
    fieldSet(
      self,
      below.map(([element, comparison]) => [element, comparison[part]]),
    )
  return {
    added: pick('added', before === undefined),
    modified: pick('modified', false),
    removed: pick('removed', after === undefined),
  }
}

const isBare = (value: unknown): boolean =>
  value === undefined || isVoid(value) || (Array.isArray(value) && value.length === 0)

function compareLeaves(before: unknown, after: unknown): Comparison {
  if (before === undefined) return ADDED
  if (after === undefined) return REMOVED
  return deepEqual(before, after) ? SAME : MODIFIED
}

/** Undefined where the two are not of one form. */
function childComparisons(
  before: unknown,
  after: unknown,
  shape: MergeShape,
): (readonly [string, Comparison])[] | undefined {
  const form = before ?? after
  if (Array.isArray(form) && shape !== undefined) {
    if (!isListOrNothing(before) || !isListOrNothing(after)) return undefined
    const left = indexItems(before ?? [], shape)
    const right = indexItems(after ?? [], shape)
    const items = shape.listType === 'map' ? shape.items : undefined
    return [...new Set([...left.keys(), ...right.keys()])].map((element) => [
      element,
      compareValues(left.get(element), right.get(element), items),
    ])
  }
  if (!isObjectOrNothing(before) || !isObjectOrNothing(after)) return undefined
  const keys = new Set([...Object.keys(before ?? {}), ...Object.keys(after ?? {})])
  return [...keys].map((key) => [
    fieldElement(key),
    compareValues(
      before ? own(before, key) : undefined,
      after ? own(after, key) : undefined,
      fieldShape(shape, key),
    ),
  ])
}

const isListOrNothing = (value: unknown): value is unknown[] | null | undefined =>
  value === null || value === undefined || Array.isArray(value)
const isObjectOrNothing = (value: unknown): value is Record<string, unknown> | null | undefined =>
  value === null || value === undefined || isObject(value)

export const changed = ({ added, modified }: Comparison): FieldSet => union(added, modified)
