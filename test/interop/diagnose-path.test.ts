// What `diagnose path` says a kernel does with connections to Services, and what a kernel does: rules as kube-proxy writes them
// are loaded into a namespace that plays the node, and clients, a Pod and the node itself connect.

import { mkdtempSync, writeFileSync } from 'node:fs'
import { connect, createServer, type Server } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { pathFromFiles } from '../../src/diagnose/path/collect-path.ts'
import type { EndFacts } from '../../src/diagnose/path/path-facts.ts'
import { nftRules } from '../../src/diagnose/path/testing/kube-proxy-nft.ts'
import { iptablesRules } from '../../src/diagnose/path/testing/kube-proxy-rules.ts'
import { NODE_ADDRESS, SERVICES } from '../../src/diagnose/path/testing/services.ts'
import { type Ip, parseIp } from '../../src/net/ip.ts'
import { run, runJs } from '../support/cli.ts'
import { describeInterop, NetLab } from '../support/namespaces.ts'

const PROGRAMS = ['sysctl', 'nft', 'iptables-nft-restore', 'iptables-legacy-restore']
/** A connection that is expected gets time; one that is not cannot come late. */
const PATIENCE_MS = 10_000
const SILENCE_MS = 700
/** Enough that an endpoint with half of the connections is met, but for once in 2^60. */
const MOST_TRIES = 60

const ip = (text: string): Ip => {
  const parsed = parseIp(text)
  if (parsed === undefined) throw new Error(text)
  return parsed
}

interface Client {
  readonly name: string
  readonly source: string
  readonly where: () => string
}

