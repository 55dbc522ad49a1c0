// Lists: selectors, pages that stay on the version of the first, and the 410 when that version is gone.
import { type Answer, failure, json } from './answers.ts'
import { type Map_, mapOf, type Stored } from './objects.ts'
import type { Store, Target } from './store.ts'

interface Request {
  readonly query: Readonly<Record<string, string>>
  readonly headers: { readonly accept?: string | undefined }
}

interface Snapshot {
  readonly items: readonly Stored[]
  readonly version: string
}

/** What the continue tokens stand for. A real token holds the version and the last key; ours an index into this. */
export class Pages {
  readonly #snapshots = new Map<number, Snapshot>()

  keep(snapshot: Snapshot): number {
    const id = this.#snapshots.size + 1
    this.#snapshots.set(id, snapshot)
    return id
  }

  find(id: number): Snapshot | undefined {
    return this.#snapshots.get(id)
  }

  /** etcd forgets old versions: every token so far is expired. */
  compact(): void {
    for (const id of this.#snapshots.keys()) this.#snapshots.set(id, { items: [], version: '' })
  }
}

const EXPIRED =
  'The provided continue parameter is too old to display a consistent list result. You can start a new list without the continue parameter, or use the continue token in this response to retrieve the remainder of the results. Continuing with the provided token results in an inconsistent list - objects that were created, modified, or deleted between the time the first chunk was returned and now may show up in the list.'

interface Token {
  readonly snapshot: number
  /** key of the last item given */
  readonly after: string
}

const printToken = (token: Token): string => Buffer.from(JSON.stringify(token)).toString('base64url')

function parseToken(text: string): Token {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Token
  } catch {
    throw failure(
      400,
      'BadRequest',
      "invalid continue token: continue key is not valid: invalid character '\\u009e' looking for beginning of value",
    )
  }
}

const keyOf = (object: Stored): string => `${object.metadata.namespace ?? ''}/${object.metadata.name}`

export function listAnswer(
  store: Store,
  pages: Pages,
  target: Omit<Target, 'name'>,
  request: Request,
): Answer {
  const { type, version, namespace } = target
  const { query } = request
  const limit = Number(query['limit'] ?? 0)
  const present = (): Snapshot => ({
    items: store.list(type, version, namespace).filter((o) => selected(o, query)),
    version: store.version,
  })
  const token = query['continue'] === undefined ? undefined : parseToken(query['continue'])
  const snapshot =
    token === undefined || token.snapshot < 0 ? present() : (pages.find(token.snapshot) ?? present())
  if (token !== undefined && snapshot.version === '')
    throw failure(410, 'Expired', EXPIRED, undefined, {
      continue: printToken({ snapshot: -1, after: token.after }),
    })
  const rest = snapshot.items.filter((object) => token === undefined || keyOf(object) > token.after)
  const page = limit > 0 ? rest.slice(0, limit) : rest
  const left = rest.length - page.length
  const last = page.at(-1)
  const more =
    left > 0 && last !== undefined
      ? {
          continue: printToken({ snapshot: pages.keep(snapshot), after: keyOf(last) }),
          ...(query['labelSelector'] === undefined && query['fieldSelector'] === undefined
            ? { remainingItemCount: left }
            : {}),
        }
      : type.group === 'metallb.io'
        ? { continue: '' }
        : {}
  const metadata: Map_ = { resourceVersion: snapshot.version, ...more }
  if (request.headers.accept?.includes('as=Table') === true)
    return json(200, table(page, metadata, query['includeObject']))
  const apiVersion = type.group === '' ? version : `${type.group}/${version}`
  const custom = type.group === 'metallb.io'
  const items = custom ? page : page.map(({ kind: _, apiVersion: __, ...object }) => object)
  return json(200, { kind: `${type.kind}List`, apiVersion, metadata, items })
}

function selected(object: Stored, query: Readonly<Record<string, string>>): boolean {
  const labels = mapOf(object.metadata['labels'])
  const byLabel = (query['labelSelector'] ?? '').split(',').every((part) => {
    const [name = '', value] = part.split('=')
    return name === '' || labels[name] === value
  })
  const byField = (query['fieldSelector'] ?? '').split(',').every((part) => {
    const [name = '', value] = part.split('=')
    if (name === '') return true
    if (name === 'type') return object['type'] === value
    return mapOf(object.metadata)[name.replace(/^metadata\./, '')] === value
  })
  return byLabel && byField
}

/** Only Secrets are read as a Table. */
function table(page: readonly Stored[], metadata: Map_, includeObject = 'Metadata'): unknown {
  const column = (name: string, format = ''): unknown => ({ name, type: 'string', format, priority: 0 })
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: [column('Name', 'name'), column('Type'), column('Data'), column('Age')],
    rows: page.map((object) => ({
      cells: [object.metadata.name, object['type'], Object.keys(mapOf(object['data'])).length, '0s'],
      object:
        includeObject === 'None'
          ? null
          : { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata },
    })),
  }
}
