import { describe, expect, it } from 'vitest'
import type { CandidatePath } from '../../bgp/decision/best-path.ts'
import type { SelectedRoute } from '../../bgp/decision/loc-rib.ts'
import type { Agreement } from '../../bgp/session/agreement.ts'
import type { BgpPeerStatus } from '../../bgp/status.ts'
import { type Ip, parseIp } from '../../net/ip.ts'
import { type Prefix, parsePrefix } from '../../net/prefix.ts'
import type { RouterSnapshot } from '../../router/running.ts'
import { renderEvent, renderRouteFlood } from './event-line.ts'
import { renderSummaryJson } from './json.ts'
import { elapsed, renderRoutes, renderSummary } from './tables.ts'

const NOW = 1_800_000_000_000
const address = (text: string) => parseIp(text) as Ip
const prefix = (text: string) => parsePrefix(text) as Prefix

const path = (n: number, change: Partial<CandidatePath['route']> = {}, internal = false): CandidatePath => ({
  source: { peer: `192.0.2.${n}`, address: address(`192.0.2.${n}`), routerId: address('10.0.0.1'), internal },
  route: {
    nextHop: address(`192.0.2.${n}`),
    attributes: [
      { kind: 'origin', origin: 'igp' },
      { kind: 'as-path', segments: [{ kind: 'sequence', asns: [64513, 64514] }] },
      { kind: 'multi-exit-discriminator', value: 5 },
    ],
    ...change,
  },
})
const route = (text: string, ...paths: CandidatePath[]): SelectedRoute => ({
  ...{ prefix: prefix(text), paths, sinceMs: NOW - 65_000 },
})

const counts = { open: 1, update: 2, notification: 0, keepalive: 30, routeRefresh: 0 }
const peer = (change: Partial<BgpPeerStatus>): BgpPeerStatus => ({
  ...{ name: '192.0.2.1', remote: { address: address('192.0.2.1'), port: 50_000 }, localAsn: 64512 },
  ...{ state: 'active', sinceMs: NOW - 3_600_000, uptimeSeconds: undefined, session: undefined },
  ...{ lastEnding: undefined, resets: 0, missing: [], messages: { sent: counts, received: counts } },
  prefixes: { announced: 0, desired: 0, pending: 0, received: { 4: 0, 6: 0 } },
  ...change,
})
const session = (families: Agreement['families']) =>
  ({ agreement: { peerAsn: 4_200_000_001, families } }) as unknown as NonNullable<BgpPeerStatus['session']>
const snapshot = (change: Partial<RouterSnapshot>): RouterSnapshot => ({
  ...{ asn: 64512, routerId: address('192.0.2.254'), peers: [], routes: { 4: [], 6: [] } },
  ...change,
})

describe('the summary', () => {
  it('has a row for each peer and family, as `show ip bgp summary`', () => {
    const peers = [
      peer({
        ...{ state: 'established', session: session([4, 6]) },
        prefixes: { announced: 1, desired: 1, pending: 0, received: { 4: 12, 6: 3 } },
      }),
      peer({ name: '192.0.2.2', state: 'idle', resets: 1 }),
      peer({ name: '192.0.2.30', state: 'open-sent' }),
    ]
    expect(renderSummary(snapshot({ peers }), NOW)).toBe(
      [
        'BGP router identifier 192.0.2.254, local AS number 64512',
        'RIB entries: 0 IPv4, 0 IPv6; peers: 3',
        '',
        'IPv4 Unicast',
        'Neighbor    V          AS  MsgRcvd  MsgSent   Up/Down  State/PfxRcd  PfxSnt',
        '192.0.2.1   4  4200000001       33       33  01:00:00            12       1',
        '192.0.2.2   4           -       33       33  01:00:00          Idle       0',
        '192.0.2.30  4           -       33       33     never      OpenSent       0',
        '',
        'IPv6 Unicast',
        'Neighbor   V          AS  MsgRcvd  MsgSent   Up/Down  State/PfxRcd  PfxSnt',
        '192.0.2.1  4  4200000001       33       33  01:00:00             3',
        '',
      ].join('\n'),
    )
  })
})

