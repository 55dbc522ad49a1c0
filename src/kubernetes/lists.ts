// Whole lists: page by page, through the 410 that a slow reader gets.
import { LbctlError } from '../errors/lbctl-error.ts'
import type { LiveObject } from '../migrate/ports.ts'
import type { ApiClient } from './client.ts'
import { asRecord, asText, readStatus } from './status.ts'

/** What kubectl asks for at a time. */
const PAGE_SIZE = 500

export interface ListRequest {
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly accept?: string
}

/** The bodies of all pages. `pageSize` is for tests. */
export async function listPages(
  client: ApiClient,
  list: ListRequest,
  pageSize = PAGE_SIZE,
): Promise<readonly Readonly<Record<string, unknown>>[]> {
  let pages: Readonly<Record<string, unknown>>[] = []
  let token: string | undefined
  let restarted = false
  for (;;) {
    const answer = await client.call(
      {
        method: 'GET',
        path: list.path,
        ...(list.accept === undefined ? {} : { accept: list.accept }),
        query: {
          ...list.query,
          limit: String(pageSize),
          ...(token === undefined ? {} : { continue: token }),
        },
      },
      { repeatable: true, expect: token === undefined ? [] : [410] },
    )
    if (answer.status === 410) {
      // The version of page 1 was compacted away. One fresh start gives a consistent list; a cluster that compacts faster
      // than we read gets the token of the 410, which goes on at the present state.
      const { continueToken } = readStatus(answer.body)
      if (!restarted || continueToken === undefined) {
        if (restarted)
          throw new LbctlError('unreachable', `The list ${list.path} changes faster than it can be read.`)
        restarted = true
        pages = []
        token = undefined
      } else token = continueToken
      continue
    }
    const page = asRecord(answer.body)
    pages.push(page)
    // Custom lists always have `continue`, '' at the end; built-in lists leave it out.
    token = asText(asRecord(page['metadata'])['continue']) || undefined
    if (token === undefined) return pages
  }
}

/** Items of built-in lists have neither kind nor apiVersion: they get those named here. */
export async function listObjects(
  client: ApiClient,
  list: ListRequest,
  type: { readonly apiVersion: string; readonly kind: string },
  pageSize = PAGE_SIZE,
): Promise<readonly LiveObject[]> {
  const pages = await listPages(client, list, pageSize)
  const byUid = new Map<string, LiveObject>()
  for (const page of pages) {
    const items = page['items']
    for (const item of Array.isArray(items) ? items : []) {
      // Pages of different moments can show an object twice; the later one counts.
      const object = toLiveObject(item, type)
      byUid.set(object.metadata.uid, object)
    }
  }
  return [...byUid.values()]
}

/** @throws LbctlError when what came is no object: then this is no API server */
export function toLiveObject(
  value: unknown,
  type: { readonly apiVersion: string; readonly kind: string },
): LiveObject {
  const metadata = asRecord(asRecord(value)['metadata'])
  if (asText(metadata['name']) === '' || asText(metadata['uid']) === '')
    throw new LbctlError('unreachable', `The cluster answered with a ${type.kind} that has no name or uid.`, {
      hints: ['Check the server address; a proxy may stand there.'],
    })
  return Object.assign({ apiVersion: type.apiVersion, kind: type.kind }, value as LiveObject)
}
