// Who owns which field: sets of leaf paths, with lists owned whole (those of the MetalLB kinds are atomic).
import { failure } from './answers.ts'
import { isMap, type Map_, type Stored, type Value } from './objects.ts'

export interface Owner {
  manager: string
  operation: 'Apply' | 'Update'
  apiVersion: string
  /** paths as JSON; a path that ends in "." is the map itself */
  paths: Set<string>
}

/** Which object it is, and the server's own fields. */
const NOT_OWNED = new Set(['apiVersion', 'kind', 'status'])
const NOT_OWNED_METADATA = new Set([
  'name',
  'namespace',
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
])

/** Leaf paths of an object. `maps`: an update also owns each map that it makes, an apply does not. */
export function leaves(object: Map_ | Stored, maps: boolean): Set<string> {
  const out = new Set<string>()
  const walk = (value: Value | undefined, path: string[]): void => {
    if (value === undefined || value === null) return
    if (!isMap(value) || Object.keys(value).length === 0) {
      out.add(JSON.stringify(path))
      return
    }
    if (maps && path.length > 0 && !(path.length === 1 && path[0] === 'metadata'))
      out.add(JSON.stringify([...path, '.']))
    for (const [key, inner] of Object.entries(value)) {
      if (path.length === 0 && NOT_OWNED.has(key)) continue
      if (path.length === 1 && path[0] === 'metadata' && NOT_OWNED_METADATA.has(key)) continue
      walk(inner, [...path, key])
    }
  }
  walk(object as Map_, [])
  out.delete('[]')
  out.delete('["metadata"]')
  return out
}

export const valueAt = (object: Map_ | Stored, path: string): Value | undefined => {
  let value: Value | undefined = object as Map_
  for (const key of JSON.parse(path) as string[]) {
    if (key === '.') return value
    value = isMap(value) ? value[key] : undefined
  }
  return value
}

export function removeAt(object: Map_ | Stored, path: string): void {
  const keys = JSON.parse(path) as string[]
  const last = keys.pop()
  let value: Value | undefined = object as Map_
  for (const key of keys) value = isMap(value) ? value[key] : undefined
  if (isMap(value) && last !== undefined) delete value[last]
}

const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b)

/** Other managers' fields that `patch` would set to something else. */
export function conflictsOf(
  owners: readonly Owner[],
  self: Owner,
  live: Stored,
  patch: Map_,
): [Owner, string][] {
  return owners
    .filter((owner) => !(owner.manager === self.manager && owner.operation === self.operation))
    .sort((a, b) => (a.manager < b.manager ? -1 : 1))
    .flatMap((owner) =>
      [...self.paths]
        .filter((path) => owner.paths.has(path) && !same(valueAt(live, path), valueAt(patch, path)))
        .sort()
        .map((path): [Owner, string] => [owner, path]),
    )
}

const dotted = (path: string): string => (JSON.parse(path) as string[]).map((key) => `.${key}`).join('')
const called = (owner: Owner): string =>
  `"${owner.manager}"${owner.operation === 'Update' ? ` using ${owner.apiVersion}` : ''}`

export function conflictFailure(conflicts: readonly [Owner, string][]): Error {
  const owners = [...new Set(conflicts.map(([owner]) => owner))]
  const [first] = conflicts
  const said =
    conflicts.length === 1 && first !== undefined
      ? `conflict with ${called(first[0])}: ${dotted(first[1])}`
      : owners
          .map((owner) => {
            const fields = conflicts.filter(([of]) => of === owner).map(([, path]) => `\n- ${dotted(path)}`)
            return `conflicts with ${called(owner)}:${fields.join('')}`
          })
          .join('\n')
  return failure(
    409,
    'Conflict',
    `Apply failed with ${conflicts.length} conflict${conflicts.length === 1 ? '' : 's'}: ${said}`,
    {
      causes: conflicts.map(([owner, path]) => ({
        reason: 'FieldManagerConflict',
        message: `conflict with ${called(owner)}`,
        field: dotted(path),
      })),
    },
  )
}

/** An update owns what it changed, and takes it from everybody else. */
export function afterUpdate(
  owners: readonly Owner[],
  self: Omit<Owner, 'paths'>,
  before: Stored | undefined,
  now: Stored,
): Owner[] {
  const present = leaves(now, true)
  const changed = new Set(
    [...present].filter((path) =>
      path.endsWith('"."]')
        ? before === undefined || valueAt(before, path) === undefined
        : before === undefined || !same(valueAt(before, path), valueAt(now, path)),
    ),
  )
  const kept = owners.map((owner) => ({
    ...owner,
    paths: new Set(
      [...owner.paths].filter((path) => {
        const mine = owner.manager === self.manager && owner.operation === 'Update'
        return valueAt(now, path) !== undefined && (mine || !changed.has(path))
      }),
    ),
  }))
  const own = kept.find((owner) => owner.manager === self.manager && owner.operation === 'Update')
  if (own === undefined) kept.push({ ...self, paths: changed })
  else for (const path of changed) own.paths.add(path)
  return kept.filter((owner) => owner.paths.size > 0)
}

/** As `metadata.managedFields` writes it. */
export function printOwners(owners: readonly Owner[], time: string): Value[] {
  return owners.map(({ manager, operation, apiVersion, paths }) => {
    const fieldsV1: Map_ = {}
    for (const path of [...paths].sort()) {
      let at = fieldsV1
      for (const key of JSON.parse(path) as string[]) {
        const name = key === '.' ? '.' : `f:${key}`
        const below = at[name]
        const next = isMap(below) ? below : {}
        at[name] = next
        at = next
      }
    }
    return { apiVersion, fieldsType: 'FieldsV1', fieldsV1, manager, operation, time }
  })
}

/** Back from `metadata.managedFields` of a PUT. */
export function readOwners(value: unknown): Owner[] {
  if (!Array.isArray(value)) return []
  return (value as Map_[]).map((entry) => {
    const paths = new Set<string>()
    const walk = (fields: Value | undefined, path: string[]): void => {
      const keys = isMap(fields) ? Object.entries(fields) : []
      if (keys.length === 0 && path.length > 0) paths.add(JSON.stringify(path))
      for (const [key, below] of keys) walk(below, [...path, key === '.' ? '.' : key.slice(2)])
    }
    walk(entry['fieldsV1'], [])
    return {
      manager: String(entry['manager']),
      operation: entry['operation'] === 'Apply' ? 'Apply' : 'Update',
      apiVersion: String(entry['apiVersion']),
      paths,
    }
  })
}
