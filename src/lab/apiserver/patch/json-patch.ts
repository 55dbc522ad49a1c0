// RFC 6902, JSON Patch, with what the library of kube-apiserver takes differently: a replace of a member that is missing adds it.
import { clone, isObject, sameJson } from '../json-value.ts'

export interface PatchOperation {
  readonly op?: unknown
  readonly path?: unknown
  readonly from?: unknown
  readonly value?: unknown
}

type Container = Record<string, unknown> | unknown[]

/** The patched value, or undefined when an operation cannot be done. `document` is not changed. */
export function jsonPatch(
  document: unknown,
  operations: readonly PatchOperation[],
): { value: unknown } | undefined {
  const root = { value: clone(document) }
  for (const operation of operations) {
    if (!applyOne(root, operation)) return undefined
  }
  return root
}

function applyOne(root: { value: unknown }, operation: PatchOperation): boolean {
  const path = pointer(operation.path)
  if (path === undefined) return false
  switch (operation.op) {
    case 'add':
      return add(root, path, clone(operation.value))
    case 'remove':
      return remove(root, path) !== undefined
    case 'replace':
      return replace(root, path, clone(operation.value))
    case 'test': {
      const found = read(root, path)
      return found !== undefined && sameJson(found.value, operation.value)
    }
    case 'move':
    case 'copy': {
      const from = pointer(operation.from)
      if (from === undefined) return false
      const source = operation.op === 'move' ? remove(root, from) : read(root, from)
      return source !== undefined && add(root, path, clone(source.value))
    }
    default:
      return false
  }
}

function pointer(text: unknown): readonly string[] | undefined {
  if (text === '') return []
  if (typeof text !== 'string' || !text.startsWith('/')) return undefined
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

function read(root: { value: unknown }, path: readonly string[]): { value: unknown } | undefined {
  let at: unknown = root.value
  for (const part of path) {
    if (Array.isArray(at)) {
      const index = indexIn(at, part, at.length - 1)
      if (index === undefined) return undefined
      at = at[index]
    } else if (isObject(at) && Object.hasOwn(at, part)) at = at[part]
    else return undefined
  }
  return { value: at }
}

function holderOf(root: { value: unknown }, path: readonly string[]): Container | undefined {
  const parent = read(root, path.slice(0, -1))?.value
  return Array.isArray(parent) || isObject(parent) ? parent : undefined
}

/** An index up to `last`, or undefined. */
function indexIn(list: readonly unknown[], part: string, last: number): number | undefined {
  if (!/^(0|[1-9]\d*)$/.test(part)) return undefined
  const index = Number(part)
  return index <= last && list.length >= 0 ? index : undefined
}

function add(root: { value: unknown }, path: readonly string[], value: unknown): boolean {
  const last = path.at(-1)
  if (last === undefined) {
    root.value = value
    return true
  }
  const holder = holderOf(root, path)
  if (holder === undefined) return false
  if (!Array.isArray(holder)) {
    holder[last] = value
    return true
  }
  const index = last === '-' ? holder.length : indexIn(holder, last, holder.length)
  if (index === undefined) return false
  holder.splice(index, 0, value)
  return true
}

function remove(root: { value: unknown }, path: readonly string[]): { value: unknown } | undefined {
  const found = read(root, path)
  const holder = holderOf(root, path)
  const last = path.at(-1)
  if (found === undefined || holder === undefined || last === undefined) return undefined
  if (Array.isArray(holder)) holder.splice(Number(last), 1)
  else delete holder[last]
  return found
}

function replace(root: { value: unknown }, path: readonly string[], value: unknown): boolean {
  const last = path.at(-1)
  const holder = holderOf(root, path)
  if (last === undefined) return add(root, path, value)
  if (holder === undefined) return false
  if (!Array.isArray(holder)) {
    holder[last] = value
    return true
  }
  const index = indexIn(holder, last, holder.length - 1)
  if (index === undefined) return false
  holder[index] = value
  return true
}
