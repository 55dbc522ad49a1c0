// The built router against a client that speaks just enough BGP. test/interop/router-run.test.ts has real speakers.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { parseIp } from '../../src/net/ip.ts'
import { parsePrefix } from '../../src/net/prefix.ts'
import { PLAIN_CONTEXT } from '../../src/wire/bgp/context.ts'
import { BgpFramer } from '../../src/wire/bgp/framer.ts'
import { type BgpMessage, decodeBgpMessage, encodeBgpMessage } from '../../src/wire/bgp/message.ts'
import { lbctl } from '../support/cli.ts'
import { eventually } from '../support/namespaces.ts'
import { RouterProcess } from '../support/router-run.ts'

const routers: RouterProcess[] = []
const clients: Client[] = []
afterEach(() => {
  for (const client of clients.splice(0)) client.socket.destroy()
  for (const router of routers.splice(0)) router.kill()
})

async function start(...args: string[]): Promise<RouterProcess> {
  const router = await RouterProcess.start(['--listen', '127.0.0.1:0', ...args])
  routers.push(router)
  return router
}

const address = (text: string) => parseIp(text) ?? { family: 4 as const, value: 0n }
const IPV4 = { afi: 1, safi: 1 }
const CONTEXT = { ...PLAIN_CONTEXT, asn4: true }

/** AS 64513 at 127.0.0.1. */
class Client {
  readonly socket: Socket
  readonly heard: BgpMessage[] = []
  /** code of the system, or 'end' when the stream ended in order */
  closed: string | undefined
  unreadable = false

  constructor(port: number) {
    this.socket = connect({ host: '127.0.0.1', port })
    const framer = new BgpFramer()
    this.socket.on('data', (bytes: Uint8Array) => {
      framer.push(bytes)
      for (let framed = framer.next(false); framed?.ok === true; framed = framer.next(false)) {
        const decoded = decodeBgpMessage(framed.value, CONTEXT)
        if (decoded.ok) this.heard.push(decoded.value)
        else this.unreadable = true
      }
    })
    this.socket.on('error', (error: NodeJS.ErrnoException) => {
      this.closed = error.code ?? 'error'
    })
    this.socket.on('close', () => {
      this.closed ??= 'end'
    })
    clients.push(this)
  }

  send(message: BgpMessage): void {
    this.socket.write(encodeBgpMessage(message, CONTEXT))
  }

  open(asn = 64513): void {
    this.send({
      ...{
        kind: 'open',
        shortAsn: asn,
        holdTimeSeconds: 90,
        routerId: address('127.0.0.9'),
        otherParameters: [],
      },
      capabilities: [
        { kind: 'multiprotocol', family: IPV4 },
        { kind: 'route-refresh' },
        { kind: 'four-octet-as', asn },
      ],
    })
    this.send({ kind: 'keepalive' })
  }

  hears<K extends BgpMessage['kind']>(kind: K): Promise<Extract<BgpMessage, { kind: K }>> {
    return eventually(
      `${kind} comes`,
      () => this.heard.find((m): m is Extract<BgpMessage, { kind: K }> => m.kind === kind),
      20_000,
    )
  }

  isClosed(): Promise<string> {
    return eventually('the connection ends', () => this.closed, 20_000)
  }
}

const update = (withdrawn: string[], announced: string[]): BgpMessage => ({
  kind: 'update',
  withdrawn: withdrawn.map(route),
  attributes:
    announced.length === 0
      ? []
      : [
          { kind: 'origin', origin: 'igp' },
          { kind: 'as-path', segments: [{ kind: 'sequence', asns: [64513] }] },
          { kind: 'next-hop', address: address('127.0.0.9') },
          { kind: 'communities', communities: [0xfc010007], partial: false },
        ],
  announced: announced.map(route),
})
const route = (text: string) => {
  const prefix = parsePrefix(text)
  if (prefix === undefined) throw new Error(text)
  return { prefix }
}

/** Brings a route; once that was read, which the answer to a later request says, the router is stopped. */
async function talk(port: number, pid: number): Promise<void> {
  const client = await eventually('it listens', async () => {
    const attempt = new Client(port)
    await eventually('connected or not', () => attempt.socket.readyState === 'open' || attempt.closed)
    return attempt.closed === undefined ? attempt : undefined
  })
  client.open()
  await client.hears('keepalive')
  client.send(update([], ['198.51.100.1/32']))
  const updates = () => client.heard.filter((m) => m.kind === 'update' && m.announced.length > 0).length
  await eventually('the first table', () => updates() === 1 || undefined)
  client.send({ kind: 'route-refresh', family: IPV4, subtype: 'request', filters: new Uint8Array(0) })
  await eventually('the table again', () => updates() === 2 || undefined)
  process.kill(pid, 'SIGINT')
}

