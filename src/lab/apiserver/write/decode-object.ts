// The body of a write → an object of its kind, with what is unknown in it taken out and told.
import { isObject, type JsonObject } from '../json-value.ts'
import type { ServedKind } from '../registry/served-kind.ts'
import { fitShape, jsonWord, type Shape } from '../registry/shape.ts'
import { apiVersionOf, type KubeObject } from '../resource-kind.ts'
import { badRequest, invalid, invalidValue } from '../status.ts'
import { duplicateFields } from './duplicate-fields.ts'
import { jsonError } from './json-error.ts'

export interface DecodedObject {
  readonly object: KubeObject
  /** `unknown field "spec.x"`, `duplicate field "spec.y"`: a Warning, or a refusal under Strict. */
  readonly complaints: readonly string[]
  /** What the decoder of a built-in kind says of a wrong type. */
  readonly wrongType: string | undefined
}

export const METADATA_SHAPE: Shape = {
  struct: 'ObjectMeta',
  fields: {
    name: 'text',
    generateName: 'text',
    namespace: 'text',
    selfLink: 'text',
    uid: 'text',
    resourceVersion: 'text',
    generation: 'int',
    creationTimestamp: 'time',
    deletionTimestamp: 'time',
    deletionGracePeriodSeconds: 'int',
    labels: { map: 'text' },
    annotations: { map: 'text' },
    finalizers: { list: 'text' },
    managedFields: { list: 'any' },
    ownerReferences: {
      list: {
        struct: 'OwnerReference',
        fields: {
          apiVersion: 'text',
          kind: 'text',
          name: 'text',
          uid: 'text',
          controller: 'bool',
          blockOwnerDeletion: 'bool',
        },
      },
    },
  },
}

/** Reads the text of a POST or PUT. Throws 400 and 422 in the words of a real server. */
export function readObjectText(
  served: ServedKind,
  text: string,
): { value: JsonObject; duplicates: readonly string[] } {
  const { kind } = served.resource
  const unrecognized = (why: string, shown = excerpt(text)) =>
    badRequest(`the object provided is unrecognized (must be of type ${kind}): ${why} (${shown})`)
  let value: unknown
  try {
    value = JSON.parse(text)
  } catch {
    throw unrecognized(`couldn't get version/kind; json parse error: ${jsonError(text)}`)
  }
  if (!isObject(value)) {
    const type =
      'struct { APIVersion string "json:\\"apiVersion,omitempty\\""; Kind string "json:\\"kind,omitempty\\"" }'
    const why = `couldn't get version/kind; json parse error: json: cannot unmarshal ${jsonWord(value)} into Go value of type ${type}`
    throw unrecognized(why, Buffer.from(text).toString('hex'))
  }
  if (served.custom !== undefined && typeof value['kind'] !== 'string') {
    throw unrecognized(`Object 'Kind' is missing in '${text}'`)
  }
  return { value, duplicates: duplicateFields(text) }
}

/** Makes a value an object of its kind. The value is changed. */
export function fitObject(
  served: ServedKind,
  value: JsonObject,
  duplicates: readonly string[] = [],
): DecodedObject {
  checkKind(served, value)
  const complaints = duplicates.map((path) => `duplicate field ${JSON.stringify(path)}`)
  const metadata = isObject(value['metadata']) ? value['metadata'] : {}
  value['metadata'] = metadata
  const { resource, custom, rules } = served
  const { unknown, wrongType } =
    custom === undefined ? fitBuiltin(value, resource.kind, rules.shape) : fitCustom(served, value, metadata)
  for (const path of unknown) complaints.push(`unknown field ${JSON.stringify(path)}`)
  value['kind'] = resource.kind
  value['apiVersion'] = apiVersionOf(resource)
  return {
    object: value as unknown as KubeObject,
    complaints,
    wrongType: wrongType ?? rules.decode?.(value as unknown as KubeObject),
  }
}

function fitBuiltin(value: JsonObject, kind: string, shape: Shape | undefined) {
  const fields = { apiVersion: 'text', kind: 'text', metadata: METADATA_SHAPE } as const
  if (shape !== undefined) return fitShape(value, { struct: kind, fields: { ...fields, ...shape.fields } })
  const findings = fitShape(value['metadata'] as JsonObject, METADATA_SHAPE)
  return { unknown: findings.unknown.map((path) => `metadata.${path}`), wrongType: findings.wrongType }
}

function fitCustom(served: ServedKind, value: JsonObject, metadata: JsonObject) {
  const inMetadata = fitShape(metadata, METADATA_SHAPE)
  const pruned = served.custom?.schema?.prune(value) ?? []
  return {
    unknown: [...pruned, ...inMetadata.unknown.map((path) => `metadata.${path}`)],
    wrongType: inMetadata.wrongType,
  }
}

function checkKind(served: ServedKind, value: JsonObject): void {
  const { resource, custom } = served
  const expected = apiVersionOf(resource)
  const apiVersion = typeof value['apiVersion'] === 'string' ? value['apiVersion'] : ''
  const kind = typeof value['kind'] === 'string' ? value['kind'] : ''
  if (custom !== undefined) {
    if (apiVersion !== expected) {
      throw badRequest(
        `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
      )
    }
    if (kind === resource.kind) return
    const name = isObject(value['metadata']) ? String(value['metadata']['name'] ?? '') : ''
    throw invalid(resource.group, kind, name, [
      invalidValue('kind', JSON.stringify(kind), `must be ${resource.kind}`),
    ])
  }
  const sameKind = kind === '' || kind === resource.kind
  if (sameKind && (apiVersion === '' || apiVersion === expected)) return
  const version = apiVersion.split('/').at(-1) ?? ''
  if (!sameKind) {
    throw badRequest(
      `${kind} in version ${JSON.stringify(version)} cannot be handled as a ${resource.kind}: converting (${version}.${kind}) to (core.${resource.kind}): unknown conversion`,
    )
  }
  throw badRequest(
    `the API version in the data (${apiVersion}) does not match the expected API version (${expected})`,
  )
}

const excerpt = (text: string): string =>
  text === '' ? '<empty>' : text.length > 30 ? `${text.slice(0, 30)} ...` : text
