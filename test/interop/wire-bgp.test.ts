// BGP messages of real daemons decode to what tshark says, and tshark decodes every kind of message that we encode,
// without a complaint and to the same fields. LBCTL_RECORD_VECTORS=1 writes test/vectors/bgp anew from the daemons.
import { execFileSync } from 'node:child_process'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, it } from 'vitest'
import { type Ip, parseIp } from '../../src/net/ip.ts'
import { parseMac } from '../../src/net/mac.ts'
import { parsePrefix } from '../../src/net/prefix.ts'
import { narrowAsns, widenAsns } from '../../src/wire/bgp/as-path.ts'
import { type BgpContext, PLAIN_CONTEXT } from '../../src/wire/bgp/context.ts'
import { unicast } from '../../src/wire/bgp/families.ts'
import { type BgpMessage, decodeBgpMessage, encodeBgpMessage } from '../../src/wire/bgp/message.ts'
import { hardResetData, maximumPrefixesData, shutdownData } from '../../src/wire/bgp/notification-meaning.ts'
import { openAsn, shortAsnOf } from '../../src/wire/bgp/open.ts'
import type { PathAttribute } from '../../src/wire/bgp/path-attribute.ts'
import { endOfRibUpdate } from '../../src/wire/bgp/route-changes.ts'
import type { UpdateMessage } from '../../src/wire/bgp/update.ts'
import { describeFrame } from '../../src/wire/describe/describe-frame.ts'
import { ipFrame } from '../../src/wire/ip/frames.ts'
import { encodeTcp, TCP_FLAG } from '../../src/wire/ip/tcp.ts'
import { decodePcap } from '../../src/wire/pcap/pcap.ts'
import { encodePcapng } from '../../src/wire/pcap/pcapng.ts'
import { describeInterop, NetLab } from '../support/namespaces.ts'
import { type Dissection, differences, dissect } from '../support/tshark.ts'
import { CONTEXTS, PROGRAMS, recordConversation } from '../vectors/bgp/conversation.ts'
import { bgpFieldsOf, decodeGood, messagesIn, tcpPayload } from '../vectors/bgp/tshark-fields.ts'
import { recordVectors, type Vector } from '../vectors/bgp/vectors.ts'

const ip = (text: string): Ip => parseIp(text)!
const alice = { mac: parseMac('02:00:00:00:00:01')!, ip: ip('192.0.2.1') }
const bob = { mac: parseMac('02:00:00:00:00:02')!, ip: ip('192.0.2.10') }
const route = (text: string) => ({ prefix: parsePrefix(text)! })

/** A segment that stands alone: each message is judged by itself. */
function frameWith(sourcePort: number, ...messages: readonly Uint8Array[]): Uint8Array {
  const segment = {
    ...{
      sourcePort,
      destinationPort: 179,
      sequence: 1000,
      acknowledgment: 1,
      window: 1000,
      urgentPointer: 0,
    },
    ...{ flags: TCP_FLAG.ack | TCP_FLAG.psh, options: [] },
    payload: Uint8Array.of(...messages.flatMap((message) => [...message])),
  }
  return ipFrame({ from: alice, to: bob }, 6, encodeTcp(segment, { source: alice.ip, destination: bob.ip }))
}

const captureOf = (frames: readonly Uint8Array[]): Uint8Array =>
  encodePcapng({
    interfaces: [{ name: 'eth0', linkType: 1, snapLengthBytes: 0 }],
    packets: frames.map((bytes, i) => ({
      ...{ interfaceIndex: 0, timestampNs: BigInt(i), bytes, originalBytes: bytes.length },
      ...{ direction: undefined, comment: undefined },
    })),
  })

