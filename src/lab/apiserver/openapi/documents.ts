// OpenAPI as kubectl reads it: the index of 3.0, a document per group and version, and all of it once more as 2.0.
import { sha256 } from '../../../net/sha256.ts'
import { apiVersionOf, type ResourceKind } from '../resource-kind.ts'
import { utf8 } from '../schema/cel/tokens.ts'
import type { JsonObject } from '../schema/json-values.ts'
import { pathsOf } from './paths-document.ts'
import {
  INT_OR_STRING,
  intOrString,
  kindDocument,
  OBJECT_META,
  type OpenApiVersion,
  objectMetaDocument,
  schemaName,
} from './schema-document.ts'

const INFO = { title: 'Kubernetes, as lbctl lab serves it', version: 'v1.33' }

/** `/openapi/v2` as JSON. */
export function openApiV2(resources: readonly ResourceKind[]): JsonObject {
  return { swagger: '2.0', info: INFO, paths: allPaths(resources, 2), definitions: allSchemas(resources, 2) }
}

/**
 * The same as protobuf (gnostic's `openapi.v2.Document`), without a word about any kind: version, title, no paths. kubectl asks for it
 * before it sends a List, which 3.0 cannot tell it about. A kind that is not described it leaves to the server to check.
 */
export function openApiV2Protobuf(): string {
  const field = (number: number, text: string): string =>
    String.fromCharCode(number * 8 + 2, text.length) + text
  return field(1, '2.0') + field(2, field(1, INFO.title) + field(2, INFO.version)) + field(8, '')
}

/** `/openapi/v3`: where the documents are. The hash changes with the content, so that clients may keep what they have. */
export function openApiV3Index(resources: readonly ResourceKind[]): JsonObject {
  const groupVersions = [...new Set(resources.map(apiVersionOf))]
  const paths = groupVersions.map((groupVersion): [string, string] => [
    `${groupVersion.includes('/') ? 'apis' : 'api'}/${groupVersion}`,
    hashOf(JSON.stringify(resources.filter((resource) => apiVersionOf(resource) === groupVersion))),
  ])
  const lists = listPathsOf(resources).map((path): [string, string] => [path, hashOf(path)])
  const entry = ([path, hash]: [string, string]): [string, JsonObject] => [
    path,
    { serverRelativeURL: `/openapi/v3/${path}?hash=${hash}` },
  ]
  return { paths: Object.fromEntries([...paths, ...lists].sort().map(entry)) }
}

/** `api`, `apis`, and `apis/GROUP` of the built-in groups: those of definitions are not described. @param resources all that are served */
const listPathsOf = (resources: readonly ResourceKind[]): readonly string[] => {
  const groups = resources
    .filter(({ group, schema }) => group !== '' && schema === undefined)
    .map(({ group }) => group)
  return ['api', 'apis', ...new Set(groups.map((group) => `apis/${group}`))]
}

/** What stands under one of these paths: a GET that tells what there is. Undefined: it is none of them. */
export function openApiV3List(path: string, resources: readonly ResourceKind[]): JsonObject | undefined {
  if (!listPathsOf(resources).includes(path)) return undefined
  const get = {
    description: 'get what is served',
    responses: { 200: { description: 'OK' }, 401: { description: 'Unauthorized' } },
  }
  return { openapi: '3.0.0', info: INFO, paths: { [`/${path}/`]: { get } } }
}

/** `/openapi/v3/apis/GROUP/VERSION`. @param groupVersion `v1` or `metallb.io/v1beta1` */
export function openApiV3(groupVersion: string, resources: readonly ResourceKind[]): JsonObject {
  const served = resources.filter((resource) => apiVersionOf(resource) === groupVersion)
  return {
    openapi: '3.0.0',
    info: INFO,
    paths: allPaths(served, 3),
    components: { schemas: allSchemas(served, 3) },
  }
}

const allPaths = (resources: readonly ResourceKind[], version: OpenApiVersion): JsonObject =>
  Object.assign({}, ...resources.map((resource) => pathsOf(resource, version)))

function allSchemas(resources: readonly ResourceKind[], version: OpenApiVersion): JsonObject {
  const kinds = resources.map((resource) => [schemaName(resource), kindDocument(resource, version)] as const)
  return {
    ...Object.fromEntries(kinds),
    [OBJECT_META]: objectMetaDocument(version),
    [INT_OR_STRING]: intOrString({}, version),
  }
}

function hashOf(text: string): string {
  const digest = sha256(utf8(text))
  return [...digest].map((byte) => byte.toString(16).padStart(2, '0').toUpperCase()).join('')
}
