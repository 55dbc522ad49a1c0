// What an applier writes laid over what is there, and fields taken out again.
import { isObject, type JsonObject, own, setOwn } from '../schema/json-values.ts'
import type { Structural } from '../schema/structural-schema.ts'
import { EMPTY, type FieldSet, fieldElement, fieldSet } from './field-set.ts'
import { indexItems, itemElement } from './list-items.ts'
import { fieldShape, isGranular, isNamedField, type MergeShape } from './merge-shape.ts'

/** The applied value wins where both have one. */
export function mergeValues(live: unknown, applied: unknown, shape: MergeShape): unknown {
  if (applied === undefined) return live
  if (live === undefined || !isGranular(applied, shape) || !isGranular(live, shape)) return applied
  if (Array.isArray(live) && Array.isArray(applied) && shape !== undefined)
    return mergeLists(live, applied, shape)
  if (!isObject(live) || !isObject(applied)) return applied
  const merged: JsonObject = {}
  for (const key of new Set([...Object.keys(live), ...Object.keys(applied)]))
    setOwn(merged, key, mergeValues(own(live, key), own(applied, key), fieldShape(shape, key)))
  return merged
}

/**
 * The items that both name come in the applier's order. What only the live list has stays in front of the shared item that
 * it stood in front of, and before what only the applier has there.
 */
function mergeLists(live: readonly unknown[], applied: readonly unknown[], shape: Structural): unknown[] {
  const ours = indexItems(live, shape)
  const theirs = indexItems(applied, shape)
  const items = shape.listType === 'map' ? shape.items : undefined
  const left = [...ours.keys()]
  const order: string[] = []
  let at = 0
  /** Up to the next item that the applier has too. */
  const takeOwn = (): void => {
    for (; at < left.length; at++) {
      const element = left[at]
      if (element === undefined || theirs.has(element)) return
      order.push(element)
    }
  }
  let shared = [...theirs.keys()].filter((element) => ours.has(element))
  for (const element of theirs.keys()) {
    takeOwn()
    // A shared item whose turn has not come is passed over: it comes where the applier has it.
    while (at < left.length && shared.length > 0 && left[at] !== shared[0]) {
      at++
      takeOwn()
    }
    order.push(element)
    if (element !== shared[0]) continue
    shared = shared.slice(1)
    if (left[at] === element) at++
  }
  const placed = new Set(order)
  order.push(...left.filter((element) => !placed.has(element)))
  return order.map((element) => mergeValues(ours.get(element), theirs.get(element), items))
}

/** The value without the places of a set; objects that become empty go with them. */
export function removeFields(value: unknown, set: FieldSet, shape: MergeShape): unknown {
  if (set.children.size === 0 || !isGranular(value, shape)) return value
  if (Array.isArray(value) && shape !== undefined) {
    const items = shape.listType === 'map' ? shape.items : undefined
    const kept = value.flatMap((item) => {
      const below = set.children.get(itemElement(item, shape)) ?? EMPTY
      return below.self ? [] : [removeFields(item, below, items)]
    })
    return kept.length === 0 && value.length > 0 ? undefined : kept
  }
  if (!isObject(value)) return value
  const kept: JsonObject = {}
  for (const key of Object.keys(value)) {
    const below = set.children.get(fieldElement(key)) ?? EMPTY
    if (below.self) continue
    const left = removeFields(own(value, key), below, fieldShape(shape, key))
    if (left !== undefined) setOwn(kept, key, left)
  }
  return Object.keys(kept).length === 0 && Object.keys(value).length > 0 ? undefined : kept
}

/** Fields that the schema names belong to a set as soon as anything below them does. */
export function withNamedFields(set: FieldSet, shape: MergeShape): FieldSet {
  return fieldSet(
    set.self,
    [...set.children].map(([element, child]) => {
      const key = element.slice(2)
      const isField = element.startsWith('f:')
      const below = withNamedFields(child, isField ? fieldShape(shape, key) : shape?.items)
      const named = isField && isNamedField(shape, key) && child.children.size > 0
      return [element, named ? { ...below, self: true } : below]
    }),
  )
}
