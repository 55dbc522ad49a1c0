// What routers say to a node that tries them, and what speakers write about it.
import type { BgpMessage } from '../../../wire/bgp/message.ts'
import type { BgpFacts } from '../../bgp/bgp-facts.ts'
import {
  attempt,
  bgpFacts,
  conversation,
  EXPECTED,
  notificationOf,
  openOfPeer,
} from '../../bgp/testing/bgp-facts.ts'
import { explainLine } from '../../logs/explain-line.ts'
import type { FaultCase } from './cases.ts'
import { addLogs, addProbes, type World } from './world.ts'

/** node-a tried the router of the world. */
function tried(world: World, facts: Partial<BgpFacts>): void {
  addProbes(world, { kind: 'bgp', node: 'node-a', vantage: 'node node-a', facts: bgpFacts(facts) })
}
const heard = (world: World, message: BgpMessage, expected: Partial<BgpFacts['expected']> = {}): void =>
  tried(world, {
    expected: { ...EXPECTED, ...expected },
    conversation: conversation([['peer', message]]),
  })

const silent = attempt({ result: 'silent', elapsedMs: 3000, acknowledged: undefined })
const signed = attempt({ purpose: 'signed', signed: true })

type Heard = readonly [
  code: string,
  name: string,
  message: BgpMessage,
  says: RegExp,
  more?: {
    readonly expected?: Partial<BgpFacts['expected']>
    readonly twin?: Partial<BgpFacts['expected']>
    readonly severity?: 'warning'
  },
]

/** Each with the message that a healthy router answers for a twin. */
const HEARD: readonly Heard[] = [
  ['F37', 'a router of another AS', openOfPeer({ asn: 64999 }), /has AS 64999, and AS 64513 is expected/],
  [
    'F37',
    'AS numbers that are swapped',
    openOfPeer({ asn: 64512 }),
    /has AS 64512, and AS 64513 is expected/,
  ],
  [
    'F37',
    'dynamicASN that wants the router in the own AS',
    openOfPeer({}),
    /our own AS 64512 is expected/,
    { expected: { peerAsn: 'internal' }, twin: { peerAsn: 'external' } },
  ],
  [
    'F37',
    'a router that expects another AS of the node',
    notificationOf(2, 2),
    /does not accept AS 64512: Bad Peer AS/,
  ],
  [
    'F41',
    'a router that refuses the hold time',
    notificationOf(2, 6),
    /does not accept our hold time of 90 s/,
  ],
  [
    'F41',
    'a router that has heard nothing for a hold time',
    notificationOf(4, 0),
    /has heard nothing from us for as long as the hold time/,
  ],
  [
    'F41',
    'a hold time of 0, so that nobody watches',
    openOfPeer({ holdTimeSeconds: 0 }),
    /Nobody would watch the session/,
    { severity: 'warning' },
  ],
  ['F42', 'a router that refuses the router ID', notificationOf(2, 3), /does not accept the router ID/],
  [
    'F42',
    'a router ID that other nodes have, too',
    openOfPeer({}),
    /that of several nodes: node-b and this one/,
    { expected: { routerIdSharedWith: ['node-b'] } },
  ],
  [
    'F43',
    'a router that takes IPv4 only',
    openOfPeer({}),
    /does not take IPv6 routes/,
    { expected: { families: [4, 6], poolFamilies: [4, 6] }, twin: { families: [4], poolFamilies: [4] } },
  ],
  ['F43', 'a router that rejects the routes', notificationOf(3, 3), /rejects a route or its attributes/],
  ['F44', 'a router with a limit of prefixes', notificationOf(6, 1), /has got more prefixes than it accepts/],
  ['F46', 'a router that misses BFD', notificationOf(6, 10), /closes the session because BFD is down/],
  [
    'F47',
    'a router that does not help a restart',
    openOfPeer({}),
    /does not do graceful restart, and the BGPPeer asks for it/,
    { expected: { gracefulRestart: true }, severity: 'warning' },
  ],
]

