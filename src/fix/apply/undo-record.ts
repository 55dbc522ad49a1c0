// The way back of a fix: what was written and what was there before, value by value. Never a whole object, so nothing secret.
import type { Json, JsonObject } from '../../config/kube-object.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { isObject } from '../../migrate/apply/json.ts'
import type { ClusterIdentity, ObjectRef } from '../../migrate/ports.ts'
import type { Edit, Setting } from '../remedy.ts'

export type UndoEntry =
  /** undo deletes it while it is as it was made, defaults included */
  | { readonly type: 'created'; readonly ref: ObjectRef; readonly expected: JsonObject }
  /** every value that the write changed, those that the server changed along with it as well */
  | {
      readonly type: 'edited'
      readonly ref: ObjectRef
      readonly uid: string
      readonly edits: readonly Edit[]
    }
  | {
      readonly type: 'sysctl'
      readonly host: string
      readonly settings: readonly Setting[]
      /** `before` undefined: there was no such file */
      readonly file: { readonly path: string; readonly before?: string; readonly after: string } | undefined
    }

export interface UndoRecord {
  readonly format: typeof FORMAT
  /** `F01-20260301T120000Z`: also the name of the file */
  readonly id: string
  readonly code: string
  /** where the objects are; undefined: only a machine was changed */
  readonly cluster: { readonly context: string; readonly server: string } | undefined
  /** in the order of the writes; undo goes backwards */
  readonly entries: readonly UndoEntry[]
}

const FORMAT = 'lbctl-fix/1'

export const undoRecord = (
  id: string,
  code: string,
  identity: ClusterIdentity | undefined,
  entries: readonly UndoEntry[],
): UndoRecord => ({
  format: FORMAT,
  id,
  code,
  cluster: identity === undefined ? undefined : { context: identity.context, server: identity.server },
  entries,
})

/** A value that is not there has no JSON, so the key is left out. */
export const printRecord = (record: UndoRecord): string => `${JSON.stringify(record, null, 2)}\n`

/** @throws LbctlError `input` for what lbctl did not write */
export function parseRecord(text: string, name: string): UndoRecord {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new LbctlError('input', `${name} is not a record of lbctl fix: it is not JSON.`)
  }
  if (!isObject(value) || value['format'] !== FORMAT)
    throw new LbctlError('input', `${name} is not a record of this lbctl fix (format ${FORMAT}).`)
  const { id, code, cluster, entries } = value
  const isWhole =
    typeof id === 'string' &&
    typeof code === 'string' &&
    (cluster === undefined || (isObject(cluster) && typeof cluster['server'] === 'string')) &&
    Array.isArray(entries) &&
    entries.every(isEntry)
  if (!isWhole)
    throw new LbctlError(
      'input',
      `${name} is a record of lbctl fix, but it was changed by hand or is damaged.`,
    )
  return value as unknown as UndoRecord
}

function isEntry(value: Json): boolean {
  if (!isObject(value)) return false
  switch (value['type']) {
    case 'created':
      return isRef(value['ref']) && isObject(value['expected'])
    case 'edited':
      return isRef(value['ref']) && typeof value['uid'] === 'string' && isListOf(value['edits'], isEdit)
    case 'sysctl':
      return (
        typeof value['host'] === 'string' && isListOf(value['settings'], isSetting) && isFile(value['file'])
      )
    default:
      return false
  }
}

const isListOf = (value: unknown, is: (item: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(is)
const isText = (value: unknown): boolean => typeof value === 'string' && value !== ''
const isRef = (value: unknown): boolean =>
  isObject(value) && ['apiVersion', 'kind', 'name'].every((key) => isText(value[key]))
const isEdit = (value: unknown): boolean =>
  isObject(value) && isListOf(value['path'], isText) && (value['path'] as readonly unknown[]).length > 0
const isFile = (value: unknown): boolean =>
  value === undefined || (isObject(value) && isText(value['path']) && typeof value['after'] === 'string')

/** What becomes a path below /proc/sys must not lead anywhere else. */
const isSetting = (value: unknown): boolean =>
  isObject(value) &&
  /^net(\.[\w@-]+(\/[\w@-]+)*)+$/.test(String(value['key'])) &&
  ['before', 'after'].every((side) => typeof value[side] === 'string' && /^-?\d+$/.test(String(value[side])))
