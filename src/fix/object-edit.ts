// Edits of objects: making them, doing them, and telling what two objects differ in.
import type { Json, JsonObject, KubeObject } from '../config/kube-object.ts'
import { isObject, own, sameJson } from '../migrate/apply/json.ts'
import type { Edit } from './remedy.ts'

export const valueAt = (value: unknown, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((inner, key) => own(inner, key), value as Json)

/** A copy with the value at the path; `undefined` takes the key away. Maps on the way are made where they are missing. */
export function withValue(
  value: Json | undefined,
  path: readonly string[],
  leaf: Json | undefined,
): JsonObject {
  const [key = '', ...rest] = path
  const map = isObject(value) ? value : {}
  const inner = rest.length === 0 ? leaf : withValue(own(map, key), rest, leaf)
  if (inner !== undefined) return { ...map, [key]: inner }
  const { [key]: _, ...others } = map
  return others
}

export const edited = (object: KubeObject, edits: readonly Edit[]): KubeObject =>
  edits.reduce<Json>(
    (value, { path, after }) => withValue(value, path, after),
    object as unknown as Json,
  ) as unknown as KubeObject

/** Maps that belong to everybody, key by key, and that the server leaves out when they are empty. */
const isSharedMap = (path: readonly string[]): boolean =>
  path.length === 2 && path[0] === 'metadata' && (path[1] === 'labels' || path[1] === 'annotations')

/** The edit that gives the value at the path; where a map on the way is missing, the edit is of that map as a whole. */
export function editTo(object: KubeObject, path: readonly string[], after: Json | undefined): Edit {
  const missing = path.findIndex((_, index) => {
    const here = path.slice(0, index + 1)
    return valueAt(object, here) === undefined && !isSharedMap(here)
  })
  if (after === undefined || missing < 0 || missing === path.length - 1)
    return { path, before: valueAt(object, path), after }
  return {
    path: path.slice(0, missing + 1),
    before: undefined,
    after: withValue({}, path.slice(missing + 1), after),
  }
}

/** Every value in which two objects differ, at the outermost place that only one of them has. */
export function editsBetween(
  before: Json | undefined,
  after: Json | undefined,
  path: readonly string[] = [],
): Edit[] {
  if (sameJson(before, after)) return []
  const [was, is] = isSharedMap(path) ? [before ?? {}, after ?? {}] : [before, after]
  if (!isObject(was) || !isObject(is)) return [{ path, before, after }]
  const keys = [...new Set([...Object.keys(was), ...Object.keys(is)])]
  return keys.flatMap((key) => editsBetween(own(was, key), own(is, key), [...path, key]))
}

/** JSON merge patch (RFC 7396) of one side of the edits. Maps are replaced as a whole by naming what is to go as null. */
export function mergePatch(
  edits: readonly Edit[],
  to: 'before' | 'after',
): { readonly [field: string]: Json } {
  const from = to === 'after' ? 'before' : 'after'
  const patch = edits.reduce<JsonObject>(
    (all, edit) => withValue(all, edit.path, replacing(edit[from], edit[to])),
    {},
  )
  // Every leaf is a value or null.
  return patch as { readonly [field: string]: Json }
}

/** What turns `from` into `to` in a merge patch. */
function replacing(from: Json | undefined, to: Json | undefined): Json {
  if (to === undefined) return null
  if (!isObject(from) || !isObject(to)) return to
  const keys = [...new Set([...Object.keys(from), ...Object.keys(to)])].filter(
    (key) => !sameJson(own(from, key), own(to, key)),
  )
  return Object.fromEntries(keys.map((key) => [key, replacing(own(from, key), own(to, key))]))
}

export type EditState = 'before' | 'after' | 'changed'

/** Which side of the edits an object shows; `changed` when some value is on neither, or they are on different ones. */
export function stateOf(object: unknown, edits: readonly Edit[]): EditState {
  const all = (side: 'before' | 'after'): boolean =>
    edits.every((edit) => sameJson(valueAt(object, edit.path), edit[side]))
  return all('after') ? 'after' : all('before') ? 'before' : 'changed'
}