const asn4: BgpContext = { ...PLAIN_CONTEXT, asn4: true, extendedNextHop: true }
const BIG = 4_200_000_000
const attributes: readonly PathAttribute[] = [
  { kind: 'origin', origin: 'igp' },
  { kind: 'as-path', segments: [{ kind: 'sequence', asns: [65_000, BIG] }] },
  { kind: 'next-hop', address: alice.ip },
]
const announcing: UpdateMessage = {
  kind: 'update',
  withdrawn: [],
  attributes,
  announced: [
    route('198.51.100.0/24'),
    route('203.0.113.128/25'),
    route('10.0.0.0/8'),
    route('192.0.2.7/32'),
  ],
}
const withMore = (...more: readonly PathAttribute[]): UpdateMessage => ({
  ...announcing,
  attributes: [...attributes, ...more],
})
const reach6 = (linkLocal: Ip | undefined): UpdateMessage => ({
  ...{ kind: 'update', withdrawn: [], announced: [] },
  attributes: [
    {
      ...{ kind: 'mp-reach', family: 6, nextHop: ip('2001:db8::1') },
      ...(linkLocal === undefined ? {} : { linkLocal }),
      routes: [route('2001:db8:1::/48'), route('2001:db8:2::1/128')],
    },
    ...attributes.slice(0, 2),
  ],
})
const cease = (subcode: number, data: Uint8Array = new Uint8Array(0)): BgpMessage => ({
  ...{ kind: 'notification', code: 6, subcode, data },
})
const notification = (code: number, subcode: number, ...data: number[]): BgpMessage => ({
  ...{ kind: 'notification', code, subcode, data: Uint8Array.from(data) },
})
const refresh = (subtype: 'request' | 'begin' | 'end'): BgpMessage => ({
  ...{ kind: 'route-refresh', family: unicast(6), subtype, filters: new Uint8Array(0) },
})

const ENCODED: readonly (readonly [name: string, message: BgpMessage, context?: BgpContext])[] = [
  [
    'OPEN with everything',
    {
      ...{ kind: 'open', shortAsn: shortAsnOf(BIG), holdTimeSeconds: 90, routerId: alice.ip },
      capabilities: [
        { kind: 'multiprotocol', family: unicast(4) },
        { kind: 'multiprotocol', family: unicast(6) },
        { kind: 'route-refresh' },
        { kind: 'enhanced-route-refresh' },
        { kind: 'extended-message' },
        { kind: 'extended-next-hop', entries: [{ family: unicast(4), nextHopAfi: 2 }] },
        { kind: 'role', role: 'customer' },
        {
          ...{ kind: 'graceful-restart', restarting: true, notification: true, restartSeconds: 4095 },
          families: [
            { family: unicast(4), forwarding: true },
            { family: unicast(6), forwarding: false },
          ],
        },
        { kind: 'four-octet-as', asn: BIG },
        { kind: 'add-path', families: [{ family: unicast(4), mode: 'send' }] },
        {
          kind: 'long-lived-graceful-restart',
          families: [{ family: unicast(4), forwarding: true, staleSeconds: 86_400 }],
        },
        { kind: 'fqdn', hostName: 'node-1', domainName: 'example.net' },
      ],
      otherParameters: [],
    },
  ],
  [
    'OPEN without capabilities',
    {
      ...{ kind: 'open', shortAsn: 65_000, holdTimeSeconds: 0, routerId: alice.ip },
      ...{ capabilities: [], otherParameters: [] },
    },
  ],
  ['KEEPALIVE', { kind: 'keepalive' }],
  ['UPDATE', announcing],
  ['UPDATE with 2-byte AS numbers', { ...announcing, attributes: narrowAsns(attributes) }, PLAIN_CONTEXT],
  [
    'UPDATE with path identifiers',
    {
      ...announcing,
      announced: announcing.announced.map((one, i) => ({ ...one, pathId: i + 1 })),
    },
    { ...asn4, addPath: [4] },
  ],
  [
    'UPDATE that withdraws',
    { ...announcing, attributes: [], announced: [], withdrawn: announcing.announced },
  ],
  [
    'UPDATE with sets and confederations',
    {
      ...announcing,
      attributes: [
        attributes[0]!,
        {
          kind: 'as-path',
          segments: [
            { kind: 'confed-sequence', asns: [65_100] },
            { kind: 'sequence', asns: [65_000] },
            { kind: 'set', asns: [1, 2] },
          ],
        },
        attributes[2]!,
      ],
    },
  ],
  [
    'UPDATE inside an AS',
    withMore(
      { kind: 'multi-exit-discriminator', value: 10 },
      { kind: 'local-preference', value: 0 },
      { kind: 'originator-id', id: bob.ip },
      { kind: 'cluster-list', ids: [alice.ip, bob.ip] },
    ),
  ],
  [
    'UPDATE with an aggregate',
    withMore({ kind: 'atomic-aggregate' }, { kind: 'aggregator', asn: BIG, address: bob.ip, partial: true }),
  ],
  [
    'UPDATE with communities',
    withMore(
      { kind: 'communities', communities: [0xfde80001, 0xffffff01], partial: false },
      {
        kind: 'extended-communities',
        communities: [0x0002fde800000064n, 0x0003fde800000065n],
        partial: false,
      },
      { kind: 'large-communities', communities: [{ global: BIG, local1: 1, local2: 2 }], partial: false },
      { kind: 'only-to-customer', asn: 65_000, partial: false },
    ),
  ],
  [
    'UPDATE with 100 communities',
    withMore({
      kind: 'communities',
      communities: Array.from({ length: 100 }, (_, i) => 0xfde80000 + i),
      partial: false,
    }),
  ],
  ['UPDATE of IPv6', reach6(undefined)],
  ['UPDATE of IPv6 with a link-local next hop', reach6(ip('fe80::1'))],
  [
    'UPDATE of IPv4 with an IPv6 next hop',
    {
      ...{ kind: 'update', withdrawn: [], announced: [] },
      attributes: [
        { kind: 'mp-reach', family: 4, nextHop: ip('2001:db8::1'), routes: [route('198.51.100.0/24')] },
        ...attributes.slice(0, 2),
      ],
    },
  ],
  [
    'UPDATE that withdraws IPv6',
    {
      ...{ kind: 'update', withdrawn: [], announced: [] },
      attributes: [{ kind: 'mp-unreach', family: 6, routes: [route('2001:db8:1::/48')] }],
    },
  ],
  ['End-of-RIB', endOfRibUpdate(4)],
  ['End-of-RIB of IPv6', endOfRibUpdate(6)],
  ['Cease', cease(0)],
  ['Cease with words', cease(2, shutdownData('node drained'))],
  ['Cease for too many routes', cease(1, maximumPrefixesData(unicast(4), 100))],
  ['Cease as a hard reset', cease(9, hardResetData({ code: 6, subcode: 4, data: new Uint8Array(0) }))],
  ['NOTIFICATION of a bad peer AS', notification(2, 2, 0xfd, 0xe8)],
  ['NOTIFICATION of a bad length', notification(1, 2, 0x10, 0x01)],
  ['NOTIFICATION of a bad attribute', notification(3, 5, 0x40, 0x01, 0x02, 0, 0)],
  ['NOTIFICATION of an expired hold timer', notification(4, 0)],
  ['ROUTE-REFRESH', refresh('request')],
  ['ROUTE-REFRESH that begins', refresh('begin')],
  ['ROUTE-REFRESH that ends', refresh('end')],
]

