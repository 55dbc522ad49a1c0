// The driver over real connections, fed with what a kube-apiserver answered.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it, vi } from 'vitest'
import recorded from '../../../test/fixtures/kubernetes/watches.json' with { type: 'json' }
import { type Connection, openConnection } from '../connection.ts'
import { ResourceWatch, realClock } from './resource-watch.ts'
import type { WatchReport } from './state.ts'
import { ScriptedServer, sendEvents, sendJson, sendPacked } from './testing/scripted-server.ts'
import type { ViewChange } from './view.ts'

const PATH = '/apis/metallb.io/v1beta1/namespaces/metallb-system/communities'
let server: ScriptedServer
let directory: string
let connection: Connection
let changes: ViewChange<string>[]
let reports: WatchReport[]
let watch: ResourceWatch<string> | undefined

const kubeconfig = (token: string): string =>
  JSON.stringify({
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: server.url, 'insecure-skip-tls-verify': true } }],
    users: [{ name: 'test', user: { token } }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  })

beforeEach(async () => {
  server = await ScriptedServer.start()
  directory = mkdtempSync(join(tmpdir(), 'lbctl-watch-'))
  writeFileSync(join(directory, 'config'), kubeconfig('first'))
  connection = openConnection({ kubeconfig: join(directory, 'config'), env: {} })
  changes = []
  reports = []
})

afterEach(async () => {
  watch?.stop()
  connection.close()
  await server.stop()
  rmSync(directory, { recursive: true })
})

/** Timers ten times as fast, so that pauses cost the test little. */
const fast = { ...realClock, after: (ms: number, call: () => void) => realClock.after(ms / 10, call) }

function begin(): ResourceWatch<string> {
  watch = new ResourceWatch<string>({
    connection,
    path: PATH,
    project: (object) =>
      JSON.stringify([object['spec'], (object['metadata'] as { labels?: unknown }).labels]),
    same: (a, b) => a === b,
    onChanges: (more) => changes.push(...more),
    onReport: (report) => reports.push(report),
    clock: fast,
  })
  watch.start()
  return watch
}

const eventually = (check: () => void): Promise<void> => vi.waitFor(check, { timeout: 15_000, interval: 5 })
const told = () => changes.map(({ kind, key }) => `${kind} ${key}`)
const isWatch = ({ query }: { query: Readonly<Record<string, string>> }) => query['watch'] === 'true'
const refuseWatchLists = (query: Readonly<Record<string, string>>) => query['sendInitialEvents'] !== undefined

it.each([1, 7, 1000, 100_000])(
  'reads the recorded watch list and its changes in pieces of %i bytes',
  async (size) => {
    server.reply = (response) => sendEvents(response, recorded['watch list'].events, size)
    const { view } = begin()
    await eventually(() => expect(told().length).toBeGreaterThan(3))
    const objects = recorded['watch list'].events.filter(({ type }) => type !== 'BOOKMARK')
    const names = new Set(
      objects.map(({ object }) => `metallb-system/${(object.metadata as { name: string }).name}`),
    )
    expect(new Set(changes.map(({ key }) => key))).toEqual(names)
    expect(view.size).toBe(names.size)
    expect(reports).toEqual([{ kind: 'synced' }])
    expect(server.asked).toHaveLength(1)
    expect(server.asked[0]?.query).toMatchObject({
      sendInitialEvents: 'true',
      resourceVersionMatch: 'NotOlderThan',
      allowWatchBookmarks: 'true',
    })
  },
)

it('takes a list, packed, where there are no watch lists, and remembers that', async () => {
  const refusal = recorded['watch list refused']
  server.reply = (response, { query }) => {
    if (refuseWatchLists(query)) sendJson(response, refusal.status, refusal.body)
    else if (query['watch'] === undefined) sendPacked(response, recorded.list.body)
    else if (query['resourceVersion'] === recorded.list.body.metadata.resourceVersion)
      sendEvents(response, recorded.changes.events, 11)
    else sendEvents(response, recorded['too old'].events, 11)
  }
  begin()
  // What the recorded list and the recorded changes come to; one of them is in fields that nobody asked for.
  const w1 = (times: number): string[] => Array.from({ length: times }, () => 'set metallb-system/w1')
  await eventually(() =>
    expect(told()).toEqual([
      'set metallb-system/before-1',
      'set metallb-system/before-2',
      ...w1(5),
      'deleted metallb-system/w1',
      ...w1(1),
    ]),
  )
  expect(reports).toEqual([{ kind: 'synced' }])
  expect(server.asked.filter(({ query }) => refuseWatchLists(query))).toHaveLength(1)
})

