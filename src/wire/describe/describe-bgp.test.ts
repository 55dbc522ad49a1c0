import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { parseMac } from '../../net/mac.ts'
import { parsePrefix } from '../../net/prefix.ts'
import { type BgpContext, PLAIN_CONTEXT } from '../bgp/context.ts'
import { type BgpMessage, encodeBgpMessage } from '../bgp/message.ts'
import { shutdownData } from '../bgp/notification-meaning.ts'
import type { OpenMessage } from '../bgp/open.ts'
import type { PathAttribute } from '../bgp/path-attribute.ts'
import { endOfRibUpdate } from '../bgp/route-changes.ts'
import type { UpdateMessage } from '../bgp/update.ts'
import { type FrameEnds, ipFrame } from '../ip/frames.ts'
import { encodeTcp, TCP_FLAG } from '../ip/tcp.ts'
import { describeBgpStream } from './describe-bgp.ts'
import { describeFrame } from './describe-frame.ts'

const plain = PLAIN_CONTEXT
const asn4: BgpContext = { ...plain, asn4: true }
const encode = (message: BgpMessage, context = asn4) => encodeBgpMessage(message, context)
const address = (text: string) => parseIp(text)!
const route = (prefix: string) => ({ prefix: parsePrefix(prefix)! })
const keepalive = encode({ kind: 'keepalive' })
const notification = (code: number, subcode: number, data: Uint8Array = new Uint8Array(0)) =>
  encode({ kind: 'notification', code, subcode, data })
const unicast4 = { afi: 1, safi: 1 }

const open: OpenMessage = {
  kind: 'open',
  shortAsn: 64512,
  holdTimeSeconds: 90,
  routerId: address('192.0.2.1'),
  capabilities: [],
  otherParameters: [],
}
const base: PathAttribute[] = [
  { kind: 'origin', origin: 'igp' },
  { kind: 'as-path', segments: [{ kind: 'sequence', asns: [64512, 64513] }] },
  { kind: 'next-hop', address: address('192.0.2.1') },
]
const update = (change: Partial<UpdateMessage>): UpdateMessage => ({
  ...{ kind: 'update', withdrawn: [], attributes: [], announced: [], ...change },
})
const announce = (...more: PathAttribute[]) =>
  update({ attributes: [...base, ...more], announced: [route('198.51.100.0/24')] })

