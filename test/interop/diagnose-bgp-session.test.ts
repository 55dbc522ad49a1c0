// `lbctl diagnose bgp` beside live sessions, which it must not disturb; watching them; peers behind a gateway; without rights and
// without koffi; plans and replays.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, symlinkSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import type { BgpFacts } from '../../src/diagnose/bgp/bgp-facts.ts'
import type { BgpPeerDaemon } from '../support/bgp-peers/bgp-peer-daemon.ts'
import { bgpPeer, PEER_PROGRAMS } from '../support/bgp-peers/bgp-peers.ts'
import type { NeighbourConfig, PeerKind } from '../support/bgp-peers/peer-config.ts'
import { lbctl, root, run, runJs } from '../support/cli.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import { BgpLab, BOTH, NODE_ASN, ROUTER_ASN } from './diagnose-bgp-lab.ts'
import { diagnoseAsNobody, judged } from './diagnose-lab.ts'

const ROUTER = '192.0.2.2'

describeInterop(
  'diagnose bgp beside a live session',
  [...PEER_PROGRAMS.frr, ...PEER_PROGRAMS.bird, 'nft'],
  () => {
    let bgp: BgpLab
    let router: BgpPeerDaemon
    let speaker: BgpPeerDaemon
    beforeAll(async () => {
      bgp = new BgpLab(await NetLab.create())
    })
    afterEach(async () => {
      await Promise.all([speaker.stop(), router.stop()])
    })
    afterAll(() => bgp.destroy())

    /** A speaker on the node with a session to the router, with graceful restart as MetalLB would have it. */
    async function live(
      speakerKind: PeerKind,
      routerKind: PeerKind,
      passive: 'node' | 'router',
    ): Promise<void> {
      router = await bgp.daemon(routerKind, { gracefulRestart: true, passive: passive === 'router' })
      const { node } = bgp
      const neighbour: NeighbourConfig = {
        neighbour: ROUTER,
        localAddress: node.address4,
        remoteAsn: ROUTER_ASN,
        families: [4],
        gracefulRestart: true,
        passive: passive === 'node',
      }
      speaker = bgpPeer(speakerKind, bgp.lab, node.namespace, {
        asn: NODE_ASN,
        routerId: '10.255.0.1',
        address4: node.address4,
        address6: node.address6,
        neighbours: [neighbour],
        announce: ['203.0.113.7/32'],
      })
      await speaker.start()
      await speaker.established()
      await router.routesThat('the route of the node', (routes) => routes.length === 1)
    }

    /** Everything that this host sends to the router's port beside the socket of the session. */
    function counted(localPort: number, remotePort: number): () => number {
      const remove = bgp.rules(
        bgp.node,
        'output',
        `ip daddr ${ROUTER} tcp sport ${localPort} tcp dport ${remotePort} accept`,
        `ip daddr ${ROUTER} tcp flags & (syn | fin | rst) != 0x0 counter`,
        `ip daddr ${ROUTER} tcp dport 179 counter`,
      )
      return () => {
        const rules = bgp.lab.run(bgp.node.namespace, 'nft', 'list table inet t')
        remove()
        return [...rules.matchAll(/counter packets (\d+)/g)].reduce(
          (sum, [, packets]) => sum + Number(packets),
          0,
        )
      }
    }

    it.each<[PeerKind, PeerKind, 'node' | 'router']>([
      ['bird', 'frr', 'router'],
      ['bird', 'frr', 'node'],
      ['frr', 'bird', 'router'],
    ])(
      '%s on the node, %s on the router, %s passive: not one packet is sent, and the session lives on',
      async (a, b, passive) => {
        await live(a, b, passive)
        const before = await bgp.judged(`${ROUTER} ${BOTH}`)
        const [session] = before.json.facts.sessions
        if (session === undefined) throw new Error('the session was not seen')
        const packets = counted(session.localPort, session.remotePort)
        const found = await bgp.judged(`${ROUTER} ${BOTH}`)
        expect(found).toMatchObject({
          code: 0,
          codes: [],
          json: { status: 'healthy', facts: { notTried: 'session', attempts: [], conversation: null } },
        })
        expect(found.json.summary).toMatch(
          new RegExp(
            `This host has a session to ${ROUTER}: 192\\.0\\.2\\.1 port \\d+, (bird|bgpd) \\(process \\d+\\), \\d+ bytes received`,
          ),
        )
        const refused = await bgp.text(`${ROUTER} ${BOTH} --handshake`)
        expect(refused).toMatchObject({ code: 0 })
        expect(refused.stdout).toMatch(/This host has a session/)
        const plan = await bgp.text(`${ROUTER} ${BOTH} --explain-plan`)
        expect(plan.stdout).toMatch(/nothing would be sent: this host has a session to the peer/)
        expect(packets()).toBe(0)
        // The same socket as before, on both ends, with the route that it carries.
        const after = await bgp.judged(`${ROUTER} ${BOTH}`)
        expect(after.json.facts.sessions).toMatchObject([
          { state: 'established', localPort: session.localPort },
        ])
        expect(await router.sessionState()).toBe('established')
        expect((await router.routes()).map(({ prefix, stale }) => [prefix, stale])).toEqual([
          ['203.0.113.7/32', false],
        ])
      },
    )

    it('another source address is another neighbour, and may be asked from', async () => {
      await live('bird', 'frr', 'router')
      bgp.lab.ip(bgp.node.namespace, 'addr add 192.0.2.100/24 dev eth0')
      try {
        const found = await bgp.judged(`${ROUTER} ${BOTH} --source 192.0.2.100`)
        expect(found).toMatchObject({ code: 1, codes: ['F36'] })
        expect(found.json.findings[0]?.title).toMatch(/does not know 192\.0\.2\.100 as a neighbour/)
        expect(await router.sessionState()).toBe('established')
      } finally {
        bgp.lab.ip(bgp.node.namespace, 'addr del 192.0.2.100/24 dev eth0')
      }
    })

    it('a session whose router hangs is seen to be dead from the counters of the kernel alone', async () => {
      router = await bgp.daemon('frr', { holdTimeSeconds: 0 })
      speaker = bgpPeer('bird', bgp.lab, bgp.node.namespace, {
        asn: NODE_ASN,
        routerId: '10.255.0.1',
        address4: bgp.node.address4,
        address6: bgp.node.address6,
        neighbours: [
          {
            neighbour: ROUTER,
            localAddress: bgp.node.address4,
            remoteAsn: ROUTER_ASN,
            families: [4],
            holdTimeSeconds: 0,
          },
        ],
      })
      await speaker.start()
      await speaker.established()
      const file = bgp.file(
        'hold.yaml',
        `apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: router}\nspec: {myASN: ${NODE_ASN}, peerASN: ${ROUTER_ASN}, peerAddress: ${ROUTER}, holdTime: 3s}\n`,
      )
      const dead = await eventually(
        'the session is found dead',
        async () => {
          const found = await bgp.judged(`-f ${file}`)
          return found.codes.includes('F41') ? found : undefined
        },
        30_000,
      )
      expect(dead.json.findings[0]?.title).toMatch(
        /The session to router \(192\.0\.2\.2\) is dead: nothing has come for/,
      )
    })

    it('--watch tells when the session goes and comes, and what that looks like', async () => {
      await live('bird', 'frr', 'router')
      const lines: string[] = []
      const words = ['diagnose', 'bgp', ROUTER, '--watch', '--interval', '100ms', '-o', 'json']
      const outcome = await run(
        'ip',
        ['netns', 'exec', bgp.node.namespace, process.execPath, runJs, ...words],
        {
          whileRunning: async (pid) => {
            await new Promise((resolve) => setTimeout(resolve, 2500))
            await router.stop()
            await speaker.reaches('down')
            await new Promise((resolve) => setTimeout(resolve, 1500))
            await router.start()
            await speaker.established()
            await new Promise((resolve) => setTimeout(resolve, 1500))
            process.kill(pid, 'SIGINT')
          },
        },
      )
      lines.push(...outcome.stdout.trim().split('\n'))
      const parsed = lines.map(
        (line) =>
          JSON.parse(line) as {
            event?: { kind: string; time: string }
            summary?: { ups: number; downs: number }
          },
      )
      const kinds = parsed.flatMap(({ event }) => event?.kind ?? [])
      expect(kinds[0]).toBe('up')
      expect(kinds).toContain('none')
      expect(kinds.filter((kind) => kind === 'down')).toHaveLength(1)
      expect(kinds.at(-1)).toBe('up')
      expect(parsed.at(-1)?.summary).toMatchObject({ ups: 2, downs: 1 })
      expect(parsed[0]?.event?.time).toMatch(/^\d{4}-\d\d-\d\dT/)
    })
  },
)

