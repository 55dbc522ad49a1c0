// Frames, TCP options, ICMP errors and namespaces, against the kernel.
import { execFileSync } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync, readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import { afterAll, beforeAll, expect, it } from 'vitest'
import type { ReceivedFrame } from '../../src/diagnose/ports/probes.ts'
import { LbctlError } from '../../src/errors/lbctl-error.ts'
import { type Libc, loadLibc } from '../../src/linux/libc.ts'
import { openFrameSocket } from '../../src/linux/packet/frame-socket.ts'
import { reachTcp, reachUdp } from '../../src/linux/reach/reach.ts'
import { readTcpCounters } from '../../src/linux/tcp/tcp-counters.ts'
import type { TcpOptions } from '../../src/linux/tcp/tcp-options.ts'
import { connectTcp, listenTcp, type TcpListener } from '../../src/linux/tcp/tcp-socket.ts'
import { type Ip, parseIp, sameIp } from '../../src/net/ip.ts'
import { type Mac, parseMac } from '../../src/net/mac.ts'
import { decodeArp } from '../../src/wire/arp/arp.ts'
import { arpProbeFrame, arpRequestFrame } from '../../src/wire/arp/frames.ts'
import { buildFile } from '../support/linux-worker.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'

const at = (text: string): Ip => parseIp(text)!
const A = at('192.0.2.1')
const B = at('192.0.2.2')
const A6 = at('2001:db8::1')
const B6 = at('2001:db8::2')

const openFds = (): number => readdirSync('/proc/self/fd').length

