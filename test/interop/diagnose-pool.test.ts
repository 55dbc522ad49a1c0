// `lbctl diagnose pool` in network namespaces: three hosts on a bridge answer for parts of a range.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { lbctl, type Outcome, run, runJs } from '../support/cli.ts'
import { describeInterop, NetLab } from '../support/namespaces.ts'

interface Report {
  readonly status: string
  readonly findings: readonly { code: string; title: string; severity: string; evidence: string[] }[]
  readonly notTested: readonly string[]
  readonly facts: {
    readonly scan: { probesSent: number; rounds: number }
    readonly claims: readonly {
      address: string
      mac: string
      interface: string
      rttMicroseconds: number | null
    }[]
    readonly notTested: readonly { reason: string; ranges: string[]; addressCount: number }[]
    readonly addresses: readonly {
      address: string
      state: string
      services: string[]
      owners: { node: string | null }[]
    }[]
  }
}

const service = (name: string, address: string, annotations: Record<string, string> = {}) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'default', annotations },
  spec: { type: 'LoadBalancer', ports: [{ port: 80 }] },
  status: { loadBalancer: { ingress: [{ ip: address }] } },
})

const POOL = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [192.0.2.96-192.0.2.111], avoidBuggyIPs: true}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: lan, namespace: metallb-system}
spec: {ipAddressPools: [lan]}
`

describeInterop('diagnose pool', ['setpriv', 'sysctl'], () => {
  let lab: NetLab
  let client: string
  let folder: string
  const hosts: string[] = []

  beforeAll(async () => {
    lab = await NetLab.create()
    folder = mkdtempSync(join(tmpdir(), 'lbctl-pool-'))
    const bridge = lab.namespace()
    client = lab.namespace()
    const all = [client, ...Array.from({ length: 3 }, () => lab.namespace())]
    hosts.push(...all.slice(1))
    for (const [index, host] of all.entries()) lab.connect([host, 'eth0'], [bridge, `port${index}`])
    lab.bridge(
      bridge,
      'br0',
      all.map((_, index) => `port${index}`),
    )
    address(client, '192.0.2.250/24')
    const owned = [
      ['192.0.2.11/24', '192.0.2.100/32', '192.0.2.101/32', '2001:db8::11/64'],
      ['192.0.2.12/24', '192.0.2.101/32'],
      ['192.0.2.13/24', '192.0.2.102/32', '192.0.2.103/32', '2001:db8::102/64'],
    ]
    for (const [index, host] of hosts.entries()) for (const each of owned[index] ?? []) address(host, each)
    address(client, '2001:db8::250/64')
    // Behind a gateway, and on no route at all.
    lab.ip(client, 'route add 198.51.100.0/28 via 192.0.2.11')
    // A second link, to a host with an address of another part of the pool.
    lab.connect([client, 'eth1'], [hosts[1] ?? '', 'eth1'])
    lab.ip(client, 'addr add 192.0.4.250/24 dev eth1')
    lab.ip(hosts[1] ?? '', 'addr add 192.0.4.7/24 dev eth1')
    lab.ip(client, 'tuntap add wg0 mode tun')
    lab.ip(client, 'link set wg0 up')
    lab.ip(client, 'route add 203.0.113.0/30 dev wg0')
    writeFileSync(join(folder, 'pool.yaml'), POOL)
    writeFileSync(join(folder, 'nodes'), 'worker-1 192.0.2.11\nworker-2 192.0.2.12\n')
    services('services.json', [
      service('right', '192.0.2.100'),
      service('two', '192.0.2.101'),
      service('wrong', '192.0.2.102'),
      service('silent', '192.0.2.110'),
    ])
  })

  afterAll(() => {
    lab.destroy()
    rmSync(folder, { recursive: true })
  })

  const address = (host: string, text: string) => lab.ip(host, `addr add ${text} dev eth0`)
  const file = (name: string) => join(folder, name)
  const services = (name: string, items: unknown[]) =>
    writeFileSync(file(name), JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))
  const macOf = (host: string): string =>
    lab.ipJson<{ address: string }[]>(host, 'link show eth0')[0]?.address ?? ''

  const pool = (...words: string[]): Promise<Outcome> =>
    run('ip', [
      'netns',
      'exec',
      client,
      process.execPath,
      runJs,
      'diagnose',
      'pool',
      ...words,
      '--rate',
      '1000',
    ])

  async function report(...words: string[]): Promise<Report & { code: number | null }> {
    const { stdout, stderr, code } = await pool(...words, '-o', 'json')
    if (!stdout.startsWith('{"') && !stdout.startsWith('{\n')) throw new Error(`no JSON: ${stdout}${stderr}`)
    const { reports, exitCode } = JSON.parse(stdout) as { reports: Report[]; exitCode: number }
    const [first] = reports
    if (first === undefined) throw new Error('no report')
    expect(exitCode).toBe(code)
    return { ...first, code }
  }

  const known = () => ['-f', file('pool.yaml'), '--services', file('services.json'), '--nodes', file('nodes')]
  const states = ({ facts }: Report): Record<string, string> =>
    Object.fromEntries(facts.addresses.map(({ address: text, state }) => [text, state]))
  const codes = ({ findings }: Report): string[] => findings.map(({ code }) => code)

  it('tells right, wrong, two, missing and unwanted owners of a pool by its name apart', async () => {
    const found = await report('lan', ...known())
    expect(states(found)).toEqual({
      '192.0.2.100': 'served',
      '192.0.2.101': 'several-nodes',
      '192.0.2.102': 'wrong-owner',
      '192.0.2.103': 'taken',
      '192.0.2.110': 'unanswered',
    })
    expect(found.code).toBe(1)
    expect(codes(found).sort()).toEqual(['F01', 'F11', 'F11', 'F20'])
    // Announced by layer 2, so silence is a fault here.
    expect(found.findings.find(({ code }) => code === 'F01')?.severity).toBe('warning')
    const twice = found.facts.addresses.find((each) => each.address === '192.0.2.101')
    expect(twice?.owners.map(({ node }) => node).sort()).toEqual(['worker-1', 'worker-2'])
  })

  it('names hardware addresses, and round trips of the kernel', async () => {
    const { facts } = await report('lan', ...known())
    const owners = facts.claims.filter((each) => each.address === '192.0.2.103')
    expect(owners).toMatchObject([{ mac: macOf(hosts[2] ?? ''), interface: 'eth0' }])
    expect(owners[0]?.rttMicroseconds).toBeGreaterThan(0)
  })

  it('asks silent addresses again, and answered ones once', async () => {
    const { facts } = await report('192.0.2.100-192.0.2.107')
    // Four have owners.
    expect(facts.scan).toMatchObject({ rounds: 2, probesSent: 8 + 4 })
    const once = await report('192.0.2.100-192.0.2.107', '--rounds', '1')
    expect(once.facts.scan.probesSent).toBe(8)
  })

  it('finds nothing wrong in a silent range', async () => {
    const found = await report('192.0.2.160-192.0.2.200')
    expect(found).toMatchObject({ code: 0, status: 'healthy', findings: [] })
    expect(found.facts.addresses).toEqual([])
    const { stdout, code } = await pool('192.0.2.160-192.0.2.200')
    expect(stdout).toMatch(/^ok: Nobody answers for any of 41 addresses\./)
    expect(code).toBe(0)
  })

  it('cannot call an owner wrong without Services, but warns', async () => {
    const found = await report('192.0.2.102-192.0.2.104')
    expect(found.code).toBe(1)
    expect(found.findings).toMatchObject([{ code: 'F11', severity: 'warning' }])
    expect(found.notTested.join()).toContain('--services')
  })

  it('sends nothing from an address of this host, and changes no neighbour table', async () => {
    const entries = (): string[] => hosts.map((host) => lab.ip(host, '-4 neigh show'))
    for (const host of hosts) lab.ip(host, 'neigh flush all')
    expect(entries()).toEqual(['', '', ''])
    await report('192.0.2.100-192.0.2.111')
    expect(entries()).toEqual(['', '', ''])
  })

  it('names nodes, own addresses and ends of the subnet in the range', async () => {
    const found = await report('192.0.2.0/24', ...known())
    expect(states(found)).toMatchObject({
      '192.0.2.0': 'special',
      '192.0.2.11': 'special',
      '192.0.2.12': 'node-address',
      '192.0.2.250': 'own-address',
      '192.0.2.255': 'special',
    })
    const text = found.findings.filter(({ code }) => code === 'F12').flatMap(({ evidence }) => evidence)
    expect(text.join('\n')).toMatch(/192\.0\.2\.11: gateway of 198\.51\.100\.0\/28 on eth0/)
    expect(text.join('\n')).toMatch(/192\.0\.2\.12: node worker-2 has it/)
    expect(text.join('\n')).toMatch(/192\.0\.2\.250: eth0 of this host has it/)
    expect(text.join('\n')).toMatch(/192\.0\.2\.255: broadcast address of 192\.0\.2\.0\/24/)
  })

  it('finds an address that two Services have without sharing it', async () => {
    services('twice.json', [service('a', '192.0.2.100'), service('b', '192.0.2.100')])
    const found = await report('192.0.2.100-192.0.2.100', '--services', file('twice.json'))
    expect(found.findings).toMatchObject([{ code: 'F13' }])
    expect(found.findings[0]?.evidence[0]).toMatch(/default\/a .* default\/b/)
  })

  it.each([
    ['198.51.100.0/28', 'behind-gateway', /through 192\.0\.2\.11 on eth0/],
    ['203.0.113.0/30', 'interface', /wg0 speaks no ARP and no neighbour discovery/],
    ['100.64.0.0/28', 'no-route', /no route to them/],
  ])('does not ask for %s, and says why', async (range, reason, text) => {
    const found = await report(range)
    expect(found).toMatchObject({ code: 3, status: 'undetermined' })
    expect(found.facts.notTested).toMatchObject([{ reason }])
    expect(found.facts.scan.probesSent).toBe(0)
    expect(found.notTested.join('\n')).toMatch(text)
  })

  it('scans the part that is on a link, and leaves the exit code open for the rest', async () => {
    const found = await report('198.51.100.12-198.51.100.20', '--interface', 'eth0')
    expect(found.facts.scan.probesSent).toBe(18)
    const part = await report('192.0.2.254-192.0.3.1')
    expect(part).toMatchObject({ code: 3, status: 'undetermined' })
    expect(part.facts.notTested).toMatchObject([{ reason: 'no-route', ranges: ['192.0.3.0-192.0.3.1'] }])
  })

  it('asks on each interface for what its routes hold', async () => {
    const text = POOL.replace('[192.0.2.96-192.0.2.111]', '[192.0.2.102/31, 192.0.4.6/31]')
    writeFileSync(file('two-links.yaml'), text)
    const { facts } = await report('lan', '-f', file('two-links.yaml'))
    expect(facts.claims.map((each) => `${each.address} ${each.interface}`)).toEqual([
      '192.0.2.102 eth0',
      '192.0.2.103 eth0',
      '192.0.4.7 eth1',
    ])
    expect(facts.scan.probesSent).toBe(4 + 1)
  })

  it('is stopped by a signal at once, and tells of it by its exit code', async () => {
    const words = ['diagnose', 'pool', '192.0.2.0/24', '--rate', '1', '--netns', client]
    const { code, stdout } = await lbctl(words, {
      whileRunning: async (pid) => {
        await new Promise((resolve) => setTimeout(resolve, 1500))
        process.kill(pid, 'SIGINT')
      },
    })
    expect({ code, stdout }).toEqual({ code: 130, stdout: '' })
  })

  it('asks by neighbour discovery for IPv6', async () => {
    const found = await report('2001:db8::100-2001:db8::120')
    expect(found.facts.claims.map(({ address: text, mac }) => [text, mac])).toEqual([
      ['2001:db8::102', macOf(hosts[2] ?? '')],
    ])
    expect(found.facts.scan.probesSent).toBe(33 + 32)
    expect(found.code).toBe(1)
  })

  it.each([
    ['2001:db8::/64', 'at most 4,096 of IPv6'],
    ['10.0.0.0/8', 'at most 65,536 of IPv4'],
    ['192.0.2.10-20', 'Did you mean the last address to be 192.0.2.20'],
    ['192.0.2.20-192.0.2.10', 'the first address comes after the last'],
    ['lan', 'lbctl must know the pools'],
    ['224.0.0.0/28', 'no host can have'],
  ])('refuses %s kindly', async (words, text) => {
    const { stdout, stderr, code } = await pool(words)
    expect({ stdout, code }).toEqual({ stdout: '', code: 2 })
    expect(stderr).toContain(text)
  })

  it('says how to get the right that an ordinary user lacks, in text and JSON', async () => {
    const user = ['setpriv', '--reuid', '65534', '--clear-groups', process.execPath, runJs]
    const words = ['netns', 'exec', client, ...user, 'diagnose', 'pool', '192.0.2.100-192.0.2.103']
    const text = await run('ip', words)
    expect({ code: text.code, stdout: text.stdout }).toEqual({ code: 3, stdout: '' })
    expect(text.stderr).toMatch(/CAP_NET_RAW[\s\S]*setcap cap_net_raw\+ep/)
    const json = await run('ip', [...words, '-o', 'json'])
    expect(json.code).toBe(3)
    expect(JSON.parse(json.stdout)).toMatchObject({ error: { kind: 'permission', exitCode: 3 } })
  })

  it('shows no bar in a pipe', async () => {
    const { stderr } = await pool('192.0.2.160-192.0.2.170')
    expect(stderr).toBe('')
  })
})
