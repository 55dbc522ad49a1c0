// Reader and writer against the recorded API server: complete lists, retries, and what each refusal becomes.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { LbctlError } from '../../src/errors/lbctl-error.ts'
import { ApiClient, type ClientOptions } from '../../src/kubernetes/client.ts'
import { openConnection } from '../../src/kubernetes/connection.ts'
import { listObjects } from '../../src/kubernetes/lists.ts'
import { ApiReader } from '../../src/kubernetes/reader.ts'
import { ApiWriter } from '../../src/kubernetes/writer.ts'
import objects from '../fixtures/kubernetes/objects.json' with { type: 'json' }
import type { Map_ } from '../support/recorded-api/objects.ts'
import { RecordedApi } from '../support/recorded-api.ts'

const TOKEN = 'token-that-must-not-be-shown'
const NS = 'metallb-system'

let api: RecordedApi
let directory: string
let waits: number[]
beforeEach(async () => {
  api = await RecordedApi.start()
  directory = mkdtempSync(join(tmpdir(), 'lbctl-kube-'))
  waits = []
})
afterEach(async () => {
  await api.stop()
  rmSync(directory, { recursive: true })
})

function client(options: ClientOptions = {}, kubeconfig = api.kubeconfig(TOKEN)): ApiClient {
  const file = join(directory, 'config')
  writeFileSync(file, kubeconfig)
  const sleep = async (ms: number): Promise<void> => {
    waits.push(ms)
  }
  return new ApiClient(openConnection({ kubeconfig: file }), { sleep, random: () => 0, ...options })
}
const reader = (options?: ClientOptions): ApiReader => new ApiReader(client(options))
const writer = (options?: ClientOptions): ApiWriter => new ApiWriter(client(options))

async function failure(work: Promise<unknown>): Promise<LbctlError> {
  const error = await work.then(
    () => undefined,
    (reason: unknown) => reason,
  )
  expect(error).toBeInstanceOf(LbctlError)
  return error as LbctlError
}
const everything = (error: LbctlError): string =>
  JSON.stringify([error.message, error.facts, error.hints, error.stack, String(error.cause)])

const pool = (name: string, addresses: string[], more: Map_ = {}): Map_ => ({
  apiVersion: 'metallb.io/v1beta1',
  kind: 'IPAddressPool',
  metadata: { name, namespace: NS },
  spec: { addresses, ...more },
})
const applied = (name: string, addresses: string[]) => pool(name, addresses) as never
const configMap = (name: string, data: Map_): Map_ => ({
  apiVersion: 'v1',
  kind: 'ConfigMap',
  metadata: { name, namespace: NS },
  data,
})
const community = (name: string): Map_ => ({
  apiVersion: 'metallb.io/v1beta1',
  kind: 'Community',
  metadata: { name, namespace: NS },
  spec: { communities: [] },
})
const COMMUNITIES = '/apis/metallb.io/v1beta1/communities'
const TYPE = { apiVersion: 'metallb.io/v1beta1', kind: 'Community' }

describe('lists', () => {
  it('fills in kind and apiVersion, which built-in lists leave out', async () => {
    api.seed(configMap('config', { config: 'peers: []\n' }))
    const [found] = await reader().configMaps(NS)
    expect(found).toMatchObject({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'config' } })
    expect(found?.['data']).toEqual({ config: 'peers: []\n' })
  })

  it('follows every page', async () => {
    const names = Array.from({ length: 7 }, (_, index) => `c${index}`)
    for (const name of names) api.seed(community(name))
    const found = await listObjects(client(), { path: COMMUNITIES }, TYPE, 3)
    expect(found.map((o) => o.metadata.name)).toEqual(names)
    expect(api.requests.map((r) => [r.query['limit'], r.query['continue'] !== undefined])).toEqual([
      ['3', false],
      ['3', true],
      ['3', true],
    ])
  })

  it('starts anew after a 410, so that the list is of one moment', async () => {
    for (const name of ['c1', 'c2', 'c3', 'c4', 'c5']) api.seed(community(name))
    api.intercept(
      () => {
        api.pages.compact()
        api.remove(community('c1'))
        api.seed(community('c31'))
      },
      (r) => r.query['continue'] !== undefined,
    )
    const found = await listObjects(client(), { path: COMMUNITIES }, TYPE, 2)
    expect(found.map((o) => o.metadata.name)).toEqual(['c2', 'c3', 'c31', 'c4', 'c5'])
  })

  it('goes on with the token of the 410 when a fresh start expires too, and shows each object once', async () => {
    for (const name of ['c1', 'c2', 'c3', 'c4', 'c5']) api.seed(community(name))
    api.intercept(
      () => api.pages.compact(),
      (r) => r.query['continue'] !== undefined,
      2,
    )
    const found = await listObjects(client(), { path: COMMUNITIES }, TYPE, 2)
    expect(found.map((o) => o.metadata.name)).toEqual(['c1', 'c2', 'c3', 'c4', 'c5'])
    expect(api.requests.filter((r) => r.query['continue'] === undefined)).toHaveLength(2)
  })

  it('reads Secrets without their values', async () => {
    api.seed({
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'peer', namespace: NS },
      type: 'kubernetes.io/basic-auth',
      stringData: { password: 'hush' },
    })
    expect(await reader().secrets()).toEqual([
      { namespace: NS, name: 'peer', type: 'kubernetes.io/basic-auth' },
    ])
    expect(api.requests[0]?.headers.accept).toContain('as=Table')
  })
})

