// What there is, and how a client finds out: the documents of a kube-apiserver 1.33 (User-Agent lbctl/0.1, MetalLB's CRDs installed) beside
// those of the laboratory's. It serves fewer kinds, and what it serves has to be described as it is there, with nothing besides.
import { readFileSync } from 'node:fs'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { comparable } from '../support/api-replay/comparable.ts'
import { metallbCluster } from '../support/api-replay/metallb-cluster.ts'
import { type ReplayedStep, replay } from '../support/api-replay/replay.ts'
import type { RecordedEntry } from '../support/api-replay/transcript.ts'

const FILE = new URL('../fixtures/kubernetes/discovery.json', import.meta.url)
const entries = JSON.parse(readFileSync(FILE, 'utf8')) as RecordedEntry[]
let server: ApiServer
let steps: ReadonlyMap<string, ReplayedStep>

beforeAll(async () => {
  server = await startApiServer({ tokens: [{ token: 't', user: 'admin', groups: ['system:masters'] }] })
  server.applyObjects(metallbCluster())
  // Each for itself: the replay would take names by their place in lists, and the lists are shorter here. An etag is that of the answer before.
  const played: ReplayedStep[] = []
  for (const [index, entry] of entries.entries()) {
    const before =
      entry.request.headers?.['if-none-match'] === undefined ? [] : entries.slice(index - 1, index)
    const [step] = (
      await replay([...before, entry], { url: server.url, credentials: () => 'Bearer t' })
    ).slice(-1)
    if (step !== undefined) played.push({ ...step, index })
  }
  steps = new Map(played.map((step) => [step.step, step]))
})
afterAll(() => server.kill())

type Answer = { readonly status: number; readonly body: unknown }
const at = (step: string): { recorded: Answer; present: Answer } => {
  const played = steps.get(step)
  const entry = entries[played?.index ?? -1]
  // As it was recorded: the replay takes names by their place in a list, and these lists are shorter here.
  const recorded = { ...(played?.recorded as Answer), body: comparable(entry?.response.body ?? null) }
  return { recorded, present: played?.present as Answer }
}

/** The server says what it is, and where. */
const OWN_WORDS = new Set([
  'gitVersion',
  'gitCommit',
  'buildDate',
  'goVersion',
  'compiler',
  'serverAddress',
  'annotations',
])

/** What two lists are compared by. */
const nameIn = (item: unknown): string => {
  const { name, metadata, resource, subresource, version, groupVersion, cells } = item as Record<
    string,
    unknown
  >
  const own = name ?? (metadata as { name?: string } | undefined)?.name ?? subresource ?? resource
  return String(own ?? groupVersion ?? version ?? (cells as unknown[] | undefined)?.[0] ?? '')
}

/** The recorded value without what is not served here; what is there only is told by `toEqual`. */
function served(recorded: unknown, present: unknown): unknown {
  if (Array.isArray(recorded) && Array.isArray(present)) {
    const names = new Map(recorded.map((item) => [isMap(item) ? nameIn(item) : item, item]))
    return present.map((item) => served(names.get(isMap(item) ? nameIn(item) : item), item))
  }
  if (!isMap(recorded) || !isMap(present)) return recorded
  return Object.fromEntries(
    Object.entries(recorded).map(([key, value]) => [
      key,
      OWN_WORDS.has(key) ? present[key] : served(value, present[key]),
    ]),
  )
}
const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const APART = new Set(['openapi v3 index', 'root paths', 'readyz?verbose', 'one CRD'])

it.each(entries.map(({ step }) => step).filter((step) => !APART.has(step)))('%s', (step) => {
  const { recorded, present } = at(step)
  expect(present).toEqual(served(recorded, present))
})

it('the index of OpenAPI names documents that are there, at the places of a real server', async () => {
  const { recorded, present } = at('openapi v3 index')
  type Paths = Record<string, { serverRelativeURL: string }>
  const pathsOf = ({ body }: Answer): Paths => (JSON.parse(String(body)) as { paths: Paths }).paths
  const [theirs, ours] = [pathsOf(recordedText(recorded)), pathsOf(present)]
  expect(Object.keys(theirs)).toEqual(expect.arrayContaining(Object.keys(ours)))
  expect(Object.keys(ours)).toEqual(
    expect.arrayContaining(['api', 'apis', 'apis/apps', 'apis/apps/v1', 'apis/metallb.io/v1beta2']),
  )
  const withoutHash = (url: string | undefined) => url?.replace(/\?hash=[0-9A-F]+$/, '')
  for (const [path, { serverRelativeURL }] of Object.entries(ours)) {
    expect(withoutHash(serverRelativeURL)).toBe(withoutHash(theirs[path]?.serverRelativeURL))
    const answer = await fetch(`${server.url}${serverRelativeURL}`, {
      headers: { authorization: 'Bearer t' },
    })
    expect([path, answer.status]).toEqual([path, 200])
    expect(await answer.json()).toMatchObject({ openapi: '3.0.0' })
  }
})
/** It comes as text/plain, and was recorded parsed. */
const recordedText = ({ status, body }: Answer): Answer => ({
  status,
  body: typeof body === 'string' ? body : JSON.stringify(body),
})

it('the paths below / are paths of a real server, and all of them answer', async () => {
  const { recorded, present } = at('root paths')
  const pathsOf = ({ body }: Answer) => (body as { paths: string[] }).paths
  expect(pathsOf(recorded)).toEqual(expect.arrayContaining(pathsOf(present)))
  expect(pathsOf(present)).toEqual([...pathsOf(present)].sort())
  for (const path of pathsOf(present)) {
    const answer = await fetch(`${server.url}${path}`, { headers: { authorization: 'Bearer t' } })
    expect([path, answer.status]).toEqual([path, 200])
  }
})

it('readyz?verbose names checks of a real server, in its order', () => {
  const { recorded, present } = at('readyz?verbose')
  const [theirs, ours] = [recorded, present].map(({ body }) => String(body).split('\n')) as [
    string[],
    string[],
  ]
  expect(ours).toEqual(theirs.filter((line) => ours.includes(line)))
  expect(ours).toEqual(
    expect.arrayContaining(['[+]informer-sync ok', '[+]shutdown ok', 'readyz check passed']),
  )
})
