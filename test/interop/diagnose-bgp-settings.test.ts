// Settings in which a node and a real router do not agree although they speak with each other: router IDs, graceful restart, BFD, and a
// configuration that FRR does not take.
import { spawnSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { factsOf, healthyWorld } from '../../src/diagnose/cluster/testing/world.ts'
import type { BgpPeerDaemon } from '../support/bgp-peers/bgp-peer-daemon.ts'
import { PEER_PROGRAMS } from '../support/bgp-peers/bgp-peers.ts'
import type { PeerKind } from '../support/bgp-peers/peer-config.ts'
import { lbctl } from '../support/cli.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import { DAEMON_PROGRAMS, type RouterDaemon, RouterDaemons } from '../support/router-daemons.ts'
import { BgpLab, BOTH, NODE_ASN, ROUTER_ASN } from './diagnose-bgp-lab.ts'

const KINDS: readonly PeerKind[] = ['frr', 'bird', 'gobgpd']
const ROUTER = '192.0.2.2'
/** of the daemons of the lab */
const ROUTER_ID = '10.255.0.2'
const DEADLINE_MS = 40_000
const RELOAD = '/usr/lib/frr/frr-reload.py'

describeInterop(
  'settings of a session',
  [...KINDS.flatMap((kind) => PEER_PROGRAMS[kind]), ...DAEMON_PROGRAMS, RELOAD, 'nft', 'ss'],
  () => {
    let bgp: BgpLab
    let daemon: BgpPeerDaemon | undefined
    let daemons: RouterDaemons

    beforeAll(async () => {
      bgp = new BgpLab(await NetLab.create())
      daemons = new RouterDaemons()
    })
    afterEach(async () => {
      await daemon?.stop()
      daemon = undefined
      await daemons.stop()
    })
    afterAll(() => bgp.destroy())

    /** What the BGPPeer with these members says of the router. */
    const asked = (members: Readonly<Record<string, unknown>>, words = '') => {
      const peer = { myASN: NODE_ASN, peerASN: ROUTER_ASN, peerAddress: ROUTER, ...members }
      const file = bgp.file(
        'peer.yaml',
        JSON.stringify({
          apiVersion: 'metallb.io/v1beta2',
          kind: 'BGPPeer',
          metadata: { name: 'router', namespace: 'metallb-system' },
          spec: peer,
        }),
      )
      return bgp.judged(`-f ${file} --handshake${words}`)
    }

    describe.each(KINDS)('%s', (kind) => {
      it('refuses a router ID that is its own in one AS, and 0.0.0.0 from anybody', async () => {
        daemon = await bgp.daemon(kind, { remoteAsn: ROUTER_ASN })
        const same = await asked({ myASN: ROUTER_ASN, routerID: ROUTER_ID })
        expect(same).toMatchObject({ code: 1, codes: ['F42'] })
        expect(same.json.findings[0]).toMatchObject({ severity: 'error', confidence: 'certain' })
        expect(same.json.findings[0]?.title).toBe(
          `router (${ROUTER}) does not accept the router ID ${ROUTER_ID}: Bad BGP Identifier.`,
        )
        const messages = same.json.facts.conversation?.messages ?? []
        expect(messages.filter(({ from }) => from === 'peer').map(({ text }) => text)).toContainEqual(
          expect.stringMatching(/NOTIFICATION .*\(2\/3\)/),
        )
        await daemon.stop()
        daemon = await bgp.daemon(kind)
        const none = await asked({ routerID: '0.0.0.0' })
        expect(none).toMatchObject({ code: 1, codes: ['F42'] })
        expect(none.json.findings[0]?.title).toMatch(/does not accept the router ID 0\.0\.0\.0/)
      })

      it('takes its own router ID from another AS, which is worth a warning', async () => {
        daemon = await bgp.daemon(kind)
        const found = await asked({ routerID: ROUTER_ID })
        expect(found.codes).toEqual(['F42'])
        expect(found.json.findings[0]).toMatchObject({ severity: 'warning' })
        expect(found.json.checks.find(({ id }) => id === 'handshake')?.text).toMatch(/^established in /)
      })

      it('does no graceful restart where the BGPPeer asks for it', async () => {
        daemon = await bgp.daemon(kind, { gracefulRestart: false })
        const without = await asked({ enableGracefulRestart: true })
        expect(without.codes).toEqual(['F47'])
        expect(without.json.findings[0]?.title).toMatch(
          /^router \(192\.0\.2\.2\) does not do graceful restart, and the BGPPeer asks for it/,
        )
        await daemon.stop()
        daemon = await bgp.daemon(kind, { gracefulRestart: true })
        const both = await asked({ enableGracefulRestart: true, routerID: '10.255.0.1' })
        expect(both).toMatchObject({ code: 0, codes: [] })
        expect(both.json.checks.find(({ id }) => id === 'graceful-restart')?.text).toMatch(/^both have it/)
      })
    })

    /** `lbctl diagnose all` on a healthy cluster with what its speakers say in their status. */
    const installationWith = async (kind: string, status: object) => {
      const world = healthyWorld()
      world.planes.statuses.push({
        apiVersion: 'frrk8s.metallb.io/v1beta1',
        kind,
        metadata: { name: 'node-a', namespace: 'frr-k8s-system' },
        status: { node: 'node-a', ...status },
      })
      const file = bgp.file('facts.json', JSON.stringify(factsOf(world)))
      const { stdout } = await lbctl(['diagnose', 'all', '--facts', file, '-o', 'json'])
      return JSON.parse(stdout).reports[0].findings as readonly {
        readonly code: string
        readonly check: string
        readonly title: string
        readonly evidence: readonly string[]
      }[]
    }

    const frr = (asn: number, routerId: string, neighbour: string, other: number, more: readonly string[]) =>
      [
        `router bgp ${asn}`,
        ` bgp router-id ${routerId}`,
        ' no bgp ebgp-requires-policy',
        ` neighbor ${neighbour} remote-as ${other}`,
        ` neighbor ${neighbour} timers connect 1`,
        ...more.map((words) => ` neighbor ${neighbour} ${words}`),
        'exit',
        '',
      ].join('\n')
    const bfdIsUp = (side: RouterDaemon) => () =>
      /"status": ?"up"/.test(side.vtysh('show bfd peers json')) || undefined

    it('BFD that goes down takes the session with it, as the router says', async () => {
      const router = await daemons.start(
        'frr',
        bgp.router.namespace,
        frr(ROUTER_ASN, ROUTER_ID, bgp.node.address4, NODE_ASN, ['passive', 'bfd']),
      )
      // On the node nothing but BFD, so that the session is the one of the diagnosis.
      await daemons.start(
        'frr',
        bgp.node.namespace,
        `bfd\n peer ${ROUTER} local-address ${bgp.node.address4} interface eth0\n exit\nexit\n`,
      )
      await bgp.listening()
      let remove = (): void => undefined
      try {
        const found = await bgp.judged(`${ROUTER} ${BOTH} --handshake --show-routes --timeout 30s`, {
          whileRunning: async () => {
            await eventually('BFD is up', bfdIsUp(router), DEADLINE_MS)
            remove = bgp.rules(bgp.router, 'input', 'udp dport 3784 drop')
          },
        })
        expect(found).toMatchObject({ code: 1, codes: ['F46'] })
        expect(found.json.findings[0]?.title).toMatch(/closes the session because BFD is down/)
        expect(found.json.findings[0]?.evidence[0]).toMatch(/^NOTIFICATION Cease, BFD Down \(6\/10\)/)
      } finally {
        remove()
      }
    })

    it('BFD that stays down under a session is told from the state of the speaker', async () => {
      await daemons.start(
        'frr',
        bgp.router.namespace,
        frr(ROUTER_ASN, ROUTER_ID, bgp.node.address4, NODE_ASN, ['bfd']),
      )
      const node = await daemons.start(
        'frr',
        bgp.node.namespace,
        frr(NODE_ASN, '10.255.0.1', ROUTER, ROUTER_ASN, ['bfd']),
      )
      /** As frr-k8s reads it from bgpd. */
      const state = () => {
        const { bgpState, peerBfdInfo } = JSON.parse(node.vtysh('show bgp neighbors json'))[ROUTER]
        return { peer: ROUTER, vrf: '', bgpStatus: bgpState, bfdStatus: peerBfdInfo?.status }
      }
      const settles = (bfdStatus: string) =>
        eventually(
          `a session with BFD ${bfdStatus}`,
          () => {
            const now = state()
            return now.bgpStatus === 'Established' && now.bfdStatus === bfdStatus ? now : undefined
          },
          DEADLINE_MS,
        )
      expect(await installationWith('BGPSessionState', await settles('Up'))).toEqual([])
      const remove = bgp.rules(bgp.router, 'input', 'udp dport 3784 drop')
      try {
        const findings = await installationWith('BGPSessionState', await settles('Down'))
        expect(findings.map(({ code, check }) => `${code} ${check}`)).toEqual(['F46 sessions-established'])
        expect(findings[0]?.title).toBe(`BFD is down while BGP is up: node-a to ${ROUTER}.`)
      } finally {
        remove()
      }
    }, 90_000)

    it('a configuration that FRR refuses is named with the line that it refuses', async () => {
      const router = await daemons.start(
        'frr',
        bgp.router.namespace,
        frr(ROUTER_ASN, ROUTER_ID, bgp.node.address4, NODE_ASN, []),
      )
      // What the reloader of frr-k8s runs, and what it puts into the status: the output as it is.
      const reload = (more: readonly string[]) => {
        const file = join(router.folder, 'wanted.conf')
        writeFileSync(file, frr(ROUTER_ASN, ROUTER_ID, bgp.node.address4, NODE_ASN, more))
        const places = ['--vty_socket', router.folder, '--confdir', router.folder, '--rundir', router.folder]
        const { status, stdout, stderr } = spawnSync(RELOAD, ['--reload', ...places, file], {
          encoding: 'utf8',
        })
        return status === 0 ? 'success' : `${stderr}${stdout}`
      }
      const findingsOf = (lastReloadResult: string) =>
        installationWith('FRRNodeState', {
          lastConversionResult: 'success',
          lastReloadResult,
          runningConfig: '',
        })
      expect(await findingsOf(reload(['description fine']))).toEqual([])
      for (const [lines, refused] of [
        [
          ['ttl-security hops 1', 'ebgp-multihop 5'],
          /ebgp-multihop and ttl-security cannot be configured together/,
        ],
        [['peer-group missing'], /Configure the peer-group first/],
        [['nonsense'], /Unknown command.* neighbor 192\.0\.2\.1 nonsense/],
      ] as const) {
        const findings = await findingsOf(reload(lines))
        expect(findings.map(({ code, check }) => `${code} ${check}`)).toEqual(['F48 frr-accepts'])
        expect(findings[0]?.title).toBe('FRR does not take its configuration on node-a: the reload failed.')
        expect(findings[0]?.evidence.join('\n')).toMatch(refused)
        expect(findings[0]?.evidence.join('\n')).not.toMatch(/Can't open configuration file/)
        expect(findings[0]?.evidence.length).toBeLessThan(6)
      }
    }, 90_000)
  },
)
