// `lbctl diagnose route` in network namespaces: a client, two links to a node, a router with a firewall, and who refuses what.
import { createServer } from 'node:net'
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest'
import { type Outcome, run, runJs } from '../support/cli.ts'
import { describeInterop, NetLab } from '../support/namespaces.ts'

interface Report {
  readonly status: string
  readonly summary: string
  readonly findings: readonly {
    code: string
    title: string
    severity: string
    evidence: string[]
    cause: string
  }[]
  readonly checks: readonly { id: string; result: string; text: string }[]
  readonly facts: {
    readonly route: Record<string, unknown>
    readonly decidedBy: { rule: string; route: string; table: number } | null
    readonly mtu: { interface: number; route: number | null; path: number | null } | null
    readonly returnPath: {
      arrival: { interface: string; how: string }
      reply: {
        found: boolean
        interface: string | null
        gateway: string | null
        decidedBy: { rule: string } | null
      }
      rpFilter: { mode: string; drops: boolean; reason: string }
    } | null
    readonly reach: {
      result: string
      code: string | null
      icmp: { sender: string; fromOurselves: boolean } | null
    } | null
  }
}

const REJECTS = `
table inet filter {
  chain forward {
    type filter hook forward priority 0
    tcp dport 81 reject with icmp host-prohibited
    tcp dport 82 reject with icmp port-unreachable
    tcp dport 83 reject with tcp reset
    tcp dport 84 drop
    udp dport 81 reject with icmp admin-prohibited
  }
}
`

describeInterop('diagnose route', ['setpriv', 'sysctl', 'nft'], () => {
  let lab: NetLab
  let here: string
  let router: string
  let server: string

  // here (192.0.2.2 on eth0, 198.51.100.2 on eth1) - router (192.0.2.1, 198.51.100.1, 203.0.113.1) - server (203.0.113.9)
  beforeAll(async () => {
    lab = await NetLab.create()
    here = lab.namespace()
    router = lab.namespace()
    server = lab.namespace()
    lab.connect([here, 'eth0'], [router, 'lan'])
    lab.connect([here, 'eth1'], [router, 'dmz'])
    lab.connect([server, 'eth0'], [router, 'back'])
    const addresses: [string, string, string][] = [
      [here, 'eth0', '192.0.2.2/24'],
      [here, 'eth1', '198.51.100.2/24'],
      [router, 'lan', '192.0.2.1/24'],
      [router, 'dmz', '198.51.100.1/24'],
      [router, 'back', '203.0.113.1/24'],
      [server, 'eth0', '203.0.113.9/24'],
      [here, 'eth0', '2001:db8::2/64'],
      [router, 'lan', '2001:db8::1/64'],
    ]
    for (const [where, link, text] of addresses) lab.ip(where, `addr add ${text} dev ${link}`)
    lab.ip(server, 'route add default via 203.0.113.1')
    lab.run(router, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    lab.run(router, 'sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0')
    await lab.start(router, 'sh', '-c', `nft -f - <<'EOF'\n${REJECTS}\nEOF`)
    lab.ip(here, 'route add 203.0.113.0/24 via 192.0.2.1')
    lab.ip(here, 'route add unreachable 10.1.0.0/16')
    lab.ip(here, 'route add prohibit 10.2.0.0/16')
    lab.ip(here, 'route add blackhole 10.3.0.0/16')
    lab.ip(here, 'route add 10.9.0.0/16 via 192.0.2.77')
  })

  afterAll(() => lab.destroy())

  const sysctl = (link: string, value: number) =>
    lab.run(here, 'sysctl', '-qw', `net.ipv4.conf.${link}.rp_filter=${value}`)

  beforeEach(() => {
    for (const link of ['all', 'eth0', 'eth1']) sysctl(link, 0)
  })

  const command = (words: readonly string[], program = [process.execPath]): Promise<Outcome> =>
    run('ip', ['netns', 'exec', here, ...program, runJs, 'diagnose', 'route', ...words])

  async function report(...words: string[]): Promise<Report & { code: number | null }> {
    const { stdout, stderr, code } = await command([...words, '-o', 'json'])
    if (!stdout.startsWith('{')) throw new Error(`no JSON: ${stdout}${stderr}`)
    const { reports, exitCode } = JSON.parse(stdout) as { reports: Report[]; exitCode: number }
    const [first] = reports
    if (first === undefined) throw new Error('no report')
    expect(exitCode).toBe(code)
    return { ...first, code }
  }

  const onlyFinding = (found: Report): Report['findings'][number] => {
    const [first, ...more] = found.findings.filter(({ severity }) => severity !== 'info')
    expect(more).toEqual([])
    if (first === undefined) throw new Error(`no finding: ${found.summary}`)
    return first
  }

  it('shows route, rule, source, next hop and MTU of a healthy way', async () => {
    const found = await report('203.0.113.9')
    expect(found).toMatchObject({ code: 0, status: 'healthy' })
    expect(found.facts.route).toMatchObject({
      interface: 'eth0',
      gateway: '192.0.2.1',
      source: '192.0.2.2',
      table: 254,
    })
    expect(found.facts.decidedBy).toEqual({
      rule: '32766: from all lookup main',
      route: '203.0.113.0/24',
      table: 254,
    })
    expect(found.facts.mtu).toEqual({ interface: 1500, route: null, path: null })
  })

  it('names the policy rule and the table that decide', async () => {
    lab.ip(here, 'rule add to 203.0.113.0/28 lookup 77 priority 100')
    lab.ip(here, 'route add 203.0.113.0/24 via 198.51.100.1 table 77')
    try {
      const found = await report('203.0.113.9')
      expect(found.facts.route).toMatchObject({ interface: 'eth1', gateway: '198.51.100.1', table: 77 })
      expect(found.facts.decidedBy?.rule).toBe('100: from all to 203.0.113.0/28 lookup 77')
      expect(found.summary).toContain('table 77')
    } finally {
      lab.ip(here, 'rule del priority 100')
    }
  })

  it.each([
    ['10.1.0.1', 'EHOSTUNREACH', /type "unreachable"/],
    ['10.2.0.1', 'EACCES', /type "prohibit"/],
    ['10.3.0.1', 'EINVAL', /type "blackhole"/],
    ['100.64.0.1', 'ENETUNREACH', /no default route/],
  ])('explains the refusal for %s: %s', async (address, code, text) => {
    const found = await report(address, '--port', '80')
    expect(found).toMatchObject({ code: 1, facts: { route: { found: false, code } } })
    const finding = onlyFinding(found)
    expect(finding).toMatchObject({ code: 'F14', severity: 'error' })
    expect(finding.title).toMatch(text)
    expect(finding.evidence[0]).toContain(code)
  })

  it('tells a dead host from a firewall, though both are "No route to host"', async () => {
    const dead = await report('192.0.2.99', '--port', '80')
    expect(dead.facts.reach).toMatchObject({
      code: 'EHOSTUNREACH',
      icmp: { sender: '192.0.2.2', fromOurselves: true },
    })
    const finding = onlyFinding(dead)
    expect(finding.code).toBe('F01')
    expect(finding.evidence.join('\n')).toMatch(/192\.0\.2\.2, which is this host/)
    const wall = await report('203.0.113.9', '--port', '81')
    expect(wall.facts.reach).toMatchObject({
      code: 'EHOSTUNREACH',
      icmp: { sender: '192.0.2.1', fromOurselves: false },
    })
    expect(onlyFinding(wall)).toMatchObject({
      code: 'F34',
      title: expect.stringContaining('from 192.0.2.1') as string,
    })
  })

  it('sees that the gateway is dead, and not the target', async () => {
    const finding = onlyFinding(await report('10.9.0.1', '--port', '80'))
    expect(finding).toMatchObject({ code: 'F14' })
    expect(finding.title).toMatch(/gateway 192\.0\.2\.77 does not answer on eth0/)
  })

  it.each([
    ['82', [], 'F08', /192\.0\.2\.1 says that nobody listens/],
    ['83', [], 'F08', /refuses connections/],
    ['84', ['--timeout', '500ms'], 'F28', /get no answer at all/],
    ['85', [], 'F08', /203\.0\.113\.9 port 85\/tcp refuses/],
    ['81', ['--udp'], 'F34', /communication prohibited from 192\.0\.2\.1/],
    ['86', ['--udp'], 'F08', /203\.0\.113\.9 says that nobody listens/],
  ])('classifies what comes back from port %s %j as %s', async (port, words, code, title) => {
    const found = await report('203.0.113.9', '--port', port, ...words)
    expect(found.code).toBe(1)
    expect(onlyFinding(found)).toMatchObject({ code, title: expect.stringMatching(title) as string })
  })

  it('connects to a port that is open', async () => {
    const listener = await lab.inside(server, async () => {
      const listening = createServer((socket) => socket.destroy())
      await new Promise<void>((resolve) => listening.listen(443, '203.0.113.9', resolve))
      return listening
    })
    try {
      const found = await report('203.0.113.9', '--port', '443')
      expect(found).toMatchObject({ code: 0, status: 'healthy', facts: { reach: { result: 'connected' } } })
    } finally {
      listener.close()
    }
  })

  it("knows a firewall of this host by the error's sender", async () => {
    lab.run(
      here,
      'nft',
      'add table inet mine; add chain inet mine out { type filter hook output priority 0; }',
    )
    lab.run(here, 'nft', 'add rule inet mine out tcp dport 87 reject with icmp admin-prohibited')
    lab.run(here, 'nft', 'add rule inet mine out udp dport 87 drop')
    try {
      for (const words of [[], ['--udp']]) {
        const finding = onlyFinding(await report('203.0.113.9', '--port', '87', ...words))
        expect(finding).toMatchObject({ code: 'F34' })
        expect(finding.title).toContain('firewall of this host')
      }
    } finally {
      lab.run(here, 'nft', 'delete table inet mine')
    }
  })

  it('predicts that strict rp_filter drops a request, as the kernel then does', async () => {
    // The client's way back is eth0, and its request comes in by eth1.
    const words = ['198.51.100.2', '--from', '203.0.113.9', '--interface', 'eth1']
    const open = await report(...words)
    expect(open.facts.returnPath).toMatchObject({
      arrival: { interface: 'eth1', how: 'given' },
      reply: { interface: 'eth0', gateway: '192.0.2.1' },
      rpFilter: { mode: 'off', drops: false },
    })
    expect(onlyFinding(open)).toMatchObject({ code: 'F30', severity: 'warning' })
    expect(await canReach()).toBe(true)
    sysctl('all', 1)
    const strict = await report(...words)
    expect(strict.facts.returnPath?.rpFilter).toMatchObject({ mode: 'strict', drops: true })
    expect(strict.findings[0]).toMatchObject({ code: 'F30', severity: 'error' })
    expect(strict.findings[0]?.title).toMatch(/drops requests of 203\.0\.113\.9 that come in on eth1: strict/)
    expect(strict.code).toBe(1)
    expect(await canReach()).toBe(false)
    // The larger value counts, and 2 is loose.
    sysctl('eth1', 2)
    const loose = await report(...words)
    expect(loose.facts.returnPath?.rpFilter).toMatchObject({ mode: 'loose', drops: false })
    expect(await canReach()).toBe(true)
  })

  /** By the router's link dmz, which is eth1 here. */
  const canReach = async (): Promise<boolean> =>
    (await lab.start(server, 'sh', '-c', 'ping -c 1 -W 1 198.51.100.2')).code === 0

  it('finds that loose rp_filter, too, drops a client to whom there is no way back', async () => {
    sysctl('eth1', 2)
    const found = await report('198.51.100.2', '--from', '100.64.0.1', '--interface', 'eth1')
    expect(found.facts.returnPath?.rpFilter).toMatchObject({ mode: 'loose', drops: true })
    const finding = onlyFinding(found)
    expect(finding).toMatchObject({ code: 'F30', severity: 'error' })
    expect(finding.title).toMatch(/no way back to 100\.64\.0\.1/)
    expect(finding.evidence.join()).toMatch(/rp_filter on eth1 \(loose\) does not let its requests in/)
  })

  it('follows a source rule for the way back, which makes it right', async () => {
    lab.ip(here, 'rule add from 198.51.100.2 lookup 78 priority 90')
    lab.ip(here, 'route add default via 198.51.100.1 table 78')
    try {
      sysctl('all', 1)
      const found = await report('198.51.100.2', '--from', '203.0.113.9', '--interface', 'eth1')
      expect(found.facts.returnPath).toMatchObject({
        reply: {
          interface: 'eth1',
          gateway: '198.51.100.1',
          decidedBy: { rule: '90: from 198.51.100.2/32 lookup 78' },
        },
        rpFilter: { mode: 'strict', drops: false },
      })
      expect(found).toMatchObject({ code: 0, status: 'healthy' })
      expect(await canReach()).toBe(true)
    } finally {
      lab.ip(here, 'rule del priority 90')
    }
  })

  it('takes the link of an address that no interface has as the way in', async () => {
    const found = await report('198.51.100.200', '--from', '198.51.100.7')
    expect(found.facts.returnPath?.arrival).toEqual({ interface: 'eth1', how: 'link of the target' })
    expect(found.checks.find(({ id }) => id === 'return-path')).toMatchObject({ result: 'pass' })
  })

  it('finds the short cut that a firewall between client and node does not see', async () => {
    const found = await report('203.0.113.200', '--from', '192.0.2.50', '--interface', 'eth0')
    expect(onlyFinding(found)).toMatchObject({ code: 'F31', severity: 'warning' })
  })

  it('says that an address of this host proves nothing', async () => {
    const found = await report('192.0.2.2')
    expect(found).toMatchObject({ code: 0, findings: [{ code: 'F35', severity: 'info' }] })
  })

  it('shows the path MTU that the kernel has learned', async () => {
    lab.ip(router, 'link set back mtu 1400')
    try {
      await lab.start(here, 'sh', '-c', 'ping -c 1 -W 1 -M do -s 1450 203.0.113.9')
      const found = await report('203.0.113.9')
      expect(found.facts.mtu).toEqual({ interface: 1500, route: null, path: 1400 })
      expect(found).toMatchObject({ code: 0, findings: [{ code: 'F33', severity: 'info' }] })
    } finally {
      lab.ip(router, 'link set back mtu 1500')
    }
  })

  it('works for IPv6, where there is no rp_filter', async () => {
    const found = await report('2001:db8::2', '--from', '2001:db8::50')
    expect(found.facts.returnPath).toMatchObject({
      arrival: { interface: 'eth0' },
      rpFilter: { mode: 'none', drops: false },
    })
    expect(onlyFinding(await report('2001:db8:5::1'))).toMatchObject({ code: 'F14' })
  })

  it('says as much to an ordinary user in a pipe', async () => {
    const user = ['setpriv', '--reuid', '65534', '--clear-groups', process.execPath]
    const words = ['203.0.113.9', '--port', '81', '--from', '192.0.2.50']
    const { stdout, stderr, code } = await command(words, user)
    expect({ stderr, code }).toEqual({ stderr: '', code: 1 })
    expect(stdout).toMatch(
      /^error: F34: A firewall rejects 203\.0\.113\.9 port 81\/tcp: host prohibited from 192\.0\.2\.1\./,
    )
    // The same as root is told, but for the times.
    const untimed = (text: string): string => text.replaceAll(/[\d.]+ m?s$/gm, '')
    expect(untimed(stdout)).toBe(untimed((await command(words)).stdout))
  })

  it.each([
    [['192.0.2.1', '--interface', 'eth0'], 2],
    [['192.0.2.1', '--from', '2001:db8::1'], 2],
    [['192.0.2.1', '--from', '192.0.2.9', '--interface', 'nope'], 2],
    [['192.0.2.1', '--source', '192.0.2.9'], 2],
    [['fe80::1%eth0'], 2],
  ])('refuses %j', async (words, code) => {
    const outcome = await command(words)
    expect({ stdout: outcome.stdout, code: outcome.code }).toEqual({ stdout: '', code })
    expect(outcome.stderr).not.toMatch(/bug|at .*\.js/)
  })
})
