// Server-side apply and the ownership of fields: https://kubernetes.io/docs/reference/using-api/server-side-apply/
import { blankObject } from '../schema/built-in/built-in-schema.ts'
import { deepCopy, deepEqual, isObject, type JsonObject, own } from '../schema/json-values.ts'
import type { Structural } from '../schema/structural-schema.ts'
import {
  difference,
  EMPTY,
  type FieldSet,
  intersection,
  isEmpty,
  paths,
  pathText,
  union,
} from './field-set.ts'
import { lastAppliedFields, withLastApplied } from './last-applied.ts'
import {
  conflictMessage,
  isReset,
  type ManagedEntry,
  readEntries,
  sameManager,
  writeEntries,
} from './managers.ts'
import { shapeOfKind } from './merge-shape.ts'
import { mergeValues, removeFields, withNamedFields } from './merge-values.ts'
import { type Comparison, changed, compareValues, fieldsOf } from './owned-fields.ts'

export interface ApplyConflict {
  readonly manager: string
  /** `.spec.autoAssign` */
  readonly field: string
  readonly message: string
}

interface Write {
  /** The field manager. */
  readonly manager: string
  /** Empty for the object itself. */
  readonly subresource: string
  /** apiVersion of the request. */
  readonly version: string
  readonly nowIso: string
  /** A compiled schema or openAPIV3Schema; undefined for built-in kinds. */
  readonly schemaOf: () => unknown
}

export interface ApplyRequest extends Write {
  readonly live: unknown
  readonly applied: unknown
  readonly force: boolean
}

export type ApplyOutcome =
  | { readonly ok: true; readonly object: JsonObject }
  | { readonly ok: false; readonly conflicts: readonly ApplyConflict[] }

/**
 * Lays an applied configuration over the live object: fields that the manager owned and no longer applies go, unless
 * someone else owns them too. The object comes back with its managedFields, before defaulting and validation; what
 * changes nothing comes back with the live content and times.
 * @throws ApplyShapeError for a list that cannot be merged ("duplicate entries for key …")
 */
export function serverSideApply(request: ApplyRequest): ApplyOutcome {
  const { applied, manager, force } = request
  const outcome = applyOnce(request, force)
  if (manager !== 'kubectl') return outcome
  // kubectl's own migration: what the same user applied client-side before is no conflict.
  const settled = outcome.ok ? outcome : applyAgain(request, outcome.conflicts)
  return settled.ok ? { ok: true, object: withLastApplied(settled.object, applied) } : settled
}

function applyAgain(request: ApplyRequest, conflicts: readonly ApplyConflict[]): ApplyOutcome {
  const allowed = lastAppliedFields(request.live, shapeFor(request, request.applied))
  const left = conflicts.filter(({ field }) => !allowed.has(field))
  return left.length === 0 ? applyOnce(request, true) : { ok: false, conflicts: left }
}

const shapeFor = ({ version, schemaOf }: Write, object: unknown): Structural =>
  shapeOfKind(
    schemaOf(),
    version,
    isObject(object) && typeof object['kind'] === 'string' ? object['kind'] : '',
  )

function applyOnce(request: ApplyRequest, force: boolean): ApplyOutcome {
  const { live, applied, manager, subresource, version, nowIso } = request
  const shape = shapeFor(request, applied)
  const before = withoutManagedFields(
    live ?? { apiVersion: version, kind: own(applied as JsonObject, 'kind') },
  )
  const wanted = withoutIdentity(applied)
  const entries = readEntries(metadataOf(live)['managedFields'])
  const mine: ManagedEntry = {
    manager,
    operation: 'Apply',
    apiVersion: version,
    subresource,
    fields: without(fieldsOf(wanted, shape), subresource),
  }
  const previous = entries.find((entry) => sameManager(entry, mine))
  const others = entries.filter((entry) => entry !== previous)
  const merged = mergeValues(before, wanted, shape)
  const after = prune(merged, previous?.fields ?? EMPTY, [...others, mine], shape) as JsonObject
  const comparison = compareValues(before, after, shape)
  const relevant = relevantTo(comparison, subresource)
  const conflicts = others.flatMap((entry) => conflictsWith(entry, changed(relevant)))
  if (!force && conflicts.length > 0) return { ok: false, conflicts }
  const same = deepEqual(before, after)
  const time = same ? previous?.time : nowIso
  const rest = others.map((entry) => ({
    ...entry,
    fields: afterChange(entry.fields, relevant, comparison.removed),
  }))
  const owners = [...rest, { ...mine, ...(time === undefined ? {} : { time }) }]
  return { ok: true, object: withManagedFields(deepCopy(after), owners) }
}

