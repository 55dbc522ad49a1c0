// List and watch against the API server of the laboratory, over TLS: cuts at any byte, deletes that nobody heard of, a past that is gone,
// servers that refuse, credentials that change, proxies. Whatever happens, in the end the copy is the server's, and only what is different
// was told.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { newCredentials } from '../../src/compose/lab-apiserver-credentials.ts'
import type { LbctlError } from '../../src/errors/lbctl-error.ts'
import { ApiClient } from '../../src/kubernetes/client.ts'
import { type Connection, type ConnectionOptions, openConnection } from '../../src/kubernetes/connection.ts'
import { ResourceWatch, realClock } from '../../src/kubernetes/watch/resource-watch.ts'
import type { WatchReport } from '../../src/kubernetes/watch/state.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { ApiFront, ConnectProxy } from '../support/api-front.ts'
import { eventually } from '../support/namespaces.ts'

const tls = newCredentials(Date.now())
const PATH = '/api/v1/configmaps'
const DEADLINE_MS = 20_000
let server: ApiServer
let front: ApiFront
let folder: string
let serverAheadMs = 0
const undo: (() => unknown)[] = []

beforeEach(async () => {
  serverAheadMs = 0
  folder = mkdtempSync(join(tmpdir(), 'lbctl-watch-'))
  server = await startApiServer({
    tokens: [{ token: 'first', user: 'admin', groups: ['system:masters'] }],
    now: () => Date.now() + serverAheadMs,
  })
  front = await ApiFront.start(tls, server.url)
})
afterEach(async () => {
  for (const each of undo.splice(0).reverse()) await each()
  await front.stop()
  await server.kill()
  rmSync(folder, { recursive: true })
})

const file = (name: string): string => join(folder, name)

/** A kubeconfig, of the front where nothing else is said. */
function kubeconfig(user: object, cluster: object = {}, name = 'config'): string {
  const text = {
    ...{ apiVersion: 'v1', kind: 'Config', 'current-context': 'test' },
    clusters: [
      {
        name: 'test',
        cluster: {
          server: `https://127.0.0.1:${front.port}`,
          'certificate-authority-data': Buffer.from(tls.ca).toString('base64'),
          'tls-server-name': 'localhost',
          ...cluster,
        },
      },
    ],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  }
  writeFileSync(file(name), JSON.stringify(text))
  return file(name)
}

function connection(
  path = kubeconfig({ token: 'first' }),
  more: ConnectionOptions = { env: {} },
): Connection {
  const opened = openConnection({ kubeconfig: path, ...more })
  undo.push(() => opened.close())
  return opened
}

interface Watching {
  readonly watch: ResourceWatch<string>
  readonly reports: WatchReport[]
  /** `set default/a=1`, `deleted default/a` */
  readonly told: string[]
}

/** Pauses are a twentieth of what they are. */
const fast = { ...realClock, after: (ms: number, call: () => void) => realClock.after(ms / 20, call) }

function begin(over = connection(), clock = fast): Watching {
  const reports: WatchReport[] = []
  const told: string[] = []
  const watch = new ResourceWatch<string>({
    ...{ connection: over, path: PATH, clock, same: (a, b) => a === b },
    project: (object) => String((object['data'] as { text?: string } | undefined)?.text),
    onChanges: (changes) => {
      told.push(
        ...changes.map(({ kind, key, value }) => (kind === 'set' ? `set ${key}=${value}` : `deleted ${key}`)),
      )
    },
    onReport: (report) => reports.push(report),
  })
  undo.push(() => watch.stop())
  watch.start()
  return { watch, reports, told }
}

const configMap = (name: string, text: string) => ({
  ...{ apiVersion: 'v1', kind: 'ConfigMap' },
  metadata: { name, namespace: 'default' },
  data: { text },
})
const write = (...objects: readonly object[]): void => server.applyObjects(objects)
const stored = (): Record<string, string> =>
  Object.fromEntries(
    server.store
      .list('configmaps', 'default/')
      .map((each) => [`default/${each.metadata['name']}`, String((each['data'] as { text: string }).text)]),
  )
const copy = ({ watch }: Watching): Record<string, string> =>
  Object.fromEntries(
    Object.keys(stored()).flatMap((key) =>
      watch.view.get(key) === undefined ? [] : [[key, watch.view.get(key)?.value ?? '']],
    ),
  )
const remove = (name: string): void => void server.store.remove('configmaps', `default/${name}`)

const synced = (watching: Watching) =>
  eventually('the first list is known', () => watching.watch.synced || undefined, DEADLINE_MS)
