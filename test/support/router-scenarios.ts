// Clusters whose routers are configured by lbctl, and their nodes as other daemons.
import { FULL, INTERNAL, PLAIN } from '../../src/router/testing/clusters.ts'

export const NODES = ['192.0.2.11', '192.0.2.12'] as const
export const NODES6 = ['2001:db8::11', '2001:db8::12'] as const

export interface Scenario {
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

export const SCENARIOS: readonly Scenario[] = [
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
export function birdNode(scenario: Scenario, index: number): string {
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
export function frrNode(scenario: Scenario, index: number): string {
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

/** A node of FRR that finds its router on `eth0`. */
export const unnumberedNode = (index: number): string =>
  [
    'router bgp 64512',
    ` bgp router-id ${NODES[index]}`,
    ' no bgp network import-check',
    ' no bgp ebgp-requires-policy',
    ' neighbor eth0 interface remote-as 64500',
    ' neighbor eth0 timers connect 2',
    ' address-family ipv4 unicast',
    '  network 198.51.100.7/32',
    '  network 198.51.100.0/24',
    ' exit-address-family',
    ' address-family ipv6 unicast',
    '  neighbor eth0 activate',
    '  network 2001:db8:1::7/128',
    ' exit-address-family',
    'exit',
    '',
  ].join('\n')
