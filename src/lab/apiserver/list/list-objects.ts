// LIST: which objects, of which moment, and where the next page begins.
import { textAt } from '../json-value.ts'
import { keyOf, type ServedKind } from '../registry/served-kind.ts'
import type { KubeObject } from '../resource-kind.ts'
import { failure } from '../status.ts'
import type { ObjectStore } from '../storage/object-store.ts'
import { readContinue, writeContinue } from './continue-token.ts'
import type { ListOptions } from './list-options.ts'

export interface ListedObjects {
  readonly revision: number
  readonly objects: readonly KubeObject[]
  readonly continueToken: string
  /** Only where it is known without counting: no selector. */
  readonly remaining: number | undefined
}

/** Throws 410. A version of the future is the caller's affair: it has to wait first. */
export function listObjects(
  store: ObjectStore,
  served: ServedKind,
  namespace: string,
  options: ListOptions,
): ListedObjects {
  const prefix = namespace === '' ? '' : `${namespace}/`
  const from = options.continueToken === '' ? undefined : readContinue(options.continueToken)
  const present = store.list(served.storage, prefix)
  const exact = from !== undefined && from.revision !== -1 ? from.revision : exactVersion(options)
  const state =
    exact === undefined || exact === store.revision ? present : store.listAt(served.storage, exact, prefix)
  if (state === undefined) throw expired(from?.after)
  const revision = exact ?? store.revision
  const behind = from === undefined ? state : state.filter((object) => below(object, prefix) > from.after)
  const matching = behind.filter((object) => options.selection.matches(object))
  // A list from the cache is given whole (limit is not heeded with resourceVersion=0).
  const limit = options.resourceVersion === 0 ? 0 : options.limit
  if (limit === 0 || matching.length <= limit) {
    return { revision, objects: matching, continueToken: '', remaining: undefined }
  }
  const page = matching.slice(0, limit)
  const last = page.at(-1) as KubeObject
  const selective = options.selection.labels.length + options.selection.fields.length > 0
  return {
    revision,
    objects: page,
    continueToken: writeContinue({ revision, after: below(last, prefix) }),
    remaining: selective ? undefined : matching.length - limit,
  }
}

const exactVersion = ({ match, resourceVersion, limit }: ListOptions): number | undefined =>
  match === 'Exact' || (match === '' && limit > 0 && resourceVersion !== undefined && resourceVersion > 0)
    ? resourceVersion
    : undefined

const below = (object: KubeObject, prefix: string): string =>
  keyOf(textAt(object, 'metadata', 'namespace'), textAt(object, 'metadata', 'name')).slice(prefix.length)

function expired(after: string | undefined) {
  if (after === undefined)
    return failure(410, 'Expired', 'The resourceVersion for the provided list is too old.')
  const metadata = { continue: writeContinue({ revision: -1, after }) }
  return failure(
    410,
    'Expired',
    'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.',
    undefined,
    metadata,
  )
}