describeInterop('diagnose path', PROGRAMS, () => {
  let lab: NetLab
  let folder: string
  let node: string
  let outside: string
  let pod: string
  const servers: Server[] = []
  const OWN = [NODE_ADDRESS, '10.244.0.6', '10.244.0.10', '10.244.1.6']
  const clients: readonly Client[] = [
    { name: 'a client', source: '192.0.2.1', where: () => outside },
    { name: 'a client of the office', source: '198.51.100.7', where: () => outside },
    { name: 'a Pod', source: '10.244.0.9', where: () => pod },
    { name: 'the node', source: NODE_ADDRESS, where: () => node },
  ]

  // outside (192.0.2.1, 198.51.100.7) - node (192.0.2.2) - Pods 10.244.0.5 and 10.244.0.9 here, 10.244.1.5 elsewhere
  beforeAll(async () => {
    lab = await NetLab.create()
    folder = lab.owns(mkdtempSync(join(tmpdir(), 'lbctl-path-')))
    node = lab.namespace()
    outside = lab.namespace()
    lab.connect([outside, 'eth0'], [node, 'eth0'])
    lab.ip(outside, 'addr add 192.0.2.1/24 dev eth0')
    lab.ip(outside, 'addr add 198.51.100.7/32 dev eth0')
    lab.ip(node, `addr add ${NODE_ADDRESS}/24 dev eth0`)
    lab.ip(node, 'route add default via 192.0.2.1')
    for (const network of ['203.0.113.0/24', '10.96.0.0/16'])
      lab.ip(outside, `route add ${network} via ${NODE_ADDRESS}`)
    for (const name of ['all', 'default', 'eth0'])
      lab.run(node, 'sysctl', '-qw', `net.ipv4.conf.${name}.rp_filter=0`)
    lab.run(node, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    lab.run(node, 'sysctl', '-qw', 'net.ipv4.icmp_ratelimit=0')
    for (const [link, address, gateway] of [
      ['here', '10.244.0.5', '10.244.0.6'],
      ['client', '10.244.0.9', '10.244.0.10'],
      ['there', '10.244.1.5', '10.244.1.6'],
    ] as const) {
      const name = lab.namespace()
      lab.connect([name, 'eth0'], [node, link])
      lab.ip(name, `addr add ${address}/30 dev eth0`)
      lab.ip(node, `addr add ${gateway}/30 dev ${link}`)
      lab.ip(name, `route add default via ${gateway}`)
      if (link === 'client') pod = name
      else servers.push(await serve(name, address))
    }
  })

  afterAll(() => {
    for (const server of servers) server.close()
    lab.destroy()
  })

  /** Tells each client who it is, and whom it sees. */
  const serve = (where: string, address: string): Promise<Server> =>
    lab.inside(
      where,
      () =>
        new Promise((resolve, reject) => {
          const server = createServer((socket) => {
            socket.on('error', () => undefined)
            socket.end(`${address}:8080 ${socket.remoteAddress}`)
          })
          server.on('error', reject)
          server.listen(8080, address, () => resolve(server))
        }),
    )

  interface Attempt {
    readonly end: 'endpoint' | 'rejected' | 'silent'
    readonly endpoint?: string
    readonly seen?: string
  }

  const attempt = (client: Client, address: string, port: number, patienceMs: number): Promise<Attempt> =>
    lab.inside(
      client.where(),
      () =>
        new Promise((resolve) => {
          const options = client.where() === node ? {} : { localAddress: client.source }
          const socket = connect({ host: address, port, ...options })
          let text = ''
          const done = (result: Attempt): void => {
            clearTimeout(timer)
            socket.destroy()
            resolve(result)
          }
          const timer = setTimeout(() => done({ end: 'silent' }), patienceMs)
          socket.setEncoding('utf8').on('data', (chunk: string) => {
            text += chunk
          })
          socket.on('end', () => {
            const [endpoint = '', seen = ''] = text.split(' ')
            done({ end: 'endpoint', endpoint, seen })
          })
          socket.on('error', (error: NodeJS.ErrnoException) =>
            done({ end: error.code === 'ECONNREFUSED' ? 'rejected' : 'silent' }),
          )
        }),
    )

  const load = (program: string, args: readonly string[], text: string): void => {
    const file = join(folder, 'rules')
    writeFileSync(file, text)
    lab.run(node, program, ...args, file)
  }

  const flush = (): void => {
    for (const variant of ['nft', 'legacy'])
      for (const table of ['nat', 'filter']) {
        lab.run(node, `iptables-${variant}`, '-t', table, '-F')
        lab.run(node, `iptables-${variant}`, '-t', table, '-X')
      }
    lab.run(node, 'nft', 'flush', 'ruleset')
  }

  async function agrees(
    client: Client,
    address: string,
    port: number,
    ends: readonly EndFacts[],
  ): Promise<void> {
    const what = `${client.name} to ${address}:${port}`
    const expected = new Set(ends.flatMap(({ end, endpoint }) => (end === 'endpoint' ? [endpoint] : [])))
    expect(ends.reduce((sum, { probability }) => sum + probability, 0)).toBeCloseTo(1, 9)
    if (expected.size === 0) {
      // Nothing listens on the node itself, so that its kernel refuses what rules leave to it.
      const isRejected = ends.some(({ end }) => end === 'rejected' || end === 'host')
      const { end } = await attempt(client, address, port, isRejected ? PATIENCE_MS : SILENCE_MS)
      expect([what, end]).toEqual([what, isRejected ? 'rejected' : 'silent'])
      return
    }
    const met = new Set<string | undefined>()
    for (let tries = 0; tries < MOST_TRIES && met.size < expected.size; tries++) {
      const { endpoint, seen, end } = await attempt(client, address, port, PATIENCE_MS)
      expect([what, end]).toEqual([what, 'endpoint'])
      met.add(endpoint)
      const masquerade = ends.find((each) => each.endpoint === endpoint)?.masquerade
      if (client.where() !== node)
        expect([what, seen === client.source]).toEqual([what, masquerade === false])
    }
    expect([what, met]).toEqual([what, expected])
  }

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
    ['nftables', 'nft', ['-f'], nftRules(SERVICES, NODE_ADDRESS), ['nft', '-j', 'list', 'ruleset']],
  ] as const

  describe.each(flavours)('%s', (_name, program, args, text, [save, ...saveArgs]) => {
    let saved: string
    beforeAll(() => {
      flush()
      load(program, args, text)
      saved = lab.run(node, save, ...saveArgs)
    })
    afterAll(() => flush())

    const targets = SERVICES.filter(({ affinity }) => affinity !== true).flatMap((service) => [
      ...(service.loadBalancerIps ?? []).map((address) => [address, service.port] as const),
      ...(service.externalIps ?? []).map((address) => [address, service.port] as const),
      [service.clusterIp, service.port] as const,
      [NODE_ADDRESS, service.nodePort ?? 0] as const,
    ])
    const sticky = ['203.0.113.14', 80] as const

    it.each([...targets, sticky])(
      '%s port %i: every client ends where the walk says',
      async (address, port) => {
        for (const client of clients) {
          const isNode = client.where() === node
          const facts = pathFromFiles(
            {
              asked: address,
              target: ip(address),
              protocol: 'tcp',
              port,
              client: isNode ? undefined : ip(client.source),
              inInterface: undefined,
            },
            [{ name: save, text: saved }],
            OWN.map(ip),
          )
          const walk = facts.ports[0]?.walks.find(
            ({ clients: { kind } }) => (kind === 'this node') === isNode,
          )
          if (walk === undefined) throw new Error('no walk')
          expect(facts.ports[0]?.notFollowed).toEqual([])
          // A client with affinity meets one endpoint only: which one is drawn once.
          const ends =
            address === sticky[0] && walk.ends.some(({ end }) => end === 'endpoint') ? undefined : walk.ends
          if (ends === undefined)
            expect((await attempt(client, address, port, PATIENCE_MS)).end).toBe('endpoint')
          else await agrees(client, address, port, ends)
        }
      },
    )

    it('reads the rules of the live kernel as those of the file, and says so', async () => {
      const words = ['diagnose', 'path', '203.0.113.10', '-o', 'json', '--netns', node]
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

  it('names the rule of somebody else that stops what kube-proxy forwards', async () => {
    try {
      load('nft', ['-f'], nftRules(SERVICES, NODE_ADDRESS))
      load(
        'nft',
        ['-f'],
        'table inet site {\n chain forward {\n type filter hook forward priority 0\n ip daddr 10.244.0.0/15 tcp dport 8080 drop comment "no web"\n }\n}',
      )
      const client = clients[0] as Client
      expect((await attempt(client, '203.0.113.10', 80, SILENCE_MS)).end).toBe('silent')
      const { stdout, code } = await run(process.execPath, [
        runJs,
        'diagnose',
        'path',
        '203.0.113.10:80',
        '--netns',
        node,
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
      flush()
    }
  })

  it('says what it may not read, and that this is not an answer', async () => {
    const command = [
      'netns',
      'exec',
      node,
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