describeInterop('sockets of the kernel', ['nft', 'sysctl', 'arping'], () => {
  let lab: NetLab
  let libc: Libc
  let a: string
  let b: string
  let macA: Mac
  let macB: Mac

  beforeAll(async () => {
    lab = await NetLab.create()
    libc = await loadLibc()
    a = lab.namespace()
    b = lab.namespace()
    lab.connect([a, 'a0'], [b, 'b0'])
    for (const [namespace, link, v4, v6] of [
      [a, 'a0', '192.0.2.1/24', '2001:db8::1/64'],
      [b, 'b0', '192.0.2.2/24', '2001:db8::2/64'],
    ] as const) {
      lab.ip(namespace, `addr add ${v4} dev ${link}`)
      lab.ip(namespace, `addr add ${v6} dev ${link}`)
    }
    const macOf = (namespace: string, link: string) =>
      parseMac(lab.ipJson<{ address: string }[]>(namespace, `link show ${link}`)[0]!.address)!
    macA = macOf(a, 'a0')
    macB = macOf(b, 'b0')
  })
  afterAll(() => lab?.destroy())

  const inA = <T>(work: () => Promise<T> | T): Promise<T> => lab.inside(a, work)
  const inB = <T>(work: () => Promise<T> | T): Promise<T> => lab.inside(b, work)

  it('asks with an RFC 5227 probe, and times the answer by the clock of the kernel', async () => {
    const frames: ReceivedFrame[] = []
    const selection = { arp: true, addresses: [B] }
    const socket = await inA(() =>
      openFrameSocket(libc, { interfaceName: 'a0', selection, onFrame: (f) => frames.push(f) }),
    )
    expect(socket.mac).toBe(macA)
    const sent = socket.send(arpProbeFrame(macA, B))
    expect(sent.error).toBeUndefined()
    const reply = await eventually('the answer', () => frames[0])
    expect(frames).toHaveLength(1)
    const arp = decodeArp(reply.bytes.subarray(14))
    expect(arp.ok && arp.value).toMatchObject({ operation: 2, senderMac: macB, senderIp: B, targetMac: macA })
    expect(reply).toMatchObject({
      direction: 'in',
      interfaceIndex: socket.interfaceIndex,
      wireBytes: reply.bytes.length,
    })
    const roundTripNs = reply.atNs - sent.sentAtNs
    expect(roundTripNs > 0n && roundTripNs < 1_000_000_000n).toBe(true)
    await socket.close()
    expect(socket.send(arpProbeFrame(macA, B)).error).toBe('EBADF')
  })

  it('sees what it is to see: both directions, tags, other hosts, only the selection', async () => {
    const incoming: ReceivedFrame[] = []
    const both: ReceivedFrame[] = []
    const selection = { arp: true, addresses: [at('192.0.2.77')] }
    const listen = await inA(() =>
      openFrameSocket(libc, { interfaceName: 'a0', selection, onFrame: (f) => incoming.push(f) }),
    )
    const watch = await inA(() =>
      openFrameSocket(libc, { interfaceName: 'a0', selection, outgoing: true, onFrame: (f) => both.push(f) }),
    )
    const far = await inB(() =>
      openFrameSocket(libc, { interfaceName: 'b0', selection: {}, onFrame: () => undefined }),
    )
    const tags = [{ protocolId: 0x8100, priority: 3, dropEligible: false, vlanId: 10 }]
    const ask = (target: string, options = {}) => arpRequestFrame({ mac: macB, ip: B }, at(target), options)
    const stranger = parseMac('02:00:00:00:00:77')!
    listen.send(arpProbeFrame(macA, at('192.0.2.77')))
    for (const frame of [
      ask('192.0.2.78'),
      ask('192.0.2.77', { tags }),
      ask('192.0.2.77', { to: stranger }),
      ask('192.0.2.77'),
    ])
      far.send(frame)
    await eventually('the last frame', () => both.length === 4 || undefined)
    expect(both.map((f) => f.direction)).toEqual(['out', 'in', 'other', 'in'])
    expect(incoming.map((f) => f.direction)).toEqual(['in', 'other', 'in'])
    expect(Buffer.from(incoming[0]!.bytes)).toEqual(Buffer.from(ask('192.0.2.77', { tags })))
    await Promise.all([listen.close(), watch.close(), far.close()])
  })

  it('tells that the interface went down, and goes on when it is up', async () => {
    const frames: ReceivedFrame[] = []
    const errors: string[] = []
    lab.connect([a, 'a9'], [b, 'b9'])
    const socket = await inA(() =>
      openFrameSocket(libc, {
        interfaceName: 'a9',
        selection: { arp: true },
        onFrame: (f) => frames.push(f),
        onError: (c) => errors.push(c),
      }),
    )
    lab.ip(a, 'link set a9 down')
    await eventually('the error', () => errors.includes('ENETDOWN') || undefined)
    expect(socket.send(arpProbeFrame(macA, B)).error).toBe('ENETDOWN')
    lab.ip(a, 'link set a9 up')
    await eventually('the link', () => lab.ip(b, 'link show b9').includes('LOWER_UP') || undefined)
    await lab.start(b, 'arping', '-0', '-C', '1', '-c', '1', '-w', '0.2', '-i', 'b9', '192.0.2.99')
    await eventually('a frame', () => frames[0])
    lab.ip(a, 'link del a9')
    await eventually('the end', () => errors.includes('ENODEV') || undefined)
    await socket.close()
  })

  it('opens and closes a thousand times and leaves nothing open', async () => {
    const cycle = () =>
      inA(() =>
        openFrameSocket(libc, { interfaceName: 'a0', selection: { arp: true }, onFrame: () => undefined }),
      )
    await (await cycle()).close()
    const before = openFds()
    // Several at a time: the kernel takes its time to close each.
    for (let round = 0; round < 1000 / 20; round++) {
      const sockets = []
      for (let i = 0; i < 20; i++) sockets.push(await cycle())
      expect(openFds()).toBe(before + 20)
      await Promise.all(sockets.map((socket) => socket.close()))
    }
    expect(openFds()).toBe(before)
  })

  it('says kindly that there is no such interface', async () => {
    const error = await openFrameSocket(libc, {
      interfaceName: 'nope0',
      selection: {},
      onFrame: () => undefined,
    }).catch((e: unknown) => e)
    expect(error).toBeInstanceOf(LbctlError)
    expect(error).toMatchObject({
      kind: 'usage',
      message: 'Could not open a packet socket on nope0: there is no such interface.',
    })
  })

  /** One connection from A to the listener in B: what each side got. */
  async function dial(
    target: Ip,
    client: TcpOptions,
    listener: TcpListener,
  ): Promise<{ near: Socket; far: Socket } | 'silence'> {
    const accepted = once(listener.server, 'connection', { signal: AbortSignal.timeout(700) })
    const port = (listener.server.address() as { port: number }).port
    const near = await inA(async () => {
      const socket = connectTcp(libc, { address: target, port }, client)
      socket.on('error', () => undefined)
      await new Promise((resolve) => setImmediate(resolve))
      return socket
    })
    try {
      const [far] = (await accepted) as [Socket]
      if (near.connecting) await once(near, 'connect')
      return { near, far }
    } catch {
      near.destroy()
      return 'silence'
    }
  }

  it.each([
    ['IPv4', A, B],
    ['IPv6', A6, B6],
  ])('connects with a password and a TTL that the other side checks: %s', async (_name, source, target) => {
    const listener = await inB(() =>
      listenTcp(libc, target, 0, { minTtl: 255, md5Keys: [{ peer: source, password: 'secret' }] }),
    )
    const right = await dial(
      target,
      { source, ttl: 255, md5Keys: [{ peer: target, password: 'secret' }] },
      listener,
    )
    expect(right).not.toBe('silence')
    if (right !== 'silence') {
      right.near.write('over there')
      expect(String((await once(right.far, 'data'))[0])).toBe('over there')
      expect(right.far.remoteAddress).toBe(source.family === 4 ? '192.0.2.1' : '2001:db8::1')
      right.near.destroy()
      right.far.destroy()
    }
    const before = await inB(() => readTcpCounters())
    expect(
      await dial(target, { source, ttl: 255, md5Keys: [{ peer: target, password: 'wrong' }] }, listener),
    ).toBe('silence')
    expect(await dial(target, { source, ttl: 255 }, listener)).toBe('silence')
    expect(
      await dial(target, { source, ttl: 64, md5Keys: [{ peer: target, password: 'secret' }] }, listener),
    ).toBe('silence')
    const after = await inB(() => readTcpCounters())
    expect(after.md5Failure!).toBeGreaterThan(before.md5Failure!)
    expect(after.md5NotFound!).toBeGreaterThan(before.md5NotFound!)
    expect(after.minTtl!).toBeGreaterThan(before.minTtl!)
    // The key is taken away while the listener runs.
    listener.setKey({ peer: source, password: undefined })
    const unsigned = await dial(target, { source, ttl: 255 }, listener)
    expect(unsigned).not.toBe('silence')
    if (unsigned !== 'silence') for (const socket of [unsigned.near, unsigned.far]) socket.destroy()
    await listener.close()
  })

  it('accepts a whole prefix of peers with one password', async () => {
    const md5Keys = [{ peer: at('192.0.2.0'), prefixLength: 24, password: 'for all' }]
    const listener = await inB(() => listenTcp(libc, B, 0, { md5Keys }))
    const dialled = await dial(B, { md5Keys: [{ peer: B, password: 'for all' }] }, listener)
    expect(dialled).not.toBe('silence')
    if (dialled !== 'silence') for (const socket of [dialled.near, dialled.far]) socket.destroy()
    await listener.close()
  })

  it('refuses a source that the host does not have, and leaks nothing', async () => {
    const before = openFds()
    for (let i = 0; i < 50; i++)
      expect(() => connectTcp(libc, { address: B, port: 179 }, { source: at('198.51.100.9') })).toThrow(
        /does not have that address/,
      )
    expect(openFds()).toBe(before)
  })

  it('tells a firewall from a host that is not there', async () => {
    lab.run(b, 'nft', 'add table inet t')
    lab.run(b, 'nft', 'add chain inet t in { type filter hook input priority 0 ; }')
    lab.run(b, 'nft', 'add rule inet t in tcp dport 81 reject with icmp type host-prohibited')
    lab.run(b, 'nft', 'add rule inet t in tcp dport 82 reject with icmpx type admin-prohibited')
    lab.run(b, 'nft', 'add rule inet t in tcp dport 83 drop')
    const tcp = (destination: Ip, port: number, timeoutMs = 8000) =>
      inA(() => reachTcp(libc, { destination, port, timeoutMs }))
    expect(await tcp(B, 81)).toMatchObject({
      result: 'failed',
      code: 'EHOSTUNREACH',
      icmp: { family: 4, type: 3, code: 10, sender: B },
    })
    expect(await tcp(B6, 82)).toMatchObject({
      result: 'failed',
      code: 'EACCES',
      icmp: { family: 6, type: 1, code: 1, sender: B6 },
    })
    expect(await tcp(B, 83, 300)).toMatchObject({ result: 'silent', code: undefined })
    expect(await tcp(B, 84)).toMatchObject({ result: 'failed', code: 'ECONNREFUSED', icmp: undefined })
    // Nobody has the address: this host tells itself.
    const dead = await tcp(at('192.0.2.99'), 80)
    expect(dead).toMatchObject({ result: 'failed', code: 'EHOSTUNREACH', icmp: { type: 3, code: 1 } })
    expect(sameIp(dead.icmp!.sender!, A)).toBe(true)
    const dead6 = await tcp(at('2001:db8::99'), 80)
    expect(dead6).toMatchObject({
      result: 'failed',
      code: 'EHOSTUNREACH',
      icmp: { family: 6, type: 1, code: 3, sender: A6 },
    })
    expect(await tcp(at('203.0.113.1'), 80)).toMatchObject({
      result: 'failed',
      code: 'ENETUNREACH',
      icmp: undefined,
    })
    const listener = await inB(() => listenTcp(libc, B, 8080))
    expect(await tcp(B, 8080)).toMatchObject({ result: 'connected', code: undefined })
    await listener.close()
  }, 60_000)

  it('makes the kernel resolve an address without any right', async () => {
    lab.ip(a, 'neigh flush dev a0')
    const udp = await inA(() => reachUdp(libc, { destination: B, port: 9, timeoutMs: 2000 }))
    expect(udp).toMatchObject({
      result: 'failed',
      code: 'ECONNREFUSED',
      icmp: { type: 3, code: 3, sender: B },
    })
    expect(lab.ip(a, 'neigh show 192.0.2.2')).toContain(macB)
  })

  it('enters a namespace by name and by process, with its /sys', async () => {
    const program = await buildFile('test/support/netns-probe.ts')
    const sleeper = lab.background(a, 'sleep', '60')
    const look = (where: string) =>
      JSON.parse(execFileSync(process.execPath, [program.url.pathname, where], { encoding: 'utf8' })) as {
        links: string[]
        sysfs: string[]
        driver: unknown
      }
    try {
      const byName = look(a)
      expect(byName.links.sort()).toEqual(
        lab
          .ipJson<{ ifname: string }[]>(a, 'link show')
          .map((l) => l.ifname)
          .sort(),
      )
      expect(byName.sysfs.sort()).toEqual(byName.links.sort())
      const pid = await eventually('the process is in the namespace', () => {
        const same =
          lab.run(a, 'readlink', '/proc/self/ns/net') ===
          execFileSync('readlink', [`/proc/${sleeper.pid}/ns/net`], { encoding: 'utf8' })
        return same ? sleeper.pid : undefined
      })
      expect(look(`${pid}`).links.sort()).toEqual(byName.links)
      expect(look('lb-no-such')).toEqual({
        kind: 'usage',
        message: 'There is no network namespace "lb-no-such" on this host.',
      })
      expect(look('999999999')).toMatchObject({
        kind: 'usage',
        message: 'There is no process 999999999 on this host.',
      })
      expect(look('../x')).toMatchObject({ kind: 'usage' })
    } finally {
      program.remove()
    }
    expect(readFileSync('/proc/self/status', 'utf8')).toContain('CapEff')
  })

  it('says what is missing when it runs as an ordinary user', async () => {
    const program = await buildFile('test/support/netns-probe.ts')
    try {
      const output = execFileSync(
        'setpriv',
        [
          '--reuid=65534',
          '--regid=65534',
          '--clear-groups',
          process.execPath,
          program.url.pathname,
          'frames',
        ],
        { encoding: 'utf8' },
      )
      expect(JSON.parse(output)).toMatchObject({
        kind: 'permission',
        message: 'This process lacks CAP_NET_RAW, which lbctl needs to send and receive frames.',
        responder: { kind: 'permission' },
        neighbours: true,
        reach: 'failed',
      })
    } finally {
      program.remove()
    }
  })
})