describeInterop('diagnose bgp elsewhere', [...PEER_PROGRAMS.bird, ...PEER_PROGRAMS.frr, 'setpriv'], () => {
  let bgp: BgpLab
  let daemon: BgpPeerDaemon
  beforeAll(async () => {
    bgp = new BgpLab(await NetLab.create())
  })
  afterAll(() => bgp.destroy())

  describe('a healthy router on the cable', () => {
    beforeAll(async () => {
      daemon = await bgp.daemon('bird')
    })
    afterAll(() => daemon.stop())

    it('without any right it is the same, but for the owners of sockets', async () => {
      const found = await judged<BgpFacts>(
        diagnoseAsNobody(bgp.node.namespace, `bgp ${ROUTER} ${BOTH} -o json`),
      )
      expect(found).toMatchObject({ code: 0, codes: [], json: { facts: { kernelTables: true } } })
    })

    it('without koffi it hears the peer, and says what it could not see', async () => {
      const folder = mkdtempSync(join(tmpdir(), 'lbctl-no-koffi-'))
      try {
        // The built command with its packages, but for koffi.
        for (const name of ['bin', 'dist', 'docs', 'package.json', 'oclif.manifest.json'])
          execFileSync('cp', ['-r', join(root, name), folder])
        execFileSync('mkdir', [join(folder, 'node_modules')])
        for (const name of execFileSync('ls', ['-A', join(root, 'node_modules')], { encoding: 'utf8' })
          .trim()
          .split('\n'))
          if (name !== 'koffi' && name !== '@koromix')
            symlinkSync(join(root, 'node_modules', name), join(folder, 'node_modules', name))
        const words = ['diagnose', 'bgp', ROUTER, '--my-asn', '64512', '--peer-asn']
        const command = (asn: string) =>
          run('ip', [
            'netns',
            'exec',
            bgp.node.namespace,
            process.execPath,
            join(folder, 'bin/run.js'),
            ...words,
            asn,
            '-o',
            'json',
          ])
        const found = await judged<BgpFacts>(command('64999'))
        expect(found).toMatchObject({
          code: 1,
          codes: ['F37'],
          json: { facts: { kernelTables: false, way: null } },
        })
        const healthy = await judged<BgpFacts>(command('64513'))
        expect(healthy).toMatchObject({ code: 3, json: { status: 'undetermined' } })
        expect(healthy.json.notTested.join(' ')).toMatch(/takes the optional package koffi/)
      } finally {
        rmSync(folder, { recursive: true })
      }
    })

    it('the plan shows every probe, and sends none', async () => {
      const remove = bgp.rules(bgp.node, 'output', 'tcp dport 179 counter', 'counter')
      const { stdout, code } = await bgp.text(`${ROUTER} ${BOTH} --handshake --explain-plan`)
      const rules = bgp.lab.run(bgp.node.namespace, 'nft', 'list table inet t')
      remove()
      expect(code).toBe(0)
      expect(rules).toMatch(/tcp dport 179 counter packets 0 /)
      expect(stdout).toMatch(/TCP connection to 192\.0\.2\.2 port 179 from 192\.0\.2\.1, unsigned/)
      expect(stdout).toMatch(
        /: OPEN AS 64512, hold time 90 s, router ID 192\.0\.2\.1, IPv4 unicast, 4-byte AS numbers\n {4}f{32}/,
      )
      expect(stdout).toMatch(/: NOTIFICATION Cease, Administrative Shutdown/)
    })

    it('facts are replayed with the same verdict, and need no kernel', async () => {
      const { stdout } = await bgp.text(`${ROUTER} --my-asn ${NODE_ASN} --peer-asn 64999 -o json`)
      const file = bgp.file('facts.json', stdout)
      const replayed = await judged<BgpFacts>(lbctl(['diagnose', 'bgp', '--facts', file, '-o', 'json']))
      expect(replayed.json).toEqual(JSON.parse(stdout).reports[0])
      expect(replayed.code).toBe(1)
      const wrong = await lbctl([
        'diagnose',
        'bgp',
        '--facts',
        bgp.file('x.json', '{"reports":[{"facts":{}}]}'),
      ])
      expect(wrong.code).toBe(2)
      expect(wrong.stderr).toMatch(/does not hold facts of diagnose: format is not one of/)
    })

    it('all BGPPeers of this node at the same time, and only those', async () => {
      const file = bgp.file('peers.yaml', PEERS)
      const found = await bgp.judged(`-f ${file} --node-name worker-1`)
      expect(found.code).toBe(1)
      expect(
        found.all.map(({ facts, findings }) => [facts.peer.name, findings.map(({ code }) => code)]),
      ).toEqual([
        ['good', []],
        ['wrong-as', ['F37']],
        ['gone', ['F01']],
      ])
      const { stderr, stdout, code } = await bgp.text(`-f ${file} --node-name worker-1 good elsewhere broken`)
      expect(code).toBe(1)
      expect(stderr).toMatch(
        /The BGPPeer "elsewhere" is not for this node: its nodeSelectors do not match worker-1\./,
      )
      expect(stderr).toMatch(/The BGPPeer "broken" has no AS number of the router \(V202\)/)
      expect(stdout).toMatch(/good \(192\.0\.2\.2\) speaks BGP/)
      const nobody = await bgp.text(`-f ${file} --node-name worker-9`)
      expect(nobody).toMatchObject({ code: 2, stdout: '' })
      expect(nobody.stderr).toMatch(/There is no Node "worker-9"/)
    })
  })

  it('a router behind a gateway, without and with multihop', async () => {
    const { lab, node, router } = bgp
    const far = lab.namespace()
    lab.connect([router.namespace, 'eth1'], [far, 'eth0'])
    lab.ip(router.namespace, 'addr add 198.51.100.1/24 dev eth1')
    lab.ip(far, 'addr add 198.51.100.9/24 dev eth0')
    lab.ip(far, 'route add default via 198.51.100.1')
    lab.ip(node.namespace, 'route add 198.51.100.0/24 via 192.0.2.2')
    lab.run(router.namespace, 'sysctl', '-qw', 'net.ipv4.ip_forward=1')
    const daemonOf = (kind: PeerKind, multihop: number | undefined) =>
      bgpPeer(kind, lab, far, {
        asn: ROUTER_ASN,
        routerId: '10.255.0.9',
        address4: '198.51.100.9',
        address6: '2001:db8:9::9',
        neighbours: [
          {
            neighbour: node.address4,
            localAddress: '198.51.100.9',
            remoteAsn: NODE_ASN,
            families: [4],
            ...(multihop === undefined ? {} : { multihop }),
          },
        ],
      })
    const yaml = (more: string) =>
      bgp.file(
        'far.yaml',
        `apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: far}\nspec: {myASN: ${NODE_ASN}, peerASN: ${ROUTER_ASN}, peerAddress: 198.51.100.9${more}}\n`,
      )
    const strict = daemonOf('frr', undefined)
    await strict.start()
    const near = await bgp.judged(`-f ${yaml('')}`)
    expect(near.code).toBe(1)
    expect(near.codes).toContain('F39')
    expect(near.json.findings.find(({ code }) => code === 'F39')?.title).toMatch(
      /far \(198\.51\.100\.9\) is behind 192\.0\.2\.2/,
    )
    await strict.stop()
    const open = daemonOf('frr', 4)
    await open.start()
    const found = await bgp.judged(`-f ${yaml(', ebgpMultiHop: true')} --handshake`)
    expect(found).toMatchObject({ code: 0, codes: [] })
    expect(found.json.checks.find(({ id }) => id === 'hops')?.text).toMatch(
      /behind 192\.0\.2\.2; multihop is set/,
    )
    await open.stop()
  })

  it('an unnumbered router is found by its advertisements, once there are some', async () => {
    const { lab } = bgp
    const [here, there] = [lab.namespace(), lab.namespace()]
    lab.connect([here, 'eth0'], [there, 'eth0'])
    const words = [
      'diagnose',
      'bgp',
      '--interface',
      'eth0',
      '--my-asn',
      '64512',
      '--peer-asn',
      '64513',
      '-o',
      'json',
    ]
    const ask = () => judged<BgpFacts>(run('ip', ['netns', 'exec', here, process.execPath, runJs, ...words]))
    const nobody = await ask()
    expect(nobody).toMatchObject({
      code: 1,
      codes: ['F36'],
      json: { facts: { notTried: 'router', attempts: [] } },
    })
    expect(nobody.json.findings[0]?.title).toBe('No router has made itself known on eth0.')
    const frr = bgpPeer('frr', lab, there, {
      ...{ asn: ROUTER_ASN, routerId: '10.255.0.3', address4: ROUTER, address6: '2001:db8::2' },
      neighbours: [{ neighbour: 'eth0', remoteAsn: 'external', families: [4, 6], extendedNextHop: true }],
    })
    await frr.start()
    try {
      // FRR has not got advertisements of ours: it hangs up on whom it does not know yet.
      const found = await eventually(
        'the router has made itself known',
        async () => {
          const each = await ask()
          return each.json.facts.notTried === null ? each : undefined
        },
        40_000,
      )
      expect(found.json.facts.peer).toMatchObject({ zone: 'eth0', family: 6 })
      expect(found.json.facts.peer.address).toMatch(/^fe80:/)
      expect(found.json.facts.attempts[0]).toMatchObject({ result: 'connected' })
      expect(found.codes).toEqual(['F36'])
      expect(found.json.findings[0]?.cause).toMatch(/only once it has got router advertisements of this host/)
    } finally {
      await frr.stop()
    }
  })
})

const peer = (name: string, spec: string): string =>
  `apiVersion: metallb.io/v1beta2\nkind: BGPPeer\nmetadata: {name: ${name}, namespace: metallb-system}\nspec: {${spec}}\n---\n`
const PEERS = [
  peer('good', `myASN: ${NODE_ASN}, peerASN: ${ROUTER_ASN}, peerAddress: ${ROUTER}`),
  peer('wrong-as', `myASN: ${NODE_ASN}, peerASN: 64999, peerAddress: ${ROUTER}`),
  peer('gone', `myASN: ${NODE_ASN}, peerASN: ${ROUTER_ASN}, peerAddress: 192.0.2.99`),
  peer(
    'elsewhere',
    `myASN: ${NODE_ASN}, peerASN: ${ROUTER_ASN}, peerAddress: ${ROUTER}, nodeSelectors: [{matchLabels: {rack: b}}]`,
  ),
  peer('broken', `myASN: ${NODE_ASN}, peerAddress: ${ROUTER}`),
  'apiVersion: v1\nkind: Node\nmetadata: {name: worker-1, labels: {rack: a}}\n---\n',
  'apiVersion: v1\nkind: Node\nmetadata: {name: worker-2, labels: {rack: b}}\n',
].join('')
