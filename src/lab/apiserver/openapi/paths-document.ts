// The paths of a kind: explain finds the kind by them, and apply learns whether the server validates fields itself.
import type { ResourceKind } from '../resource-kind.ts'
import type { JsonObject } from '../schema/json-values.ts'
import { groupVersionKind, type OpenApiVersion, reference, schemaName } from './schema-document.ts'

const PATCH_TYPES = [
  'application/apply-patch+yaml',
  'application/json-patch+json',
  'application/merge-patch+json',
]
/** Built-in kinds alone: kubectl looks here which patch it may send. */
const STRATEGIC = 'application/strategic-merge-patch+json'

const WRITE_OPTIONS: Readonly<Record<string, string>> = {
  dryRun: 'All: nothing is stored',
  fieldManager: 'the name that owns the fields that are written',
  fieldValidation: 'what to do with unknown and repeated fields: Ignore, Warn or Strict',
}
const LIST_OPTIONS = ['labelSelector', 'fieldSelector', 'limit', 'continue', 'resourceVersion', 'watch']

const option = (name: string, version: OpenApiVersion, description?: string): JsonObject => ({
  name,
  in: 'query',
  ...(description === undefined ? {} : { description }),
  ...(version === 2 ? { type: 'string' } : { schema: { type: 'string' } }),
})

const inPath = (name: string, version: OpenApiVersion): JsonObject => ({
  name,
  in: 'path',
  required: true,
  ...(version === 2 ? { type: 'string' } : { schema: { type: 'string' } }),
})

/** All paths of the kind, by path. */
export function pathsOf(resource: ResourceKind, version: OpenApiVersion): JsonObject {
  const { group, plural, namespaced, statusSubresource } = resource
  const root = `/${group === '' ? 'api' : `apis/${group}`}/${resource.version}`
  const collection = namespaced ? `${root}/namespaces/{namespace}/${plural}` : `${root}/${plural}`
  const namespace = namespaced ? [inPath('namespace', version)] : []
  const item = [...namespace, inPath('name', version)]
  const paths: JsonObject = {
    [collection]: { ...operations(resource, version, COLLECTION), parameters: namespace },
    [`${collection}/{name}`]: { ...operations(resource, version, ITEM), parameters: item },
  }
  if (namespaced) paths[`${root}/${plural}`] = operations(resource, version, { get: 'list' })
  if (statusSubresource)
    paths[`${collection}/{name}/status`] = { ...operations(resource, version, STATUS), parameters: item }
  return paths
}

/** HTTP method → Kubernetes verb. */
type Methods = Readonly<Record<string, string>>
const COLLECTION: Methods = { get: 'list', post: 'create', delete: 'deletecollection' }
const ITEM: Methods = { get: 'get', put: 'update', patch: 'patch', delete: 'delete' }
const STATUS: Methods = { get: 'get', put: 'update', patch: 'patch' }

function operations(resource: ResourceKind, version: OpenApiVersion, methods: Methods): JsonObject {
  const offered = Object.entries(methods).filter(([, verb]) => resource.verbs.includes(verb))
  return Object.fromEntries(
    offered.map(([method, verb]) => [method, operation(resource, version, method, verb)]),
  )
}

function operation(
  resource: ResourceKind,
  version: OpenApiVersion,
  method: string,
  verb: string,
): JsonObject {
  const action = verb === 'create' ? 'post' : verb === 'update' ? 'put' : verb
  const writes = ['post', 'put', 'patch'].includes(method)
  const options = writes
    ? Object.entries(WRITE_OPTIONS).map(([name, description]) => option(name, version, description))
    : verb === 'list'
      ? LIST_OPTIONS.map((name) => option(name, version))
      : []
  if (verb === 'patch') options.push(option('force', version, 'take fields from other managers'))
  return {
    operationId: `${verb}${resource.group}${resource.version}${resource.kind}`.replaceAll('.', ''),
    'x-kubernetes-action': action,
    'x-kubernetes-group-version-kind': groupVersionKind(resource),
    ...body(resource, version, writes ? verb : undefined, options),
    responses: { 200: answer(resource, version) },
  }
}

/** In 2.0 the body is one of the parameters. */
function body(
  resource: ResourceKind,
  version: OpenApiVersion,
  verb: string | undefined,
  parameters: readonly JsonObject[],
): JsonObject {
  if (verb === undefined) return { parameters }
  const schema = verb === 'patch' ? { type: 'object' } : reference(schemaName(resource), version)
  const types = verb === 'patch' ? patchTypes(resource) : ['application/json', 'application/yaml']
  if (version === 2)
    return {
      consumes: types,
      parameters: [...parameters, { name: 'body', in: 'body', required: true, schema }],
    }
  const content = Object.fromEntries(types.map((type) => [type, { schema }]))
  return { parameters, requestBody: { required: true, content } }
}

const patchTypes = ({ schema }: ResourceKind): readonly string[] =>
  schema === undefined ? [...PATCH_TYPES, STRATEGIC] : PATCH_TYPES

function answer(resource: ResourceKind, version: OpenApiVersion): JsonObject {
  const schema = reference(schemaName(resource), version)
  return version === 2
    ? { description: 'OK', schema }
    : { description: 'OK', content: { 'application/json': { schema } } }
}