describe('the routes', () => {
  it('name the best path first and those of equal cost below it', () => {
    const routes = {
      4: [route('203.0.113.1/32', path(1), path(2, {}, true))],
      6: [
        route('2001:db8::/32', path(1, { nextHop: address('2001:db8::1'), linkLocal: address('fe80::1') })),
      ],
    }
    expect(renderRoutes(snapshot({ routes }), NOW).split('\n').slice(2)).toEqual([
      'B>  203.0.113.1/32 [20/5] via 192.0.2.1, AS path 64513 64514, 00:01:05',
      '  =                       via 192.0.2.2, AS path 64513 64514, 00:01:05',
      'B>  2001:db8::/32 [20/5] via fe80::1, AS path 64513 64514, 00:01:05',
      '',
    ])
  })
  it('say what was left out, and that there are none', () => {
    const routes = {
      4: ['10.0.0.1/32', '10.0.0.2/32', '10.0.0.3/32'].map((text) => route(text, path(1))),
      6: [],
    }
    expect(renderRoutes(snapshot({ routes }), NOW, 1)).toMatch(/10\.0\.0\.1\/32 .*\n… and 2 prefixes more\n$/)
    expect(renderRoutes(snapshot({}), NOW)).toBe('No routes from BGP.\n')
  })
})

it.each<[number, string]>([
  [-5, '00:00:00'],
  [59_999, '00:00:59'],
  [86_399_000, '23:59:59'],
  [2 * 86_400_000 + 3 * 3_600_000 + 4 * 60_000, '2d03h04m'],
])('%d ms are %s', (ms, text) => expect(elapsed(ms)).toBe(text))

describe('a line for each event', () => {
  const words = (...[event]: Parameters<typeof renderEvent>) => renderEvent(event, 0).slice(9)
  it('says who and why, and lets nobody steer the terminal', () => {
    const down = { atMs: NOW, kind: 'peer-down', peer: '192.0.2.1', established: true } as const
    expect(words({ ...down, words: 'the peer sent \x1b[2J' }, 0)).toBe(
      '192.0.2.1 is down: the peer sent \ufffd[2J',
    )
    expect(words({ ...down, established: false, words: 'x' }, 0)).toBe('192.0.2.1 did not come up: x')
  })
  it('tells new, changed and lost routes apart, one by one or counted', () => {
    const [before, after] = [route('10.0.0.0/8', path(1)), route('10.0.0.0/8', path(1), path(2))]
    const change = { prefix: before.prefix, before, after }
    expect(words({ atMs: NOW, kind: 'route', change }, 0)).toBe(
      '10.0.0.0/8 is now via 192.0.2.1 and 192.0.2.2',
    )
    const fresh = { ...change, before: undefined }
    const gone = { ...change, after: undefined }
    expect(words({ atMs: NOW, kind: 'route', change: fresh }, 0)).toBe(
      '10.0.0.0/8 via 192.0.2.1 and 192.0.2.2',
    )
    expect(words({ atMs: NOW, kind: 'route', change: gone }, 0)).toBe('10.0.0.0/8 is gone')
    expect(renderRouteFlood([fresh, fresh, change, gone], NOW, 0).slice(9)).toBe(
      'routes: 2 new, 1 changed, 1 gone',
    )
  })
})

it('the JSON summary is one line that holds everything', () => {
  const routes = {
    4: [
      route(
        '10.0.0.0/8',
        path(1, {
          attributes: [
            { kind: 'local-preference', value: 7 },
            { kind: 'communities', communities: [0xffffff01], partial: false },
            { kind: 'large-communities', communities: [{ global: 1, local1: 2, local2: 3 }], partial: false },
          ],
        }),
      ),
    ],
    6: [],
  }
  const ended = { atMs: NOW, ending: { by: 'network', state: 'active' }, words: 'why' } as const
  const text = renderSummaryJson(snapshot({ routes, peers: [peer({ lastEnding: ended })] }), NOW)
  expect(text.indexOf('\n')).toBe(text.length - 1)
  expect(JSON.parse(text)).toMatchObject({
    ...{ event: 'summary', time: new Date(NOW).toISOString(), asn: 64512, routerId: '192.0.2.254' },
    peers: [{ peer: '192.0.2.1', state: 'active', lastEnd: 'why', received: { ipv4: 0, ipv6: 0 } }],
    routes: [
      {
        prefix: '10.0.0.0/8',
        paths: [
          { nextHop: '192.0.2.1', localPreference: 7, asPath: [], communities: ['no-export', '1:2:3'] },
        ],
      },
    ],
  })
})
