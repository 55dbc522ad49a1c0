import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type ApiServer, startApiServer } from './api-server.ts'

const started: ApiServer[] = []
const folders: string[] = []

async function start(options: Parameters<typeof startApiServer>[0] = {}): Promise<ApiServer> {
  const server = await startApiServer({
    tokens: [{ token: 't', user: 'admin', groups: ['system:masters'] }],
    ...options,
  })
  started.push(server)
  return server
}

afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.kill()))
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true })
})

async function call(
  server: ApiServer,
  method: string,
  path: string,
  body?: unknown,
  headers: Record<string, string> = {},
) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: {
      authorization: 'Bearer t',
      'content-type': 'application/json',
      connection: 'close',
      ...headers,
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  const text = await response.text()
  return {
    status: response.status,
    headers: response.headers,
    body: text.startsWith('{') ? JSON.parse(text) : text,
  }
}

const configMap = (name: string, value = 'b') => ({ metadata: { name }, data: { a: value } })
const MAPS = '/api/v1/namespaces/default/configmaps'

/** The first events of a watch; ends it. */
async function events(
  server: ApiServer,
  path: string,
  count: number,
): Promise<{ type: string; object: { metadata: Record<string, unknown>; code?: number } }[]> {
  const abort = new AbortController()
  const response = await fetch(`${server.url}${path}`, {
    headers: { authorization: 'Bearer t' },
    signal: abort.signal,
  })
  const lines: string[] = []
  let rest = ''
  for await (const part of response.body ?? []) {
    const texts = `${rest}${new TextDecoder().decode(part as Uint8Array)}`.split('\n')
    rest = texts.pop() ?? ''
    lines.push(...texts)
    if (lines.length >= count) break
  }
  abort.abort()
  return lines.slice(0, count).map((line) => JSON.parse(line))
}