describe('MetalLB', () => {
  it('reads each kind once, in the newest served version', async () => {
    api.seed(pool('lan', ['192.0.2.0/24']))
    const peer = { apiVersion: 'metallb.io/v1beta2', kind: 'BGPPeer', metadata: { name: 'p', namespace: NS } }
    api.seed({ ...peer, spec: { myASN: 64500, peerASN: 64501, peerAddress: '10.0.0.1' } })
    const { objects: found, served, missingKinds } = await reader().metallbObjects()
    expect(found.map((o) => `${o.apiVersion} ${o.kind}`)).toEqual([
      'metallb.io/v1beta2 BGPPeer',
      'metallb.io/v1beta1 IPAddressPool',
    ])
    expect(served.find((k) => k.kind === 'BGPPeer')?.versions).toEqual(['v1beta2', 'v1beta1'])
    expect(missingKinds).toEqual([])
  })

  it('tells which kinds are missing where there is no MetalLB', async () => {
    api.metallb = false
    const { objects: found, served, missingKinds } = await reader().metallbObjects()
    expect([found, served]).toEqual([[], []])
    expect(missingKinds).toContain('IPAddressPool')
  })

  const workload = (kind: string, name: string, labels: Map_, containers: Map_[]): Map_ => ({
    apiVersion: 'apps/v1',
    kind,
    metadata: { name, namespace: NS, labels },
    spec: { template: { spec: { containers } } },
  })

  it('finds an installation by the labels of the manifests, its version and mode', async () => {
    const of = (component: string): Map_ => ({ app: 'metallb', component })
    api.seed(
      workload('Deployment', 'controller', of('controller'), [
        { name: 'controller', image: 'quay.io/metallb/controller:v0.14.9' },
      ]),
    )
    const speaker = {
      name: 'speaker',
      image: 'quay.io/metallb/speaker:v0.14.9',
      env: [{ name: 'METALLB_BGP_TYPE', value: 'frr' }],
    }
    api.seed(
      workload('DaemonSet', 'speaker', of('speaker'), [
        { name: 'frr', image: 'quay.io/frrouting/frr:9' },
        speaker,
      ]),
    )
    const [found, ...more] = await reader().installations()
    expect(more).toEqual([])
    expect(found).toMatchObject({
      namespace: NS,
      controller: { workload: 'Deployment controller', version: 'v0.14.9' },
      speaker: { image: 'quay.io/metallb/speaker:v0.14.9' },
      mode: 'frr',
      modeEvidence: 'METALLB_BGP_TYPE=frr of DaemonSet speaker',
    })
  })

  it('finds a Helm release by its labels; an image by digest has no version', async () => {
    const of = (component: string): Map_ => ({
      'app.kubernetes.io/name': 'metallb',
      'app.kubernetes.io/component': component,
    })
    api.seed(
      workload('DaemonSet', 'metallb-speaker', of('speaker'), [
        { name: 'speaker', image: 'registry:5000/speaker@sha256:00' },
      ]),
    )
    const [found] = await reader().installations(NS)
    expect(found?.speaker?.version).toBeUndefined()
    expect(found?.mode).toBe('native')
  })
})

