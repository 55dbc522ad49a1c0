// The schema of a kind as OpenAPI documents show it: built-in kinds from their compact schemas, custom ones from their CRD.
import type { ResourceKind } from '../resource-kind.ts'
import { builtInSchema } from '../schema/built-in/built-in-schema.ts'
import { objectMeta, type RawSchema } from '../schema/built-in/schema-words.ts'
import { isObject, type JsonObject } from '../schema/json-values.ts'

export type OpenApiVersion = 2 | 3

const REFERENCES: Readonly<Record<OpenApiVersion, string>> = {
  2: '#/definitions/',
  3: '#/components/schemas/',
}
export const OBJECT_META = 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'
export const INT_OR_STRING = 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'

const CORE_PACKAGES: Readonly<Record<string, string>> = {
  '': 'core',
  'rbac.authorization.k8s.io': 'rbac',
  'discovery.k8s.io': 'discovery',
  'coordination.k8s.io': 'coordination',
  'events.k8s.io': 'events',
  'admissionregistration.k8s.io': 'admissionregistration',
  'apiextensions.k8s.io': 'apiextensions',
}

/** `io.k8s.api.core.v1.Service`, `io.metallb.v1beta1.IPAddressPool`. */
export function schemaName({ group, version, kind, schema }: ResourceKind): string {
  if (schema !== undefined) return [...group.split('.').reverse(), version, kind].join('.')
  return `io.k8s.api.${CORE_PACKAGES[group] ?? group.split('.')[0]}.${version}.${kind}`
}

export const reference = (name: string, version: OpenApiVersion): JsonObject => {
  const ref = { $ref: REFERENCES[version] + name }
  // In 3.0 a reference has no siblings; clients expect the detour that the real server takes.
  return version === 2 ? ref : { allOf: [ref] }
}

export const groupVersionKind = ({ group, version, kind }: ResourceKind): JsonObject => ({
  group,
  version,
  kind,
})

const TOP_LEVEL: Readonly<Record<string, string>> = {
  apiVersion: 'The version of the schema that this object is written in.',
  kind: 'The kind of this object.',
}

/** The schema of a kind with its place in the API. */
export function kindDocument(resource: ResourceKind, version: OpenApiVersion): JsonObject {
  const raw = (resource.schema ?? builtInSchema(resource.group, resource.kind)) as RawSchema
  const shown = translate(raw, version, resource.schema === undefined) as JsonObject
  const properties: JsonObject = isObject(shown['properties']) ? { ...shown['properties'] } : {}
  for (const [name, description] of Object.entries(TOP_LEVEL))
    properties[name] = {
      description,
      type: 'string',
      ...(isObject(properties[name]) ? properties[name] : {}),
    }
  properties['metadata'] = {
    description: 'Name, labels and whatever else every object has.',
    ...reference(OBJECT_META, version),
  }
  return {
    ...shown,
    type: 'object',
    properties,
    'x-kubernetes-group-version-kind': [groupVersionKind(resource)],
  }
}

export const objectMetaDocument = (version: OpenApiVersion): JsonObject => ({
  description: 'ObjectMeta is metadata that all persisted resources must have.',
  ...(translate(objectMeta, version, true) as JsonObject),
})

/** OpenAPI has no word for "integer or string", and 2.0 none for null. */
function translate(schema: unknown, version: OpenApiVersion, builtIn: boolean): unknown {
  if (Array.isArray(schema)) return schema.map((entry) => translate(entry, version, builtIn))
  if (!isObject(schema)) return schema
  if (schema['x-kubernetes-int-or-string'] === true)
    return builtIn ? reference(INT_OR_STRING, version) : intOrString(schema, version)
  const shown: JsonObject = {}
  for (const [key, value] of Object.entries(schema)) {
    if (value === undefined || (builtIn && key === 'x-kubernetes-preserve-unknown-fields')) continue
    if (version === 2 && LOST_IN_2.has(key)) continue
    if (key === 'properties' && isObject(value))
      shown[key] = Object.fromEntries(
        Object.entries(value).map(([name, property]) => [name, translate(property, version, builtIn)]),
      )
    else if (SUBSCHEMAS.has(key)) shown[key] = translate(value, version, builtIn)
    else shown[key] = value
  }
  return shown
}

const SUBSCHEMAS = new Set(['items', 'additionalProperties', 'allOf', 'anyOf', 'oneOf', 'not'])
const LOST_IN_2 = new Set(['nullable', 'anyOf', 'oneOf', 'not'])

export function intOrString(schema: JsonObject, version: OpenApiVersion): JsonObject {
  const { description } = schema
  const told = typeof description === 'string' ? { description } : {}
  const mark = { 'x-kubernetes-int-or-string': true }
  if (version === 2) return { ...told, type: 'string', format: 'int-or-string', ...mark }
  return { ...told, ...mark, format: 'int-or-string', oneOf: [{ type: 'integer' }, { type: 'string' }] }
}