describe('the API server of the laboratory', () => {
  it('comes back on the same port with every write that it answered, and with the past forgotten', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'apiserver-'))
    folders.push(folder)
    const persistTo = join(folder, 'state')
    const first = await start({ persistTo })
    const { port } = first
    const made = await call(first, 'POST', MAPS, configMap('one'))
    await call(first, 'POST', MAPS, configMap('two'))
    await call(first, 'DELETE', `${MAPS}/two`)
    await first.kill()
    const second = await start({ persistTo, port })
    expect(second.port).toBe(port)
    const list = await call(second, 'GET', MAPS)
    expect(list.body.items.map((item: { metadata: { name: string } }) => item.metadata.name)).toEqual(['one'])
    expect(list.body.items[0].metadata.uid).toBe(made.body.metadata.uid)
    const old = await events(
      second,
      `${MAPS}?watch=true&resourceVersion=${made.body.metadata.resourceVersion}`,
      1,
    )
    expect(old[0]).toMatchObject({ type: 'ERROR', object: { code: 410, reason: 'Expired' } })
  })

  it('counts one version for all kinds, and none for a write that changes nothing', async () => {
    const server = await start()
    const made = await call(server, 'POST', MAPS, configMap('one'))
    const same = await call(server, 'PUT', `${MAPS}/one`, configMap('one'))
    expect(same.body.metadata.resourceVersion).toBe(made.body.metadata.resourceVersion)
    const lease = await call(server, 'POST', '/apis/coordination.k8s.io/v1/namespaces/default/leases', {
      metadata: { name: 'l' },
      spec: {},
    })
    expect(Number(lease.body.metadata.resourceVersion)).toBe(Number(made.body.metadata.resourceVersion) + 1)
    const stale = { ...configMap('one', 'c'), metadata: { name: 'one', resourceVersion: '4' } }
    expect(await call(server, 'PUT', `${MAPS}/one`, stale)).toMatchObject({
      status: 409,
      body: { reason: 'Conflict' },
    })
  })

  it.each([
    ['application/merge-patch+json', { data: { a: 'c' } }],
    ['application/strategic-merge-patch+json', { data: { a: 'c' } }],
    ['application/json-patch+json', [{ op: 'replace', path: '/data/a', value: 'c' }]],
  ])('a %s leaves the past as it was told', async (type, patch) => {
    const server = await start()
    const before = server.store.revision
    const made = await call(server, 'POST', MAPS, configMap('one'))
    const patched = () => call(server, 'PATCH', `${MAPS}/one`, patch, { 'content-type': type })
    const changed = await patched()
    // One that changes nothing answers what there is.
    expect((await patched()).body).toEqual(changed.body)
    expect((await call(server, 'GET', `${MAPS}/one`)).body).toEqual(changed.body)
    const told = await events(server, `${MAPS}?watch=true&resourceVersion=${before}`, 2)
    expect(told).toEqual([
      { type: 'ADDED', object: made.body },
      { type: 'MODIFIED', object: changed.body },
    ])
  })

  it('answers faults as a test orders them, and then goes on as before', async () => {
    const server = await start()
    server.faults.answerNext({
      kind: 'too-many-requests',
      times: 2,
      retryAfterSeconds: 7,
      only: /^GET .*configmaps/,
    })
    expect((await call(server, 'GET', '/version')).status).toBe(200)
    const limited = await call(server, 'GET', MAPS)
    expect(limited.status).toBe(429)
    expect(limited.headers.get('retry-after')).toBe('7')
    expect((await call(server, 'GET', MAPS)).status).toBe(429)
    expect((await call(server, 'GET', MAPS)).status).toBe(200)
    const { body } = await call(server, 'POST', MAPS, configMap('one'))
    await call(server, 'POST', MAPS, configMap('two'))
    server.faults.compact()
    const old = await events(server, `${MAPS}?watch=true&resourceVersion=${body.metadata.resourceVersion}`, 1)
    expect(old[0]).toMatchObject({ type: 'ERROR', object: { code: 410 } })
  })

  it('refuses who has no rule in the words that name it', async () => {
    const server = await start({
      tokens: [
        {
          token: 't',
          user: 'reader',
          rules: [
            { apiGroups: [''], resources: ['configmaps'], verbs: ['get', 'list'], namespace: 'default' },
          ],
        },
      ],
    })
    expect((await call(server, 'GET', MAPS)).status).toBe(200)
    const refused = await call(server, 'POST', MAPS, configMap('one'))
    expect(refused.status).toBe(403)
    expect(refused.body.message).toBe(
      'configmaps is forbidden: User "reader" cannot create resource "configmaps" in API group "" in the namespace "default"',
    )
    expect((await call(server, 'GET', '/api/v1/configmaps')).status).toBe(403)
    expect((await call(server, 'GET', MAPS, undefined, { authorization: 'Bearer other' })).status).toBe(401)
  })

  it('evaluates roles and bindings for a ServiceAccount: names, field selectors, and what an apply creates', async () => {
    const account = 'system:serviceaccount:default:robot'
    const seen: string[] = []
    const server = await start({
      tokens: [{ token: 't', user: account }],
      audit: ({ user, asked, allowed }) =>
        void seen.push(`${user === account} ${asked.verb} ${asked.resource}/${asked.name} ${allowed}`),
    })
    const named = { apiGroups: [''], resources: ['configmaps'], resourceNames: ['own'] }
    server.applyObjects([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { name: 'robot', namespace: 'default' },
        rules: [{ ...named, verbs: ['get', 'list', 'patch'] }],
      },
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'RoleBinding',
        metadata: { name: 'robot', namespace: 'default' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'Role', name: 'robot' },
        subjects: [{ kind: 'ServiceAccount', name: 'robot', namespace: 'default' }],
      },
    ])
    const codeOf = async (method: string, path: string, body?: object, type = 'application/json') =>
      (await call(server, method, path, body, { 'content-type': type })).status
    const apply = { apiVersion: 'v1', kind: 'ConfigMap', ...configMap('own') }
    const applied = `${MAPS}/own?fieldManager=x`
    expect(await codeOf('GET', `${MAPS}/own`)).toBe(404)
    expect(await codeOf('GET', `${MAPS}/other`)).toBe(403)
    expect(await codeOf('GET', MAPS)).toBe(403)
    expect(await codeOf('GET', `${MAPS}?fieldSelector=metadata.name%3Down`)).toBe(200)
    expect(await codeOf('PATCH', applied, apply, 'application/apply-patch+yaml')).toBe(403)
    server.applyObjects([apply])
    expect(await codeOf('PATCH', applied, apply, 'application/apply-patch+yaml')).toBe(200)
    expect(seen).toEqual([
      'true get configmaps/own true',
      'true get configmaps/other false',
      'true list configmaps/ false',
      'true list configmaps/own true',
      'true patch configmaps/own true',
      'true create configmaps/own false',
      'true patch configmaps/own true',
    ])
  })

  it('lists and watches 10,000 Services that were loaded at once', async () => {
    const server = await start()
    const services = Array.from({ length: 10_000 }, (_, at) => ({
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: `s${at}`, namespace: 'default' },
      spec: {
        type: 'LoadBalancer',
        clusterIP: `10.96.${at >> 8}.${at & 255}`,
        ports: [{ port: 80 }],
        allocateLoadBalancerNodePorts: false,
      },
    }))
    server.applyObjects(services)
    const list = await call(server, 'GET', '/api/v1/services')
    // Theirs, and the Service of the server itself.
    expect(list.body.items).toHaveLength(10_001)
    const seen = await events(server, '/api/v1/services?watch=true', 10_001)
    expect(new Set(seen.map(({ object }) => object.metadata['name'])).size).toBe(10_001)
  }, 60_000)
})

it('a dry run of DELETE changes nothing, said in the query or, as kubectl does, in the body', async () => {
  const server = await start()
  await call(server, 'POST', MAPS, configMap('one'))
  const options = { kind: 'DeleteOptions', apiVersion: 'v1', dryRun: ['All'] }
  expect((await call(server, 'DELETE', `${MAPS}/one`, options)).status).toBe(200)
  expect((await call(server, 'DELETE', `${MAPS}/one?dryRun=All`)).status).toBe(200)
  expect((await call(server, 'DELETE', MAPS, options)).status).toBe(200)
  expect((await call(server, 'DELETE', `${MAPS}/one`, { ...options, dryRun: ['Some'] })).status).toBe(422)
  expect((await call(server, 'GET', `${MAPS}/one`)).status).toBe(200)
})
