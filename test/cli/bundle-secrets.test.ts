// A bundle of a cluster that has secrets in every place where operators keep them: none of them leaves, in any form, and what is
// judged from it elsewhere is what is judged here.
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { SECRET_TEXTS, planted as written } from '../../src/config/secrets/testing/secret-texts.ts'
import { readTar } from '../../src/diagnose/bundle/tar.ts'
import { drop, healthyWorld, object, type World } from '../../src/diagnose/cluster/testing/world.ts'
import * as make from '../../src/diagnose/cluster/testing/world-objects.ts'
import * as workload from '../../src/diagnose/cluster/testing/world-workloads.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl, type Outcome } from '../support/cli.ts'
import crds from '../vectors/apiserver/metallb-crds.json' with { type: 'json' }

/** By where it stands. Each is one of its kind, so that a leak names its place. */
const planted = new Map<string, string>()
const plant = (place: string): string => {
  const secret = `Zq${planted.size}x${[...place].map((char) => char.charCodeAt(0).toString(36)).join('')}Kw`
  planted.set(place, secret)
  return secret
}

let folder: string
let server: ApiServer
let bundled: Outcome
let members: ReadonlyMap<string, string>

const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration'
const TOKEN = plant('token of the kubeconfig that is used')

/** In words, commands and configurations of routers; tokens with letters of their own, too. */
const IN_TEXTS = SECRET_TEXTS.map((text) => written(text, plant(text)))

const LOG = [
  ...IN_TEXTS,
  ...IN_TEXTS.map((text) => JSON.stringify({ level: 'error', msg: `it failed: ${text}`, peer: '192.0.2.1' })),
  `{"caller":"native.go:90","error":"dial \\"192.0.2.1:179\\": connection refused","level":"error","msg":"failed to connect to peer","password":"${plant('peer in a log of JSON')}","op":"connect","peer":"192.0.2.1:179","ts":"2026-03-01T11:59:00Z"}`,
  `2026/03/01 11:59:00 BGP: neighbor 192.0.2.1 password ${plant('FRR in a log')}`,
  ` neighbor 192.0.2.1 password 8 ${plant('FRR in a log, with the kind of its password')}`,
  `level=debug msg="GET /api" headers="Authorization: Bearer ${plant('bearer in a log')}"`,
  `Authorization: Basic ${plant('basic authorization in a log')}`,
  `level=debug url="https://joe:${plant('URL in a log')}@example.com/?access_token=${plant('query in a log')}"`,
  `level=debug MYSQL_PWD=${plant('variable in a log')} db_pass=${plant('short name in a log')}`,
]

function plantInConfiguration(world: World): void {
  object(world, 'secrets', 'memberlist').data = { secretkey: btoa(plant('key of memberlist')) }
  world.planes.secrets.push({
    ...make.secret('tor-password', 'kubernetes.io/basic-auth'),
    data: { password: btoa(plant('Secret of a peer')) },
  })
  object(world, 'secrets', 'tor-password').metadata.annotations = {
    [LAST_APPLIED]: `{"stringData":{"password":"${plant('last applied of a Secret')}"}}`,
  }
  const tor = object(world, 'configuration', 'tor')
  tor.spec.password = plant('peer')
  tor.metadata.annotations = {
    [LAST_APPLIED]: `{"spec":{"password":"${plant('last applied of a peer')}"}}`,
  }
  world.planes.configMaps.push({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: {
      name: 'config',
      namespace: 'metallb-system',
      annotations: {
        [LAST_APPLIED]: `{"data":{"config":"peers:\\n- password: ${plant('last applied of a ConfigMap')}"}}`,
      },
    },
    data: {
      config: `peers:\n- peer-address: 192.0.2.1\n  peer-asn: 64513\n  my-asn: 64512\n  password: ${plant('peer of old')}\n- peer-address: 192.0.2.2\n  password: "${plant('peer of old in quotes')}"\n`,
    },
  })
}

