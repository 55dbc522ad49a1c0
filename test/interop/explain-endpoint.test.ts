// `lbctl explain ADDRESS:PORT` as a user without rights runs it on a laptop: here, a router with a firewall, and a server.
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer as createHttpServer } from 'node:http'
import { createServer, type Server, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Outcome, run, runJs, unwrapped } from '../support/cli.ts'
import { describeInterop, NetLab } from '../support/namespaces.ts'

interface Report {
  readonly status: string
  readonly summary: string
  readonly findings: readonly { code: string; title: string; severity: string }[]
  readonly checks: readonly { id: string; result: string; text: string }[]
  readonly words: readonly { page: string | null; words: string; meaning: string }[]
  readonly next: readonly { where: string; command: string }[]
  readonly notTested: readonly string[]
  readonly facts: {
    readonly kernelNotRead: string | null
    readonly http: Record<string, unknown> | null
    readonly attempts: readonly { address: string; route: unknown; plain: { result: string } | null }[]
  }
}

const REJECTS = `
table inet filter {
  chain forward {
    type filter hook forward priority 0
    tcp dport 81 reject with icmp host-prohibited
    tcp dport 82 reject with icmp port-unreachable
    tcp dport 84 drop
  }
}
`
const WITHOUT_KOFFI = `
const Module = require('node:module')
const resolve = Module._resolveFilename
Module._resolveFilename = function (name, ...rest) {
  if (!/koffi/.test(name)) return resolve.call(this, name, ...rest)
  throw Object.assign(new Error('not there'), { code: 'MODULE_NOT_FOUND' })
}
`
const ON_ANOTHER_SYSTEM = "Object.defineProperty(process, 'platform', { value: 'darwin' })"

const NOBODY = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups', '--inh-caps=-all']

