// What an apply would change: field by field, and only fields that lbctl sets or has set. Defaults that the server filled in and
// fields of other managers do not count.
import type { Json, KubeObject } from '../../config/kube-object.ts'
import { FIELD_MANAGER, type LiveObject } from '../ports.ts'
import { toSent } from './content.ts'
import { isObject, own, sameJson } from './json.ts'

export type PathStep = string | number

export interface FieldChange {
  readonly kind: 'add' | 'change' | 'remove'
  readonly path: readonly PathStep[]
  /** `undefined` for `add` */
  readonly before: Json | undefined
  /** `undefined` for `remove` */
  readonly after: Json | undefined
  /** the values are a password or a Secret's: never to be shown */
  readonly secret: boolean
}

/** `spec.nodeSelectors[0].matchLabels["example.com/rack"]` */
export const pathText = (path: readonly PathStep[]): string =>
  path
    .map((step, index) => {
      if (typeof step === 'number') return `[${step}]`
      if (!/^[A-Za-z_][\w-]*$/.test(step)) return `[${JSON.stringify(step)}]`
      return index === 0 ? step : `.${step}`
    })
    .join('')

/** Values that the person at the screen need not see: Secret data, a peer's inline password. */
export const isSecretPath = (kind: string, path: readonly PathStep[]): boolean =>
  (kind === 'Secret' && (path[0] === 'data' || path[0] === 'stringData')) ||
  (kind === 'BGPPeer' && path[0] === 'spec' && path[1] === 'password')

/** `live` is `undefined` when there is no such object: then everything is added. */
export function diffObjects(live: LiveObject | undefined, wanted: KubeObject): readonly FieldChange[] {
  const sent = toSent(wanted)
  const changes: FieldChange[] = []
  const note = (path: readonly PathStep[], before: Json | undefined, after: Json | undefined): void => {
    const kind = before === undefined ? 'add' : after === undefined ? 'remove' : 'change'
    changes.push({ kind, path, before, after, secret: isSecretPath(wanted.kind, path) })
  }
  for (const [key, value] of Object.entries(sent)) {
    if (IDENTITY.has(key)) continue
    compare(live?.[key] as Json | undefined, value as Json, [key], note)
  }
  if (live !== undefined) for (const path of droppedPaths(live, sent)) note(path, at(live, path), undefined)
  return changes
}

/** They say which object it is; name and namespace are the same by construction. */
const IDENTITY = new Set(['apiVersion', 'kind', 'status'])

type Note = (path: readonly PathStep[], before: Json | undefined, after: Json | undefined) => void

function compare(
  live: Json | undefined,
  wanted: Json | undefined,
  path: readonly PathStep[],
  note: Note,
): void {
  if (wanted === undefined || isIdentityOfMetadata(path)) return
  // An empty map asks for nothing that a missing one does not have.
  if (isObject(wanted) && (isObject(live) || live === undefined) && Object.keys(wanted).length > 0) {
    for (const [key, value] of Object.entries(wanted)) compare(own(live, key), value, [...path, key], note)
    return
  }
  if (Array.isArray(wanted) && Array.isArray(live) && wanted.length === live.length) {
    for (const [index, item] of wanted.entries()) compare(live[index], item as Json, [...path, index], note)
    return
  }
  if (!sameJson(live, wanted)) note(path, live, wanted)
}

const isIdentityOfMetadata = (path: readonly PathStep[]): boolean =>
  path.length === 2 && path[0] === 'metadata' && (path[1] === 'name' || path[1] === 'namespace')

/** Fields that lbctl applied earlier and no longer wants: server-side apply takes them away (or back to the default). */
function droppedPaths(live: LiveObject, wanted: KubeObject): readonly (readonly string[])[] {
  const dropped: (readonly string[])[] = []
  const walk = (fields: Json | undefined, value: Json | undefined, path: readonly string[]): void => {
    if (!isObject(fields)) return
    for (const [key, below] of Object.entries(fields)) {
      // `k:` and `v:` are items of keyed lists and sets, which the kinds we write do not have.
      if (!key.startsWith('f:')) continue
      const name = key.slice(2)
      const next = own(value, name)
      if (next === undefined) {
        if (at(live, [...path, name]) !== undefined) dropped.push([...path, name])
      } else walk(below, next, [...path, name])
    }
  }
  for (const entry of live.metadata.managedFields ?? [])
    if (entry.manager === FIELD_MANAGER && entry.operation === 'Apply' && entry.subresource === undefined)
      walk(entry.fieldsV1, wanted as unknown as Json, [])
  return dropped.filter((path) => path[0] !== 'status')
}

const at = (value: unknown, path: readonly string[]): Json | undefined =>
  path.reduce<Json | undefined>((inner, key) => own(inner, key), value as Json)
