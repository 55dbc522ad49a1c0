// `lbctl pool`: who has which address, from files, and from a cluster that is described by files.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { lbctl } from '../support/cli.ts'

const POOLS = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system}
spec: {addresses: [192.0.2.10-192.0.2.12, "2001:db8::/64"]}
---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: bank, namespace: metallb-system}
spec: {addresses: [198.51.100.0/30], avoidBuggyIPs: true, serviceAllocation: {priority: 5, namespaceSelectors: [{matchLabels: {tier: gold}}]}}
---
apiVersion: v1
kind: Namespace
metadata: {name: vault, labels: {tier: gold}}
`
const service = (name: string, address: string, port: number, more = '') => `---
apiVersion: v1
kind: Service
metadata: {namespace: shop, name: ${name}, creationTimestamp: "2020-01-02T03:04:05Z", annotations: {metallb.io/allow-shared-ip: k}}
spec: {type: LoadBalancer, clusterIP: 10.96.0.9, ports: [{port: ${port}}]${more}}
status: {loadBalancer: {ingress: ${address === '' ? '[]' : `[{ip: ${address}}]`}}}
`
let directory = ''
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'lbctl-pool-'))
  writeFileSync(join(directory, 'pools.yaml'), POOLS)
  writeFileSync(
    join(directory, 'services.yaml'),
    service('web', '192.0.2.10', 80) +
      service('tls', '192.0.2.10', 443) +
      service('odd', '203.0.113.1', 80) +
      service('new', '', 80),
  )
})
afterAll(() => rmSync(directory, { recursive: true }))

const pool = (...words: string[]) => lbctl(['pool', ...words, '-f', directory])

describe('lbctl pool', () => {
  it('list: how full each pool is, what comes next, who waits, and who has what it may not have', async () => {
    const { stdout, stderr, code } = await pool('list')
    expect([stderr, code]).toEqual(['', 0])
    expect(stdout.split('\n').map((line) => line.replaceAll(/ {2,}/g, ' | '))).toEqual([
      'POOL | FAMILY | USED | FREE | NEXT | FOR',
      'bank | IPv4 | 0 of 3 | 3 | 198.51.100.1 | namespace vault; priority 5',
      'lan | IPv4 | 1 of 3 | 2 | 192.0.2.11 | everybody',
      'lan | IPv6 | 0 of 1.8e19 | 1.8e19 | 2001:db8:: | everybody',
      '',
      'lan IPv4: no address was taken in the last 90 days',
      '',
      'Without an address: shop/new',
      'shop/odd has 203.0.113.1 and may not: ["203.0.113.1"] is not allowed in config',
      '',
    ])
    const json = JSON.parse((await pool('list', '-o', 'json')).stdout)
    expect(json.pools[1]).toMatchObject({
      name: 'lan',
      ipv4: { capacity: 3, used: 1 },
      ipv6: { capacity: '18446744073709551616' },
    })
  })

  it('show: a pool and its holders; a pool that is not there is told with those that are', async () => {
    const { stdout } = await pool('show', 'lan')
    expect(stdout).toContain('IPv4: 1 of 3 in use, 2 free, next 192.0.2.11')
    expect(stdout).toMatch(/192\.0\.2\.10 +shop\/web +2020-01-02T03:04:05Z +k +TCP\/80/)
    const { stderr, code } = await pool('show', 'wan')
    expect(code).toBe(2)
    expect(stderr).toContain('There is bank, lan.')
  })

  it('who: all that share an address', async () => {
    expect((await pool('who', '192.0.2.10')).stdout).toContain(
      '192.0.2.10 is of the pool lan, shared by 2 Services.',
    )
    expect((await pool('who', '192.0.2.12')).stdout).toBe(
      '192.0.2.12 is of the pool lan, and no Service has it.\n',
    )
    const { holders } = JSON.parse((await pool('who', '203.0.113.1', '--json')).stdout)
    expect(holders).toMatchObject([{ service: 'shop/odd', pool: null }])
    expect((await pool('who', 'web')).code).toBe(2)
  })

  it('next: what a new Service would get, and why nothing', async () => {
    expect((await pool('next')).stdout).toBe('192.0.2.11 of the pool lan\n')
    expect((await pool('next', '-n', 'vault')).stdout).toBe('198.51.100.1 of the pool bank\n')
    expect((await pool('next', '--family', 'dual')).stdout).toBe('192.0.2.11, 2001:db8:: of the pool lan\n')
    const { stdout, code } = await pool('next', '--pool', 'bank')
    expect(code).toBe(1)
    expect(stdout).toBe(
      'It would get none: pool bank not compatible for ip assignment\nPool bank: it is reserved for other namespaces.\n',
    )
  })

  it('free: ranges for a person in 80 columns, lines for scripts, single addresses on request', async () => {
    const free = (...words: string[]) =>
      lbctl(['pool', 'free', '-f', directory, ...words], { env: { COLUMNS: '80' } })
    const { stdout, stderr, code } = await free()
    expect([stderr, code]).toEqual(['', 0])
    expect(stdout.split('\n')).toEqual([
      'POOL  FAMILY  FREE              ADDRESSES',
      'bank  IPv4    3 of 3            198.51.100.1-198.51.100.3',
      'lan   IPv4    2 of 3            192.0.2.11-192.0.2.12',
      'lan   IPv6    1.8e19 of 1.8e19  2001:db8::-2001:db8::ffff:ffff:ffff:ffff',
      '',
      'Pool bank never hands out 198.51.100.0 (avoidBuggyIPs).',
      '',
    ])
    expect((await free('-o', 'lines', '--family', 'ipv4')).stdout).toBe(
      '198.51.100.1-198.51.100.3\n192.0.2.11-192.0.2.12\n',
    )
    const some = await free('lan', '--count', '3', '-o', 'lines')
    expect([some.stdout, some.code]).toEqual(['192.0.2.11\n192.0.2.12\n2001:db8::\n', 0])
    const few = await free('lan', '--count', '3', '--family', 'ipv4', '-o', 'json')
    expect([few.code, JSON.parse(few.stdout).addresses.length]).toEqual([1, 2])
    expect(few.stderr).toBe('Only 2 of the 3 addresses that were asked for are free.\n')
    const unknown = await free('wan')
    expect([unknown.code, unknown.stderr.includes('There is bank, lan.')]).toEqual([2, true])
  })

  it('says what is missing when nothing is given, and where a text is wrong', async () => {
    const nothing = await lbctl(['pool', 'list'])
    expect([nothing.code, nothing.stdout]).toEqual([2, ''])
    expect(nothing.stderr).toContain('--from-cluster')
    const broken = await lbctl(['pool', 'list', '-f', '-'], {
      stdin: POOLS.replace('192.0.2.10-', '192.0.2.99-'),
    })
    expect(broken.code).toBe(2)
    expect(broken.stderr).toContain('after its end')
  })
})

describe('lbctl pool simulate', () => {
  const nodes = ['worker-1 192.0.2.101', 'worker-2 192.0.2.102'].join('\n')
  const advert = `---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: all, namespace: metallb-system}