it('a version that is too old, in both wordings, is a new list; only what is different is told', async () => {
  let lists = 0
  let watches = 0
  server.reply = (response, asked) => {
    if (refuseWatchLists(asked.query)) sendJson(response, 422, {})
    else if (isWatch(asked)) {
      watches += 1
      const expired = recorded[watches === 1 ? 'too old' : 'too old in etcd'].events
      if (watches > 2) sendEvents(response, [], 1)
      else {
        sendEvents(response, expired, 5)
        response.end()
      }
    } else {
      lists += 1
      const [first, second] = recorded.list.body.items
      const { metadata } = recorded.list.body
      sendJson(response, 200, { metadata, items: lists === 1 ? [first, second] : [first] })
    }
  }
  begin()
  await eventually(() => expect(watches).toBe(3))
  expect(lists).toBe(3)
  expect(told()).toEqual([
    'set metallb-system/before-1',
    'set metallb-system/before-2',
    'deleted metallb-system/before-2',
  ])
  expect(reports).toEqual([{ kind: 'synced' }])
})

it('a server that goes away and comes up as recorded costs nothing that is known', async () => {
  const starting = [
    recorded['server is starting'],
    recorded['forbidden while starting'],
    recorded['storage is starting'],
  ]
  let away = false
  server.reply = (response, asked) => {
    if (away) {
      const next = starting.shift()
      if (next !== undefined) {
        const wait = (next.headers as Record<string, string>)['retry-after']
        sendJson(response, next.status, next.body, wait === undefined ? {} : { 'retry-after': wait })
        return
      }
      away = false
    }
    if (refuseWatchLists(asked.query)) sendJson(response, 422, {})
    else if (isWatch(asked)) {
      sendEvents(response, [], 1)
      if (starting.length > 0) {
        away = true
        setTimeout(() => response.destroy(), 20)
      }
    } else sendJson(response, 200, recorded.list.body)
  }
  const { view } = begin()
  await eventually(() => expect(reports.at(-1)).toEqual({ kind: 'resumed' }))
  expect(
    reports.map((report) => (report.kind === 'interrupted' ? report.failure.kind : report.kind)),
  ).toEqual(['synced', 'unreachable', 'busy', 'resumed'])
  expect(told()).toEqual(['set metallb-system/before-1', 'set metallb-system/before-2'])
  expect(view.size).toBe(2)
})

it('credentials that are not accepted are read again, and a rule that is missing is named', async () => {
  let unauthorized = 0
  server.reply = (response, asked) => {
    if (asked.headers.authorization !== 'Bearer second') {
      unauthorized += 1
      writeFileSync(join(directory, 'config'), kubeconfig('second'))
      sendJson(response, 401, recorded['watch unauthorized'].body)
    } else if (refuseWatchLists(asked.query)) sendJson(response, 422, {})
    else if (isWatch(asked)) sendJson(response, 403, recorded['watch forbidden'].body)
    else sendJson(response, 200, recorded.list.body)
  }
  begin()
  await eventually(() => expect(reports).toHaveLength(2))
  expect(unauthorized).toBe(1)
  const [first, second] = reports
  expect(first).toEqual({ kind: 'synced' })
  const failure = second?.kind === 'interrupted' ? second.failure : undefined
  expect(failure?.kind).toBe('forbidden')
  expect(failure?.error.hints.join(' ')).toContain(
    'apiGroups: ["metallb.io"], resources: ["communities"], verbs: ["watch"]',
  )
})

it('an answer that is no list is not taken for a list of nothing', async () => {
  server.reply = (response, asked) => {
    if (refuseWatchLists(asked.query)) sendJson(response, 422, {})
    else if (server.asked.length < 4) sendJson(response, 200, '<html>Please log in</html>')
    else if (isWatch(asked)) sendEvents(response, [], 1)
    else sendJson(response, 200, recorded.list.body)
  }
  begin()
  await eventually(() => expect(changes).toHaveLength(2))
  expect(reports.map(({ kind }) => kind)).toEqual(['interrupted', 'synced', 'resumed'])
})
