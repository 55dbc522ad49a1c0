// The logs of the load balancer's Pods, beside the objects: in `diagnose all` and in a bundle.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, request as httpRequest, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readTar } from '../../src/diagnose/bundle/tar.ts'
import { healthyWorld } from '../../src/diagnose/cluster/testing/world.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { lbctl } from '../support/cli.ts'
import crds from '../vectors/apiserver/metallb-crds.json' with { type: 'json' }

const REFUSED =
  '{"caller":"native.go:90","error":"dial \\"192.168.1.1:179\\": getsockopt: connection refused","level":"error","localASN":64512,"msg":"failed to connect to peer","op":"connect","peer":"192.168.1.1:179","peerASN":64512,"ts":"2026-01-02T03:04:05Z"}'
const SECRET = 'hunter2-and-more'

let folder: string
let server: ApiServer
let front: Server
/** the answer to a question about the log of a container; by default the log */
let refused: ReadonlySet<string> = new Set()
const asked: URL[] = []

/** The API server in front, which has a kubelet to ask: the one behind it has none. */
function kubeletInFront(behind: string): Server {
  return createServer((request, response) => {
    const url = new URL(request.url ?? '', behind)
    const [, pod] = /\/pods\/([^/]+)\/log$/.exec(url.pathname) ?? []
    if (pod === undefined) {
      const { method, headers } = request
      const passed = httpRequest(url, { ...(method === undefined ? {} : { method }), headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers)
        answer.pipe(response)
      })
      passed.on('error', (error) => response.destroy(error))
      request.pipe(passed)
      return
    }
    asked.push(url)
    if (!refused.has(pod)) {
      response.end(`2026-01-02T03:04:05.123456789Z ${REFUSED}\n2026-01-02T03:04:06Z password: ${SECRET}\n`)
      return
    }
    const status = { kind: 'Status', status: 'Failure', reason: 'InternalError', code: 500 }
    response.writeHead(500, { 'content-type': 'application/json' })
    response.end(JSON.stringify({ ...status, message: 'dial tcp 10.0.0.7:10250: i/o timeout' }))
  })
}

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-pod-logs-'))
  server = await startApiServer()
  server.applyObjects(crds)
  const world = healthyWorld()
  for (const pod of world.planes.pods.filter(({ metadata }) => metadata.name.startsWith('speaker-')))
    Object.assign(pod['spec'] as object, { containers: [{ name: 'speaker', image: 'x' }] })
  server.applyObjects(Object.values(world.planes).flat())
  front = kubeletInFront(server.url)
  await new Promise<void>((resolve) => {
    front.listen(0, '127.0.0.1', resolve)
  })
  const { port } = front.address() as AddressInfo
  writeFileSync(
    join(folder, 'kubeconfig'),
    server.kubeconfig().replaceAll(server.url, `http://127.0.0.1:${port}`),
  )
}, 60_000)
afterAll(async () => {
  front?.close()
  await server?.stop()
  rmSync(folder, { recursive: true })
})

const run = (...words: string[]) => lbctl([...words, '--kubeconfig', 'kubeconfig'], { cwd: folder })
const codesOf = (stdout: string): readonly string[] =>
  JSON.parse(stdout).reports[0].findings.map(({ code }: { code: string }) => code)

async function whileRefused<T>(pods: readonly string[], work: () => Promise<T>): Promise<T> {
  refused = new Set(pods)
  try {
    return await work()
  } finally {
    refused = new Set()
  }
}

describe('diagnose all --pod-logs', () => {
  it('finds what only the logs say, and asks for the last hour', async () => {
    const without = await run('diagnose', 'all', '-o', 'json')
    expect([without.stderr, codesOf(without.stdout)]).toEqual(['', []])
    asked.length = 0
    const { code, stdout } = await run('diagnose', 'all', '--pod-logs', '-o', 'json')
    expect([code, codesOf(stdout)]).toEqual([0, ['F36']])
    expect(asked.length).toBeGreaterThan(1)
    expect(asked.map(({ searchParams }) => searchParams.get('sinceSeconds'))).toEqual(asked.map(() => '3600'))
  })

  it('judges what it could read, and names the log that it could not', async () => {
    const { stdout } = await whileRefused(['speaker-node-a'], () =>
      run('diagnose', 'all', '--pod-logs', '-o', 'json'),
    )
    expect(codesOf(stdout)).toEqual(['F36'])
    expect(JSON.stringify(JSON.parse(stdout).reports[0].notTested)).toMatch(
      /logs: log of metallb-system\/speaker-node-a speaker: .*10\.0\.0\.7:10250: i\/o timeout/,
    )
  })

  it('says so before it does', async () => {
    const { stdout } = await run('diagnose', 'all', '--pod-logs', '--explain-plan')
    expect(stdout).toContain("logs of the last hour of the load balancer's Pods")
  })
})

describe('bundle', () => {
  const filesIn = (name: string) => {
    const read = readTar(gunzipSync(readFileSync(join(folder, name))))
    if (!read.ok) throw new Error(read.error)
    return new Map(read.value.map(({ path, bytes }) => [path, Buffer.from(bytes).toString('utf8')]))
  }

  it('keeps the last lines without what is secret, and what they say is found elsewhere', async () => {
    const made = await run('bundle', '-o', 'logs.tar.gz', '--no-host')
    expect([made.stderr, made.code]).toEqual(['', 0])
    const files = filesIn('logs.tar.gz')
    const logs = [...files].filter(([path]) => path.startsWith('logs/'))
    expect(logs.map(([, text]) => text.includes('connection refused'))).toEqual(logs.map(() => true))
    expect(logs.length).toBeGreaterThan(1)
    expect([...files.values()].some((text) => text.includes(SECRET))).toBe(false)
    const elsewhere = await lbctl(['diagnose', 'all', '--bundle', 'logs.tar.gz', '-o', 'json'], {
      cwd: folder,
    })
    expect(codesOf(elsewhere.stdout)).toEqual(['F36'])
  })

  it('has no logs where none are wanted', async () => {
    await run('bundle', '-o', 'none.tar.gz', '--no-pod-logs', '--no-host')
    expect([...filesIn('none.tar.gz').keys()].filter((path) => path.startsWith('logs/'))).toEqual([])
  })

  it('is a partial one where a log is missing, and gives the reason', async () => {
    const { code, stdout } = await whileRefused(['speaker-node-a'], () => run('bundle', '-o', 'part.tar.gz'))
    expect(code).toBe(4)
    expect(stdout).toContain('log of metallb-system/speaker-node-a speaker')
  })

  it('refuses a time that is none', async () => {
    const { code, stderr } = await run('bundle', '-o', 'no.tar.gz', '--since', 'yesterday')
    expect([code, stderr.includes('not "yesterday"')]).toEqual([2, true])
  })
})