const OF_ROUTERS = HEARD.map(
  ([code, name, message, says, { expected, twin, severity } = {}]): FaultCase => ({
    name,
    code,
    check: 'probed-sessions',
    says,
    fault: (world) => heard(world, message, expected),
    twin: (world) => heard(world, openOfPeer({}), twin),
    ...(severity === undefined ? {} : { severity }),
  }),
)

/** A line as a speaker writes it, and one like it that is no trouble. */
function logged(world: World, line: string): void {
  const incident = explainLine(line, 2026)
  if (incident === undefined) {
    world.logs ??= []
    return
  }
  const { code, signature, first, last, count, example, component } = incident
  addLogs(world, {
    ...(code === undefined ? {} : { code }),
    ...{ signature, first, last, count, example, component },
  })
}

const lineOf = (level: string, msg: string, more: object = {}): string =>
  JSON.stringify({ ts: '2026-03-01T11:59:00Z', level, caller: 'native.go:90', op: 'connect', msg, ...more })
const HEALTHY_LINE = lineOf('info', 'BGP session established', { event: 'sessionUp', peer: '192.0.2.1' })

const LOGGED: readonly (readonly [code: string, name: string, line: string])[] = [
  [
    'F37',
    'a log about another AS',
    lineOf('error', 'failed to connect to peer', { error: 'unexpected peer ASN 64999, want 64513' }),
  ],
  [
    'F38',
    'a log about a kernel without TCP MD5',
    lineOf('error', 'failed to connect to peer', { error: 'setsockopt: protocol not available' }),
  ],
  [
    'F41',
    'a log about a hold time that is over',
    lineOf('error', 'peer sent notification', {
      error: 'got BGP notification code 0x0400 (Hold timer expired)',
    }),
  ],
  [
    'F42',
    'a log about a router ID',
    lineOf('error', 'peer sent notification', {
      error: 'got BGP notification code 0x0203 (bad BGP identifier)',
    }),
  ],
  [
    'F44',
    'a log about too many prefixes',
    lineOf('error', 'peer sent notification', {
      error: 'got BGP notification code 0x0601 (maximum number of prefixes reached)',
    }),
  ],
]

const OF_LOGS = LOGGED.map(
  ([code, name, line]): FaultCase => ({
    name,
    code,
    check: 'logs-told',
    severity: 'warning',
    says: /^The logs tell of /,
    fault: (world) => logged(world, line),
    twin: (world) => logged(world, HEALTHY_LINE),
  }),
)

export const SESSION_CASES: readonly FaultCase[] = [
  ...OF_ROUTERS,
  {
    name: 'a router without the password that this side has',
    code: 'F38',
    check: 'probed-sessions',
    says: /has no password for 192\.0\.2\.1, and this side has one/,
    fault: (world) =>
      tried(world, {
        expected: { ...EXPECTED, password: 'given' },
        attempts: [attempt(), { ...silent, purpose: 'signed', signed: true }],
      }),
    twin: (world) =>
      tried(world, { expected: { ...EXPECTED, password: 'given' }, attempts: [silent, signed] }),
  },
  {
    name: 'passwords that differ',
    code: 'F38',
    check: 'probed-sessions',
    says: /answers neither with the password nor without/,
    fault: (world) =>
      tried(world, {
        expected: { ...EXPECTED, password: 'given' },
        attempts: [
          silent,
          { ...silent, purpose: 'signed', signed: true },
          attempt({
            purpose: 'other-port',
            port: 22,
            result: 'failed',
            code: 'ECONNREFUSED',
            acknowledged: undefined,
          }),
        ],
      }),
    twin: (world) =>
      tried(world, { expected: { ...EXPECTED, password: 'given' }, attempts: [silent, signed] }),
  },
  ...OF_LOGS,
]
