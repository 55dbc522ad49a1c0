// What `lbctl router config` prints, loaded unchanged into FRR, BIRD and OpenBGPD as routers, with two nodes that are other
// daemons: the sessions come up, the prefixes of the pools are there and no others, and both nodes get traffic.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { FULL, INTERNAL, PLAIN } from '../../src/router/testing/clusters.ts'
import { lbctl } from '../support/cli.ts'
import { describeInterop, eventually, NetLab } from '../support/namespaces.ts'
import {
  DAEMON_PROGRAMS,
  type DaemonKind,
  type RouterDaemon,
  RouterDaemons,
} from '../support/router-daemons.ts'

const DEADLINE_MS = 60_000
const NODES = ['192.0.2.11', '192.0.2.12'] as const
const NODES6 = ['2001:db8::11', '2001:db8::12'] as const

interface Scenario {
  readonly name: string
  readonly cluster: string
  readonly routerAsn: number
  readonly peers: readonly string[]
  /** lines of the node's session over IPv4, and whether it has one over IPv6 too */
  readonly session: string
  readonly second: boolean
  readonly password: string | undefined
  /** what each node announces, and what the router has to have of it */
  readonly announced: readonly string[]
  readonly admitted: readonly string[]
}

const IN_POOL = ['198.51.100.7/32']
const OUTSIDE = ['198.51.100.0/24', '198.51.100.8/31', '203.0.114.1/32', '10.0.0.0/8', '0.0.0.0/0']
const IN_POOL6 = ['2001:db8:1::7/128']
const OUTSIDE6 = ['2001:db8:1::/120', '2001:db8:2::1/128']

const SCENARIOS: readonly Scenario[] = [
  {
    name: 'eBGP',
    cluster: PLAIN,
    ...{ routerAsn: 64500, peers: [], session: '', second: false, password: undefined },
    ...{ announced: [...IN_POOL, ...OUTSIDE], admitted: IN_POOL },
  },
  {
    name: 'eBGP of both families with a password, multihop, timers and BFD',
    cluster: FULL,
    ...{ routerAsn: 64500, peers: ['tor', 'tor-v6'], second: true, password: 'correct-horse:battery?' },
    session:
      'multihop 2; hold time 30; keepalive time 10; bfd { min rx interval 200 ms; min tx interval 250 ms; multiplier 4; };',
    announced: [
      ...IN_POOL,
      '203.0.113.4/30',
      '203.0.113.9/32',
      ...OUTSIDE,
      '203.0.113.0/25',
      ...IN_POOL6,
      ...OUTSIDE6,
    ],
    admitted: [...IN_POOL, '203.0.113.4/30', '203.0.113.9/32', ...IN_POOL6],
  },
  {
    name: 'iBGP with both families on one session',
    cluster: INTERNAL,
    ...{ routerAsn: 64512, peers: [], session: '', second: false, password: undefined },
    ...{ announced: [...IN_POOL, ...OUTSIDE, ...IN_POOL6, ...OUTSIDE6], admitted: [...IN_POOL, ...IN_POOL6] },
  },
]

/** A node as BIRD is one: whatever the router is, the speaker is active and has routes of its own. */
function birdNode(scenario: Scenario, index: number): string {
  const statics = ([4, 6] as const).map((family) => {
    const routes = scenario.announced.filter((prefix) => prefix.includes(':') === (family === 6))
    return `protocol static own${family} { ipv${family}; ${routes.map((one) => `route ${one} blackhole;`).join(' ')} }`
  })
  const dual = scenario.routerAsn === 64512
  const channel = (family: 4 | 6) =>
    `ipv${family} { import all; export where source = RTS_STATIC; next hop address ${family === 4 ? NODES[index] : NODES6[index]}; };`
  const session = (name: string, local: string, router: string, words: string, channels: string) =>
    `protocol bgp ${name} { local ${local} as 64512; neighbor ${router} as ${scenario.routerAsn}; connect delay time 1; connect retry time 1; error wait time 1, 2; ${words} ${channels} }`
  const password = scenario.password === undefined ? '' : `password "${scenario.password}";`
  return [
    `router id ${NODES[index]};`,
    'protocol device { }',
    'protocol direct { ipv4; ipv6; }',
    'protocol bfd { }',
    ...statics,
    session(
      'tor',
      NODES[index] ?? '',
      '192.0.2.1',
      `${scenario.session} ${password}`,
      channel(4) + (dual ? channel(6) : ''),
    ),
    ...(scenario.second ? [session('tor6', NODES6[index] ?? '', '2001:db8::1', '', channel(6))] : []),
    '',
  ].join('\n')
}

