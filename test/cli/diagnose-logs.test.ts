import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lbctl } from '../support/cli.ts'

const REFUSED =
  '{"caller":"native.go:90","error":"dial \\"192.168.1.1:179\\": getsockopt: connection refused","level":"error","localASN":64512,"msg":"failed to connect to peer","op":"connect","peer":"192.168.1.1:179","peerASN":64512,"ts":"2026-01-02T03:04:05Z"}'
const QUIET =
  '{"caller":"main.go:1","level":"info","msg":"service has IP, announcing","ts":"2026-01-02T03:04:05Z"}'

interface Answer {
  readonly incidents: {
    code: string | null
    count: number
    docs: string | null
    origins: string[]
    component: string
  }[]
  readonly lines: number
  readonly notRead: string[]
  readonly exitCode: number
}

let folder: string
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-logs-'))
})
afterAll(() => rmSync(folder, { recursive: true }))

const file = (name: string, content: string | Uint8Array): string => {
  writeFileSync(join(folder, name), content)
  return join(folder, name)
}

describe('lbctl diagnose logs', () => {
  it('names the finding of the line that everybody pastes, from stdin', async () => {
    const { stdout, code } = await lbctl(['diagnose', 'logs', '-'], {
      stdin: `${QUIET}\n${REFUSED}\n${REFUSED}\n`,
    })
    expect(code).toBe(1)
    expect(stdout).toContain('error F36 The router refuses BGP')
    expect(stdout).toContain('2 times, 2026-01-02 03:04:05 UTC, speaker')
    expect(stdout).toContain('lbctl explain F36')
  })

  it('reads several files, one of them packed, and answers in JSON with every key', async () => {
    const plain = file('a.log', `${REFUSED}\n`)
    const packed = file('b.log.gz', gzipSync(`${REFUSED}\n${REFUSED}`))
    const { stdout, code } = await lbctl(['diagnose', 'logs', '-f', plain, '-f', packed, '-o', 'json'])
    const answer = JSON.parse(stdout) as Answer
    expect([code, answer.exitCode, answer.lines, answer.notRead]).toEqual([1, 1, 3, []])
    expect(answer.incidents).toMatchObject([
      { code: 'F36', count: 3, docs: 'docs/findings/F36.md', node: null },
    ])
  })

  it('reads all logs of a directory, and sees from the paths of the kubelet which Pod wrote them', async () => {
    const pods = join(folder, 'pods')
    const speaker = join(pods, 'metallb-system_speaker-x7k_5b3f1c2a-0000-4000-8000-000000000001', 'speaker')
    mkdirSync(speaker, { recursive: true })
    mkdirSync(join(pods, 'empty'))
    writeFileSync(join(speaker, '0.log'), `2026-01-02T03:04:05.000000000Z stderr F ${REFUSED}\n`)
    writeFileSync(join(speaker, '0.log.20260102-030405.gz'), gzipSync(`${REFUSED}\n`))
    symlinkSync(join(speaker, 'nowhere'), join(pods, 'dangling.log'))
    const { stdout, code } = await lbctl(['diagnose', 'logs', pods, '-o', 'json'])
    const answer = JSON.parse(stdout) as Answer
    expect([code, answer.lines]).toEqual([1, 2])
    expect(answer.incidents).toMatchObject([{ code: 'F36', count: 2, component: 'speaker' }])
    expect(answer.incidents[0]?.origins.join()).toContain('speaker-x7k')
    const empty = await lbctl(['diagnose', 'logs', join(pods, 'empty')])
    expect([empty.code, empty.stderr]).toEqual([
      2,
      expect.stringContaining('There is no file in the directory'),
    ])
  })

  it('is quiet about a log without complaints', async () => {
    const { stdout, code } = await lbctl(['diagnose', 'logs', file('quiet.log', `${QUIET}\n`)])
    expect([code, stdout.startsWith('ok: no errors and no warnings in 1 line (')]).toEqual([0, true])
    const short = await lbctl(['diagnose', 'logs', file('quiet.log', `${QUIET}\n`), '-o', 'short'])
    expect([short.code, short.stdout]).toEqual([0, ''])
  })

  it('leaves out what is older than --since', async () => {
    const log = file('old.log', `${REFUSED}\n`)
    const since = async (time: string) => (await lbctl(['diagnose', 'logs', log, '--since', time])).code
    expect([await since('2026-01-02T03:04:00Z'), await since('2026-01-02T03:05:00Z')]).toEqual([1, 0])
  })

  it.each([
    [['/nowhere/x.log'], 'there is no such file'],
    [['--since', 'yesterday', '-'], '--since takes'],
    [['--from-cluster', '-f', 'x'], '--file'],
  ])('refuses %j', async (words, complaint) => {
    const { stderr, stdout, code } = await lbctl(['diagnose', 'logs', ...words])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(complaint)
  })
})