async function equal(watching: Watching): Promise<void> {
  await eventually(
    'the copy is the server’s',
    () =>
      (JSON.stringify(copy(watching)) === JSON.stringify(stored()) &&
        watching.watch.view.size === Object.keys(stored()).length) ||
      undefined,
    DEADLINE_MS,
  )
}
const watches = () => front.asked.filter(({ query }) => query.get('watch') === 'true')
const openWatch = () =>
  eventually('a watch is open', () => server.faults.openWatches > 0 || undefined, DEADLINE_MS)
/** Pages of a list; the question how far the server counts is none. */
const lists = () => front.asked.filter(({ query }) => !query.has('watch') && query.get('limit') !== '1')

it('goes on through cuts at any byte of what comes, in the middle of a line and of a character', async () => {
  const texts = ['ä', '€', '𝄞', 'ß'.repeat(40)]
  write(...texts.map((text, index) => configMap(`m${index}`, text)))
  let size = 1
  let cuts = 0
  front.cutAfter = (url) => {
    if (url.searchParams.get('watch') !== 'true' || cuts >= 60) return undefined
    cuts += 1
    size = (size * 7 + 3) % 611
    return size
  }
  const watching = begin(undefined, { ...realClock, after: (ms, call) => realClock.after(ms / 200, call) })
  await synced(watching)
  for (let round = 0; cuts < 60 && round < 4_000; round++) {
    write(configMap(`m${round % 4}`, `${texts[round % 4]} ${round}`))
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
  expect(cuts).toBe(60)
  await equal(watching)
  expect(watching.told.filter((line) => line.startsWith('deleted'))).toEqual([])
  // Each of the broken ones was a failure that is over.
  expect(watching.reports.at(-1)).toEqual({ kind: 'resumed' })
  // A value that was read wrong would have been told.
  const values = watching.told.map((line) => line.slice(line.indexOf('=') + 1).replace(/ \d+$/, ''))
  expect([...new Set(values)].sort()).toEqual([...texts].sort())
  expect(lists().length).toBeLessThan(4)
})

it('deletes that happen while nobody listens are noticed, with and without WatchList, with and without a past', async () => {
  for (const watchList of [false, true])
    for (const compacted of [false, true]) {
      server.faults.watchList = watchList
      for (const each of Object.keys(stored())) remove(each.slice('default/'.length))
      write(configMap('stays', '1'), configMap('goes', '1'), configMap('changes', '1'))
      const watching = begin()
      await synced(watching)
      await openWatch()
      watching.told.length = 0
      server.faults.cutWatches()
      remove('goes')
      write(configMap('changes', '2'), configMap('comes', '1'))
      if (compacted) server.faults.compact()
      await equal(watching)
      expect([...watching.told].sort()).toEqual([
        'deleted default/goes',
        'set default/changes=2',
        'set default/comes=1',
      ])
      watching.watch.stop()
    }
})

it('is paged by a server without WatchList, and asked for no page by one that has it', async () => {
  write(...Array.from({ length: 1_201 }, (_, index) => configMap(`m${index}`, 'x'.repeat(300))))
  await equal(begin())
  const asked = lists().map(({ query }) => [query.get('limit'), query.has('continue')])
  expect(asked).toEqual([
    ['500', false],
    ['500', true],
    ['500', true],
  ])
  // Answers as large as these come packed.
  expect(front.answers.filter(({ packed }) => packed).length).toBeGreaterThan(0)
  server.faults.watchList = true
  const before = lists().length
  await equal(begin())
  expect(lists().length).toBe(before)
})

it('a bookmark leads past what was compacted: nothing is listed anew', async () => {
  server.faults.bookmarkIntervalMs = 20
  write(configMap('m', '1'))
  const watching = begin()
  await synced(watching)
  await openWatch()
  const from = watches().at(-1)?.query.get('resourceVersion')
  const before = lists().length
  write({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'elsewhere' } })
  // A list of somebody else moves what the server knows of this kind, and so the bookmark.
  await new ApiClient(connection()).call(
    { method: 'GET', path: PATH, query: { limit: '1' } },
    { repeatable: true },
  )
  const version = String(server.store.revision)
  await new Promise((resolve) => setTimeout(resolve, 200))
  server.faults.compact()
  server.faults.cutWatches()
  await eventually(
    'it goes on',
    () => watches().at(-1)?.query.get('resourceVersion') === version || undefined,
    DEADLINE_MS,
  )
  expect(from).not.toBe(version)
  await openWatch()
  write(configMap('m', '2'))
  await equal(watching)
  expect(lists().length).toBe(before)
})

