// What of an object is content, and what is the server's bookkeeping.
import type { Json, JsonObject, KubeObject } from '../../config/kube-object.ts'
import { encodeBase64, utf8Bytes } from '../../net/base64.ts'
import { isObject } from './json.ts'

/** Changes with every write, or is counted and stamped by the server. */
const BOOKKEEPING = new Set([
  'uid',
  'resourceVersion',
  'generation',
  'creationTimestamp',
  'managedFields',
  'selfLink',
])

/**
 * The object without bookkeeping and without status (MetalLB writes the counters of pools there at any time): two objects
 * with the same content differ in nothing that a user has set.
 */
export function contentOf(object: KubeObject): JsonObject {
  const { status: _, metadata, ...rest } = object
  const kept = Object.entries(metadata).filter(([key, value]) => !BOOKKEEPING.has(key) && !isEmpty(value))
  return { ...(rest as JsonObject), metadata: Object.fromEntries(kept) as JsonObject }
}

/** `labels: {}` and no labels are the same; the server itself says one or the other. */
const isEmpty = (value: unknown): boolean =>
  value === undefined || value === null || (typeof value === 'object' && Object.keys(value).length === 0)

/**
 * The form that is sent: `stringData` becomes `data`, since the server turns one into the other, and an apply of stringData
 * would own fields that nobody can read back.
 */
export function toSent(object: KubeObject): KubeObject {
  const { stringData, ...rest } = object
  if (object.kind !== 'Secret' || !isObject(stringData)) return object
  const encoded = Object.entries(stringData).map(([key, value]): [string, Json] => [
    key,
    encodeBase64(utf8Bytes(String(value))),
  ])
  const data = isObject(rest['data']) ? rest['data'] : {}
  // stringData wins over data where both have a key.
  return { ...(rest as KubeObject), data: { ...data, ...Object.fromEntries(encoded) } }
}
