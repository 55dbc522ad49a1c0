// Both transports on loopback, over a port that nobody knows before.
import { describe, expect, it } from 'vitest'
import type { BgpConnection, BgpTransport, ConnectionEvents } from '../../bgp/ports.ts'
import { formatIp, parseIp } from '../../net/ip.ts'
import { loadLibc } from '../libc.ts'
import { linuxBgpTransport } from './bgp-transport.ts'
import { plainBgpTransport } from './plain-bgp-transport.ts'

const LOOPBACK = parseIp('127.0.0.1')!

/** What happened on a connection, in order. */
class Recorder implements ConnectionEvents {
  readonly log: string[] = []
  #waiting: (() => void)[] = []

  onConnected(): void {
    this.#note('connected')
  }
  onData(bytes: Uint8Array): void {
    this.#note(Buffer.from(bytes).toString())
  }
  onDrain(): void {
    this.#note('drain')
  }
  onClosed(code: string | undefined): void {
    this.#note(`closed ${code ?? ''}`.trim())
  }

  async until(entry: string): Promise<void> {
    while (!this.log.includes(entry)) await new Promise<void>((resolve) => this.#waiting.push(resolve))
  }

  #note(entry: string): void {
    this.log.push(entry)
    for (const wake of this.#waiting.splice(0)) wake()
  }
}

const koffi = process.platform === 'linux'
const TRANSPORTS: readonly (readonly [string, () => Promise<BgpTransport>])[] = [
  ['plain', async () => plainBgpTransport()],
  ...(koffi ? [['kernel', async () => linuxBgpTransport(await loadLibc())] as const] : []),
]

const bytes = (text: string) => [Uint8Array.from(Buffer.from(text))]

describe.each(TRANSPORTS)('the %s transport', (_, open) => {
  it('connects, carries bytes both ways, and says who ended it', async () => {
    const transport = await open()
    const theirs = new Recorder()
    let accepted: BgpConnection | undefined
    const listener = await transport.listen({ address: LOOPBACK, port: 0 }, (one) => {
      expect(formatIp(one.ends.local.address)).toBe('127.0.0.1')
      accepted = one.adopt({}, theirs)
    })
    const ours = new Recorder()
    const connection = transport.connect({ address: LOOPBACK, port: listener.port }, ours)
    expect([connection.ends, ours.log]).toEqual([undefined, []])
    await ours.until('connected')
    expect(connection.ends?.remote).toEqual({ address: LOOPBACK, port: listener.port })
    expect(connection.write([...bytes('open'), ...bytes('ed')])).toBe(true)
    await theirs.until('opened')
    accepted!.write(bytes('hello'))
    await ours.until('hello')
    connection.end()
    await theirs.until('closed')
    await ours.until('closed')
    expect(connection.write(bytes('late'))).toBe(false)
    await listener.close()
  })

  it('says that nobody listens, after the call', async () => {
    const transport = await open()
    const listener = await transport.listen({ address: LOOPBACK, port: 0 }, () => {})
    await listener.close()
    const ours = new Recorder()
    transport.connect({ address: LOOPBACK, port: listener.port }, ours)
    expect(ours.log).toEqual([])
    await ours.until('closed ECONNREFUSED')
  })

  it('does not connect from an address that is not ours', async () => {
    const transport = await open()
    const ours = new Recorder()
    transport.connect({ address: LOOPBACK, port: 9, source: parseIp('198.51.100.77')! }, ours)
    await ours.until('closed EADDRNOTAVAIL')
  })

  it('refuses with words', async () => {
    const transport = await open()
    const listener = await transport.listen({ address: LOOPBACK, port: 0 }, (one) =>
      one.refuse(bytes('no')[0]),
    )
    const ours = new Recorder()
    transport.connect({ address: LOOPBACK, port: listener.port }, ours)
    await ours.until('closed')
    expect(ours.log).toEqual(['connected', 'no', 'closed'])
    await listener.close()
  })

  it('asks to wait when the peer does not read, and goes on when it does', async () => {
    const transport = await open()
    const listener = await transport.listen({ address: LOOPBACK, port: 0 }, (one) => {
      // Nothing is read before it is adopted.
      setTimeout(() => one.adopt({}, new Recorder()), 50)
    })
    const ours = new Recorder()
    const connection = transport.connect({ address: LOOPBACK, port: listener.port }, ours)
    await ours.until('connected')
    let chunks = 0
    while (connection.write([new Uint8Array(65_536)]) && chunks < 1_000) chunks++
    expect(chunks).toBeLessThan(1_000)
    await ours.until('drain')
    connection.destroy()
    await ours.until('closed')
    await listener.close()
  })
})

describe('what plain TCP cannot do', () => {
  const transport = plainBgpTransport()
  it('is named, and refused', async () => {
    const remote = { address: LOOPBACK, port: 179 }
    expect(transport.missing(remote)).toEqual([])
    expect(
      transport.missing({ ...remote, source: LOOPBACK, password: 'x', ttl: 255, minTtl: 254, device: 'lo' }),
    ).toEqual([...['device', 'password', 'ttl', 'minTtl']])
    const listener = await transport.listen({ address: LOOPBACK, port: 0 }, () => {})
    expect(() => listener.setKey(LOOPBACK, 'x')).toThrow(/signed connections/)
    listener.setKey(LOOPBACK, undefined)
    await expect(transport.listen({ address: LOOPBACK, port: listener.port }, () => {})).rejects.toThrow(
      /another program listens there/,
    )
    await listener.close()
  })
})
