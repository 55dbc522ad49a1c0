// The way back as a file: how each object was, and how it was going to be. Written before the first change.
//
// There is no record of what was really written, and none is needed: an object that looks as it was going to be is ours to put
// back, one that looks as it was has nothing to undo, and anything else was changed by somebody. resourceVersions would not do,
// since MetalLB counts addresses in the status of pools and Services get new status at any time.
import type { JsonObject } from '../../config/kube-object.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { ClusterIdentity, LiveObject, ObjectRef } from '../ports.ts'
import { isObject } from './json.ts'

/** What a Service had and gets, key by key; null: not there. The rest of the Service is not touched. */
export interface ValueChange {
  readonly before: string | null
  readonly after: string | null
}

export type UndoEntry =
  | {
      readonly type: 'object'
      readonly ref: ObjectRef
      /** null: did not exist, so undo deletes it */
      readonly before: LiveObject | null
      /** content that the dry run of the apply gave, defaults included */
      readonly expected: JsonObject
    }
  | {
      readonly type: 'service'
      readonly ref: ObjectRef
      readonly uid: string
      readonly annotations: Readonly<Record<string, ValueChange>>
      readonly loadBalancerIp?: ValueChange
    }

export interface UndoDocument {
  readonly format: typeof UNDO_FORMAT
  readonly cluster: { readonly context: string; readonly server: string }
  /** in the order of the writes; undo goes backwards */
  readonly entries: readonly UndoEntry[]
}

export const UNDO_FORMAT = 'lbctl-undo/1'

export const undoDocument = (identity: ClusterIdentity, entries: readonly UndoEntry[]): UndoDocument => ({
  format: UNDO_FORMAT,
  cluster: { context: identity.context, server: identity.server },
  entries,
})

export const printUndo = (document: UndoDocument): string => `${JSON.stringify(document, null, 2)}\n`

/** @throws LbctlError `input` for what lbctl did not write. The text is not quoted: it may hold secrets. */
export function parseUndo(text: string, name: string): UndoDocument {
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw new LbctlError('input', `${name} is not an undo file: it is not JSON.`, {
      hints: [
        'It may have been cut off; then nothing was written to the cluster, since the file comes first.',
      ],
    })
  }
  if (!isObject(value) || value['format'] !== UNDO_FORMAT)
    throw new LbctlError('input', `${name} is not an undo file of this lbctl (format ${UNDO_FORMAT}).`)
  const { cluster, entries } = value
  if (
    !isObject(cluster) ||
    typeof cluster['server'] !== 'string' ||
    !Array.isArray(entries) ||
    !entries.every(isEntry)
  )
    throw new LbctlError('input', `${name} is an undo file, but it was changed by hand or is damaged.`)
  return value as unknown as UndoDocument
}

function isEntry(value: unknown): boolean {
  if (!isObject(value) || !isRef(value['ref'])) return false
  if (value['type'] === 'service')
    return (
      typeof value['uid'] === 'string' &&
      isObject(value['annotations']) &&
      Object.values(value['annotations']).every(isChange)
    )
  const before = value['before']
  return value['type'] === 'object' && isObject(value['expected']) && (before === null || isLive(before))
}

const isRef = (value: unknown): boolean =>
  isObject(value) &&
  ['apiVersion', 'kind', 'name'].every((key) => typeof value[key] === 'string' && value[key] !== '')

const isChange = (value: unknown): boolean =>
  isObject(value) &&
  [value['before'], value['after']].every((side) => side === null || typeof side === 'string')

function isLive(value: unknown): boolean {
  const metadata = isObject(value) ? value['metadata'] : undefined
  return isObject(metadata) && typeof metadata['uid'] === 'string' && typeof metadata['name'] === 'string'
}