describe('retries', () => {
  it('waits as long as a 429 asks, at least', async () => {
    api.answerNext('fairness 429', undefined, 2)
    await reader().nodes()
    expect(waits).toEqual([1000, 1000])
    expect(api.requests).toHaveLength(3)
  })

  it('comes through a server that starts: 503, 403 of RBAC that is not loaded, 429', async () => {
    api.answerNext('starting 503')
    api.answerNext('starting 403')
    api.answerNext('starting 429')
    await reader().services()
    expect(waits).toEqual([5000, 250, 1000])
  })

  it('does not try again after a 403 of a server that is up', async () => {
    api.answerNext('anonymous list 403')
    expect((await failure(reader().services())).kind).toBe('permission')
    expect(api.requests).toHaveLength(1)
  })

  it('grows the wait, draws it, and ends', async () => {
    api.intercept('cut', () => true, 99)
    const error = await failure(reader({ attempts: 4, baseDelayMs: 100 }).nodes())
    expect(error.kind).toBe('unreachable')
    expect(error.facts['code']).toBe('ECONNRESET')
    expect(waits).toEqual([50, 100, 200])
  })

  it('gives up when Retry-After is longer than it would wait', async () => {
    api.answerNext('starting 503')
    expect((await failure(reader({ maxDelayMs: 4000 }).nodes())).kind).toBe('unreachable')
    expect(waits).toEqual([])
  })

  it('applies again after a cut, but not a patch that may have taken place', async () => {
    api.intercept('cut after', (r) => r.method === 'PATCH')
    const first = await writer().apply(applied('lan', ['192.0.2.0/24']), { dryRun: false })
    expect(first.ok && first.object.metadata['generation' as never]).toBe(1)
    api.intercept('cut after', (r) => r.method === 'PATCH')
    const before = api.requests.length
    const ref = { apiVersion: 'v1', kind: 'Service', namespace: 'demo', name: 'web' }
    const error = await failure(
      writer().patch(ref, { metadata: {} }, { dryRun: false, resourceVersion: '1' }),
    )
    expect(error.kind).toBe('unreachable')
    expect(api.requests.length - before).toBe(1)
  })

  it('ends at the time limit', async () => {
    api.intercept('silence', () => true, 9)
    const error = await failure(reader({ timeoutMs: 20, attempts: 1 }).nodes())
    expect([error.kind, error.facts['code']]).toEqual(['timeout', 'TIMEOUT'])
  })

  it('does not sit out a wait after the signal', async () => {
    const stop = new AbortController()
    api.answerNext('starting 503', undefined, 9)
    const file = join(directory, 'config')
    writeFileSync(file, api.kubeconfig(TOKEN))
    const work = new ApiReader(
      new ApiClient(openConnection({ kubeconfig: file }), { signal: stop.signal }),
    ).nodes()
    while (api.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    // The answer asked for 5 s; the time limit of this test is below that.
    expect((await failure(work)).kind).toMatch(/unreachable|timeout/)
  }, 4_000)

  it('stops reads on a signal', async () => {
    const stop = new AbortController()
    api.intercept('silence', () => true)
    const work = reader({ signal: stop.signal }).nodes()
    while (api.requests.length === 0) await new Promise((resolve) => setImmediate(resolve))
    stop.abort()
    expect((await failure(work)).facts['code']).toBe('ABORTED')
  })
})

describe('refusals', () => {
  it('names verb, resource and rule of a 403', async () => {
    api.answerNext('list in namespace 403')
    const error = await failure(reader().services('demo-28'))
    expect(error.kind).toBe('permission')
    expect(error.message).toBe(
      'User "system:serviceaccount:demo-28:lbctl" may not list services in namespace demo-28.',
    )
    expect(error.hints[0]).toContain('apiGroups: [""], resources: ["services"], verbs: ["list"]')
  })

  it('names both verbs that an apply needs', async () => {
    api.answerNext('apply 403')
    const error = await failure(writer().apply(applied('x', []), { dryRun: true }))
    expect(error.hints[0]).toContain(
      'apiGroups: ["metallb.io"], resources: ["ipaddresspools"], verbs: ["patch","create"]',
    )
  })

  it('sends somebody with a bad token to log in', async () => {
    api.answerNext('bad token 401', undefined, 2)
    const error = await failure(reader().nodes())
    expect(error.kind).toBe('permission')
    expect(error.message).toContain('credentials of context "test"')
  })

  it('asks for the credentials again when they are refused, once', async () => {
    api.answerNext('bad token 401')
    expect(await reader().nodes()).toEqual([])
    expect(api.requests.filter(({ path }) => path === '/api/v1/nodes')).toHaveLength(2)
  })

  it('lists the causes of a 422 field by field', async () => {
    api.answerNext('several causes 422')
    const error = await failure(writer().apply(applied('x', []), { dryRun: true }))
    expect(error.kind).toBe('input')
    expect(Object.keys(error.facts)).toEqual(expect.arrayContaining(['spec.dynamicASN', 'spec.peerPort']))
  })

  it('passes on what a webhook says', async () => {
    api.answerNext('webhook denied 400')
    const error = await failure(writer().apply(applied('x', []), { dryRun: true }))
    expect([error.kind, error.message]).toEqual(['input', expect.stringContaining('pool overlaps with "ok"')])
  })

  it('does not blame the content when the webhook is out of reach', async () => {
    api.answerNext('webhook unreachable 500')
    expect((await failure(writer().apply(applied('x', []), { dryRun: true }))).kind).toBe('unreachable')
  })

  it('says what server-side apply says of an unknown field', async () => {
    const error = await failure(writer().apply(pool('x', [], { bogus: 1 }) as never, { dryRun: true }))
    expect([error.kind, error.message]).toEqual([
      'input',
      expect.stringContaining('.spec.bogus: field not declared in schema'),
    ])
  })

  it('names the namespace that is missing', async () => {
    const object = { ...pool('x', []), metadata: { name: 'x', namespace: 'nope' } }
    const error = await failure(writer().apply(object as never, { dryRun: true }))
    expect([error.kind, error.message]).toEqual([
      'input',
      expect.stringContaining('namespaces "nope" not found'),
    ])
  })

  it('never shows token, Secret or password', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 's', namespace: NS },
      data: { password: 'c2VjcmV0LXZhbHVl' },
    }
    const answers = [
      'anonymous list 403',
      'bad token 401',
      'secret-like quoted 422',
      'webhook denied 400',
      'starting 503',
    ] as const
    for (const answer of answers) {
      api.answerNext(answer, undefined, 9)
      const error = await failure(writer({ attempts: 1 }).apply(secret as never, { dryRun: true }))
      expect(everything(error)).not.toMatch(new RegExp(`${TOKEN}|c2VjcmV0LXZhbHVl|secret-value`))
      for (const _ of Array.from({ length: 8 }))
        await reader({ attempts: 1 })
          .nodes()
          .catch(() => undefined)
    }
  })

  it('hides a peer password that the server quotes', async () => {
    const peer = {
      apiVersion: 'metallb.io/v1beta2',
      kind: 'BGPPeer',
      metadata: { name: 'p', namespace: NS },
      spec: { myASN: 1, password: 'pool overlaps' },
    }
    api.answerNext('webhook denied 400')
    const error = await failure(writer().apply(peer as never, { dryRun: true }))
    expect(error.message).toContain('(hidden) with "ok"')
    expect(everything(error)).not.toContain('pool overlaps')
  })
})