it('watches end by the server’s clock, and go on from where they were', async () => {
  front.rewrite = (query) => {
    if (query.has('timeoutSeconds')) query.set('timeoutSeconds', '1')
  }
  write(configMap('m', '1'))
  const watching = begin()
  await synced(watching)
  await openWatch()
  write(configMap('m', '2'))
  const version = server.store.get('configmaps', 'default/m')?.metadata['resourceVersion']
  await eventually('there is a second watch', () => watches().length > 2 || undefined, DEADLINE_MS)
  expect(watches().at(-1)?.query.get('resourceVersion')).toBe(version)
  for (const { query } of watches()) {
    expect(Number(query.get('timeoutSeconds'))).toBeGreaterThanOrEqual(300)
    expect(Number(query.get('timeoutSeconds'))).toBeLessThanOrEqual(600)
  }
  expect(lists()).toHaveLength(1)
  expect(watching.reports).toEqual([{ kind: 'synced' }])
})

it('429 with Retry-After, 5xx and cuts are waited out; nothing that is known goes', async () => {
  write(configMap('m', '1'))
  const first = { times: 1, only: /configmaps/ }
  server.faults.answerNext({ kind: 'too-many-requests', retryAfterSeconds: 2, ...first })
  server.faults.answerNext({ kind: 'unavailable', ...first })
  const waits: number[] = []
  const clock = {
    ...realClock,
    after: (ms: number, call: () => void) => {
      waits.push(ms)
      return realClock.after(ms / 200, call)
    },
  }
  const watching = begin(undefined, clock)
  await synced(watching)
  // The first thing asked for is a WatchList, which has 60 s to begin.
  const [asked, refused] = waits.filter((ms) => ms < 60_000)
  expect(asked).toBeGreaterThanOrEqual(2_000)
  expect(refused).toBeGreaterThanOrEqual(1_000)
  await openWatch()
  for (const kind of ['internal-error', 'cut', 'forbidden', 'unavailable', 'too-many-requests'] as const)
    server.faults.answerNext({ kind, times: 2, only: /configmaps/ })
  server.faults.cutWatches()
  write(configMap('m', '2'))
  await equal(watching)
  expect(watching.told).toEqual(['set default/m=1', 'set default/m=2'])
  await eventually('it is over', () => watching.reports.at(-1)?.kind === 'resumed' || undefined, DEADLINE_MS)
})

it('the kernel asks whether the other end of a watch is still there', async () => {
  await synced(begin())
  await openWatch()
  const { stdout } = spawnSync('ss', ['-tno', 'dport', '=', `:${front.port}`], { encoding: 'utf8' })
  expect(stdout).toMatch(/timer:\(keepalive,\d+sec,0\)/)
})

/** A token of the service account `default`, good for ten minutes of the server. */
async function issued(): Promise<string> {
  const path = '/api/v1/namespaces/default/serviceaccounts/default/token'
  const body = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { expirationSeconds: 600 },
  }
  const answer = await new ApiClient(connection(kubeconfig({ token: 'first' }, {}, 'of the issuer'))).call(
    { method: 'POST', path, body },
    { repeatable: false },
  )
  return (answer.body as { status: { token: string } }).status.token
}
const letAccountRead = (): void =>
  write(
    {
      ...{ apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'reader' } },
      rules: [{ apiGroups: [''], resources: ['configmaps'], verbs: ['list', 'watch'] }],
    },
    {
      ...{
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'reader' },
      },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'reader' },
      subjects: [{ kind: 'ServiceAccount', name: 'default', namespace: 'default' }],
    },
  )

/** The token of before is worth nothing from now on. */
async function expire(): Promise<string> {
  serverAheadMs += 3_600_000
  return issued()
}

it('a token file is read again when its token is refused', async () => {
  letAccountRead()
  write(configMap('m', '1'))
  // As `echo` writes it, and named relative to the kubeconfig.
  writeFileSync(file('token'), `${await issued()}\n`)
  const watching = begin(connection(kubeconfig({ tokenFile: 'token', token: 'of no use' })))
  await synced(watching)
  await openWatch()
  writeFileSync(file('token'), `${await expire()}\n`)
  server.faults.cutWatches()
  write(configMap('m', '2'))
  await equal(watching)
  expect(
    watching.reports.filter((each) => each.kind === 'interrupted' && each.failure.kind === 'unauthorized'),
  ).toEqual([])
})

