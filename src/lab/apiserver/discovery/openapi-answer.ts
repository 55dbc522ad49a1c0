// GET of /openapi/v3, its documents, and /openapi/v2.
import { createHash } from 'node:crypto'
import { notAcceptable, rangesOf } from '../http/media-types.ts'
import { plainText } from '../http/plain-text.ts'
import type { ApiAnswer, ApiRequest } from '../http/request.ts'
import { openApiV2, openApiV3, openApiV3Index } from '../openapi/documents.ts'
import type { KindRegistry } from '../registry/kind-registry.ts'
import { apiVersionOf } from '../resource-kind.ts'

/** Undefined for any other path, and for a group and version that is not served. */
export function openApiAnswer(registry: KindRegistry, request: ApiRequest): ApiAnswer | undefined {
  const path = request.path.replace(/\/$/, '')
  if (!path.startsWith('/openapi/')) return undefined
  const resources = registry.all().map(({ resource }) => resource)
  if (path === '/openapi/v3') return plainText(200, JSON.stringify(openApiV3Index(resources)))
  if (path === '/openapi/v2') {
    // kubectl asks for protobuf here. It goes on with 3.0 and with what it knows itself when it is refused.
    if (!rangesOf(request.headers['accept']).some(({ type }) => JSON_RANGES.has(type))) throw notAcceptable()
    return withEtag(request, openApiV2(resources))
  }
  const groupVersion = /^\/openapi\/v3\/(?:api|apis)\/(.+)$/.exec(path)?.[1]
  const known = resources.some((resource) => apiVersionOf(resource) === groupVersion)
  return known && groupVersion !== undefined
    ? withEtag(request, openApiV3(groupVersion, resources))
    : undefined
}

const JSON_RANGES: ReadonlySet<string> = new Set(['application/json', 'application/*', '*/*'])

function withEtag(request: ApiRequest, body: object): ApiAnswer {
  const etag = `"${createHash('sha512').update(JSON.stringify(body)).digest('hex').toUpperCase()}"`
  const headers = { vary: 'Accept', etag }
  if (request.headers['if-none-match'] === etag) return { code: 304, body: undefined, headers }
  return { code: 200, body, headers }
}