function plantInWorkloads(world: World): void {
  const variables = (where: string) =>
    [
      'BGP_PASSWORD',
      'API_TOKEN',
      'DB_PASS',
      'MYSQL_PWD',
      'GIT_CREDS',
      'PASS',
      'AUTH',
      'SSH_KEY',
      'TOKEN',
    ].map((name) => ({
      name,
      value: plant(`${name} of ${where}`),
    }))
  const words = (where: string) => [
    `--token=${plant(`argument of ${where}`)}`,
    '--api-password',
    plant(`argument of two words of ${where}`),
    `--pass=${plant(`short argument of ${where}`)}`,
    '-u',
    `joe:${plant(`user and password of ${where}`)}`,
    `-p${plant(`password in one word of ${where}`)}`,
  ]
  world.planes.daemonSets = [
    workload.speaker('v0.15.2', ['--port=7472', ...words('a DaemonSet')], variables('a DaemonSet')),
    workload.kubeProxy(),
  ]
  for (const name of ['speaker-node-a', 'shop/web-node-a']) {
    const [container] = object(world, 'pods', name).spec.containers
    Object.assign(container, { args: words(name), env: variables(name) })
    container.command = ['sh', '-c', `run --token ${plant(`command of ${name}`)}`]
  }
  object(world, 'services', 'shop/web').metadata.annotations['example.com/config'] =
    `{"apiToken":"${plant('annotation')}"}`
  world.planes.events.push(
    make.event('Service shop/web', 'Odd', `cannot get https://joe:${plant('event')}@example.com/x`),
    ...IN_TEXTS.map((text, index) => make.event('Service shop/web', `Odd${index}`, `it failed: ${text}`)),
  )
}

/** Nothing announces the pool "lan", so that there is a finding. */
function worldWithSecrets(): World {
  const world = healthyWorld()
  drop(world, 'configuration', ({ kind }) => kind === 'L2Advertisement')
  plantInConfiguration(world)
  plantInWorkloads(world)
  return world
}

function kubeconfig(): string {
  const config = JSON.parse(server.kubeconfig())
  const user = {
    'client-key-data': btoa(plant('client key of another user')),
    token: plant('token of another user'),
    password: plant('password of another user'),
    'auth-provider': { name: 'oidc', config: { 'refresh-token': plant('refresh token') } },
    exec: { command: 'no-such-plugin', env: [{ name: 'TOKEN', value: plant('variable of a plugin') }] },
  }
  config.users.push({ name: 'other', user })
  return JSON.stringify(config)
}

const filesOf = (path: string): ReadonlyMap<string, string> => {
  const read = readTar(gunzipSync(readFileSync(path)))
  if (!read.ok) throw new Error(read.error)
  return new Map(read.value.map((file) => [file.path, Buffer.from(file.bytes).toString('latin1')]))
}

/** The letters of base64 that no neighbour changes, wherever in a longer text the secret begins. */
const inBase64 = (secret: string): readonly string[] =>
  [0, 1, 2].map((before) =>
    btoa(`${'x'.repeat(before)}${secret}`)
      .replace(/..?=*$/, '')
      .slice(before * 2),
  )

const leaksIn = (texts: Iterable<readonly [string, string]>): string[] =>
  [...texts].flatMap(([name, text]) =>
    [...planted].flatMap(([place, secret]) =>
      [secret, ...inBase64(secret)].some((form) => text.includes(form)) ? [`${place}: in ${name}`] : [],
    ),
  )

const saidBy = ({ stdout, stderr }: Outcome): [string, string][] => [
  ['stdout', stdout],
  ['stderr', stderr],
]
const findingsOf = ({ stdout }: Outcome): unknown => JSON.parse(stdout).reports[0].findings

const codesOf = (outcome: Outcome): readonly string[] =>
  (findingsOf(outcome) as readonly { readonly code: string }[]).map(({ code }) => code)

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-bundle-secrets-'))
  server = await startApiServer({
    tokens: [{ token: TOKEN, user: 'admin', groups: ['system:masters'] }],
    podLog: () => LOG.map((line) => `2026-03-01T11:59:00.1Z ${line}\n`).join(''),
  })
  server.applyObjects(crds)
  const objects = Object.values(worldWithSecrets().planes).flat()
  server.applyObjects(objects)
  writeFileSync(join(folder, 'kubeconfig'), kubeconfig())
  writeFileSync(
    join(folder, 'objects.json'),
    JSON.stringify({ apiVersion: 'v1', kind: 'List', items: objects }),
  )
  const words = ['bundle', '--kubeconfig', 'kubeconfig', '-o', 'a.tar.gz', '--no-host', '--verbose']
  bundled = await lbctl(words, { cwd: folder })
  members = filesOf(join(folder, 'a.tar.gz'))
}, 120_000)
afterAll(async () => {
  await server?.stop()
  rmSync(folder, { recursive: true })
})