it('a plugin is asked again when its token ends, or is refused before its time; and is told what kubectl tells', async () => {
  letAccountRead()
  write(configMap('m', '1'))
  const script = [
    '#!/bin/sh',
    'cd "$(dirname "$0")"',
    'echo run >> runs',
    'printf %s "$KUBERNETES_EXEC_INFO" > info',
    'printf \'{"apiVersion":"client.authentication.k8s.io/v1","kind":"ExecCredential","status":{"token":"%s","expirationTimestamp":"%s"}}\' "$(cat token)" "$(cat until)"',
  ].join('\n')
  writeFileSync(file('plugin'), script)
  chmodSync(file('plugin'), 0o755)
  const runs = (): number => readFileSync(file('runs'), 'utf8').trim().split('\n').length
  writeFileSync(file('token'), await issued())
  writeFileSync(file('until'), new Date(Date.now() + 3_600_000).toISOString())
  const exec = {
    apiVersion: 'client.authentication.k8s.io/v1',
    command: './plugin',
    provideClusterInfo: true,
    interactiveMode: 'Never',
  }
  const watching = begin(connection(kubeconfig({ exec })))
  await synced(watching)
  await openWatch()
  expect(runs()).toBe(1)
  expect(JSON.parse(readFileSync(file('info'), 'utf8'))).toMatchObject({
    ...{ apiVersion: 'client.authentication.k8s.io/v1', kind: 'ExecCredential' },
    spec: {
      interactive: false,
      cluster: { server: `https://127.0.0.1:${front.port}`, 'tls-server-name': 'localhost' },
    },
  })
  writeFileSync(file('token'), await expire())
  server.faults.cutWatches()
  write(configMap('m', '2'))
  await equal(watching)
  expect(runs()).toBe(2)
})

it('goes through the proxy of the kubeconfig, with its credentials, lists and watches both', async () => {
  const proxy = await ConnectProxy.start(() => front.port)
  undo.push(proxy.stop)
  write(configMap('m', '1'))
  const url = proxy.url.replace('//', '//lb:s%40crt@')
  const watching = begin(
    connection(kubeconfig({ token: 'first' }, { server: 'https://api.lbctl.test:6443', 'proxy-url': url })),
  )
  await synced(watching)
  await openWatch()
  server.faults.cutWatches()
  write(configMap('m', '2'))
  await equal(watching)
  const credentials = `Basic ${Buffer.from('lb:s@crt').toString('base64')}`
  expect([...new Set(proxy.asked.map((each) => JSON.stringify(each)))]).toEqual([
    JSON.stringify({ target: 'api.lbctl.test:6443', credentials }),
  ])
})

it('goes through the proxy of the environment, unless NO_PROXY says otherwise', async () => {
  const proxy = await ConnectProxy.start(() => front.port)
  undo.push(proxy.stop)
  write(configMap('m', '1'))
  const path = kubeconfig({ token: 'first' }, { server: 'https://api.lbctl.test:6443' })
  const env = { HTTPS_PROXY: proxy.url }
  const watching = begin(connection(path, { env }))
  await synced(watching)
  const asked = proxy.asked.length
  expect(asked).toBeGreaterThan(0)
  // Only the proxy knows that name.
  const past = begin(connection(path, { env: { ...env, NO_PROXY: '.lbctl.test' } }))
  await eventually('it fails', () => past.reports.length > 0 || undefined, DEADLINE_MS)
  expect(past.watch.synced).toBe(false)
  expect(proxy.asked.length - asked).toBeLessThanOrEqual(2)
})

it('a proxy that refuses is named, and one that says nothing is not waited for in ever more connections', async () => {
  const proxy = await ConnectProxy.start(() => front.port)
  undo.push(proxy.stop)
  const path = kubeconfig(
    { token: 'first' },
    { server: 'https://api.lbctl.test:6443', 'proxy-url': proxy.url },
  )
  proxy.answer = 'refused'
  const get = { method: 'GET', path: PATH } as const
  const client = new ApiClient(connection(path, { env: {}, proxyWithinMs: 500 }), { attempts: 1 })
  const refused = (await client
    .call(get, { repeatable: true })
    .catch((error: unknown) => error)) as LbctlError
  expect(refused.message).toMatch(/the proxy does not let the connection through/)
  expect(JSON.stringify([refused.facts, refused.hints])).not.toContain('first')
  proxy.answer = 'silent'
  const silent = (await client.call(get, { repeatable: true }).catch((error: unknown) => error)) as LbctlError
  expect(silent.kind).toBe('unreachable')
  await eventually('nothing is held open', () => proxy.open === 0 || undefined, DEADLINE_MS)
})

it('a key that is none, or a token that no header can hold, is an error and no crash', async () => {
  const none = { 'client-certificate-data': Buffer.from('none').toString('base64') }
  for (const user of [
    { token: 'line\nbreak' },
    { ...none, 'client-key-data': none['client-certificate-data'] },
  ]) {
    const opened = connection(kubeconfig(user))
    const get = { method: 'GET', path: PATH } as const
    const error = (await new ApiClient(opened, { attempts: 1 })
      .call(get, { repeatable: true })
      .catch((e: unknown) => e)) as LbctlError
    expect(error.kind).toMatch(/permission|unreachable/)
    expect(JSON.stringify([error.message, error.facts])).not.toContain('break')
    const watching = begin(opened)
    await eventually(
      'it is told',
      () => watching.reports.some(({ kind }) => kind === 'interrupted') || undefined,
      DEADLINE_MS,
    )
  }
})
