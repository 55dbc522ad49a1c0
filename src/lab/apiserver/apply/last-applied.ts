// kubectl's annotation from client-side apply, which server-side apply by kubectl takes over and keeps in step.
import { isObject, type JsonObject, own } from '../schema/json-values.ts'
import { stableText } from '../schema/list-types.ts'
import type { Structural } from '../schema/structural-schema.ts'
import { paths, pathText } from './field-set.ts'
import { fieldsOf } from './owned-fields.ts'

const ANNOTATION = 'kubectl.kubernetes.io/last-applied-configuration'

function annotationsOf(object: unknown): JsonObject {
  const metadata = isObject(object) && isObject(object['metadata']) ? object['metadata'] : {}
  return isObject(metadata['annotations']) ? metadata['annotations'] : {}
}

/** The places that the annotation of the live object names. */
export function lastAppliedFields(live: unknown, shape: Structural): ReadonlySet<string> {
  const text = own(annotationsOf(live), ANNOTATION)
  if (typeof text !== 'string') return new Set()
  try {
    return new Set([...paths(fieldsOf(JSON.parse(text), shape))].map(pathText))
  } catch {
    // Anyone may write annotations: one that cannot be read allows nothing.
    return new Set()
  }
}

/** The object with the annotation brought up to date, if it has one. */
export function withLastApplied(object: JsonObject, applied: unknown): JsonObject {
  const annotations = annotationsOf(object)
  if (typeof own(annotations, ANNOTATION) !== 'string') return object
  const metadata = object['metadata'] as JsonObject
  const text = `${stableText(applied)}\n`
  return { ...object, metadata: { ...metadata, annotations: { ...annotations, [ANNOTATION]: text } } }
}