/** The same as FRR, for a router that is BIRD itself. */
function frrNode(scenario: Scenario, index: number): string {
  const networks = (family: 4 | 6) =>
    scenario.announced
      .filter((prefix) => prefix.includes(':') === (family === 6))
      .map((one) => `  network ${one}`)
  const dual = scenario.routerAsn === 64512
  return [
    'router bgp 64512',
    ` bgp router-id ${NODES[index]}`,
    ' no bgp network import-check',
    ' no bgp ebgp-requires-policy',
    ` neighbor 192.0.2.1 remote-as ${scenario.routerAsn}`,
    ' neighbor 192.0.2.1 timers connect 2',
    ' address-family ipv4 unicast',
    ...networks(4),
    ' exit-address-family',
    ' address-family ipv6 unicast',
    ...(dual ? ['  neighbor 192.0.2.1 activate'] : []),
    ...networks(6),
    ' exit-address-family',
    'exit',
    '',
  ].join('\n')
}

describeInterop('lbctl router config, loaded into real routers', DAEMON_PROGRAMS, () => {
  let lab: NetLab
  let folder: string
  let daemons: RouterDaemons

  beforeAll(async () => {
    lab = await NetLab.create()
    folder = mkdtempSync(join(tmpdir(), 'lbctl-router-config-'))
    daemons = new RouterDaemons()
  })
  afterAll(async () => {
    await daemons.stop()
    lab.destroy()
    rmSync(folder, { recursive: true })
  })

  /** A router with a bridge towards two nodes, all in 192.0.2.0/24 and 2001:db8::/64. */
  function network(): { router: string; nodes: readonly string[] } {
    const router = lab.namespace()
    const nodes = NODES.map((address, i) => {
      const node = lab.namespace()
      lab.connect([router, `port${i}`], [node, 'eth0'])
      lab.ip(node, `addr add ${address}/24 dev eth0`)
      lab.ip(node, `addr add ${NODES6[i]}/64 dev eth0`)
      return node
    })
    lab.bridge(router, 'lan', ['port0', 'port1'])
    lab.ip(router, 'addr add 192.0.2.1/24 dev lan')
    lab.ip(router, 'addr add 2001:db8::1/64 dev lan')
    lab.run(router, 'sysctl', '-qw', 'net.ipv6.conf.all.forwarding=1')
    return { router, nodes }
  }

  async function configuration(
    kind: DaemonKind,
    { name, cluster, peers, password }: Scenario,
  ): Promise<string> {
    const file = join(folder, `${name.replaceAll(' ', '-')}.yaml`)
    writeFileSync(file, cluster)
    const secret = join(folder, 'password')
    writeFileSync(secret, `${password}\n`)
    const { stdout, code, stderr } = await lbctl([
      ...['router', 'config', '--vendor', kind, '-f', file],
      ...NODES.flatMap((address, i) => ['--node', `worker-${i + 1}=${address}`]),
      ...NODES6.flatMap((address, i) => ['--node', `worker-${i + 1}=${address}`]),
      ...peers.flatMap((peer) => ['--peer', peer]),
      ...(password === undefined ? [] : ['--password-file', `tor=${secret}`]),
    ])
    expect([code, stderr.includes('rror')]).toEqual([0, false])
    return stdout
  }

  async function settled(router: RouterDaemon, scenario: Scenario): Promise<void> {
    const sessions = [...NODES, ...(scenario.second ? NODES6 : [])].sort()
    await eventually(
      `${sessions.join(', ')} established: ${router.established().join(', ')}`,
      () => (router.established().join() === sessions.join() ? true : undefined),
      DEADLINE_MS,
    ).catch((error: Error) => {
      throw new Error(`${error.message}\n${router.log()}`)
    })
    const hops = (prefix: string) => (prefix.includes(':') ? NODES6 : NODES).join(' ')
    const expected = scenario.admitted.map((prefix) => `${prefix} ${hops(prefix)}`).sort()
    await eventually(
      'the prefixes are there',
      () =>
        (router.accepted().length >= expected.length &&
          router.accepted().every((line) => line.split(' ').length > 2)) ||
        undefined,
      DEADLINE_MS,
    ).catch(() => undefined)
    expect(router.accepted()).toEqual(expected)
  }

  async function checked(text: string, { name, peers }: Scenario): Promise<void> {
    const file = join(folder, `${name.replaceAll(' ', '-')}.yaml`)
    const args = [
      ...['router', 'check', '-', '-f', file],
      ...NODES.flatMap((address, i) => ['--node', `worker-${i + 1}=${address}`]),
      ...NODES6.flatMap((address, i) => ['--node', `worker-${i + 1}=${address}`]),
      ...peers.flatMap((peer) => ['--peer', peer]),
    ]
    const { stdout, stderr, code } = await lbctl(args, { stdin: text })
    expect([stdout, stderr, code]).toEqual(['<stdin>, 1 document: no problems\n', 'Read as frr.\n', 0])
    const one = await lbctl(args, { stdin: text.replaceAll(/.*neighbor 192\.0\.2\.12 .*\n/g, '') })
    expect([one.stdout.includes('R001'), one.code]).toEqual([true, 1])
  }

  /** Next hops in the kernel's table of the router. */
  const forwarded = (namespace: string, prefix: string): string[] => {
    const family = prefix.includes(':') ? '-6 ' : ''
    const [route] = lab.ipJson<{ gateway?: string; nexthops?: { gateway: string }[] }[]>(
      namespace,
      `${family}route show ${prefix}`,
    )
    return (route?.nexthops?.map(({ gateway }) => gateway) ?? [route?.gateway ?? '']).sort()
  }

  describe.each(['frr', 'bird', 'openbgpd'] as const)('%s', (kind) => {
    it.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
      '%s',
      async (_, scenario) => {
        // OpenBGPD has no BFD, and says so.
        const usable =
          kind === 'openbgpd' ? { ...scenario, session: scenario.session.replace(/ bfd .*/, '') } : scenario
        const { router, nodes } = network()
        const text = await configuration(kind, usable)
        const daemon = await daemons.start(kind, router, text)
        // BFD and signatures are what BIRD nodes are for; otherwise the nodes are no relatives of the router.
        const asFrr = kind === 'bird' && !usable.second
        for (const [i, node] of nodes.entries())
          await daemons.start(asFrr ? 'frr' : 'bird', node, asFrr ? frrNode(usable, i) : birdNode(usable, i))
        await settled(daemon, usable)
        if (kind !== 'openbgpd')
          for (const prefix of usable.admitted)
            await eventually(
              `two ways to ${prefix} in the kernel`,
              () => (forwarded(router, prefix).length === 2 ? true : undefined),
              DEADLINE_MS,
            )
        if (kind === 'frr' && usable.second)
          await eventually(
            'BFD is up',
            () => /192\.0\.2\.11 +up/.test(daemon.vtysh('show bfd peers brief')) || undefined,
            DEADLINE_MS,
          )
        // What FRR makes of the text is as good to `router check` as the text itself.
        if (kind === 'frr') await checked(daemon.vtysh('show running-config'), scenario)
        await daemons.stop()
      },
      180_000,
    )
  })
})
