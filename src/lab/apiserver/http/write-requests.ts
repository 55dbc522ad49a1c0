// POST, PUT, PATCH, DELETE and DELETE of a collection.
import { requestToken } from '../auth/token-request.ts'
import { textAt } from '../json-value.ts'
import { selectionOf } from '../list/list-options.ts'
import type { ServedKind } from '../registry/served-kind.ts'
import { apiVersionOf, type KubeObject } from '../resource-kind.ts'
import { ApiRefusal, failure } from '../status.ts'
import type { World } from '../world.ts'
import { createObject } from '../write/create-object.ts'
import { fitObject, readObjectText } from '../write/decode-object.ts'
import { type DeleteOptions, deleteObject, deleteOptions } from '../write/delete-object.ts'
import { patchObject } from '../write/patch-object.ts'
import { putObject, type Written } from '../write/update-object.ts'
import { judgeFields, type WriteContext } from '../write/write-context.ts'
import { writeOptions } from '../write/write-options.ts'
import { bodyText, wantedAnswer } from './media-types.ts'
import { shapedObject } from './read-requests.ts'
import { type ApiAnswer, type ApiRequest, textOf } from './request.ts'
import type { ResourceTarget } from './route.ts'

const MAX_BODY_BYTES = 3 * 1024 * 1024

const OPTION_KINDS: Readonly<Record<string, string>> = {
  create: 'CreateOptions',
  update: 'UpdateOptions',
  patch: 'PatchOptions',
  delete: 'DeleteOptions',
  deletecollection: 'DeleteOptions',
}

/** Throws every refusal of a write; warnings that were due travel with the refusal. */
export async function writeAnswer(
  world: World,
  request: ApiRequest,
  target: ResourceTarget,
  served: ServedKind,
): Promise<ApiAnswer> {
  if (request.body.length > MAX_BODY_BYTES) {
    throw failure(413, 'RequestEntityTooLarge', `Request entity too large: limit is ${MAX_BODY_BYTES}`)
  }
  const { shape } = wantedAnswer(request.headers['accept'])
  const options = writeOptions(request, OPTION_KINDS[target.verb] ?? 'UpdateOptions')
  const warnings: string[] = []
  const deprecated = served.custom?.deprecationWarning
  const context: WriteContext = {
    world,
    served,
    target,
    user: request.user,
    options,
    query: request.query,
    warnings,
  }
  try {
    const { code, object } = await written(context, request)
    const all = deprecated === undefined ? warnings : [deprecated, ...warnings]
    const isObject = object.kind === served.resource.kind
    const body = isObject ? shapedObject(world, request, served, object as KubeObject, shape) : object
    return { code, body, warnings: all }
  } catch (error) {
    const due = deprecated === undefined ? warnings : [deprecated, ...warnings]
    if (error instanceof ApiRefusal && due.length > 0) Object.assign(error, { warnings: due })
    throw error
  }
}

async function written(
  context: WriteContext,
  request: ApiRequest,
): Promise<{ code: number; object: { kind?: string } }> {
  const { target } = context
  switch (target.verb) {
    case 'create':
      return { code: 201, object: await post(context, request) }
    case 'update':
      return answerOf(await putObject(context, decodeBody(context, request)))
    case 'patch':
      return answerOf(await patchObject(context, request))
    case 'delete':
      return {
        code: 200,
        object: await deleteObject(context, deleteOptions(deleteBody(request), request.query)),
      }
    default:
      return { code: 200, object: await deleteCollection(context, request) }
  }
}

const answerOf = ({ object, created }: Written) => ({ code: created ? 201 : 200, object })

/** A DELETE without a content type has a body of JSON, or none. */
const deleteBody = (request: ApiRequest): string =>
  request.body.length === 0 ? '' : bodyText(request.headers['content-type'], request.body)

async function post(context: WriteContext, request: ApiRequest): Promise<KubeObject> {
  const { target, world } = context
  if (target.subresource === 'token') {
    const value: unknown = JSON.parse(textOf(request.body) || '{}')
    return requestToken(world, target.namespace, target.name, value as KubeObject)
  }
  return createObject(context, decodeBody(context, request))
}

function decodeBody(context: WriteContext, request: ApiRequest): KubeObject {
  const text = bodyText(request.headers['content-type'], request.body)
  const { value, duplicates } = readObjectText(context.served, text)
  const decoded = fitObject(context.served, value, duplicates)
  judgeFields(context, decoded)
  return decoded.object
}

async function deleteCollection(context: WriteContext, request: ApiRequest) {
  const { world, served, target } = context
  const options: DeleteOptions = deleteOptions(deleteBody(request), request.query)
  const selection = selectionOf(request.query, served)
  const prefix = target.namespace === '' ? '' : `${target.namespace}/`
  const { revision } = world.store
  const stored = world.store.list(served.storage, prefix)
  await world.presenter.prepare(served, stored)
  const shown = stored
    .map((object) => world.presenter.show(served, object))
    .filter((object) => selection.matches(object))
  for (const object of shown) {
    const name = textAt(object, 'metadata', 'name')
    const namespace = textAt(object, 'metadata', 'namespace')
    await deleteObject({ ...context, target: { ...target, name, namespace, verb: 'delete' } }, options)
  }
  const items =
    served.custom === undefined
      ? shown.map(({ kind: _kind, apiVersion: _apiVersion, ...item }) => item)
      : shown
  const metadata = {
    resourceVersion: String(revision),
    ...(served.custom === undefined ? {} : { continue: '' }),
  }
  return { kind: served.listKind, apiVersion: apiVersionOf(served.resource), metadata, items }
}
