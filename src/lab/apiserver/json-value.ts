// JSON objects as they are read, changed and compared here. Stored objects are never changed in place: whoever changes
// one clones it first.

export type JsonObject = Record<string, unknown>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** The object under a key, or an empty one that is not part of anything. */
export function objectAt(parent: unknown, ...path: readonly string[]): JsonObject {
  let at: unknown = parent
  for (const key of path) at = isObject(at) ? at[key] : undefined
  return isObject(at) ? at : {}
}

/** The object under a key, put there when it is missing. */
export function ensureObject(parent: JsonObject, key: string): JsonObject {
  const present = parent[key]
  if (isObject(present)) return present
  const made: JsonObject = {}
  parent[key] = made
  return made
}

export function textAt(parent: unknown, ...path: readonly string[]): string {
  const last = path.at(-1) ?? ''
  const value = objectAt(parent, ...path.slice(0, -1))[last]
  return typeof value === 'string' ? value : ''
}

export function listAt(parent: unknown, ...path: readonly string[]): readonly unknown[] {
  const value = objectAt(parent, ...path.slice(0, -1))[path.at(-1) ?? '']
  return Array.isArray(value) ? value : []
}

export function clone<T>(value: T): T {
  if (Array.isArray(value)) return value.map(clone) as T
  if (!isObject(value)) return value
  const copy: JsonObject = {}
  for (const [key, inner] of Object.entries(value)) copy[key] = clone(inner)
  return copy as T
}

/** Whether two values are the same JSON; the order of keys does not matter, that of lists does. */
export function sameJson(a: unknown, b: unknown): boolean {
  if (a === b) return true
  if (Array.isArray(a)) {
    return Array.isArray(b) && a.length === b.length && a.every((one, at) => sameJson(one, b[at]))
  }
  if (!isObject(a) || !isObject(b)) return false
  const keys = Object.keys(a)
  if (keys.length !== Object.keys(b).length) return false
  return keys.every((key) => Object.hasOwn(b, key) && sameJson(a[key], b[key]))
}

/** As Go's `%q` and JSON both quote what occurs in names. */
export const quoted = (text: string): string => JSON.stringify(text)
