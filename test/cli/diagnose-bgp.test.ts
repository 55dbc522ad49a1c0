// `lbctl diagnose bgp` against `lbctl router run` with each of its faults, on loopback: the code, the exit code, text and JSON.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { BgpFacts } from '../../src/diagnose/bgp/bgp-facts.ts'
import { FAULT_NAMES, type FaultName } from '../../src/lab/router/fault-names.ts'
import { judged } from '../interop/diagnose-lab.ts'
import { lbctl, runJs, unwrapped } from '../support/cli.ts'
import { freePort } from '../support/free-port.ts'
import type { Map_ } from '../support/recorded-api/objects.ts'
import { RecordedApi } from '../support/recorded-api.ts'
import { RouterProcess } from '../support/router-run.ts'

let folder: string
let router: RouterProcess | undefined
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'lbctl-diagnose-bgp-cli-'))
  writeFileSync(join(folder, 'password'), 'another-one\n')
})
afterEach(() => {
  router?.kill()
  router = undefined
})
afterAll(() => rmSync(folder, { recursive: true }))

const words = (port: number, ...more: string[]): string[] => [
  ...['diagnose', 'bgp', '127.0.0.1', '--port', String(port), '--my-asn', '64513', '--peer-asn', '64512'],
  ...more,
]
const json = (port: number, ...more: string[]) =>
  judged<BgpFacts>(lbctl([...words(port, ...more), '-o', 'json']))

async function start(fault: FaultName | undefined, ...more: string[]): Promise<number> {
  const port = await freePort()
  router = await RouterProcess.start([
    ...['--listen', `127.0.0.1:${port}`, ...(fault === undefined ? [] : ['--fault', fault])],
    ...more,
  ])
  return port
}

interface Expected {
  /** of the ladder without and with an OPEN of ours */
  readonly heard: string | undefined
  readonly shaken: string
  readonly title: RegExp
}

const FAULTS: Readonly<Record<FaultName, Expected>> = {
  refuse: {
    heard: 'F36',
    shaken: 'F36',
    title: /is up and has no BGP on this side: nothing listens on port/,
  },
  md5: { heard: 'F34', shaken: 'F34', title: /or the router has a password for this neighbour/ },
  silent: { heard: 'F36', shaken: 'F36', title: /accepts the connection and says nothing/ },
  malformed: { heard: 'F36', shaken: 'F36', title: /does not speak BGP as it should/ },
  // What only an OPEN of ours brings to light.
  'wrong-as': { heard: undefined, shaken: 'F37', title: /does not accept AS 64513: Bad Peer AS/ },
  'no-af': { heard: 'F36', shaken: 'F43', title: /refuses what our OPEN offers, or misses something in it/ },
  'reset-after-open': { heard: undefined, shaken: 'F40', title: /drops the connection after our OPEN/ },
  'max-prefix': { heard: undefined, shaken: 'F44', title: /has got more prefixes than it accepts/ },
  'hold-expiry': {
    heard: undefined,
    shaken: 'F41',
    title: /has heard nothing from us for as long as the hold time/,
  },
}

describe.each(FAULT_NAMES)('router run --fault %s', (fault) => {
  const { heard, shaken, title } = FAULTS[fault]
  it(`is ${heard ?? 'not seen'} without an OPEN of ours, and ${shaken} with one`, async () => {
    const port = await start(fault)
    const listened = await json(port, '--timeout', '1500ms')
    expect(listened.codes).toEqual(heard === undefined ? [] : [heard])
    expect(listened.code).toBe(heard === undefined ? 0 : 1)
    if (heard === undefined) expect(listened.json.notTested.join(' ')).toMatch(/--handshake tells/)
    const found = await json(port, '--timeout', '1500ms', '--handshake')
    expect(found).toMatchObject({ code: 1, codes: [shaken], json: { status: 'findings' } })
    expect(found.json.findings[0]?.title).toMatch(title)
    const text = await lbctl(words(port, '--timeout', '1500ms', '--handshake'))
    expect(text.code).toBe(1)
    expect(unwrapped(text.stdout.split('\n\n')[0] ?? '')).toMatch(title)
    expect(text.stdout).toContain(`lbctl explain ${shaken}`)
  })
})

it('--fault md5 with a password of ours: another one', async () => {
  const port = await start('md5')
  const found = await json(port, '--timeout', '1500ms', '--password-file', join(folder, 'password'))
  expect(found).toMatchObject({ code: 1, codes: ['F38'] })
  expect(JSON.stringify(found)).not.toContain('another-one')
})

