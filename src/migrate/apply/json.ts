// Small questions about JSON values.
import type { Json, JsonObject } from '../../config/kube-object.ts'

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The same value; the order of keys does not count, a key with `undefined` is not there. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a) && Array.isArray(b))
    return a.length === b.length && a.every((item, index) => sameJson(item, b[index]))
  if (!isObject(a) || !isObject(b)) return false
  const keys = new Set([...definedKeys(a), ...definedKeys(b)])
  return [...keys].every((key) => sameJson(own(a, key), own(b, key)))
}

const definedKeys = (value: JsonObject): readonly string[] =>
  Object.keys(value).filter((key) => value[key] !== undefined)

/** The value of a key that is really there: a key called `constructor` is data like any other. */
export const own = (value: unknown, key: string): Json | undefined =>
  isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined
