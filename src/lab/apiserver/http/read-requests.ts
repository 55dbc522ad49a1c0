// GET of one object, and LIST.
import { listObjects } from '../list/list-objects.ts'
import { listOptions } from '../list/list-options.ts'
import { keyOf, type ServedKind } from '../registry/served-kind.ts'
import { apiVersionOf, type KubeObject } from '../resource-kind.ts'
import { failure, notFound } from '../status.ts'
import { includeObject, partialOf, tableOf } from '../table/table-answer.ts'
import type { World } from '../world.ts'
import { type AnswerShape, wantedAnswer } from './media-types.ts'
import type { ApiAnswer, ApiRequest } from './request.ts'
import type { ResourceTarget } from './route.ts'

const TOO_LARGE_WAIT_MS = 3_000

/** Throws every refusal of GET and LIST. */
export async function readAnswer(
  world: World,
  request: ApiRequest,
  target: ResourceTarget,
  served: ServedKind,
): Promise<ApiAnswer> {
  const warnings = served.custom?.deprecationWarning === undefined ? [] : [served.custom.deprecationWarning]
  const { shape } = wantedAnswer(request.headers['accept'])
  const body =
    target.verb === 'get'
      ? await oneObject(world, request, target, served, shape)
      : await list(world, request, target, served, shape)
  return { code: 200, warnings, ...body }
}

async function oneObject(
  world: World,
  request: ApiRequest,
  target: ResourceTarget,
  served: ServedKind,
  shape: AnswerShape,
) {
  const stored = world.store.get(served.storage, keyOf(target.namespace, target.name))
  if (stored === undefined) throw notFound(served.resource, target.name)
  await world.presenter.prepare(served, [stored])
  return { body: shapedObject(world, request, served, world.presenter.show(served, stored), shape) }
}

/** A single object as it was asked for. Throws 406. */
export function shapedObject(
  world: World,
  request: ApiRequest,
  served: ServedKind,
  object: KubeObject,
  shape: AnswerShape,
): unknown {
  switch (shape) {
    case 'plain':
      return object
    case 'partial':
      return partialOf(object)
    case 'partial-list':
      throw failure(
        406,
        'NotAcceptable',
        'you requested PartialObjectMetadataList, but the requested object is not a list',
      )
    case 'table': {
      const metadata = { resourceVersion: String(object.metadata['resourceVersion'] ?? '') }
      const options = { include: includeObject(request.query), nowMs: world.now().getTime(), columns: true }
      return tableOf(served, [object], metadata, options)
    }
  }
}

async function list(
  world: World,
  request: ApiRequest,
  target: ResourceTarget,
  served: ServedKind,
  shape: AnswerShape,
): Promise<{ body: unknown; text?: string }> {
  const options = listOptions(request.query, served)
  if (shape === 'partial') {
    throw failure(
      406,
      'NotAcceptable',
      'you requested PartialObjectMetadata, but the requested object is a list (*unstructured.UnstructuredList)',
    )
  }
  if ((options.resourceVersion ?? 0) > world.store.revision)
    await refuseFuture(world, options.resourceVersion ?? 0)
  const { objects, revision, continueToken, remaining } = listObjects(
    world.store,
    served,
    target.namespace,
    options,
  )
  await world.presenter.prepare(served, objects)
  const shown = objects.map((object) => world.presenter.show(served, object))
  const metadata = {
    resourceVersion: String(revision),
    ...(continueToken === '' && (served.custom === undefined || shape !== 'plain')
      ? {}
      : { continue: continueToken }),
    ...(remaining === undefined ? {} : { remainingItemCount: remaining }),
  }
  if (shape === 'plain') return plainList(world, served, shown, metadata)
  if (shape === 'partial-list') {
    const items = shown.length === 0 ? null : shown.map(partialOf)
    return { body: { kind: 'PartialObjectMetadataList', apiVersion: 'meta.k8s.io/v1', metadata, items } }
  }
  const tableOptions = { include: includeObject(request.query), nowMs: world.now().getTime(), columns: true }
  return { body: tableOf(served, shown, metadata, tableOptions) }
}

/** The server waits a while for the version to come; then the client shall. */
async function refuseFuture(world: World, version: number): Promise<void> {
  await world.pause(TOO_LARGE_WAIT_MS)
  if (version <= world.store.revision) return
  throw failure(
    504,
    'Timeout',
    `Timeout: Too large resource version: ${version}, current: ${world.store.revision}`,
    {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    },
  )
}

/** Long lists are joined from the texts of their objects, which are made once. */
function plainList(
  world: World,
  served: ServedKind,
  shown: readonly KubeObject[],
  metadata: Record<string, unknown>,
): { body: unknown; text: string } {
  const head = JSON.stringify({ kind: served.listKind, apiVersion: apiVersionOf(served.resource), metadata })
  const items = shown.map((object) => world.presenter.itemText(served, object)).join(',')
  return {
    // Only YAML needs the object; it is read back from the text.
    body: undefined,
    text: `${head.slice(0, -1)},"items":[${items}]}`,
  }
}
