// Members on real sockets of this host: what the driver and its network do. Who is alive is tested with the machine.
import { randomBytes } from 'node:crypto'
import { createSocket } from 'node:dgram'
import { connect, createServer, type Socket } from 'node:net'
import { afterEach, describe, expect, it, onTestFinished } from 'vitest'
import { GossipNode } from '../gossip/gossip-node.ts'
import type { GossipOptions } from '../gossip/gossip-options.ts'
import { GOSSIP_PROFILES } from '../gossip/settings.ts'
import { aesGcm } from '../linux/gossip/aes-gcm.ts'
import { ip, parseIp } from '../net/ip.ts'
import { encodeGossipMessage } from '../wire/gossip/message.ts'
import { encodePacket, PLAIN_PACKETS } from '../wire/gossip/packet.ts'
import { StreamReader } from '../wire/gossip/stream.ts'
import { OUR_VERSIONS } from '../wire/gossip/versions.ts'
import { gossipPorts } from './gossip.ts'

const HOME = parseIp('127.0.0.1')!
/** Fast enough for a test, slow enough for a busy machine. */
const SETTINGS = { ...GOSSIP_PROFILES.lan, gossipIntervalMs: 50 }
const nodes: GossipNode[] = []

interface Started {
  readonly node: GossipNode
  readonly changes: string[]
  readonly logs: string[]
  readonly endpoint: { readonly address: typeof HOME; readonly port: number }
}

async function start(nodeName: string, change: Partial<GossipOptions> = {}): Promise<Started> {
  const changes: string[] = []
  const logs: string[] = []
  const node = await GossipNode.start(
    {
      ...{ nodeName, bindAddress: HOME, port: 0, keys: [], settings: SETTINGS },
      onChange: (what, { name }) => changes.push(`${what} ${name}`),
      onLog: (_, code, text) => logs.push(`${code}: ${text}`),
      ...change,
    },
    await gossipPorts(),
  )
  nodes.push(node)
  return { node, changes, logs, endpoint: { address: change.bindAddress ?? HOME, port: node.port } }
}