describe('a healthy router', () => {
  it('tells of sessions and routes in JSON, one object a line, and ends with a summary and a Cease', async () => {
    const router = await start('--announce', '203.0.113.0/24', '--asn', '64599')
    expect(router.events[0]).toMatchObject({ event: 'start', asn: 64599, routerId: '127.0.0.1' })
    expect(router.stderr).toContain('not for production')
    const client = new Client(router.port)
    client.open()
    await router.sees('the peer is up', ({ event, asn }) => event === 'peer-up' && asn === 64513)
    const { announced } = await client.hears('update')
    expect(announced).toEqual([route('203.0.113.0/24')])
    client.send(update([], ['198.51.100.1/32', '198.51.100.2/32']))
    client.send(update(['198.51.100.2/32'], []))
    await router.sees('a route goes', ({ change }) => change === 'withdrawn')
    const path = {
      ...{ peer: '127.0.0.1', nextHop: '127.0.0.9', asPath: [64513], multiExitDiscriminator: 0 },
      communities: ['64513:7'],
    }
    expect(
      router.events.flatMap(({ event, change, prefix, paths }) =>
        event === 'route' ? [[change, prefix, paths]] : [],
      ),
    ).toEqual([
      ['added', '198.51.100.1/32', [path]],
      ['added', '198.51.100.2/32', [path]],
      ['withdrawn', '198.51.100.2/32', []],
    ])
    const { summary, code } = await router.stop()
    expect(code).toBe(0)
    expect(summary).toMatchObject({
      event: 'summary',
      peers: [{ peer: '127.0.0.1', state: 'established', asn: 64513, received: { ipv4: 1, ipv6: 0 } }],
      routes: [{ prefix: '198.51.100.1/32', paths: [path] }],
    })
    expect(await client.hears('notification')).toMatchObject({ code: 6, subcode: 2 })
  })

  it('prints lines and the two tables into a pipe', async () => {
    const router = await start()
    const { port } = router
    await router.stop('SIGTERM')
    const args = ['router', 'run', '--listen', `127.0.0.1:${port}`, '--announce', '203.0.113.0/24']
    const running = lbctl(args, { whileRunning: (pid) => talk(port, pid) })
    const { stdout, stderr, code } = await running
    expect(stderr).toBe(
      `Listening on 127.0.0.1:${port} as AS 64512. A router for tests: it forwards nothing and is not for production.\n`,
    )
    expect(code).toBe(0)
    expect(stdout).toMatch(/127\.0\.0\.1 is up: AS 64513, router ID 127\.0\.0\.9, hold time 90 s, IPv4\n/)
    expect(stdout).toMatch(/198\.51\.100\.1\/32 via 127\.0\.0\.9\n/)
    expect(stdout).toMatch(
      /Neighbor +V +AS +MsgRcvd +MsgSent +Up\/Down +State\/PfxRcd +PfxSnt\n127\.0\.0\.1 +4 +64513 .* 1 +1\n/,
    )
    expect(stdout).toMatch(/B> {2}198\.51\.100\.1\/32 \[20\/0\] via 127\.0\.0\.9, AS path 64513, 00:00:0\d\n/)
  })

  it('refuses whom it shall not know, and other ASes, and too many prefixes', async () => {
    const stranger = new Client((await start('--neighbor', '192.0.2.0/24')).port)
    expect(await stranger.hears('notification')).toMatchObject({ code: 6, subcode: 5 })
    const wrong = new Client((await start('--peer-asn', '64999')).port)
    wrong.open()
    expect(await wrong.hears('notification')).toMatchObject({ code: 2, subcode: 2 })
    const limited = await start('--max-prefix', '1')
    const many = new Client(limited.port)
    many.open()
    await many.hears('keepalive')
    many.send(update([], ['198.51.100.1/32', '198.51.100.2/32']))
    expect(await many.hears('notification')).toMatchObject({ code: 6, subcode: 1 })
    const down = await limited.sees('it tells', ({ event }) => event === 'peer-down')
    expect(down['reason']).toContain('Maximum Number of Prefixes Reached')
  })
})