it('without a fault nothing is wrong, and the routes are those that it announces', async () => {
  const port = await start(undefined, '--announce', '198.51.100.0/24', '--announce', '203.0.113.0/24')
  const found = await json(port, '--handshake', '--show-routes')
  expect(found).toMatchObject({ code: 0, codes: [], json: { status: 'healthy' } })
  expect(found.json.facts.conversation?.routes.map(({ prefix }) => prefix).sort()).toEqual([
    '198.51.100.0/24',
    '203.0.113.0/24',
  ])
  const { stdout, code } = await lbctl(words(port))
  expect(code).toBe(0)
  expect(stdout).toMatch(/^ok: 127\.0\.0\.1 speaks BGP: AS 64512, router ID /)
})

describe('what answers and is no BGP', () => {
  const serve = async (greet: (socket: Socket) => void, probe: (port: number) => Promise<void>) => {
    const server = createServer((socket) => {
      socket.on('error', () => undefined)
      greet(socket)
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    try {
      await probe((server.address() as { port: number }).port)
    } finally {
      server.close()
    }
  }
  it('is shown with what it says', () =>
    serve(
      (socket) => socket.write('SSH-2.0-OpenSSH_9.2p1\r\n'),
      async (port) => {
        const found = await json(port)
        expect(found).toMatchObject({ code: 1, codes: ['F36'] })
        expect(found.json.findings[0]?.evidence.join()).toMatch(/SSH-2\.0-OpenSSH_9\.2p1/)
      },
    ))
  it('a KEEPALIVE first is the session of somebody else', () =>
    serve(
      (socket) => socket.write(Buffer.from(`${'ff'.repeat(16)}001304`, 'hex')),
      async (port) => expect(await json(port)).toMatchObject({ code: 1, codes: ['F40'] }),
    ))
  it('nothing at all is ever sent to it', async () => {
    let received = 0
    await serve(
      (socket) => socket.on('data', (bytes) => (received += bytes.length)),
      async (port) => {
        await json(port, '--timeout', '500ms')
        await lbctl(words(port, '--timeout', '500ms', '--explain-plan', '--handshake'))
      },
    )
    expect(received).toBe(0)
  })
})

it('Ctrl-C while it listens is no verdict', async () => {
  const mute = createServer()
  await new Promise<void>((resolve) => mute.listen(0, '127.0.0.1', resolve))
  const { port } = mute.address() as { port: number }
  const child = spawn(process.execPath, [runJs, ...words(port, '--timeout', '60s')], { stdio: 'pipe' })
  let stdout = ''
  child.stdout.on('data', (chunk: Buffer) => {
    stdout += chunk.toString()
  })
  mute.once('connection', () => child.kill('SIGINT'))
  const code = await new Promise((resolve) => child.once('close', resolve))
  mute.close()
  expect([code, stdout]).toEqual([130, ''])
})

describe('words', () => {
  it.each([
    [['diagnose', 'bgp'], /There is no peer to ask about/],
    [['diagnose', 'bgp', '192.0.2.1', '--handshake'], /--handshake needs --my-asn/],
    [['diagnose', 'bgp', 'fe80::1'], /link-local address: on which interface/],
    [['diagnose', 'bgp', '192.0.2.1', '--source', '2001:db8::1'], /--source is of another family/],
    [['diagnose', 'bgp', '192.0.2.1', '--source', 'x'], /--source takes an IP address, not "x"/],
    [['diagnose', 'bgp', '192.0.2.1', '--router-id', '::1'], /--router-id takes an IPv4 address/],
    [['diagnose', 'bgp', '192.0.2.1', '--timeout', '3'], /--timeout takes a time/],
    [['diagnose', 'bgp', '192.0.2.1', '--password-file', '/nonexistent'], /\/nonexistent cannot be read/],
    [['diagnose', 'bgp', '192.0.2.1', '--watch', '--interval', '1ms'], /--interval takes a time from 100ms/],
    [['diagnose', 'bgp', '-f', '/nonexistent'], /\/nonexistent cannot be read/],
    [['diagnose', 'bgp', '192.0.2.1', '--show-routes'], /show-routes/],
  ])('%j', async (args, message) => {
    const { code, stdout, stderr } = await lbctl(args)
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toMatch(message)
  })

  it('explain knows each NOTIFICATION, by its numbers and by its name', async () => {
    const byNumber = await lbctl(['explain', '2/2'])
    expect(byNumber.code).toBe(0)
    expect(byNumber.stdout).toMatch(/^2\/2: Bad Peer AS\n/)
    expect((await lbctl(['explain', 'NOTIFICATION 6/5'])).stdout).toMatch(/^6\/5: Connection Rejected\n/)
    expect((await lbctl(['explain', 'Bad Peer AS'])).stdout).toBe(byNumber.stdout)
    expect((await lbctl(['explain', '9/9'])).code).toBe(2)
  })

  it("the router's lines are in the language of its vendor", async () => {
    const port = await freePort()
    const { stdout } = await lbctl(words(port, '--vendor', 'bird'))
    expect(stdout).toMatch(/neighbor 127\.0\.0\.1 as 64513;/)
    expect(stdout).not.toContain('router bgp')
  })
})

describe('configuration', () => {
  const SECRET = 'correct-horse'
  const peerOf = (spec: Record<string, unknown>) => ({
    apiVersion: 'metallb.io/v1beta2',
    kind: 'BGPPeer',
    metadata: { name: 'tor', namespace: 'metallb-system' },
    spec: { myASN: 64513, peerASN: 64512, peerAddress: '127.0.0.1', peerPort: 1, ...spec },
  })

  it('of a cluster: its BGPPeers, without the values of its Secrets', async () => {
    const api = await RecordedApi.start(['default', 'metallb-system'])
    try {
      writeFileSync(join(folder, 'kubeconfig'), api.kubeconfig())
      api.seed(peerOf({ passwordSecret: { name: 'tor' } }) as unknown as Map_)
      const args = [
        'diagnose',
        'bgp',
        '--from-cluster',
        '--kubeconfig',
        join(folder, 'kubeconfig'),
        '-o',
        'json',
      ]
      const found = await judged<BgpFacts>(lbctl(args))
      expect(found).toMatchObject({ code: 1, codes: ['F36'] })
      expect(found.json.facts.peer).toMatchObject({ name: 'tor', address: '127.0.0.1', port: 1 })
      expect(found.json.facts.expected).toMatchObject({ password: 'not known here', multihop: false })
    } finally {
      await api.stop()
    }
  })

  it('of files: a VRF that this host does not have costs that peer alone', async () => {
    const file = join(folder, 'vrf.json')
    const red = {
      ...peerOf({ vrf: 'red-of-nobody' }),
      metadata: { name: 'red', namespace: 'metallb-system' },
    }
    const write = (...items: readonly unknown[]) =>
      writeFileSync(file, JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
    write(peerOf({}), red)
    const both = await lbctl(['diagnose', 'bgp', '-f', file])
    expect(both.code).toBe(1)
    expect(both.stdout).toMatch(/^error: F36: tor \(127\.0\.0\.1\)/)
    expect(both.stderr).toMatch(
      /The BGPPeer "red" \(VRF red-of-nobody\) is left out: This host has no interface/,
    )
    const plan = await lbctl(['diagnose', 'bgp', '-f', file, '--explain-plan'])
    expect(plan.code).toBe(4)
    expect(plan.stdout).toContain('127.0.0.1')
    expect(plan.stderr).toMatch(/The BGPPeer "red" \(VRF red-of-nobody\) is left out/)
    write(red)
    const alone = await lbctl(['diagnose', 'bgp', '-f', file])
    expect([alone.code, alone.stdout]).toEqual([2, ''])
    expect(alone.stderr).toMatch(/None of the BGPPeers can be tried[\s\S]*The BGPPeer "red"/)
  })

  it('a name without a configuration is told where names come from', async () => {
    const { stderr } = await lbctl(['diagnose', 'bgp', 'tor.invalid'])
    expect(stderr).toMatch(/tor\.invalid could not be resolved\.\n.*-f or --from-cluster/)
    expect(stderr).not.toContain('diagnose ndp')
  })

  it('of files: the password of the Secret beside the peer is used, judged, and never shown', async () => {
    const secret = {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'tor', namespace: 'metallb-system' },
      type: 'kubernetes.io/basic-auth',
      data: { password: Buffer.from(`${SECRET}\n`).toString('base64') },
    }
    const file = join(folder, 'peer.json')
    const list = {
      apiVersion: 'v1',
      kind: 'List',
      items: [peerOf({ passwordSecret: { name: 'tor' } }), secret],
    }
    writeFileSync(file, JSON.stringify(list))
    const outcome = lbctl(['diagnose', 'bgp', '-f', file, '-o', 'json', '--timeout', '300ms', '--verbose'])
    const found = await judged<BgpFacts>(outcome)
    expect(found.json.facts.expected).toMatchObject({
      password: 'given',
      passwordFlaws: ['it ends with a line break'],
    })
    expect(found.json.facts.attempts.map(({ signed }) => signed)).toEqual([false, true])
    const { stdout, stderr } = await outcome
    expect(stdout + stderr).not.toContain(SECRET)
  })
})