describeInterop('explain ADDRESS:PORT', ['setpriv', 'sysctl', 'nft'], () => {
  let lab: NetLab
  let here: string
  let router: string
  let server: string
  const received: string[] = []
  const listeners: { close(): unknown }[] = []

  // here (192.0.2.2) - router (192.0.2.1, 203.0.113.1) - server (203.0.113.9, 2001:db8:9::9)
  beforeAll(async () => {
    lab = await NetLab.create()
    here = lab.namespace()
    router = lab.namespace()
    server = lab.namespace()
    lab.connect([here, 'eth0'], [router, 'lan'])
    lab.connect([server, 'eth0'], [router, 'back'])
    const addresses: [string, string, string][] = [
      [here, 'eth0', '192.0.2.2/24'],
      [router, 'lan', '192.0.2.1/24'],
      [router, 'back', '203.0.113.1/24'],
      [server, 'eth0', '203.0.113.9/24'],
      [here, 'eth0', '2001:db8::2/64'],
      [router, 'lan', '2001:db8::1/64'],
    ]
    for (const [where, link, text] of addresses)
      lab.ip(where, `addr add ${text} dev ${link}${text.includes(':') ? ' nodad' : ''}`)
    lab.ip(server, 'route add default via 203.0.113.1')
    lab.run(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    lab.run(router, 'sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0')
    await lab.start(router, 'sh', '-c', `nft -f - <<'EOF'\n${REJECTS}\nEOF`)
    lab.ip(here, 'route add 203.0.113.0/24 via 192.0.2.1')
    lab.ip(here, 'route add 10.9.0.0/16 via 192.0.2.77')
    await lab.inside(server, async () => {
      const plain = createServer((socket: Socket) => {
        socket.on('data', (bytes) => received.push(bytes.toString('latin1')))
        socket.on('error', () => undefined)
        socket.on('end', () => socket.end())
      })
      const web = createHttpServer((request, response) => {
        received.push(`${request.method} ${request.url} ${request.headers.host}`)
        response.writeHead(302, { Server: 'printer', Location: '/login' }).end()
      })
      await Promise.all([listening(plain, 443), listening(web, 80)])
    })
  })

  afterAll(() => {
    for (const each of listeners) each.close()
    lab.destroy()
  })

  const listening = (listener: Server, port: number) =>
    new Promise<void>((resolve) => {
      listeners.push(listener)
      listener.listen(port, '203.0.113.9', resolve)
    })

  const command = (words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> =>
    run('ip', ['netns', 'exec', here, ...NOBODY, process.execPath, runJs, 'explain', ...words], { env })

  async function report(
    words: readonly string[],
    env?: Readonly<Record<string, string>>,
  ): Promise<Report & { code: number | null }> {
    const { stdout, stderr, code } = await command([...words, '-o', 'json'], env)
    if (!stdout.startsWith('{')) throw new Error(`no JSON: ${stdout}${stderr}`)
    const { reports, exitCode } = JSON.parse(stdout) as { reports: Report[]; exitCode: number }
    const [first] = reports
    if (first === undefined) throw new Error('no report')
    expect(exitCode).toBe(code)
    return { ...first, code }
  }

  const said = ({ words }: Report): string => words.map(({ words: each }) => each).join(', ')
  const meant = ({ words }: Report): string => words.map(({ meaning }) => meaning).join(' ')
  const worst = ({ findings }: Report) => findings.find(({ severity }) => severity !== 'info')

  it('reaches a port, sends no byte, and says what that does not show', async () => {
    received.length = 0
    const found = await report(['203.0.113.9:443'])
    expect(found).toMatchObject({ code: 0, status: 'healthy', words: [], facts: { http: null } })
    expect(found.checks.find(({ id }) => id === 'port')?.result).toBe('pass')
    expect(found.notTested.join(' ')).toMatch(/gateway 192\.0\.2\.1.*Which machine accepted/)
    expect(received).toEqual([])
  })

  it('sends one HEAD request when it is asked to, and follows nothing', async () => {
    received.length = 0
    const found = await report(['http://203.0.113.9/shop?x=1', '--http'])
    expect(found).toMatchObject({ code: 0, facts: { http: { status: 302, server: 'printer' } } })
    expect(received).toEqual(['HEAD /shop?x=1 203.0.113.9'])
  })

  it.each([
    ['a reset', '203.0.113.9:85', 'F08', 'Connection refused', /answered with a reset/],
    ['port unreachable', '203.0.113.9:82', 'F08', 'Connection refused', /192\.0\.2\.1 answered .*\(ICMP\)/],
    [
      'a firewall that rejects',
      '203.0.113.9:81',
      'F34',
      'No route to host',
      /words mislead.*192\.0\.2\.1 got/,
    ],
    ['a firewall that drops', '203.0.113.9:84', 'F28', 'Connection timed out', /neither an answer nor/],
    ['no route', '198.51.100.1:443', 'F14', 'Network is unreachable', /no default route/],
    ['no IPv6 route', '[2001:db8:9::9]:443', 'F14', 'Network is unreachable', /no default route/],
    [
      'silence on the link',
      '192.0.2.99:443',
      'F01',
      'No route to host, (incomplete)',
      /Nobody on eth0 answered/,
    ],
    ['a dead gateway', '10.9.0.1:443', 'F14', 'No route to host, (incomplete)', /the gateway 192\.0\.2\.77/],
  ])('tells %s apart: %s is %s', async (_, asked, code, words, meaning) => {
    const found = await report([asked, '--timeout', code === 'F28' ? '1s' : '20s'])
    expect(found.code).toBe(1)
    expect(worst(found)?.code).toBe(code)
    expect(said(found)).toBe(words)
    expect(meant(found)).toMatch(meaning)
    expect(found.next.map(({ where }) => where)).toContain('where kubectl works')
  })

  it.each([
    [WITHOUT_KOFFI, /optional package koffi/, 'ip route get 203.0.113.9'],
    [ON_ANOTHER_SYSTEM, /this system is darwin/, 'route -n get 203.0.113.9'],
  ])('degrades with a sentence: %s', async (script, sentence, next) => {
    const folder = mkdtempSync(join(tmpdir(), 'lbctl-explain-'))
    try {
      const preload = join(folder, 'preload.cjs')
      writeFileSync(preload, script)
      chmodSync(folder, 0o755)
      const env = { NODE_OPTIONS: `--require ${preload}` }
      const reached = await report(['203.0.113.9:443'], env)
      expect(reached).toMatchObject({
        code: 0,
        facts: { attempts: [{ route: null, plain: { result: 'connected' } }] },
      })
      const refused = await report(['203.0.113.9:85'], env)
      expect(refused).toMatchObject({ code: 1, findings: [{ code: 'F08' }] })
      expect(refused.notTested[0]).toMatch(/^Route, neighbour table and ICMP: /)
      expect(refused.notTested[0]).toMatch(sentence)
      expect(refused.next[0]?.command).toBe(next)
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('prints it for a person, in 80 columns', async () => {
    const { stdout, code } = await command(['203.0.113.9:81'], { COLUMNS: '80' })
    expect(code).toBe(1)
    expect(unwrapped(stdout)).toContain('"No route to host": The words mislead: the way is there.')
    expect(stdout).toMatch(/^error: F34: A firewall rejects/)
  })
})