describe('describeBgpStream', () => {
  it.each<[string, Uint8Array]>([
    ['OPEN AS 64512, hold time 90 s, router ID 192.0.2.1', encode(open)],
    [
      'OPEN AS 4200000000, no hold time, router ID 192.0.2.1, IPv4 unicast, IPv6 VPN, AFI 9 SAFI 9, 4-byte AS numbers, ' +
        'route refresh, extended messages, graceful restart 120 s, restarting, for notifications too (IPv4 unicast), ' +
        'long-lived graceful restart (IPv4 unicast 3600 s), add-path (IPv4 unicast both), ' +
        'extended next hop (IPv4 unicast over IPv6 unicast), role route server client, ' +
        'host name a.example.net\ufffd, software version, capability 200, optional parameter 1; ' +
        'to be refused: bgp: unsupported optional parameter at byte 28 (RFC 4271 §6.2)',
      encode({
        ...open,
        shortAsn: 23456,
        holdTimeSeconds: 0,
        capabilities: [
          { kind: 'multiprotocol', family: unicast4 },
          { kind: 'multiprotocol', family: { afi: 2, safi: 128 } },
          { kind: 'multiprotocol', family: { afi: 9, safi: 9 } },
          { kind: 'four-octet-as', asn: 4_200_000_000 },
          { kind: 'route-refresh' },
          { kind: 'extended-message' },
          {
            ...{ kind: 'graceful-restart', restarting: true, notification: true, restartSeconds: 120 },
            families: [{ family: unicast4, forwarding: true }],
          },
          {
            kind: 'long-lived-graceful-restart',
            families: [{ family: unicast4, forwarding: false, staleSeconds: 3600 }],
          },
          { kind: 'add-path', families: [{ family: unicast4, mode: 'both' }] },
          { kind: 'extended-next-hop', entries: [{ family: unicast4, nextHopAfi: 2 }] },
          { kind: 'role', role: 'route-server-client' },
          { kind: 'fqdn', hostName: 'a', domainName: 'example.net\u001b' },
          { kind: 'unknown', code: 75, bytes: new Uint8Array(3) },
          { kind: 'unknown', code: 200, bytes: new Uint8Array(3) },
        ],
        otherParameters: [{ type: 1, bytes: new Uint8Array(1) }],
      }),
    ],
    ['KEEPALIVE; KEEPALIVE', Uint8Array.of(...keepalive, ...keepalive)],
    ['UPDATE end of all routes of IPv4 unicast', encode(endOfRibUpdate(4))],
    ['UPDATE end of all routes of IPv6 unicast', encode(endOfRibUpdate(6))],
    [
      'UPDATE announces 198.51.100.0/24, AS path 64512 64513, next hop 192.0.2.1, MED 5, local preference 0, ' +
        'communities 64512:7 no-export, large communities 64512:1:2, extended communities target 64512:9',
      encode(
        announce(
          { kind: 'multi-exit-discriminator', value: 5 },
          { kind: 'local-preference', value: 0 },
          { kind: 'communities', communities: [0xfc000007, 0xffffff01], partial: false },
          {
            kind: 'large-communities',
            communities: [{ global: 64512, local1: 1, local2: 2 }],
            partial: false,
          },
          { kind: 'extended-communities', communities: [0x0002fc0000000009n], partial: false },
        ),
      ),
    ],
    [
      'UPDATE announces 198.51.100.0/24, origin incomplete, AS path 1 {2,3} (4 5) [6], next hop 192.0.2.1, ' +
        'atomic aggregate, aggregated by AS 7 at 192.0.2.1, originator 192.0.2.1, through clusters 192.0.2.1, ' +
        'only to customers, by AS 8, attribute 200 of 2 bytes; withdraws 203.0.113.0/24',
      encode({
        ...announce(),
        withdrawn: [route('203.0.113.0/24')],
        attributes: [
          { kind: 'origin', origin: 'incomplete' },
          {
            kind: 'as-path',
            segments: [
              { kind: 'sequence', asns: [1] },
              { kind: 'set', asns: [2, 3] },
              { kind: 'confed-sequence', asns: [4, 5] },
              { kind: 'confed-set', asns: [6] },
            ],
          },
          { kind: 'next-hop', address: address('192.0.2.1') },
          { kind: 'atomic-aggregate' },
          { kind: 'aggregator', asn: 7, address: address('192.0.2.1'), partial: false },
          { kind: 'originator-id', id: address('192.0.2.1') },
          { kind: 'cluster-list', ids: [address('192.0.2.1')] },
          { kind: 'only-to-customer', asn: 8, partial: false },
          { kind: 'unknown', type: 200, transitive: true, partial: false, bytes: new Uint8Array(2) },
        ],
      }),
    ],
    [
      'UPDATE announces 2001:db8::/32, next hop 2001:db8::1 and fe80::1, empty AS path; withdraws 2001:db8:1::/48',
      encode(
        update({
          attributes: [
            {
              ...{
                kind: 'mp-reach',
                family: 6,
                nextHop: address('2001:db8::1'),
                linkLocal: address('fe80::1'),
              },
              routes: [route('2001:db8::/32')],
            },
            { kind: 'mp-unreach', family: 6, routes: [route('2001:db8:1::/48')] },
            { kind: 'origin', origin: 'igp' },
            { kind: 'as-path', segments: [] },
          ],
        }),
      ),
    ],
    [
      'UPDATE withdraws 10.0.0.0/24, 10.0.1.0/24, 10.0.2.0/24, 10.0.3.0/24 and 2 more',
      encode(update({ withdrawn: [0, 1, 2, 3, 4, 5].map((i) => route(`10.0.${i}.0/24`)) })),
    ],
    ['NOTIFICATION Cease, Peer De-configured (6/3)', notification(6, 3)],
    [
      'NOTIFICATION Cease, Administrative Shutdown (6/2): "drained \\"a\\""',
      notification(6, 2, shutdownData('drained "a"')),
    ],
    [
      'NOTIFICATION OPEN Message Error, Bad Peer AS (2/2): AS 64999',
      notification(2, 2, Uint8Array.of(0xfd, 0xe7)),
    ],
    [
      'NOTIFICATION Cease, Maximum Number of Prefixes Reached (6/1): more than 100 of IPv4 unicast',
      notification(6, 1, Uint8Array.of(0, 1, 1, 0, 0, 0, 100)),
    ],
    [
      'NOTIFICATION Cease, Hard Reset (6/9): Cease, Administrative Reset (6/4): "x"',
      notification(6, 9, Uint8Array.of(6, 4, 1, 120)),
    ],
    [
      'NOTIFICATION OPEN Message Error, Unsupported Capability (2/7): IPv6 unicast',
      notification(2, 7, Uint8Array.of(1, 4, 0, 2, 0, 1)),
    ],
    [
      'NOTIFICATION UPDATE Message Error, Missing Well-known Attribute (3/3): AS_PATH',
      notification(3, 3, Uint8Array.of(2)),
    ],
    [
      'ROUTE-REFRESH asks for all routes of IPv4 unicast; ROUTE-REFRESH begins to send all routes of IPv4 unicast; ' +
        'ROUTE-REFRESH has sent all routes of IPv4 unicast; ROUTE-REFRESH of subtype 7 for IPv4 unicast',
      Uint8Array.of(
        ...(['request', 'begin', 'end', 7] as const).flatMap((subtype) => [
          ...encode({ kind: 'route-refresh', family: unicast4, subtype, filters: new Uint8Array(0) }),
        ]),
      ),
    ],
    ['part of the stream, 30 bytes', new Uint8Array(30)],
    ['KEEPALIVE; 20 bytes without a header', Uint8Array.of(...keepalive, ...new Uint8Array(20))],
    ['KEEPALIVE; the first 18 bytes of a message', Uint8Array.of(...keepalive, ...keepalive.subarray(0, 18))],
    ['the first 25 of 29 bytes of OPEN', encode(open).subarray(0, 25)],
    ['not decodable: bgp: unknown message type at byte 18: has 9 (RFC 4271 §6.1)', keepalive.with(18, 9)],
    [
      'OPEN not decodable: bgp: unsupported version at byte 19: needs 4, has 3 (RFC 4271 §6.2)',
      encode(open).with(19, 3),
    ],
    [
      'KEEPALIVE; KEEPALIVE; KEEPALIVE; KEEPALIVE; and 2 more',
      Uint8Array.of(...Array.from({ length: 6 }, () => [...keepalive]).flat()),
    ],
    [
      'UPDATE announces 198.51.100.0/24, AS path 64512 64513, next hop 192.0.2.1; ' +
        'discard attribute: bgp: attribute length at byte 47: has 3 (RFC 7606 §7.7)',
      // Its length is wrong for both kinds of AS number.
      encode(
        announce({ kind: 'unknown', type: 7, transitive: true, partial: false, bytes: new Uint8Array(3) }),
      ),
    ],
  ])('%s', (line, payload) => expect(describeBgpStream(payload)).toBe(line))

  const narrow = { ...announce(), announced: [route('198.51.100.0/24'), route('203.0.113.0/24')] }
  const plainLine =
    'UPDATE announces 198.51.100.0/24, 203.0.113.0/24, AS path 64512 64513, next hop 192.0.2.1'
  const paths = narrow.announced.map((one, i) => ({ ...one, pathId: i + 1 }))
  const pathLine =
    'UPDATE announces 198.51.100.0/24 path 1, 203.0.113.0/24 path 2, AS path 64512 64513, next hop 192.0.2.1'
  it.each<[string, BgpContext, UpdateMessage, string]>([
    ['4-byte AS numbers', asn4, narrow, plainLine],
    ['2-byte AS numbers', plain, narrow, plainLine],
    ['path identifiers', { ...asn4, addPath: [4, 6] }, { ...narrow, announced: paths }, pathLine],
    [
      'path identifiers and 2-byte AS numbers',
      { ...plain, addPath: [4, 6] },
      { ...narrow, announced: paths },
      pathLine,
    ],
  ])('finds out about %s', (_, context, message, line) =>
    expect(describeBgpStream(encode(message, context))).toBe(line),
  )

  it('takes a default route with a path identifier for that, and not for a row of default routes', () => {
    const gone = update({ withdrawn: [{ ...route('0.0.0.0/0'), pathId: 2 }] })
    expect(describeBgpStream(encode(gone, { ...asn4, addPath: [4] }))).toBe(
      'UPDATE withdraws 0.0.0.0/0 path 2',
    )
  })
})

