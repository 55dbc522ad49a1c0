// BGPPeer in its two versions. v1beta2 has every field of v1beta1 with the same meaning, so one way is a copy. The other way, what
// v1beta1 cannot say travels in an annotation, so that nothing is lost when somebody reads and writes the old version.
import type { Json, JsonObject } from '../config/kube-object.ts'
import { BGP_PEER, BGP_PEER_V1BETA1 } from '../config/schema/peer-kinds.ts'
import { type ConversionAnswer, type ConversionRequest, recordOf } from './review.ts'

export const NEWER_FIELDS_ANNOTATION = 'lbctl.metallb.io/v1beta2'

const OLD = 'metallb.io/v1beta1'
const NEW = 'metallb.io/v1beta2'
const OLD_FIELDS: ReadonlySet<string> = new Set(Object.keys(BGP_PEER_V1BETA1.spec?.fields ?? {}))
const NEW_FIELDS: ReadonlySet<string> = new Set(Object.keys(BGP_PEER.spec?.fields ?? {}))

/** What v1beta1 demands and v1beta2 may leave out: the value that says so. */
const DEMANDED: Readonly<Record<string, Json>> = { peerASN: 0, peerAddress: '' }

/** All or nothing: one object that cannot be converted fails the review, as the API server wants it. */
export function convert({ objects, desiredApiVersion }: ConversionRequest): ConversionAnswer {
  const converted: JsonObject[] = []
  for (const object of objects) {
    const result = convertOne(object, desiredApiVersion)
    if (result === undefined) {
      const [kind, version] = [String(object['kind']), String(object['apiVersion'])]
      return { ok: false, message: `${kind} of ${version} cannot be converted to ${desiredApiVersion}` }
    }
    converted.push(result)
  }
  return { ok: true, objects: converted }
}

function convertOne(object: JsonObject, desired: string): JsonObject | undefined {
  if (object['kind'] !== 'BGPPeer') return undefined
  const from = object['apiVersion']
  if (from === desired && (from === OLD || from === NEW)) return object
  if (from === NEW && desired === OLD) return toOld(object)
  if (from === OLD && desired === NEW) return toNew(object)
  return undefined
}

function toOld(object: JsonObject): JsonObject {
  const spec = recordOf(object['spec'])
  const entries = Object.entries(spec)
  const kept = Object.fromEntries(entries.filter(([field]) => OLD_FIELDS.has(field)))
  const newer = Object.fromEntries(entries.filter(([field]) => !OLD_FIELDS.has(field)))
  const hasNewer = Object.keys(newer).length > 0
  return {
    ...object,
    apiVersion: OLD,
    metadata: hasNewer ? annotated(object, JSON.stringify(newer)) : recordOf(object['metadata']),
    ...(object['spec'] === undefined ? {} : { spec: { ...DEMANDED, ...kept } }),
  }
}

function toNew(object: JsonObject): JsonObject {
  const spec = recordOf(object['spec'])
  const newer = newerFields(recordOf(recordOf(object['metadata'])['annotations'])[NEWER_FIELDS_ANNOTATION])
  const own = Object.entries(spec).filter(
    // v1beta1 takes port 0 for the default, which v1beta2 takes only as a field that is not there.
    ([field, value]) => value !== DEMANDED[field] && !(field === 'peerPort' && value === 0),
  )
  return {
    ...object,
    apiVersion: NEW,
    metadata: newer === undefined ? recordOf(object['metadata']) : annotated(object, undefined),
    // What was set in the old version is newer than what the annotation has from before.
    ...(object['spec'] === undefined ? {} : { spec: { ...newer, ...Object.fromEntries(own) } }),
  }
}

/** Anybody can write an annotation: what is no field that only v1beta2 has does not get in. */
function newerFields(text: Json | undefined): JsonObject | undefined {
  if (typeof text !== 'string') return undefined
  try {
    const fields = Object.entries(recordOf(JSON.parse(text) as unknown))
    return Object.fromEntries(fields.filter(([field]) => NEW_FIELDS.has(field) && !OLD_FIELDS.has(field)))
  } catch {
    return undefined
  }
}

function annotated(object: JsonObject, value: string | undefined): JsonObject {
  const metadata = recordOf(object['metadata'])
  const { [NEWER_FIELDS_ANNOTATION]: _, ...others } = recordOf(metadata['annotations'])
  const annotations = value === undefined ? others : { ...others, [NEWER_FIELDS_ANNOTATION]: value }
  const { annotations: __, ...rest } = metadata
  return Object.keys(annotations).length === 0 ? rest : { ...rest, annotations }
}
