// WATCH: options, the shape of the events, and the session that the edge runs.
import { watchOptions } from '../list/list-options.ts'
import type { ServedKind } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import { includeObject, partialOf, tableOf } from '../table/table-answer.ts'
import { WatchSession, type WatchSink } from '../watch/watch-session.ts'
import type { World } from '../world.ts'
import { type AnswerShape, wantedAnswer } from './media-types.ts'
import type { ApiRequest } from './request.ts'
import type { ResourceTarget } from './route.ts'

export interface WatchAnswer {
  readonly code: 200
  readonly watch: (sink: WatchSink) => WatchSession
  readonly storage: string
  readonly warnings: readonly string[]
}

/** Throws every refusal of WATCH. */
export async function watchAnswer(
  world: World,
  request: ApiRequest,
  target: ResourceTarget,
  served: ServedKind,
): Promise<WatchAnswer> {
  const options = watchOptions(request.query, served, world.faults.watchList)
  // Initial events are never made into a Table: the next type of the Accept header is taken.
  const { shape } = wantedAnswer(
    request.headers['accept'],
    (one) => !(one === 'table' && options.sendInitialEvents === true),
  )
  const write = writerFor(world, request, served, shape)
  const prefix = target.namespace === '' ? '' : `${target.namespace}/`
  await world.presenter.prepare(served, world.store.list(served.storage, prefix))
  const { bookmarkIntervalMs } = world.faults
  const session = (sink: WatchSink) =>
    new WatchSession(
      world.store,
      world.presenter,
      { served, namespace: target.namespace, options, write, bookmarkIntervalMs },
      sink,
    )
  const warning = served.custom?.deprecationWarning
  return {
    code: 200,
    watch: session,
    storage: served.storage,
    warnings: warning === undefined ? [] : [warning],
  }
}

function writerFor(
  world: World,
  request: ApiRequest,
  served: ServedKind,
  shape: AnswerShape,
): (object: KubeObject) => string {
  if (shape === 'plain') return (object) => world.presenter.textOf(object)
  if (shape !== 'table') return (object) => JSON.stringify(partialOf(object))
  const include = includeObject(request.query)
  let first = true
  return (object) => {
    const metadata = { resourceVersion: String(object.metadata['resourceVersion'] ?? '') }
    const table = tableOf(served, [object], metadata, {
      include,
      nowMs: world.now().getTime(),
      columns: first,
    })
    first = false
    return JSON.stringify(table)
  }
}