describe('lbctl diagnose logs --from-cluster', () => {
  let server: Server
  let kubeconfig: string
  const asked: string[] = []

  beforeAll(async () => {
    const pod = {
      metadata: { name: 'speaker-a', namespace: 'metallb-system', labels: { app: 'metallb' } },
      spec: {
        nodeName: 'node-a',
        containers: [{ name: 'speaker' }, { name: 'frr' }, { name: 'frr-metrics' }],
      },
      status: { containerStatuses: [{ name: 'speaker', restartCount: 2 }] },
    }
    const other = {
      metadata: { name: 'web', namespace: 'default', labels: {} },
      spec: { containers: [{ name: 'web' }] },
    }
    server = createServer((request, response) => {
      const url = new URL(request.url ?? '', 'http://x')
      asked.push(
        `${url.pathname} ${url.searchParams.get('container') ?? ''} ${url.searchParams.get('previous') ?? ''}`.trim(),
      )
      if (!url.pathname.endsWith('/log')) {
        response.setHeader('content-type', 'application/json')
        response.end(JSON.stringify({ kind: 'PodList', metadata: {}, items: [pod, other] }))
      } else if (url.searchParams.get('container') === 'frr') {
        response.statusCode = 403
        response.setHeader('content-type', 'application/json')
        response.end(
          JSON.stringify({
            kind: 'Status',
            status: 'Failure',
            reason: 'Forbidden',
            message: 'no',
            code: 403,
          }),
        )
      } else response.end(`2026-01-02T03:04:05.123456789Z ${REFUSED}\n`)
    })
    await new Promise<void>((resolve) => {
      server.listen(0, '127.0.0.1', resolve)
    })
    const { port } = server.address() as AddressInfo
    kubeconfig = file(
      'config',
      JSON.stringify({
        apiVersion: 'v1',
        kind: 'Config',
        'current-context': 'test',
        clusters: [
          { name: 'test', cluster: { server: `http://127.0.0.1:${port}`, 'insecure-skip-tls-verify': true } },
        ],
        users: [{ name: 'test', user: { token: 'x' } }],
        contexts: [{ name: 'test', context: { cluster: 'test', user: 'test' } }],
      }),
    )
  })
  afterAll(() => server.close())

  it('reads its Pods, those before a restart too, and says what it may not read', async () => {
    const { stdout, code } = await lbctl([
      'diagnose',
      'logs',
      '--from-cluster',
      '--kubeconfig',
      kubeconfig,
      '-o',
      'json',
    ])
    const answer = JSON.parse(stdout) as Answer
    expect(code).toBe(1)
    expect(answer.incidents).toMatchObject([{ code: 'F36', count: 2, node: 'node-a', component: 'speaker' }])
    expect(answer.notRead.map((each) => each.split(':')[0])).toEqual(['metallb-system/speaker-a frr'])
    expect(asked.filter((each) => each.includes('/log')).sort()).toEqual([
      '/api/v1/namespaces/metallb-system/pods/speaker-a/log frr',
      '/api/v1/namespaces/metallb-system/pods/speaker-a/log speaker',
      '/api/v1/namespaces/metallb-system/pods/speaker-a/log speaker true',
    ])
  })
})

describe('lbctl explain', () => {
  it('takes a line of a log apart, as an argument and from stdin', async () => {
    const given = await lbctl(['explain', REFUSED])
    expect([given.code, given.stdout.startsWith('error F36 The router refuses BGP')]).toEqual([0, true])
    const piped = await lbctl(['explain', '-', '-o', 'json'], { stdin: `\n${REFUSED}\n` })
    expect(JSON.parse(piped.stdout)).toMatchObject({
      code: 'F36',
      signature: 'bgp-connection-refused',
      count: 1,
    })
  })

  it('blots out secrets of the line', async () => {
    const { stdout } = await lbctl([
      'explain',
      '{"level":"error","msg":"neighbor 10.0.0.1 password hunter2 refused"}',
    ])
    expect(stdout).toContain('password (hidden)')
    expect(stdout).not.toContain('hunter2')
  })

  it.each([
    ['nodeAssigned', 'nodeAssigned'],
    ['allocationfailed', 'AllocationFailed'],
    ['not enough clusterips', 'notEnoughClusterIPs'],
    ['announcing from node "worker-1" with protocol "layer2"', 'nodeAssigned'],
  ])('knows the event %s', async (asked, code) => {
    const { stdout, code: exit } = await lbctl(['explain', asked, '-o', 'json'])
    expect([exit, (JSON.parse(stdout) as { code: string; kind: string }).code]).toEqual([0, code])
  })
})
