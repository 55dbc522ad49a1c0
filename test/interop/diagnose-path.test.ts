// What `diagnose path` says a kernel does with connections to Services, and what a kernel does: rules as kube-proxy writes them
// are loaded into a namespace that plays the node, and clients, a Pod and the node itself connect.

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { nftRules } from '../../src/diagnose/path/testing/kube-proxy-nft.ts'
import { iptablesRules } from '../../src/diagnose/path/testing/kube-proxy-rules.ts'
import { NODE_ADDRESS, SERVICES } from '../../src/diagnose/path/testing/services.ts'
import { run, runJs } from '../support/cli.ts'
import { describeInterop } from '../support/namespaces.ts'
import type { Target } from './path-attempt.ts'
import { type Client, PathLab } from './path-lab.ts'

const PROGRAMS = ['sysctl', 'nft', 'iptables-nft-restore', 'iptables-legacy-restore']
const SILENCE_MS = 700

/** of the Services in test/fixtures/kube-proxy: 1 web, 2 near, 3 far, 4 empty, 5 office, 6 inner, 7 lost, 8 dns */
const TARGETS: readonly Target[] = [
  ...['203.0.113.10', '203.0.113.20', '203.0.113.11', '203.0.113.12', '203.0.113.13', '203.0.113.15'],
  ...['10.96.1.1', '10.96.1.4', '10.96.1.6', '10.96.1.7', '2001:db8:113::a', '2001:db8:113::b'],
  ...['2001:db8:113::c', '2001:db8:113::d', '2001:db8:113::10', 'fd00:96::1', 'fd00:96::6', 'fd00:96::7'],
]
  .map((address): Target => ({ address, port: 80 }))
  .concat(
    ['203.0.113.14', '2001:db8:113::e'].map((address) => ({ address, port: 80, isSticky: true })),
    ['10.96.1.8', 'fd00:96::8'].map((address) => ({ address, port: 53, protocol: 'udp' })),
    [30080, 30082, 30083, 30086].map((port) => ({ address: '192.0.2.2', port })),
    [30081, 30082, 30083].map((port) => ({ address: '2001:db8:2::2', port })),
    [32_101, 10_000].map((port) => ({ address: '192.0.2.2', port })),
    [{ address: '10.96.1.1', port: 81 }],
  )

const fixture = (name: string): string =>
  readFileSync(join(import.meta.dirname, '../fixtures/kube-proxy', name), 'utf8')

