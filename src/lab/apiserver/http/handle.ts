// One request → one answer, or a watch. Everything that a client may be refused is thrown and turned into a Status here.

import { demandRight } from '../auth/audit.ts'
import { actingUser } from '../auth/impersonation.ts'
import { accountUidIn, answerReview, isReview } from '../auth/reviews.ts'
import { ANONYMOUS } from '../auth/token-book.ts'
import { discoveryAnswer, groupPaths } from '../discovery/discovery.ts'
import { openApiAnswer } from '../discovery/openapi-answer.ts'
import { serverDocument } from '../discovery/server-documents.ts'
import type { ServedKind } from '../registry/served-kind.ts'
import { apiVersionOf, type KubeObject } from '../resource-kind.ts'
import {
  ApiRefusal,
  badRequest,
  failure,
  methodNotAllowed,
  noSuchResource,
  notSupportedOn,
  PageNotFound,
} from '../status.ts'
import type { World } from '../world.ts'
import { fitObject, readObjectText } from '../write/decode-object.ts'
import { bodyText } from './media-types.ts'
import { plainText } from './plain-text.ts'
import { isPodLog, podLogAnswer } from './pod-log.ts'
import { readAnswer } from './read-requests.ts'
import type { ApiAnswer, ApiRequest, ApiUser } from './request.ts'
import { type ResourceTarget, routeOf } from './route.ts'
import { type WatchAnswer, watchAnswer } from './watch-requests.ts'
import { writeAnswer } from './write-requests.ts'

export type Handled = ApiAnswer | WatchAnswer

/** Never rejects but for bugs. */
export async function handle(world: World, request: Omit<ApiRequest, 'user'>): Promise<Handled> {
  try {
    const asker = authenticate(world, request.headers['authorization'])
    const user = actingUser(world.authorizer, asker, request.headers)
    return await answer(world, { ...request, user })
  } catch (error) {
    return refusalAnswer(error)
  }
}

export function refusalAnswer(error: unknown): ApiAnswer {
  if (error instanceof ApiRefusal) {
    const { status } = error
    const seconds = status.details?.retryAfterSeconds
    return {
      code: status.code ?? 500,
      body: status,
      ...(seconds === undefined ? {} : { headers: { 'retry-after': String(seconds) } }),
      ...('warnings' in error && Array.isArray(error.warnings) ? { warnings: error.warnings } : {}),
    }
  }
  if (error instanceof PageNotFound) return plainText(404, '404 page not found\n')
  throw error
}

/** Throws 401. Credentials that are not a bearer token are as none. */
function authenticate(world: World, header: string | undefined): ApiUser {
  const token = /^Bearer\s+(.+)$/i.exec(header ?? '')?.[1]
  if (token === undefined) return ANONYMOUS
  const user = world.tokens.userOf(token.trim(), world.now().getTime(), accountUidIn(world))
  if (user === undefined) throw failure(401, 'Unauthorized', 'Unauthorized')
  return user
}

async function answer(world: World, request: ApiRequest): Promise<Handled> {
  checkTimeout(request.query.get('timeout'))
  const route = routeOf(request)
  // 403 comes before 404: who may not ask does not learn what there is.
  demandRight(world, request.user, route, request.query)
  if (route.kind === 'path') return pathAnswer(world, request)
  const served = servedKind(world, route.target)
  return resourceAnswer(world, request, route.target, served)
}

function checkTimeout(text: string | null): void {
  if (text === null || text === '' || /^(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+$/.test(text)) return
  throw badRequest(
    `invalid timeout specified in the request URL - time: invalid duration ${JSON.stringify(text)}`,
  )
}

function pathAnswer(world: World, request: ApiRequest): ApiAnswer {
  const document =
    discoveryAnswer(world.registry, request, world.address()) ??
    openApiAnswer(world.registry, request) ??
    serverDocument(request, () => groupPaths(world.registry))
  if (document === undefined) throw new PageNotFound()
  return document
}

/** Throws 404: as text where custom resources are looked for, as a Status among the built-in groups. */
function servedKind(world: World, target: ResourceTarget): ServedKind {
  const { registry } = world
  const served = registry.find(target.group, target.version, target.plural)
  const builtinGroup =
    target.group === '' || (registry.isGroup(target.group) && !registry.isCustomGroup(target.group))
  if (served === undefined || (served.resource.namespaced === false && target.namespace !== '')) {
    throw builtinGroup ? noSuchResource() : new PageNotFound()
  }
  const named = target.name !== '' || target.verb === 'create'
  if (served.custom !== undefined && served.resource.namespaced && target.namespace === '' && named)
    throw new PageNotFound()
  return served
}

async function resourceAnswer(
  world: World,
  request: ApiRequest,
  target: ResourceTarget,
  served: ServedKind,
): Promise<Handled> {
  checkMethod(target, served)
  if (isPodLog(target, served) && target.verb === 'get') return podLogAnswer(world, request, target, served)
  checkSubresource(target, served)
  if (isReview(served.resource.kind))
    return { code: 201, body: answerReview(world, request.user, reviewIn(request, served)) }
  if (target.verb === 'watch') return watchAnswer(world, request, target, served)
  return target.verb === 'get' || target.verb === 'list'
    ? readAnswer(world, request, target, served)
    : writeAnswer(world, request, target, served)
}

function reviewIn(request: ApiRequest, served: ServedKind): KubeObject {
  const { value } = readObjectText(served, bodyText(request.headers['content-type'], request.body))
  const { object } = fitObject(served, value)
  return { ...object, kind: served.resource.kind, apiVersion: apiVersionOf(served.resource) }
}

/** Throws 400 and 405. */
function checkMethod(target: ResourceTarget, served: ServedKind): void {
  const { resource, custom } = served
  if (custom === undefined) {
    const nowhere =
      resource.namespaced && target.namespace === '' && target.verb !== 'list' && target.verb !== 'watch'
    const wrongPath =
      (target.verb === 'create' && target.name !== '' && target.subresource === '') ||
      ((target.verb === 'update' || target.verb === 'patch') && target.name === '')
    const verb = target.subresource === '' ? target.verb : 'get'
    const unknown = verb !== 'get' && !resource.verbs.includes(verb)
    if (
      nowhere ||
      wrongPath ||
      unknown ||
      target.verb === '' ||
      (verb === 'get' && resource.verbs.length === 1)
    )
      throw methodNotAllowed()
    return
  }
  if (target.verb === '') throw notSupportedOn('', resource)
  if (target.subresource === 'status' && (target.verb === 'create' || target.verb === 'delete')) {
    throw notSupportedOn(target.verb, resource)
  }
  if ((target.verb === 'update' || target.verb === 'patch') && target.name === '')
    throw badRequest('name must be provided')
}

/** Throws 404. */
function checkSubresource(target: ResourceTarget, { resource, custom, storage }: ServedKind): void {
  const { subresource } = target
  if (subresource === '') return
  if (subresource === 'status' && resource.statusSubresource === true && target.rest.length === 0) return
  if (storage === 'serviceaccounts' && subresource === 'token') return
  if (storage === 'namespaces' && subresource === 'finalize') return
  if (custom === undefined) throw noSuchResource()
  const name = JSON.stringify(target.name)
  const word = `${resource.plural}.${resource.group}`
  throw failure(404, 'NotFound', `${word} ${name} not found`, {
    name: target.name,
    group: resource.group,
    kind: resource.plural,
  })
}
