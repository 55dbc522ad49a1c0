// How a stored object and a patch become one object, and what the kinds add by themselves.
import { invalid } from './answers.ts'
import { type Owner, removeAt, valueAt } from './managed-fields.ts'
import { copy, isMap, type Map_, mapOf, type ResourceType, type Stored, type Value } from './objects.ts'

/** Keys in any order are the same object. */
export const same = (a: unknown, b: unknown): boolean =>
  JSON.stringify(sorted(a)) === JSON.stringify(sorted(b))
const sorted = (value: unknown): unknown => {
  if (Array.isArray(value)) return value.map(sorted)
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((name) => [name, sorted(value[name])]),
  )
}

export const sameOwners = (a: readonly Owner[], b: readonly Owner[]): boolean => {
  const flat = (owners: readonly Owner[]): unknown =>
    owners.map((owner) => [owner.manager, owner.operation, [...owner.paths].sort()].flat().join(' ')).sort()
  return same(flat(a), flat(b))
}

/** The main path never writes status. */
export const keepStatus = (old: Stored): Map_ =>
  old['status'] === undefined ? {} : { status: old['status'] }

/** RFC 7396. */
export function merge(target: Value | undefined, patch: Value): Value {
  if (!isMap(patch)) return patch
  const out: Map_ = isMap(target) ? copy(target) : {}
  for (const [name, value] of Object.entries(patch)) {
    if (value === null) delete out[name]
    else out[name] = merge(out[name], value)
  }
  return out
}

export function mergeApplied(
  old: { readonly object: Stored; readonly owners: readonly Owner[] },
  self: Owner,
  patch: Map_,
  conflicts: readonly [Owner, string][],
): { merged: Map_; owners: Owner[] } {
  const isSelf = (owner: Owner): boolean => owner.manager === self.manager && owner.operation === 'Apply'
  const others = old.owners
    .filter((owner) => !isSelf(owner))
    .map((owner) => ({ ...owner, paths: new Set(owner.paths) }))
  for (const [owner, path] of conflicts)
    others
      .find((other) => other.manager === owner.manager && other.operation === owner.operation)
      ?.paths.delete(path)
  const merged = merge(old.object as unknown as Map_, {
    ...patch,
    metadata: withoutVersion(mapOf(patch['metadata'])),
  }) as Map_
  for (const path of old.owners.find(isSelf)?.paths ?? [])
    if (valueAt(patch, path) === undefined && !others.some((owner) => owner.paths.has(path)))
      removeAt(merged, path)
  const owners = [...others.filter((owner) => owner.paths.size > 0), self]
  return { merged, owners: owners.sort((a, b) => (a.manager < b.manager ? -1 : 1)) }
}

const withoutVersion = ({ resourceVersion: _, ...metadata }: Map_): Map_ => metadata

export function admitSecret(object: Stored, old: Stored | undefined, type: ResourceType): void {
  const given = mapOf(object['stringData'])
  delete object['stringData']
  const encoded = Object.entries(given).map(([name, value]) => [
    name,
    Buffer.from(String(value)).toString('base64'),
  ])
  object['data'] = { ...mapOf(object['data']), ...(Object.fromEntries(encoded) as Map_) }
  object['type'] = object['type'] ?? 'Opaque'
  if (old !== undefined && old['type'] !== object['type']) {
    const message = `Invalid value: ${JSON.stringify(object['type'])}: field is immutable`
    throw invalid(type, object.metadata.name, [{ reason: 'FieldValueInvalid', message, field: 'type' }])
  }
}

export function admitNamespace(object: Stored): void {
  const labels = mapOf(object.metadata['labels'])
  object.metadata['labels'] = { ...labels, 'kubernetes.io/metadata.name': object.metadata.name }
  object['spec'] = { finalizers: ['kubernetes'] }
  object['status'] = { phase: 'Active' }
}
