// TLS as kubeconfigs set it up: the cluster's own CA, a client certificate, a server name; and what a wrong CA becomes.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:https'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TLSSocket } from 'node:tls'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LbctlError } from '../../src/errors/lbctl-error.ts'
import { openCluster } from '../../src/kubernetes/open-cluster.ts'

const hasOpenssl = spawnSync('openssl', ['version']).status === 0
if (!hasOpenssl) {
  if (process.env['LBCTL_REQUIRE_INTEROP'] === '1') throw new Error('openssl is needed and is not there')
  console.log('skipped: openssl is not installed')
}

let directory: string
let server: Server
let connections = 0
const clients: (string | undefined)[] = []

/** A self-signed certificate is its own CA. */
function certificate(name: string, extension: string): void {
  const file = (suffix: string): string => join(directory, `${name}.${suffix}`)
  const made = spawnSync('openssl', [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
    '-subj',
    `/CN=${name}`,
    '-addext',
    extension,
    '-keyout',
    file('key'),
    '-out',
    file('crt'),
  ])
  if (made.status !== 0) throw new Error(made.stderr.toString('utf8'))
}
const read = (name: string): Buffer => readFileSync(join(directory, name))

beforeAll(async () => {
  if (!hasOpenssl) return
  directory = mkdtempSync(join(tmpdir(), 'lbctl-tls-'))
  certificate('server', 'subjectAltName=DNS:api.test')
  certificate('client', 'extendedKeyUsage=clientAuth')
  certificate('other', 'subjectAltName=DNS:api.test')
  const options = {
    key: read('server.key'),
    cert: read('server.crt'),
    ca: read('client.crt'),
    requestCert: true,
    rejectUnauthorized: false,
  }
  server = createServer(options, (request, response) => {
    const socket = request.socket as TLSSocket
    clients.push(socket.authorized ? String(socket.getPeerCertificate().subject.CN) : undefined)
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ kind: 'NodeList', apiVersion: 'v1', metadata: {}, items: [] }))
  })
  server.on('secureConnection', () => {
    connections += 1
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
})
afterAll(() => {
  if (!hasOpenssl) return
  server.closeAllConnections()
  server.close()
  rmSync(directory, { recursive: true })
})

async function nodes(cluster: object, user: object, times = 1): Promise<unknown> {
  const { port } = server.address() as { port: number }
  const file = join(directory, 'config')
  const text = {
    apiVersion: 'v1',
    kind: 'Config',
    'current-context': 'test',
    clusters: [{ name: 'test', cluster: { server: `https://127.0.0.1:${port}`, ...cluster } }],
    users: [{ name: 'test', user }],
    contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
  }
  writeFileSync(file, JSON.stringify(text))
  const opened = openCluster({ kubeconfig: file }, { attempts: 1 })
  try {
    let found: unknown
    for (let count = 0; count < times; count += 1) found = await opened.reader.nodes()
    return found
  } finally {
    opened.close()
  }
}

describe.skipIf(!hasOpenssl)('TLS', () => {
  it('trusts the CA of the kubeconfig, shows the client certificate, and keeps the connection', async () => {
    const cluster = { 'certificate-authority': 'server.crt', 'tls-server-name': 'api.test' }
    const user = {
      'client-certificate': 'client.crt',
      'client-key-data': read('client.key').toString('base64'),
    }
    const before = connections
    expect(await nodes(cluster, user, 3)).toEqual([])
    expect(clients).toEqual(['client', 'client', 'client'])
    expect(connections - before).toBe(1)
  })

  it.each([
    [
      'another CA',
      () => ({ 'certificate-authority': 'other.crt', 'tls-server-name': 'api.test' }),
      /SELF_SIGNED|UNABLE_TO_VERIFY|SIGNATURE/,
    ],
    ['another name', () => ({ 'certificate-authority': 'server.crt' }), /ALTNAME/],
    ['no CA', () => ({ 'tls-server-name': 'api.test' }), /SELF_SIGNED/],
  ])('refuses %s', async (_, cluster, code) => {
    const error = (await nodes(cluster(), { token: 'x' }).catch((reason: unknown) => reason)) as LbctlError
    expect(error.kind).toBe('unreachable')
    expect(error.facts['code']).toMatch(code)
    expect(error.message).toContain('certificate or TLS was not accepted')
  })

  it('accepts any when the kubeconfig says so', async () => {
    expect(await nodes({ 'insecure-skip-tls-verify': true }, { token: 'x' })).toEqual([])
  })
})
