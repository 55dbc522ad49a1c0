// `lbctl capture` as users run it, between two namespaces, against frames of arping, ndisc6, and the kernel's TCP and UDP.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { runJs } from '../support/cli.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import { dissect } from '../support/tshark.ts'

interface Line {
  readonly time: string
  readonly interface: string
  readonly direction: string
  readonly protocol: string
  readonly summary: string
  readonly details: Record<string, unknown> | null
}

interface Running {
  readonly child: ChildProcess
  stdout: string
  stderr: string
  readonly ended: Promise<number | null>
}

/** 45,000 datagrams to the port of gossip. */
const flood = `const s = require('node:dgram').createSocket('udp4'); let n = 0
  const next = () => { if (++n > 45000) return s.close(); s.send('x', 7946, '192.0.2.2', next) }; next()`

describeInterop('lbctl capture', ['arping', 'ndisc6', 'tshark', 'setpriv'], () => {
  let lab: NetLab
  let node: string
  let client: string
  let folder: string
  const running: ChildProcess[] = []

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), 'lbctl-capture-'))
    lab = await NetLab.create()
    node = lab.namespace()
    client = lab.namespace()
    lab.connect([node, 'n0'], [client, 'c0'])
    lab.ip(node, 'addr add 192.0.2.2/24 dev n0')
    lab.ip(node, 'addr add 2001:db8::2/64 dev n0')
    lab.ip(client, 'addr add 192.0.2.1/24 dev c0')
    lab.ip(client, 'addr add 2001:db8::1/64 dev c0')
  })
  afterAll(() => {
    for (const child of running) child.kill('SIGKILL')
    lab?.destroy()
    rmSync(folder, { recursive: true, force: true })
  })

  /** Resolves when it listens, or has ended before. */
  async function capture(args: readonly string[], stdin: 'ignore' | 'pipe' = 'ignore'): Promise<Running> {
    const child = spawn(process.execPath, [runJs, 'capture', ...args, '--netns', node], {
      stdio: [stdin, 'pipe', 'pipe'],
    })
    running.push(child)
    const state: Running = {
      child,
      stdout: '',
      stderr: '',
      ended: new Promise((resolve) => child.on('close', resolve)),
    }
    child.stdout?.setEncoding('latin1').on('data', (text: string) => {
      state.stdout += text
    })
    child.stderr?.setEncoding('utf8').on('data', (text: string) => {
      state.stderr += text
    })
    await Promise.race([
      state.ended,
      eventually('it listens', () => state.stderr.includes('Listening') || undefined),
    ])
    return state
  }

  const arping = (...args: readonly string[]) =>
    lab.start(client, 'arping', '-C', '1', '-w', '2', '-i', 'c0', ...args)
  const ndisc = () => lab.start(client, 'ndisc6', '-1', '-r', '1', '-w', '1000', '2001:db8::2', 'c0')
  const jsonLines = (state: Running): Line[] =>
    Buffer.from(state.stdout, 'latin1')
      .toString('utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line)

  it('shows what arping asks and the kernel answers, one line each, and ends with Ctrl-C', async () => {
    const state = await capture(['arp', '192.0.2.2', '--interface', 'n0'])
    await arping('192.0.2.2')
    await arping('192.0.2.77', '-w', '0.2')
    await eventually('both lines', () => state.stdout.includes('is-at') || undefined)
    state.child.kill('SIGINT')
    expect(await state.ended).toBe(0)
    const lines = state.stdout.trimEnd().split('\n')
    expect(lines[0]).toMatch(
      /^\d\d:\d\d:\d\d\.\d{6} n0 in {4}ARP who-has 192\.0\.2\.2 tell 192\.0\.2\.1 \([0-9a-f:]{17}\)$/,
    )
    expect(lines[1]).toMatch(/ n0 out {3}ARP 192\.0\.2\.2 is-at [0-9a-f:]{17}, told to 192\.0\.2\.1/)
    expect(state.stdout).not.toContain('192.0.2.77')
    expect(state.stderr).toContain('Listening on n0 for ARP about 192.0.2.2. Ctrl-C ends it.')
    expect(state.stderr).toMatch(/\nCaptured \d+ frames in [\d.]+ s on n0: \d+ ARP\.\nNone was lost\.\n$/)
  })

  it('writes one JSON object per line and ends after --count frames', async () => {
    const state = await capture(['arp', 'ndp', '2001:db8::2', '-o', 'json', '--count', '2'])
    await ndisc()
    expect(await state.ended).toBe(0)
    const lines = jsonLines(state)
    expect(lines.map((line) => [line.protocol, line.interface, line.direction])).toEqual([
      ['ndp', 'n0', 'in'],
      ['ndp', 'n0', 'out'],
    ])
    expect(lines[0]?.details).toEqual({
      kind: 'ndp',
      message: 'neighbor-solicitation',
      target: '2001:db8::2',
    })
    expect(lines[1]?.summary).toMatch(/^NA 2001:db8::2 is-at [0-9a-f:]{17} solicited override, told to /)
    expect(Math.abs(Date.parse(lines[0]?.time ?? '') - Date.now())).toBeLessThan(60_000)
    expect(state.stderr).toContain('Captured 2 frames in')
  })

  it('writes a file that tshark reads, with the times and directions of the lines', async () => {
    const path = join(folder, 'frames.pcapng')
    const state = await capture(['arp', '192.0.2.2', '--write', path, '--count', '2', '--json'])
    await arping('192.0.2.2')
    expect(await state.ended).toBe(0)
    const packets = dissect(readFileSync(path))
    expect(packets.map((packet) => packet.complaints)).toEqual([[], []])
    expect(packets.map((packet) => packet.fields['arp.opcode'])).toEqual([['1'], ['2']])
    expect(packets.map((packet) => packet.fields['frame.interface_name'])).toEqual([['n0'], ['n0']])
    const direction = (i: number) => packets[i]?.fields['frame.packet_flags_direction']?.[0]
    expect([Number(direction(0)), Number(direction(1))]).toEqual([1, 2])
    const seconds = packets.map((packet) => Number(packet.fields['frame.time_relative']?.[0]))
    const times = jsonLines(state).map((line) => Number(line.time.slice(17, -1)))
    const elapsed = ((times[1] ?? 0) - (times[0] ?? 0) + 60) % 60
    expect(seconds[1]).toBeCloseTo(elapsed, 7)
  })

  it('writes the same to stdout for a pipe, and no lines', async () => {
    const state = await capture(['arp', '192.0.2.2', '--write', '-', '--count', '2'])
    await arping('192.0.2.2')
    expect(await state.ended).toBe(0)
    const packets = dissect(Buffer.from(state.stdout, 'latin1'))
    expect(packets.map((packet) => packet.fields['arp.opcode'])).toEqual([['1'], ['2']])
  })

  it('names BFD by its ports, and says what BGP and gossip say', async () => {
    const state = await capture(['bgp', 'bfd', 'gossip', '--json'])
    const script = `
      import { connect, createServer } from 'node:net'
      import { createSocket } from 'node:dgram'
      const message = (type, length) => { const b = Buffer.alloc(length, 0xff, 0); b.fill(0, 16); b.fill(0xff, 0, 16); b.writeUInt16BE(length, 16); b[18] = type; return b }
      const notification = message(3, 21); notification[19] = 6; notification[20] = 2
      for (const port of [3784, 4784, 7946, 5000]) { const s = createSocket('udp4'); s.send(Buffer.alloc(24), port, '192.0.2.2', () => s.close()) }
      const socket = connect(179, '192.0.2.2', () => socket.end(Buffer.concat([message(1, 29), message(4, 19), message(4, 19), notification])))
      socket.on('error', () => undefined)`
    const server = lab.background(
      node,
      process.execPath,
      '-e',
      `require('node:net').createServer((s) => s.resume()).listen(179, '192.0.2.2', () => console.log('up'))`,
    )
    await new Promise((resolve) => server.stdout?.once('data', resolve))
    const sent = await lab.start(client, process.execPath, '--input-type=module', '-e', script)
    expect(sent).toEqual({ code: 0, output: '' })
    await eventually('the message', () => state.stdout.includes('NOTIFICATION') || undefined)
    state.child.kill('SIGINT')
    expect(await state.ended).toBe(0)
    const summaries = jsonLines(state).map((line) => line.summary)
    const seen = (pattern: RegExp) => summaries.filter((summary) => pattern.test(summary)).length
    expect(seen(/^BFD control 192\.0\.2\.1:\d+ to 192\.0\.2\.2:3784, 24 bytes$/)).toBe(1)
    expect(seen(/^BFD multihop control 192\.0\.2\.1:\d+ to 192\.0\.2\.2:4784, 24 bytes$/)).toBe(1)
    expect(seen(/^Gossip 192\.0\.2\.1:\d+ to 192\.0\.2\.2:7946: not decodable: /)).toBe(1)
    expect(seen(/:5000/)).toBe(0)
    expect(seen(/^TCP 192\.0\.2\.1:\d+ to 192\.0\.2\.2:179 SYN, /)).toBe(1)
    expect(
      seen(
        /^BGP 192\.0\.2\.1:\d+ to 192\.0\.2\.2:179: OPEN .*; KEEPALIVE; KEEPALIVE; NOTIFICATION Cease, Administrative Shutdown \(6\/2\)$/,
      ),
    ).toBe(1)
  })

  it('ends after --duration, also when nothing came by', async () => {
    const state = await capture(['bfd', '--duration', '200ms'])
    expect(await state.ended).toBe(0)
    expect([state.stdout, state.stderr]).toEqual([
      '',
      expect.stringMatching(/\nCaptured no frame in [\d.]+ s on lo and n0\.\n$/),
    ])
  })

  it('says that promiscuous mode hides faults', async () => {
    const state = await capture(['arp', '--promiscuous', '--duration', '200ms', '--interface', 'n0'])
    expect(await state.ended).toBe(0)
    expect(state.stderr).toContain('Promiscuous mode hides faults')
  })

  it('leaves out an interface without Ethernet frames, and refuses when only that was named', async () => {
    lab.ip(node, 'tuntap add dev wg15 mode tun')
    lab.ip(node, 'link set wg15 up')
    const some = await capture(['arp', '--duration', '100ms'])
    expect(await some.ended).toBe(0)
    expect(some.stderr).toMatch(/^wg15 is left out: it carries no Ethernet frames \(a layer 3 tunnel/)
    const only = await capture(['arp', '--interface', 'wg15'])
    expect([await only.ended, only.stderr]).toEqual([3, expect.stringContaining('wg15: not Ethernet')])
    const unknown = await capture(['arp', '--interface', 'nope'])
    expect([await unknown.ended, unknown.stderr]).toEqual([2, expect.stringContaining('no interface "nope"')])
    lab.ip(node, 'link del wg15')
  })

  it('reports an interface that goes away, and ends when it was the last', async () => {
    lab.connect([node, 'n1'], [client, 'c1'])
    const state = await capture(['arp', '--interface', 'n1'])
    lab.ip(node, 'link del n1')
    expect(await state.ended).toBe(4)
    expect(state.stderr).toMatch(/n1 is gone \(ENODEV\).*\nCaptured/)
  })

  it('keeps its memory when nobody reads, counts what it drops, and can be stopped', async () => {
    const child = spawn(
      process.execPath,
      [runJs, 'capture', 'gossip', '--netns', node, '--interface', 'n0', '--json'],
      { stdio: ['ignore', 'pipe', 'pipe'] },
    )
    running.push(child)
    let stderr = ''
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
    })
    child.stdout.pause()
    const ended = new Promise((resolve) => child.on('exit', resolve))
    await eventually('it listens', () => stderr.includes('Listening') || undefined)
    const memory = () => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${child.pid}/status`, 'utf8'))?.[1])
    const before = memory()
    // Some 450 bytes per line: 20 MB, twenty times of what may wait.
    expect((await lab.start(client, process.execPath, '-e', flood)).code).toBe(0)
    expect(memory() - before).toBeLessThan(80_000)
    child.kill('SIGINT')
    expect(await ended).toBe(0)
    expect(stderr).toMatch(/\d+ frames were captured but not printed: the reader of stdout was too slow\./)
  })

  it('counts what the kernel dropped because lbctl did not read in time', async () => {
    const state = await capture(['gossip', '--interface', 'n0'])
    state.child.kill('SIGSTOP')
    // The buffer of the socket is 4 MB; the kernel counts some 800 bytes for each of these.
    expect((await lab.start(client, process.execPath, '-e', flood)).code).toBe(0)
    state.child.kill('SIGCONT')
    await eventually('it reads on', () => state.stdout.includes('Gossip') || undefined)
    state.child.kill('SIGINT')
    expect(await state.ended).toBe(0)
    const dropped = /The kernel dropped (\d+) frames that were not read in time\./.exec(state.stderr)?.[1]
    expect(Number(dropped)).toBeGreaterThan(1000)
    expect(Number(dropped)).toBeLessThan(45_000)
    expect(state.stderr).not.toContain('None was lost')
  })

  it('ends without a word when the reader of its lines goes', async () => {
    const command = `${process.execPath} ${runJs} capture arp --netns ${node} --interface n0 | head -n 1`
    const child = spawn('bash', ['-c', `set -o pipefail; ${command}`], { stdio: ['ignore', 'pipe', 'pipe'] })
    running.push(child)
    let output = ''
    let errors = ''
    child.stdout.on('data', (text: Buffer) => {
      output += text.toString()
    })
    child.stderr.on('data', (text: Buffer) => {
      errors += text.toString()
    })
    const ended = new Promise((resolve) => child.on('close', resolve))
    await eventually('it listens', () => errors.includes('Listening') || undefined)
    const asking = setInterval(() => void arping('192.0.2.2'), 100)
    expect(await ended).toBe(0)
    clearInterval(asking)
    expect(output.trimEnd().split('\n')).toHaveLength(1)
    expect(errors).toMatch(/^Listening on n0 for ARP\. Ctrl-C ends it\.\n$/)
  })

  it('tells an ordinary user which right is missing and how to get it', async () => {
    const result = await lab.start(
      node,
      'setpriv',
      '--reuid=65534',
      '--regid=65534',
      '--clear-groups',
      '--bounding-set=-all',
      process.execPath,
      runJs,
      'capture',
      'arp',
      '--write',
      join(folder, 'never.pcapng'),
    )
    expect(result.code).toBe(3)
    expect(result.output).toMatch(/lacks CAP_NET_RAW, which lbctl needs to capture frames\.\n/)
    expect(result.output).toContain('sudo')
    expect(() => readFileSync(join(folder, 'never.pcapng'))).toThrow('ENOENT')
  })
})