describe('writes', () => {
  it('reports each field and its manager on a conflict', async () => {
    api.seed(pool('lan', ['192.0.2.0/28'], { autoAssign: false }), 'argocd')
    const object = pool('lan', ['198.51.100.0/24'], { autoAssign: true })
    expect(await writer().apply(object as never, { dryRun: false })).toEqual({
      ok: false,
      conflicts: [
        { field: '.spec.addresses', manager: 'argocd' },
        { field: '.spec.autoAssign', manager: 'argocd' },
      ],
    })
    expect(api.requests.at(-1)?.query).toEqual({ fieldManager: 'lbctl' })
  })

  it('deletes only the object that was looked at, with the length of the body', async () => {
    api.seed(pool('lan', ['192.0.2.0/28']))
    const ref = { apiVersion: 'metallb.io/v1beta1', kind: 'IPAddressPool', namespace: NS, name: 'lan' }
    const kube = writer()
    const live = await kube.get(ref)
    const { uid = '', resourceVersion = '' } = live?.metadata ?? {}
    const error = await failure(kube.remove(ref, { uid, resourceVersion: '1' }, { dryRun: false }))
    expect(error.kind).toBe('conflict')
    expect(await kube.remove(ref, { uid, resourceVersion }, { dryRun: false })).toBe(true)
    expect(Number(api.requests.at(-1)?.headers['content-length'])).toBeGreaterThan(0)
    expect(await kube.remove(ref, { uid, resourceVersion }, { dryRun: false })).toBe(false)
  })

  it('patches a Service only at the version that was read', async () => {
    const service = objects.service as unknown as Map_
    api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'demo-06' } })
    api.seed(service)
    const ref = { apiVersion: 'v1', kind: 'Service', namespace: 'demo-06', name: 'web' }
    const kube = writer()
    const resourceVersion = (await kube.get(ref))?.metadata.resourceVersion ?? ''
    const patch = { metadata: { annotations: { 'metallb.io/address-pool': 'lan' } } }
    expect((await failure(kube.patch(ref, patch, { dryRun: false, resourceVersion: '1' }))).kind).toBe(
      'conflict',
    )
    const patched = await kube.patch(ref, patch, { dryRun: false, resourceVersion })
    expect(patched.metadata.annotations).toMatchObject({
      'metallb.io/address-pool': 'lan',
      'example.com/pool': 'pool-a',
    })
  })
})