/** Takes out what this manager applied last time and nobody wants now. */
function prune(merged: unknown, last: FieldSet, owners: readonly ManagedEntry[], shape: Structural): unknown {
  if (isEmpty(last)) return merged
  const named = (set: FieldSet): FieldSet => withNamedFields(set, shape)
  const all = named(fieldsOf(merged, shape))
  const fieldsIn = (value: unknown): FieldSet => named(fieldsOf(value ?? {}, shape))
  const owned = named(owners.reduce((total, entry) => union(total, entry.fields), EMPTY))
  const pruned = removeFields(merged, named(last), shape)
  const kept = removeFields(merged, difference(all, union(fieldsIn(pruned), owned)), shape)
  // What went but was not owned by this manager comes back.
  return removeFields(merged, intersection(difference(all, fieldsIn(kept)), named(last)), shape) ?? {}
}

export interface TrackRequest extends Write {
  /** Undefined on create. */
  readonly before: unknown
  readonly after: unknown
  readonly operation: 'Update'
}

/** The object after a POST, PUT or PATCH with its managedFields; a write that changes no field changes no owner. */
export function trackUpdate(request: TrackRequest): JsonObject {
  const { before, after, manager, subresource, version, nowIso } = request
  const shape = shapeFor(request, after)
  const old = withoutManagedFields(before ?? blank(after, version))
  const comparison = compareValues(old, withoutManagedFields(after), shape)
  const relevant = relevantTo(comparison, subresource)
  const entries = startingEntries(request).map((entry) => ({
    ...entry,
    fields: afterChange(entry.fields, relevant, comparison.removed),
  }))
  const taken = changed(relevant)
  if (!isEmpty(taken)) {
    const mine: ManagedEntry = {
      manager,
      operation: 'Update',
      apiVersion: version,
      subresource,
      time: nowIso,
      fields: taken,
    }
    const at = entries.findIndex((entry) => sameManager(entry, mine))
    const previous = entries[at]
    if (previous === undefined) entries.push(mine)
    else entries[at] = { ...mine, fields: union(previous.fields, taken) }
  }
  return withManagedFields({ ...(after as JsonObject) }, entries)
}

/** Through the main resource a client may edit managedFields itself. */
function startingEntries({ before, after, subresource }: TrackRequest): ManagedEntry[] {
  const live = metadataOf(before)['managedFields']
  const sent = metadataOf(after)['managedFields']
  if (subresource !== '') return readEntries(live)
  if (isReset(sent)) return []
  const given = readEntries(sent)
  return given.length > 0 ? given : readEntries(live)
}

function blank(after: unknown, version: string): JsonObject {
  const kind = isObject(after) && typeof after['kind'] === 'string' ? after['kind'] : ''
  const group = version.includes('/') ? version.slice(0, version.indexOf('/')) : ''
  return { apiVersion: version, kind, metadata: {}, ...blankObject(group, kind) }
}

/** Another's fields after a change: what was changed has a new owner, what was removed has none. */
const afterChange = (fields: FieldSet, relevant: Comparison, removed: FieldSet): FieldSet =>
  difference(difference(fields, changed(relevant)), removed)

function conflictsWith(entry: ManagedEntry, changes: FieldSet): ApplyConflict[] {
  return [...paths(intersection(entry.fields, changes))].map((path) => ({
    manager: entry.manager,
    field: pathText(path),
    message: conflictMessage(entry),
  }))
}

/** A write to the object itself does not touch its status, one to the status not the spec. */
function without(set: FieldSet, subresource: string): FieldSet {
  const untouched = subresource === 'status' ? 'f:spec' : 'f:status'
  return { ...set, children: new Map([...set.children].filter(([element]) => element !== untouched)) }
}

const relevantTo = ({ added, modified, removed }: Comparison, subresource: string): Comparison => ({
  added: without(added, subresource),
  modified: without(modified, subresource),
  removed: without(removed, subresource),
})

const metadataOf = (object: unknown): JsonObject =>
  isObject(object) && isObject(object['metadata']) ? object['metadata'] : {}

function withoutManagedFields(object: unknown): JsonObject {
  const { managedFields: _, ...metadata } = metadataOf(object)
  return { ...(isObject(object) ? object : {}), metadata }
}

/** An apply says which object it means; what the server writes itself is not applied. */
function withoutIdentity(applied: unknown): JsonObject {
  const {
    resourceVersion: _r,
    uid: _u,
    creationTimestamp: _c,
    ...metadata
  } = metadataOf(withoutManagedFields(applied))
  return { ...(isObject(applied) ? applied : {}), metadata }
}

function withManagedFields(object: JsonObject, entries: readonly ManagedEntry[]): JsonObject {
  const { managedFields: _, ...metadata } = metadataOf(object)
  const managedFields = writeEntries(entries)
  return { ...object, metadata: managedFields.length === 0 ? metadata : { ...metadata, managedFields } }
}