afterEach(async () => {
  await Promise.all(nodes.splice(0).map((node) => node.close({ leave: false, timeoutMs: 0 })))
})

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = Date.now() + 15_000; !holds(); ) {
    if (Date.now() > end) throw new Error(`did not happen: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

const names = ({ node }: Started) =>
  node
    .members()
    .filter(({ state }) => state === 'alive')
    .map(({ name }) => name)
    .sort()

/** Opens a connection and says something; gives what is answered. */
function talk(port: number, bytes: Uint8Array): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = []
    const socket = connect({ host: '127.0.0.1', port }, () => socket.write(bytes))
    socket.on('data', (chunk) => chunks.push(chunk))
    socket.on('error', reject)
    socket.on('close', () => resolve(Buffer.concat(chunks)))
  })
}

function sendUdp(port: number, bytes: Uint8Array): Promise<void> {
  const udp = createSocket('udp4')
  return new Promise((resolve, reject) => {
    udp.send(bytes, port, '127.0.0.1', (error) => {
      udp.close()
      if (error === null) resolve()
      else reject(error)
    })
  })
}

describe('members on this host', () => {
  it.each([
    ['without a key', []],
    ['with a key of 32 bytes', [randomBytes(32)]],
    ['with a key of 16 bytes', [randomBytes(16)]],
  ])('find each other, hear news and say goodbye, %s', { timeout: 30_000 }, async (_, keys) => {
    const [a, b, c] = [await start('a', { keys }), await start('b', { keys }), await start('c', { keys })]
    expect(await b.node.join([a.endpoint])).toEqual([{ seed: a.endpoint, problem: undefined }])
    expect(names(b)).toEqual(['a', 'b'])
    await c.node.join([b.endpoint])
    for (const each of [a, b, c]) await until('all know all', () => names(each).join() === 'a,b,c')
    b.node.setMeta(Uint8Array.of(1, 2, 3))
    await until('the news', () => a.changes.includes('update b') && c.changes.includes('update b'))
    expect(a.node.members().find(({ name }) => name === 'b')?.meta).toEqual(Uint8Array.of(1, 2, 3))
    await c.node.close({ leave: true, timeoutMs: 5_000 })
    await until('the goodbye', () => a.changes.includes('leave c') && b.changes.includes('leave c'))
    expect(a.node.members().find(({ name }) => name === 'c')?.state).toBe('left')
    expect([...a.logs, ...b.logs, ...c.logs]).toEqual([])
  })

  it('find each other over IPv6', { timeout: 30_000 }, async () => {
    const bindAddress = ip(6, 1n)
    const [a, b] = [await start('a', { bindAddress }), await start('b', { bindAddress })]
    await b.node.join([a.endpoint])
    await until('all know all', () => names(a).join() === 'a,b' && names(b).join() === 'a,b')
  })

  it('change their key without a gap', { timeout: 30_000 }, async () => {
    const [old, fresh] = [randomBytes(32), randomBytes(32)]
    const [a, b] = [await start('a', { keys: [old] }), await start('b', { keys: [old] })]
    await b.node.join([a.endpoint])
    const news = async (value: number) => {
      b.node.setMeta(Uint8Array.of(value))
      await until('the news', () => a.node.members().find(({ name }) => name === 'b')?.meta[0] === value)
    }
    for (const keys of [[old, fresh], [fresh, old], [fresh]])
      for (const { node } of [a, b]) {
        node.setKeys(keys)
        await news(Math.floor(Math.random() * 256))
      }
    expect([a.node.counters().refused, b.node.counters().refused]).toEqual([{}, {}])
  })
})

describe('those who cannot join learn why', () => {
  it('with another key, and both sides say so', { timeout: 30_000 }, async () => {
    const [a, b] = [
      await start('a', { keys: [randomBytes(32)] }),
      await start('b', { keys: [randomBytes(32)] }),
    ]
    const [outcome] = await b.node.join([a.endpoint])
    expect(outcome?.problem).toContain('no key opens it')
    expect(a.logs[0]).toMatch(
      /^no-key-opens-it: Decrypt packet failed: no key of ours opens what 127\.0\.0\.1:\d+ sent: stream/,
    )
    expect(a.node.counters().refused).toEqual({ 'no-key-opens-it': 1 })
    expect(names(a)).toEqual(['a'])
  })

  it.each([
    ['without a key to one that has one', [], [randomBytes(32)], 'not-encrypted'],
    ['with a key to one that has none', [randomBytes(32)], [], 'encrypted-without-our-key'],
  ])('%s', { timeout: 30_000 }, async (_, ours, theirs, reason) => {
    const [a, b] = [await start('a', { keys: theirs }), await start('b', { keys: ours })]
    const [outcome] = await b.node.join([a.endpoint])
    expect(outcome?.problem).toBeDefined()
    expect(a.node.counters().refused).toEqual({ [reason]: 1 })
  })

  it('from nobody, and from one that says nothing', { timeout: 30_000 }, async () => {
    const silent = createServer()
    const held: Socket[] = []
    silent.on('connection', (socket) => held.push(socket))
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      for (const socket of held) socket.destroy()
      silent.close()
    })
    const { port } = silent.address() as { readonly port: number }
    const b = await start('b', { settings: { ...SETTINGS, tcpTimeoutMs: 300 } })
    const closed = { address: HOME, port: 1 }
    const outcomes = await b.node.join([closed, { address: HOME, port }])
    expect(outcomes.map(({ problem }) => problem)).toEqual([
      ...['nobody listens there (ECONNREFUSED).', 'no answer within 0.3 s.'],
    ])
    expect(b.logs).toHaveLength(2)
    expect(b.logs[0]).toMatch(/^join-failed: Failed to join 127\.0\.0\.1:1: nobody listens there/)
  })

  it('on an address or port that cannot be had', async () => {
    const a = await start('a')
    await expect(start('b', { port: a.node.port })).rejects.toMatchObject({
      ...{ kind: 'conflict', facts: { cause: 'EADDRINUSE' } },
      message: `Another program uses 127.0.0.1:${a.node.port} (TCP) already.`,
    })
    await expect(start('b', { bindAddress: parseIp('192.0.2.1')! })).rejects.toMatchObject({
      ...{ kind: 'input', facts: { cause: 'EADDRNOTAVAIL' } },
    })
  })
})

describe('strangers', () => {
  it('send what nobody can read: it is counted, logged once, and nothing breaks', {
    timeout: 30_000,
  }, async () => {
    const a = await start('a')
    for (let i = 0; i < 50; i++) await sendUdp(a.node.port, Uint8Array.of(99, i))
    await sendUdp(a.node.port, Uint8Array.of(12, 0, 0, 0, 0, 1))
    await until('all are counted', () => a.node.counters().packetsReceived >= 51)
    expect(a.node.counters().refused).toEqual({ 'unknown-message-type': 50, 'wrong-checksum': 1 })
    expect(a.logs).toHaveLength(2)
    const b = await start('b')
    expect(await b.node.join([a.endpoint])).toMatchObject([{ problem: undefined }])
  })

  it('claim a name with another address: that is counted, and logged once', { timeout: 30_000 }, async () => {
    const a = await start('a')
    const impostor = encodeGossipMessage({
      ...{ kind: 'alive', incarnation: 9, node: 'a', address: parseIp('127.0.0.9')!, port: 9 },
      ...{ meta: new Uint8Array(0), versions: OUR_VERSIONS },
    })
    for (let i = 0; i < 20; i++) await sendUdp(a.node.port, impostor)
    await until('all are counted', () => a.node.counters().refused['address-conflict'] === 20)
    expect(a.logs).toEqual([
      expect.stringContaining('address-conflict: Conflicting address for a. Mine: 127.0.0.1'),
    ])
  })

  it('connect and talk nonsense, and are told why', { timeout: 30_000 }, async () => {
    const a = await start('a')
    const reader = new StreamReader(PLAIN_PACKETS)
    reader.push(await talk(a.node.port, Buffer.from('GET / HTTP/1.1\r\n\r\n')))
    expect(reader.read()).toEqual({ ok: true, value: { kind: 'error', text: 'unknown-message-type' } })
    expect(a.node.counters().refused).toEqual({ 'unknown-message-type': 1 })
  })

  it('connect and say nothing: they are cut off in time', { timeout: 30_000 }, async () => {
    const a = await start('a', { settings: { ...SETTINGS, tcpTimeoutMs: 200 } })
    const answer = await talk(a.node.port, Uint8Array.of(6))
    expect(a.node.counters().refused).toEqual({ 'stream-cut-off': 1 })
    expect(answer.length).toBe(0)
    await talk(a.node.port, new Uint8Array(0))
    expect(a.node.counters().refused).toEqual({ 'stream-cut-off': 1 })
  })

  it('connect too often: further ones are closed, and there is room again when they have gone', {
    timeout: 30_000,
  }, async () => {
    // So long that nobody is cut off for being slow.
    const a = await start('a', { settings: { ...SETTINGS, tcpTimeoutMs: 60_000 } })
    const sockets = Array.from({ length: 140 }, () => connect({ host: '127.0.0.1', port: a.node.port }))
    let closed = 0
    for (const socket of sockets) {
      socket.on('close', () => closed++)
      socket.on('error', () => undefined)
    }
    await until('the last twelve are closed', () => closed === 12)
    for (const socket of sockets) socket.destroy()
    const b = await start('b')
    let joined = false
    for (let i = 0; i < 20 && !joined; i++)
      joined = (await b.node.join([a.endpoint]))[0]?.problem === undefined
    expect(joined).toBe(true)
  })

  it('ping over TCP: we answer to our name only', { timeout: 30_000 }, async () => {
    const a = await start('a')
    const ping = (node: string) =>
      talk(a.node.port, encodeGossipMessage({ kind: 'ping', sequence: 5, node, source: undefined }))
    const compressed = { ...PLAIN_PACKETS, compression: true }
    for (const node of ['a', '']) {
      const reader = new StreamReader(compressed)
      reader.push(await ping(node))
      expect(reader.read()).toMatchObject({ value: { kind: 'ack', sequence: 5 } })
    }
    expect((await ping('b')).length).toBe(0)
    expect(a.node.counters().refused).toEqual({})
  })

  it('send a bad message among good ones: it is counted, the others are heard', {
    timeout: 30_000,
  }, async () => {
    const a = await start('a')
    const alive = encodeGossipMessage({
      ...{ kind: 'alive', incarnation: 1, node: 'x', address: HOME, port: 9, meta: new Uint8Array(0) },
      versions: OUR_VERSIONS,
    })
    await sendUdp(a.node.port, encodePacket([Uint8Array.of(99), alive], PLAIN_PACKETS, false))
    await until('the good one', () => a.changes.includes('join x'))
    expect(a.node.counters().refused).toEqual({ 'unknown-message-type': 1 })
  })

  it('replay a packet that was encrypted with our key for another port: it is a message like any other', async () => {
    const key = randomBytes(32)
    const a = await start('a', { keys: [key] })
    const nack = Uint8Array.of(11, 0x81, 0xa5, 0x53, 0x65, 0x71, 0x4e, 0x6f, 1)
    const settings = { ...PLAIN_PACKETS, cipher: aesGcm([key]) }
    await sendUdp(a.node.port, encodePacket([nack], settings, true))
    await until('it came', () => a.node.counters().packetsReceived === 1)
    expect(a.node.counters().refused).toEqual({})
  })
})

it('closing waits for the goodbye no longer than it may, and is final', { timeout: 30_000 }, async () => {
  const slow = { ...SETTINGS, gossipNodes: 0, probeIntervalMs: 0 }
  const [a, b] = [await start('a', { settings: slow }), await start('b', { settings: slow })]
  await b.node.join([a.endpoint])
  await b.node.close({ leave: true, timeoutMs: 100 })
  await b.node.close({ leave: true, timeoutMs: 100 })
  expect(await b.node.join([a.endpoint])).toEqual([])
})

it('keys of odd lengths and no keys are no cipher', () => {
  expect(() => aesGcm([])).toThrow(RangeError)
  expect(() => aesGcm([new Uint8Array(17)])).toThrow(RangeError)
  for (const length of [16, 24, 32]) expect(aesGcm([new Uint8Array(length)])).toBeDefined()
})
