// Items of sets and associative lists and their path elements.
import { isObject, own } from '../schema/json-values.ts'
import { listMapKey, stableText } from '../schema/list-types.ts'
import type { Structural } from '../schema/structural-schema.ts'
import { pathText } from './field-set.ts'

/** What cannot be merged because it does not have the shape of its schema; `at` as in `.spec.ports`. */
export class ApplyShapeError extends Error {
  constructor(at: readonly string[], problem: string) {
    super(`${pathText(at)}: ${problem}`)
    this.name = 'ApplyShapeError'
  }
}

export function itemElement(item: unknown, shape: Structural): string {
  if (shape.listType !== 'map') return `v:${stableText(item)}`
  return `k:${stableText(listMapKey(item, shape))}`
}

/** The items by path element, in order; the last of several with one key. */
export function indexItems(list: readonly unknown[], shape: Structural): Map<string, unknown> {
  return new Map(list.map((item) => [itemElement(item, shape), item]))
}

/** Duplicates and missing keys in what a client applies. @throws ApplyShapeError */
export function checkItems(list: readonly unknown[], shape: Structural, at: readonly string[]): void {
  const seen = new Set<string>()
  for (const [index, item] of list.entries()) {
    if (shape.listType === 'map') {
      if (!isObject(item))
        throw new ApplyShapeError([...at, `i:${index}`], 'associative list may not have non-map elements')
      const missing = shape.listMapKeys.filter((key) => own(listMapKey(item, shape), key) === undefined)
      if (missing.length === shape.listMapKeys.length)
        throw new ApplyShapeError(
          [...at, `i:${index}`],
          `associative list with keys has an element that omits key field ${missing.map((key) => `"${key}"`).join(', ')} (and doesn't have default value)`,
        )
    }
    const element = itemElement(item, shape)
    if (seen.has(element)) {
      const key = pathText([element]).replace(/^\[=?|\]$/g, '')
      throw new ApplyShapeError(
        at,
        `duplicate entries for key [${element.startsWith('v:') ? '=' : ''}${key}]`,
      )
    }
    seen.add(element)
  }
}
