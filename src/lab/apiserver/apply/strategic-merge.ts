// Strategic merge patch: https://github.com/kubernetes/community/blob/master/contributors/devel/sig-api-machinery/strategic-merge-patch.md
import { builtInStructural } from '../schema/built-in/built-in-schema.ts'
import { deepCopy, deepEqual, isObject, type JsonObject, own, setOwn } from '../schema/json-values.ts'
import { fieldShape, type MergeShape } from './merge-shape.ts'

export interface PatchedKind {
  readonly group: string
  readonly version: string
  readonly kind: string
}

const DIRECTIVE = '$patch'
const RETAIN_KEYS = '$retainKeys'
const DELETE_FROM = '$deleteFromPrimitiveList/'
const ELEMENT_ORDER = '$setElementOrder/'

/** A patch that says something this server cannot do; the words are the real server's. */
export class StrategicMergeError extends Error {
  constructor(message: string) {
    super(message)
    this.name = 'StrategicMergeError'
  }
}

/**
 * The object with the patch laid over it; neither argument is changed. Custom resources have no strategic merge: the
 * server answers 415 before it comes here.
 * @throws StrategicMergeError for an unknown directive or an item without its key
 */
export function strategicMerge(live: unknown, patch: unknown, kindOf: PatchedKind): unknown {
  return mergeObjects(live, patch, builtInStructural(kindOf.group, kindOf.kind))
}

function mergeObjects(live: unknown, patch: unknown, shape: MergeShape): unknown {
  if (!isObject(patch)) return deepCopy(patch)
  const directive = own(patch, DIRECTIVE)
  if (directive === 'replace') return withoutDirectives(patch)
  if (directive === 'delete') return {}
  if (directive !== undefined && directive !== 'merge') throw unknownDirective(directive, patch)
  const merged: JsonObject = isObject(live) ? deepCopy(live) : {}
  retainKeys(merged, patch)
  for (const key of Object.keys(patch)) if (!key.startsWith('$')) mergeField(merged, key, patch, shape)
  for (const key of Object.keys(patch)) {
    if (key.startsWith(DELETE_FROM)) deleteValues(merged, key.slice(DELETE_FROM.length), own(patch, key))
    if (key.startsWith(ELEMENT_ORDER)) orderField(merged, key.slice(ELEMENT_ORDER.length), patch, shape)
  }
  return merged
}

function mergeField(merged: JsonObject, key: string, patch: JsonObject, shape: MergeShape): void {
  const value = own(patch, key)
  const below = fieldShape(shape, key)
  const live = own(merged, key)
  if (value === null) delete merged[key]
  else if (isObject(value)) setOwn(merged, key, mergeObjects(live, value, below))
  else if (Array.isArray(value) && isMerged(below)) setOwn(merged, key, mergeLists(live, value, below))
  else setOwn(merged, key, deepCopy(value))
}

const isMerged = (shape: MergeShape): boolean => shape?.patchStrategy?.split(',').includes('merge') ?? false

function mergeLists(live: unknown, patch: readonly unknown[], shape: MergeShape): unknown[] {
  const list = Array.isArray(live) ? live : []
  const key = shape?.patchMergeKey
  if (key === undefined)
    return [...list, ...patch.filter((value) => !list.some((entry) => deepEqual(entry, value)))]
  if (patch.some((item) => isObject(item) && own(item, DIRECTIVE) === 'replace'))
    return patch.filter((item) => !isObject(item) || own(item, DIRECTIVE) === undefined).map(deepCopy)
  let items: unknown[] = [...list]
  const added: unknown[] = []
  for (const item of patch) {
    if (!isObject(item)) throw new StrategicMergeError('list element is not a map')
    const directive = own(item, DIRECTIVE)
    const value = own(item, key)
    if (value === undefined)
      throw new StrategicMergeError(`map: ${goMap(item)} does not contain declared merge key: ${key}`)
    const at = items.findIndex((entry) => isObject(entry) && deepEqual(own(entry, key), value))
    if (directive === 'delete')
      items = items.filter((entry) => !isObject(entry) || !deepEqual(own(entry, key), value))
    else if (directive !== undefined && directive !== 'merge') throw unknownDirective(directive, item)
    else if (at >= 0) items[at] = mergeObjects(items[at], item, shape?.items)
    else added.push(mergeObjects({}, item, shape?.items))
  }
  // New items come first, as the real server puts them when the patch gives no order.
  return [...added, ...items]
}

/** `$retainKeys`: of a union, only the member that is named stays. */
function retainKeys(merged: JsonObject, patch: JsonObject): void {
  const kept = own(patch, RETAIN_KEYS)
  if (kept === undefined) return
  if (!Array.isArray(kept)) throw new StrategicMergeError('expected a list for $retainKeys')
  for (const key of Object.keys(merged)) if (!kept.includes(key)) delete merged[key]
}

function deleteValues(merged: JsonObject, key: string, values: unknown): void {
  if (!Array.isArray(values)) throw new StrategicMergeError(`${DELETE_FROM}${key} must be a list`)
  const list = own(merged, key)
  if (!Array.isArray(list)) return
  setOwn(
    merged,
    key,
    list.filter((entry) => !values.some((value) => deepEqual(value, entry))),
  )
}

/** Items that the order does not name keep their place behind the named item that stood before them. */
function orderField(merged: JsonObject, key: string, patch: JsonObject, shape: MergeShape): void {
  const order = own(patch, ELEMENT_ORDER + key)
  const list = own(merged, key)
  if (!Array.isArray(order) || !Array.isArray(list)) return
  const mergeKey = fieldShape(shape, key)?.patchMergeKey
  const keyOf = (item: unknown): unknown =>
    mergeKey !== undefined && isObject(item) ? own(item, mergeKey) : item
  const rank = (item: unknown): number => order.findIndex((entry) => deepEqual(keyOf(entry), keyOf(item)))
  let last = -1
  const ranked = list.map((item, index) => {
    const own = rank(item)
    if (own >= 0) last = own
    return { item, rank: own >= 0 ? own : last, named: own >= 0, index }
  })
  ranked.sort((a, b) => a.rank - b.rank || Number(b.named) - Number(a.named) || a.index - b.index)
  setOwn(
    merged,
    key,
    ranked.map(({ item }) => item),
  )
}

function withoutDirectives(patch: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(deepCopy(patch)).filter(([key]) => key !== DIRECTIVE))
}

function unknownDirective(directive: unknown, item: JsonObject): StrategicMergeError {
  return new StrategicMergeError(`unknown patch type: ${String(directive)} in map: ${goMap(item)}`)
}

/** As Go prints a map: `map[$patch:nonsense port:80]`. */
function goMap(item: JsonObject): string {
  const entries = Object.keys(item)
    .sort()
    .map((key) => `${key}:${String(item[key])}`)
  return `map[${entries.join(' ')}]`
}
