// GET of /openapi/v3, its documents, and /openapi/v2.
import { createHash } from 'node:crypto'
import { notAcceptable, rangesOf } from '../http/media-types.ts'
import { plainText } from '../http/plain-text.ts'
import type { ApiAnswer, ApiRequest } from '../http/request.ts'
import {
  openApiV2,
  openApiV2Protobuf,
  openApiV3,
  openApiV3Index,
  openApiV3List,
} from '../openapi/documents.ts'
import type { KindRegistry } from '../registry/kind-registry.ts'
import { apiVersionOf } from '../resource-kind.ts'

/** Undefined for any other path, and for a group and version that is not served. */
export function openApiAnswer(registry: KindRegistry, request: ApiRequest): ApiAnswer | undefined {
  const path = request.path.replace(/\/$/, '')
  if (!path.startsWith('/openapi/')) return undefined
  const resources = registry.all().map(({ resource }) => resource)
  if (path === '/openapi/v3') return plainText(200, JSON.stringify(openApiV3Index(resources)))
  if (path === '/openapi/v2') {
    const wanted = rangesOf(request.headers['accept']).map(({ type }) => type)
    if (wanted.some((type) => JSON_RANGES.has(type))) return withEtag(request, openApiV2(resources))
    if (!wanted.includes(ASKED_PROTOBUF)) throw notAcceptable()
    return { code: 200, body: openApiV2Protobuf(), headers: { 'content-type': ANSWERED_PROTOBUF } }
  }
  const list = openApiV3List(path.slice('/openapi/v3/'.length), resources)
  if (list !== undefined) return withEtag(request, list)
  const groupVersion = /^\/openapi\/v3\/(?:api|apis)\/(.+)$/.exec(path)?.[1]
  const known = resources.some((resource) => apiVersionOf(resource) === groupVersion)
  return known && groupVersion !== undefined
    ? withEtag(request, openApiV3(groupVersion, resources))
    : undefined
}

/** kubectl asks with an @, and a real server answers with a point. */
const ASKED_PROTOBUF = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf'
const ANSWERED_PROTOBUF = 'application/com.github.proto-openapi.spec.v2.v1.0+protobuf'
const JSON_RANGES: ReadonlySet<string> = new Set(['application/json', 'application/*', '*/*'])

function withEtag(request: ApiRequest, body: object): ApiAnswer {
  const etag = `"${createHash('sha512').update(JSON.stringify(body)).digest('hex').toUpperCase()}"`
  const headers = { vary: 'Accept', etag }
  if (request.headers['if-none-match'] === etag) return { code: 304, body: undefined, headers }
  return { code: 200, body, headers }
}