`
  const simulate = (...words: string[]) => pool('simulate', '--nodes', join(directory, 'nodes.txt'), ...words)
  beforeAll(() => {
    writeFileSync(join(directory, 'nodes.txt'), nodes)
    writeFileSync(join(directory, 'advert.yaml'), advert)
  })

  // The controller has given the one that waits an address, and the stray another one, before anything is deleted.
  it('a deleted pool: who loses an address, the worst first, exit code 1, 80 columns', async () => {
    const words = ['--nodes', join(directory, 'nodes.txt'), '-f', directory, '--delete-pool', 'lan']
    const { stdout, stderr, code } = await lbctl(['pool', 'simulate', ...words], { env: { COLUMNS: '80' } })
    expect([stderr, code]).toEqual(['', 1])
    expect(stdout).toMatch(/^4 of 4 Services lose an address or all candidates; for 4 something changes\.\n/)
    expect(stdout).toMatch(/shop\/tls +loses an address +192\.0\.2\.10 of lan on worker-\d → no address/)
    expect(stdout).toContain('No EndpointSlices were given')
    for (const line of stdout.split('\n')) expect([...line].length).toBeLessThanOrEqual(80)
    const ascii = await lbctl(['pool', 'simulate', ...words], { env: { LC_ALL: 'C' } })
    expect(ascii.stdout).toContain('BEFORE -> AFTERWARDS')
    expect(ascii.stdout).toMatch(/^\p{ASCII}+$/u)
  })

  it('a drained node: other owners are no harm; the same as JSON', async () => {
    const { stdout, code } = await simulate('--drain', 'worker-1', '-o', 'json')
    const report = JSON.parse(stdout)
    expect([code, report.harmed, report.drained]).toEqual([0, 0, ['worker-1']])
    expect(report.services).toHaveLength(4)
    for (const { after } of report.services) expect(after.layer2Owner).toBe('worker-2')
  })

  it('says what it does not know', async () => {
    const nothing = await simulate()
    expect([nothing.code, nothing.stderr.includes('--drain')]).toEqual([2, true])
    const stranger = await simulate('--drain', 'worker-9')
    expect([stranger.code, stranger.stderr.includes('worker-1, worker-2')]).toEqual([2, true])
    const upgrade = await simulate('--upgrade-to', '0.16')
    expect([upgrade.code, upgrade.stderr.includes('--compat-version')]).toEqual([2, true])
    const upgraded = await simulate('--upgrade-to', '0.16', '--compat-version', '0.15.2')
    expect([upgraded.code, upgraded.stderr]).toEqual([0, ''])
    const alone = await pool('simulate', '--delete-pool', 'lan')
    expect([alone.code, alone.stderr.includes('--nodes')]).toEqual([2, true])
  })

  it('list and simulate leave Services of other classes alone', async () => {
    const other = service('cloud', '203.0.113.9', 80, ', loadBalancerClass: cloud')
    writeFileSync(join(directory, 'other.yaml'), other)
    try {
      expect((await pool('list')).stdout).not.toContain('shop/cloud')
      const { stdout } = await pool('list', '--lb-class', 'cloud')
      expect(stdout).toContain('shop/cloud has 203.0.113.9 and may not')
      expect(stdout).not.toContain('shop/odd')
    } finally {
      rmSync(join(directory, 'other.yaml'))
    }
  })
})