describeInterop('diagnose path', PROGRAMS, () => {
  let lab: PathLab
  beforeAll(async () => {
    lab = await PathLab.create()
  })
  afterAll(() => lab.destroy())

  const flavours = [
    [
      'iptables, up to 1.23, variant nft',
      'iptables-nft-restore',
      [],
      iptablesRules(SERVICES, 'old'),
      ['iptables-nft-save'],
    ],
    [
      'iptables, from 1.26, variant legacy',
      'iptables-legacy-restore',
      [],
      iptablesRules(SERVICES, 'new'),
      ['iptables-legacy-save'],
    ],
    ...(['1.29', '1.31', '1.36'] as const).map(
      (release) =>
        [
          `nftables of ${release}`,
          'nft',
          ['-f'],
          nftRules(SERVICES, NODE_ADDRESS, release),
          ['nft', '-j', 'list', 'ruleset'],
        ] as const,
    ),
  ] as const

  describe.each(flavours)('%s', (_name, program, args, text, [save, ...saveArgs]) => {
    let saved: string
    beforeAll(() => {
      lab.flush()
      lab.load(program, args, text)
      saved = lab.lab.run(lab.node, save, ...saveArgs)
    })
    afterAll(() => lab.flush())

    const targets: readonly Target[] = SERVICES.flatMap(
      ({ loadBalancerIps = [], externalIps = [], clusterIp, port, nodePort = 0, affinity = false }) =>
        affinity
          ? [{ address: '203.0.113.14', port: 80, isSticky: true }]
          : [
              ...[...loadBalancerIps, ...externalIps, clusterIp].map((address) => ({ address, port })),
              { address: NODE_ADDRESS, port: nodePort },
            ],
    )

    it.each(targets)('$address port $port: every client ends where the walk says', (target) =>
      lab.agrees(target, saved),
    )

    it('reads the rules of the live kernel as those of the file, and says so', async () => {
      const words = ['diagnose', 'path', '203.0.113.10', '-o', 'json', '--netns', lab.node]
      const { stdout, code } = await run(process.execPath, [runJs, ...words])
      const { reports } = JSON.parse(stdout) as {
        reports: { facts: { sources: unknown; ports: unknown[] } }[]
      }
      const facts = reports[0]?.facts
      expect(code).toBe(0)
      expect(facts?.sources).toContainEqual({ name: save, result: 'read', note: null })
      expect(facts?.ports).toHaveLength(1)
      expect(JSON.stringify(facts?.ports)).toContain('10.244.1.5:8080')
    })
  })

  // Both families, as kube-proxy 1.33 writes them: internalTrafficPolicy, UDP, ports of health checks, ranges that name the node.
  const releases = [
    ...(['nft', 'legacy'] as const).map(
      (variant) =>
        [
          `iptables of 1.33, variant ${variant}`,
          [4, 6].map((family) => [
            `${family === 4 ? 'iptables' : 'ip6tables'}-${variant}-restore`,
            [],
            `iptables-1.33-ipv${family}.txt`,
          ]),
          [`iptables-${variant}-save`, `ip6tables-${variant}-save`],
        ] as const,
    ),
    [
      'nftables of 1.33',
      [4, 6].map((family) => ['nft', ['-f'], `nftables-1.33-ipv${family}.txt`]),
      ['nft', 'nft'],
    ],
  ] as const

  describe.each(releases)('%s', (_name, loads, saves) => {
    const saved: string[] = []
    beforeAll(() => {
      lab.flush()
      for (const [program, args, file] of loads)
        lab.load(String(program), args as string[], fixture(String(file)))
      for (const save of saves)
        saved.push(lab.lab.run(lab.node, save, ...(save === 'nft' ? ['-j', 'list', 'ruleset'] : [])))
    })
    afterAll(() => lab.flush())

    it.each(TARGETS)('$address port $port: every client ends where the walk says', (target) =>
      lab.agrees(target, saved[target.address.includes(':') ? 1 : 0] ?? ''),
    )
  })

  it('names the rule of somebody else that stops what kube-proxy forwards', async () => {
    try {
      lab.load('nft', ['-f'], nftRules(SERVICES, NODE_ADDRESS))
      lab.load(
        'nft',
        ['-f'],
        'table inet site {\n chain forward {\n type filter hook forward priority 0\n ip daddr 10.244.0.0/15 tcp dport 8080 drop comment "no web"\n }\n}',
      )
      const client = lab.clients[0] as Client
      expect((await lab.attempt(client, { address: '203.0.113.10', port: 80 }, SILENCE_MS)).end).toBe(
        'silent',
      )
      const { stdout, code } = await run(process.execPath, [
        runJs,
        'diagnose',
        'path',
        '203.0.113.10:80',
        '--netns',
        lab.node,
        '-o',
        'json',
      ])
      const { reports } = JSON.parse(stdout) as {
        reports: { findings: { code: string; title: string; evidence: string[] }[] }[]
      }
      expect(code).toBe(1)
      expect(reports[0]?.findings.map(({ code: each }) => each)).toEqual(['F34'])
      expect(reports[0]?.findings[0]?.title).toContain('site forward')
      expect(reports[0]?.findings[0]?.evidence.join('\n')).toContain('no web')
    } finally {
      lab.flush()
    }
  })

  it('says that the rules of this node have nothing for an address, once they have nothing', async () => {
    const target = { address: '203.0.113.10', port: 80 }
    const client = lab.clients[0] as Client
    const diagnosed = async (): Promise<readonly unknown[]> => {
      const words = ['diagnose', 'path', '203.0.113.10:80', '--netns', lab.node, '-o', 'json']
      const { stdout, code } = await run(process.execPath, [runJs, ...words])
      const { reports } = JSON.parse(stdout) as { reports: { findings: { code: string }[] }[] }
      return [code, ...(reports[0]?.findings ?? []).map((each) => each.code)]
    }
    const load = (services: typeof SERVICES) => lab.load('nft', ['-f'], nftRules(services, NODE_ADDRESS))
    try {
      load(SERVICES.filter(({ name }) => name !== 'default/web:http'))
      expect((await lab.attempt(client, target, SILENCE_MS)).end).toBe('silent')
      expect(await diagnosed()).toEqual([1, 'F32'])
      lab.flush()
      load(SERVICES)
      expect((await lab.attempt(client, target, 10_000)).end).toBe('endpoint')
      expect(await diagnosed()).toEqual([0])
    } finally {
      lab.flush()
    }
  })

  it('says what it may not read, and that this is not an answer', async () => {
    const command = [
      'netns',
      'exec',
      lab.node,
      'setpriv',
      '--bounding-set=-net_admin',
      '--inh-caps=-net_admin',
      process.execPath,
      runJs,
    ]
    const { stdout, code } = await run('ip', [...command, 'diagnose', 'path', '203.0.113.10', '-o', 'json'])
    const { reports } = JSON.parse(stdout) as { reports: { status: string; notTested: string[] }[] }
    expect([code, reports[0]?.status]).toEqual([3, 'undetermined'])
    expect(reports[0]?.notTested.join('\n')).toContain('not permitted')
  })
})
