import { printYaml } from '../config/print.ts'
import { Source } from '../config/source/source.ts'
import type { LiveObject } from '../migrate/ports.ts'

/** A live object as text, so that it is treated like a file, with places that can be shown. */
export function liveSource(object: LiveObject): Source {
  const { namespace, name } = object.metadata
  const id = `${object.kind} ${namespace === undefined ? '' : `${namespace}/`}${name}`
  return new Source(`<cluster: ${id}>`, printYaml(asWritten(object)))
}

/** Who owns which field is bookkeeping of the API server. */
export function asWritten(object: LiveObject): LiveObject {
  const { managedFields: _, ...metadata } = object.metadata
  return { ...object, metadata }
}