describe('--fault', () => {
  it.each<[string, number, number]>([
    ['wrong-as', 2, 2],
    ['no-af', 2, 7],
    ['max-prefix', 6, 1],
    ['hold-expiry', 4, 0],
  ])('%s: NOTIFICATION %d/%d after the OPEN', async (fault, code, subcode) => {
    const router = await start('--fault', fault)
    const client = new Client(router.port)
    client.open()
    expect(await client.hears('notification')).toMatchObject({ code, subcode })
    expect(client.heard.some(({ kind }) => kind === 'open')).toBe(fault !== 'no-af')
    await router.sees('what it did', ({ event }) => event === 'fault')
    expect((await router.stop()).code).toBe(0)
    expect(router.stderr).toContain(`with a fault (${fault}): this router `)
  })

  it('reset-after-open: a reset, and not before the OPEN', async () => {
    const client = new Client((await start('--fault', 'reset-after-open')).port)
    await client.hears('open')
    expect(client.closed).toBeUndefined()
    client.open()
    expect(await client.isClosed()).toBe('ECONNRESET')
  })

  it('malformed: an OPEN that cannot be read', async () => {
    const client = new Client((await start('--fault', 'malformed')).port)
    await eventually('something comes', () => client.unreadable || undefined)
    expect(client.heard).toEqual([])
  })

  it('silent: accepted, and not a byte', async () => {
    const router = await start('--fault', 'silent')
    const client = new Client(router.port)
    client.open()
    await router.sees('it accepts', ({ event }) => event === 'fault')
    await router.stop()
    await client.isClosed()
    // The farewell is all that was ever said.
    expect(client.heard.map(({ kind }) => kind)).toEqual(['notification'])
  })

  it('refuse: nobody listens', async () => {
    const router = await start('--fault', 'refuse', '--listen', '127.0.0.1:17999')
    expect(await new Client(17_999).isClosed()).toBe('ECONNREFUSED')
    expect(router.stderr).toContain('Not listening on')
  })

  it('md5: no answer to what is not signed', async () => {
    const router = await start('--fault', 'md5')
    const client = new Client(router.port)
    const outcome = await Promise.race([
      new Promise((resolve) => client.socket.once('connect', () => resolve('connected'))),
      client.isClosed(),
      new Promise((resolve) => setTimeout(() => resolve('silence'), 1500)),
    ])
    expect(outcome).toBe('silence')
  })
})

describe('words that make no sense', () => {
  it.each<[string[], string]>([
    [['--listen', 'here'], '--listen takes an address and a port, not "here".'],
    [['--listen', '127.0.0.1:70000'], '--listen takes an address and a port'],
    [['--router-id', '::1'], '--router-id takes an IPv4 address'],
    [['--announce', '10.0.0.0/33'], '--announce takes an address or a prefix'],
    [['--hold-time', '2'], '--hold-time takes 0 or at least 3 seconds'],
    [['--duration', 'soon'], '--duration takes a time'],
    [['--fault', 'silent', '--announce', '0.0.0.0/0'], '--announce has no meaning with --fault silent'],
    [['--fault', 'broken'], 'refuse, md5, silent'],
  ])('%j', async (args, words) => {
    const { stderr, stdout, code } = await lbctl(['router', 'run', ...args])
    expect([code, stdout]).toEqual([2, ''])
    expect(stderr).toContain(words)
  })

  it('a port that is taken', async () => {
    const { port } = await start()
    const { stderr, code } = await lbctl(['router', 'run', '--listen', `127.0.0.1:${port}`])
    expect(code).toBe(1)
    expect(stderr).toContain(`127.0.0.1 port ${port}`)
  })

  it('a password never shows', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'lbctl-router-'))
    try {
      writeFileSync(join(folder, 'password'), `${'geheim'.repeat(20)}\n`)
      const { stderr, code } = await lbctl(['router', 'run', '--password-file', join(folder, 'password')])
      expect(code).toBe(2)
      expect(stderr).toContain('has 120 bytes; TCP MD5 takes 1 to 80')
      expect(stderr).not.toContain('geheim')
    } finally {
      rmSync(folder, { recursive: true })
    }
  })
})

it('helps', async () => {
  const { stdout, code } = await lbctl(['router', 'run', '--help'])
  expect(code).toBe(0)
  expect(stdout).toContain('Be a BGP router to test against, healthy or with a fault.')
  expect(stdout).toMatch(/--fault FAULT +be a router that something is wrong with \(refuse,\n/)
})