it('holds none of them, and says none of them', () => {
  expect(bundled.code).toBe(0)
  expect(leaksIn([...members, ...saidBy(bundled)])).toEqual([])
})

it('holds what they stood beside, so that it was read at all', () => {
  const facts = members.get('facts.json') ?? ''
  for (const name of [
    'tor-password',
    'BGP_PASSWORD',
    'peer-address: 192.0.2.2',
    '--api-password',
    'example.com/config',
  ])
    expect(facts, name).toContain(name)
  expect(facts, 'a certificate is for everybody').toContain('LS0tLS1CRUdJTg==')
  const logs = [...members].filter(([path]) => path.startsWith('logs/'))
  expect(logs.length).toBeGreaterThan(0)
  for (const [, text] of logs) expect(text).toContain('neighbor 192.0.2.1 password (hidden)')
  expect(JSON.parse(members.get('manifest.json') ?? '').hidden).toBeGreaterThan(40)
})

it('shows none of them where the log is read, but what stands beside them', async () => {
  writeFileSync(join(folder, 'speaker.log'), LOG.join('\n'))
  const runs = [
    ['-o', 'json'],
    ['--verbose', '--top', '500'],
    ['-o', 'short'],
  ].map((more) => lbctl(['diagnose', 'logs', '-f', 'speaker.log', ...more], { cwd: folder }))
  for (const shown of await Promise.all(runs)) {
    expect(leaksIn(saidBy(shown))).toEqual([])
    expect(shown.stdout.length).toBeGreaterThan(100)
  }
  const { stdout } = await lbctl(['diagnose', 'logs', 'speaker.log', '-o', 'json'], { cwd: folder })
  expect(stdout).toContain('(hidden)')
  expect(stdout).toContain('192.0.2.1')
})

it('holds none of them under pseudonyms and from files', async () => {
  const made = await lbctl(['bundle', '-f', 'objects.json', '--pseudonymise', '-o', 'b.tar.gz'], {
    cwd: folder,
  })
  expect(made.code).toBe(0)
  const files = filesOf(join(folder, 'b.tar.gz'))
  expect(files.get('facts.json')).toContain('BGP_PASSWORD')
  expect(leaksIn([...files, ...saidBy(made)])).toEqual([])
})

it('is judged as the cluster is, in another directory, by somebody without a kubeconfig', async () => {
  const elsewhere = join(folder, 'elsewhere')
  mkdirSync(elsewhere)
  const here = await lbctl(['diagnose', 'all', '--kubeconfig', 'kubeconfig', '--pod-logs', '-o', 'json'], {
    cwd: folder,
  })
  const there = await lbctl(['diagnose', 'all', '--bundle', join(folder, 'a.tar.gz'), '-o', 'json'], {
    cwd: elsewhere,
    env: { HOME: elsewhere, XDG_CONFIG_HOME: elsewhere, KUBECONFIG: '/nonexistent' },
  })
  expect([there.stderr, there.code]).toEqual(['', here.code])
  expect(findingsOf(there)).toEqual(findingsOf(here))
  expect(codesOf(there)).toEqual(expect.arrayContaining(['F01', 'F36']))
  expect(leaksIn([...saidBy(here), ...saidBy(there)])).toEqual([])
})

it('has a page that needs nothing from elsewhere, with every finding and what helps', () => {
  const page = members.get('index.html') ?? ''
  const verdict = JSON.parse(members.get('verdict.json') ?? '')
  expect([...page.matchAll(/<(?:script|link|img|iframe|object|embed|base)\b/gi)]).toEqual([])
  expect([...page.matchAll(/<[^>]*\s(?:src|href|srcset|action)\s*=/gi)]).toEqual([])
  expect([...page.matchAll(/url\(|@import/gi)].length).toBe(0)
  const escaped = (text: string) =>
    text
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll("'", '&#39;')
  expect(verdict.findings.length).toBeGreaterThan(0)
  for (const { code, title, consequences, fix } of verdict.findings) {
    for (const each of [{ code, title }, ...consequences])
      expect(page).toContain(escaped(`${each.code}: ${each.title}`))
    for (const { text } of fix) expect(page).toContain(escaped(text))
  }
})