describe('the way there', () => {
  const config = (server: string, more: Map_ = { 'insecure-skip-tls-verify': true }): string =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      clusters: [{ name: 'test', cluster: { server, ...more } }],
      users: [{ name: 'test', user: { token: TOKEN } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
    })
  const failing = (kubeconfig: string) => failure(new ApiReader(client({ attempts: 1 }, kubeconfig)).nodes())

  it('sends the token and keeps the path of the server', async () => {
    api.intercept(
      () => undefined,
      () => true,
    )
    await new ApiReader(client({}, config(`${api.url}/`))).nodes()
    expect(api.requests[0]).toMatchObject({
      path: '/api/v1/nodes',
      headers: { authorization: `Bearer ${TOKEN}` },
    })
    await failing(config(`${api.url}/k8s/c-1`))
    expect(api.requests[1]?.path).toBe('/k8s/c-1/api/v1/nodes')
  })

  it('goes through the proxy that the kubeconfig names', async () => {
    const seen: string[] = []
    const proxy = createHttpServer()
    proxy.on('connect', (request, socket: Socket) => {
      seen.push(request.url ?? '')
      const upstream = connect(Number(new URL(api.url).port), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        upstream.pipe(socket).pipe(upstream)
      })
      upstream.on('error', () => socket.destroy())
      socket.on('error', () => upstream.destroy())
    })
    await new Promise<void>((resolve) => proxy.listen(0, '127.0.0.1', resolve))
    const { port } = proxy.address() as { port: number }
    const more = { 'insecure-skip-tls-verify': true, 'proxy-url': `http://127.0.0.1:${port}` }
    expect(await new ApiReader(client({}, config('http://10.255.255.1:8080', more))).nodes()).toEqual([])
    expect(seen).toEqual(['10.255.255.1:8080'])
    proxy.closeAllConnections()
    proxy.close()
  })

  it('keeps one connection for requests in a row', async () => {
    const kube = reader()
    await kube.nodes()
    await kube.nodes()
    expect(api.connections).toBe(1)
  })

  it('says that nothing listens, that TLS is refused, that it is no API server', async () => {
    const free = createServer()
    await new Promise<void>((resolve) => free.listen(0, '127.0.0.1', resolve))
    const { port } = free.address() as { port: number }
    await new Promise((resolve) => free.close(resolve))
    expect((await failing(config(`https://127.0.0.1:${port}`))).facts['code']).toBe('ECONNREFUSED')
    const tls = await failing(config(api.url.replace('http:', 'https:'), {}))
    expect([tls.kind, tls.message]).toEqual(['unreachable', expect.stringContaining('TLS')])
    const sockets: Socket[] = []
    const page = createServer((socket) => {
      sockets.push(socket)
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: 5\r\n\r\n<html')
    })
    await new Promise<void>((resolve) => page.listen(0, '127.0.0.1', resolve))
    const at = page.address() as { port: number }
    expect((await failing(config(`http://127.0.0.1:${at.port}`))).facts['code']).toBe('NOT_JSON')
    page.close()
    for (const socket of sockets) socket.destroy()
  })

  it('refuses http without consent, unknown contexts and unreadable files, without quoting them', () => {
    const open = (text: string, context?: string) => (): unknown => {
      const file = join(directory, 'other')
      writeFileSync(file, text)
      return openConnection({ kubeconfig: file, context })
    }
    expect(open(config(api.url, {}))).toThrow(/would send credentials in the clear/)
    expect(open(config(api.url), 'nope')).toThrow(/context "nope" is not in the kubeconfig/)
    expect(open(`{ token: ${TOKEN}`)).toThrow(/cannot be understood/)
    expect(open(`{ token: ${TOKEN}`)).not.toThrow(TOKEN)
    expect(() => openConnection({ kubeconfig: join(directory, 'none') })).toThrow(/does not exist/)
  })

  it('names the exec plugin that failed, not what it printed', async () => {
    const user = {
      exec: {
        apiVersion: 'client.authentication.k8s.io/v1',
        command: 'sh',
        args: ['-c', `echo ${TOKEN} >&2; exit 1`],
      },
    }
    const text = JSON.parse(config(api.url)) as Map_
    const error = await failing(JSON.stringify({ ...text, users: [{ name: 'test', user }] }))
    expect([error.kind, error.facts['plugin']]).toEqual(['permission', 'sh'])
    expect(everything(error)).not.toContain(TOKEN)
  })
})