describeInterop('messages that we encode, read by tshark', ['tshark'], () => {
  const encoded = ENCODED.map(([, message, context = asn4]) => encodeBgpMessage(message, context))
  const frames = encoded.map((bytes, i) => frameWith(40_000 + i, bytes))
  let dissections: Dissection[] = []
  beforeAll(() => {
    dissections = dissect(captureOf(frames))
  })

  it.each(ENCODED.map(([name, , context = asn4], i) => [name, context, i] as const))(
    '%s: no complaint, same fields',
    (_, context, i) => {
      const { complaints, fields } = dissections[i]!
      expect(complaints).toEqual([])
      const ours = bgpFieldsOf(frames[i]!, context)
      expect(Object.keys(ours).length).toBeGreaterThan(1)
      expect(differences(ours, fields)).toEqual([])
    },
  )

  it('would be complained about with a length that is wrong', () => {
    const update = encoded[ENCODED.findIndex(([name]) => name === 'UPDATE')]!
    const [broken] = dissect(captureOf([frameWith(50_000, update.with(22, update[22]! + 9))]))
    expect(broken?.complaints.length).toBeGreaterThan(0)
  })
})

describeInterop('messages of bird and gobgpd', PROGRAMS, () => {
  let lab: NetLab
  let frames: Uint8Array[] = []
  let dissections: Dissection[] = []
  const contexts: (BgpContext | undefined)[] = []

  beforeAll(async () => {
    lab = await NetLab.create()
    const file = await recordConversation(lab)
    const capture = decodePcap(file)
    if (!capture.ok) throw new Error(capture.error.reason)
    frames = capture.value.packets.map(({ bytes }) => bytes)
    dissections = dissect(file)
    for (const { fields } of dissections) {
      const addresses = ['ip.src', 'ip.dst', 'ipv6.src', 'ipv6.dst'].flatMap((name) => fields[name] ?? [])
      contexts.push(addresses.map((address) => CONTEXTS[address]).find((context) => context !== undefined))
    }
  }, 120_000)
  afterAll(() => lab.destroy())

  it('are decoded to what tshark says, every one', () => {
    let messages = 0
    frames.forEach((frame, i) => {
      if (tcpPayload(frame).length === 0) return
      const ours = bgpFieldsOf(frame, contexts[i]!)
      expect(differences(ours, dissections[i]!.fields), describeFrame(frame)).toEqual([])
      messages += messagesIn(frame).length
    })
    expect(messages).toBeGreaterThan(40)
    expect(dissections.flatMap(({ complaints }) => complaints)).toEqual([])
  })

  it('mean the same after we have encoded them', () => {
    frames.forEach((frame, i) => {
      for (const bytes of messagesIn(frame)) {
        const message = decodeGood(bytes, contexts[i]!)
        expect(decodeGood(encodeBgpMessage(message, contexts[i]!), contexts[i]!)).toEqual(message)
      }
    })
  })

  it('say what the daemons were told to say', () => {
    const lines = frames.filter((frame) => tcpPayload(frame).length > 0).map(describeFrame)
    const said = (pattern: RegExp) =>
      expect(
        lines.filter((line) => pattern.test(line)),
        String(pattern),
      ).not.toEqual([])
    said(/192\.0\.2\.1:.*OPEN AS 64512, .*role peer.*long-lived graceful restart/)
    said(/:179 to 192\.0\.2\.1:.*OPEN AS 4200000001, .*for notifications too/)
    said(/announces 198\.51\.100\.0\/24.*communities 64512:7 no-export.*target 64512:9.*64512:1:2/)
    said(/announces 2001:db8:1::\/48, next hop 2001:db8::5/)
    said(/end of all routes of IPv6 unicast/)
    said(/ROUTE-REFRESH asks for all routes of IPv4 unicast/)
    said(/Bad Peer AS \(2\/2\)/)
    said(/Maximum Number of Prefixes Reached \(6\/1\)/)
    said(/Administrative Shutdown \(6\/2\): "rack 7 loses power"/)
    said(/Administrative Shutdown \(6\/2\): "maintenance"/)
    expect(lines.join('\n')).not.toContain('not decodable')
  })

  it('bring back AS numbers that a 2-byte session could not carry', () => {
    const paths = frames.flatMap((frame, i) =>
      contexts[i] !== CONTEXTS['192.0.2.2']
        ? []
        : messagesIn(frame).flatMap((bytes) => {
            const message = decodeGood(bytes, contexts[i]!)
            return message.kind === 'update' ? [widenAsns(message.attributes)] : []
          }),
    )
    expect(paths.flat()).toContainEqual({
      kind: 'as-path',
      segments: [{ kind: 'sequence', asns: [4_200_000_001, 65_010, 65_011] }],
    })
    expect(paths.flat()).toContainEqual(
      expect.objectContaining({ kind: 'aggregator', asn: 4_200_000_002, address: ip('192.0.2.99') }),
    )
  })

  it('introduce their speakers', () => {
    const opens = frames.flatMap((frame) =>
      messagesIn(frame).flatMap((bytes) => {
        const decoded = decodeBgpMessage(bytes, PLAIN_CONTEXT)
        return decoded.ok && decoded.value.kind === 'open' ? [openAsn(decoded.value)] : []
      }),
    )
    expect([...new Set(opens)].sort()).toEqual([4_200_000_001, 64_512, 64_513, 64_514, 64_515])
  })

  // Not a test that is skipped: a tool that is there when asked for.
  if (process.env['LBCTL_RECORD_VECTORS'] === '1')
    it('are recorded as vectors', () => {
      const programs = ['bird --version', 'gobgpd --version', 'tshark --version'].map((line) => {
        const [program, ...args] = line.split(' ') as [string, string]
        const output = execFileSync('sh', ['-c', `${program} ${args.join(' ')} 2>&1`], { encoding: 'utf8' })
        return output.split('\n').find((text) => text !== '' && !text.startsWith('Running')) ?? ''
      })
      recordVectors(frames, dissections, contexts, programs)
    })
})

describeInterop('recorded messages', ['tshark'], () => {
  const folder = join(import.meta.dirname, '../vectors/bgp')
  const names = readdirSync(folder)
    .filter((file) => file.endsWith('.hex'))
    .map((file) => file.slice(0, -4))
  const frames = names.map((name) =>
    Uint8Array.from(Buffer.from(readFileSync(join(folder, `${name}.hex`), 'utf8').trim(), 'hex')),
  )
  it.each(names.map((name, i) => [name, i] as const))('%s decodes to what this tshark says', (name, i) => {
    const { context } = JSON.parse(readFileSync(join(folder, `${name}.json`), 'utf8')) as Vector
    const [dissection] = dissect(captureOf([frames[i]!]))
    expect(dissection?.complaints).toEqual([])
    expect(differences(bgpFieldsOf(frames[i]!, context), dissection!.fields)).toEqual([])
  })
})