describe('describeFrame of BGP', () => {
  const alice = { mac: parseMac('02:00:00:00:00:01')!, ip: address('192.0.2.1') }
  const bob = { mac: parseMac('02:00:00:00:00:02')!, ip: address('192.0.2.10') }
  const ends: FrameEnds = { from: alice, to: bob }
  const frame = (ports: readonly [number, number], flags: number, payload: Uint8Array) => {
    const [sourcePort, destinationPort] = ports
    const segment = { sourcePort, destinationPort, sequence: 1, acknowledgment: 1, flags, payload }
    const rest = { window: 1000, urgentPointer: 0, options: [] }
    return ipFrame(ends, 6, encodeTcp({ ...segment, ...rest }, { source: alice.ip, destination: bob.ip }))
  }
  const data = TCP_FLAG.ack | TCP_FLAG.psh

  it.each<[string, Uint8Array]>([
    ['BGP 192.0.2.1:40000 to 192.0.2.10:179: KEEPALIVE', frame([40_000, 179], data, keepalive)],
    [
      'BGP 192.0.2.1:179 to 192.0.2.10:40000: NOTIFICATION Cease, Connection Rejected (6/5), FIN',
      frame([179, 40_000], data | TCP_FLAG.fin, notification(6, 5)),
    ],
    ['TCP 192.0.2.1:40000 to 192.0.2.10:179 SYN', frame([40_000, 179], TCP_FLAG.syn, new Uint8Array(0))],
    ['TCP 192.0.2.1:40000 to 192.0.2.10:180 PSH ACK, 19 bytes', frame([40_000, 180], data, keepalive)],
  ])('%s', (line, bytes) => expect(describeFrame(bytes)).toBe(line))

  it('gives one line without control characters for any payload', () => {
    const seeds = [encode(open), encode(announce()), keepalive, notification(6, 2, shutdownData('a\u0007b'))]
    const damaged = fc
      .tuple(fc.constantFrom(...seeds), fc.nat(100), fc.nat(255), fc.uint8Array({ maxLength: 30 }))
      .map(([seed, at, byte, more]) =>
        Uint8Array.of(...(at < seed.length ? seed.with(at, byte) : seed), ...more),
      )
    fc.assert(
      fc.property(damaged, (payload) => {
        expect(describeFrame(frame([40_000, 179], data, payload))).toMatch(/^BGP [^\p{Cc}]+$/u)
      }),
      { numRuns: 1000 },
    )
  })
})
