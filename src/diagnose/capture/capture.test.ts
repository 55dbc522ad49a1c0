import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { parseMac } from '../../net/mac.ts'
import { arpRequestFrame } from '../../wire/arp/frames.ts'
import { type FrameEnds, ipFrame, tcpSynFrame, udpFrame } from '../../wire/ip/frames.ts'
import { encodeTcp, TCP_FLAG } from '../../wire/ip/tcp.ts'
import { neighborSolicitationFrame } from '../../wire/ndp/frames.ts'
import type { Link } from '../ports/tables.ts'
import { accountOf } from './account.ts'
import { readBgpHeaders } from './bgp-headers.ts'
import { chooseInterfaces } from './choose-interfaces.ts'
import { parseSubject, selectionOf } from './subject.ts'
import { Tally } from './tally.ts'

const address = (text: string): Ip => parseIp(text)!
const alice = { mac: parseMac('02:00:00:00:00:01')!, ip: address('192.0.2.1') }
const bob = { mac: parseMac('02:00:00:00:00:02')!, ip: address('192.0.2.10') }
const ends: FrameEnds = { from: alice, to: bob }

function bgpMessage(type: number, length: number, ...body: number[]): number[] {
  const message = [...Array<number>(16).fill(0xff), length >> 8, length & 255, type, ...body]
  return [...message, ...Array<number>(Math.max(0, length - message.length)).fill(0)]
}

function tcpFrame(port: number, payload: Uint8Array): Uint8Array {
  const segment = {
    sourcePort: 40_000,
    destinationPort: port,
    sequence: 1,
    acknowledgment: 1,
    flags: TCP_FLAG.ack | TCP_FLAG.psh,
    window: 1000,
    urgentPointer: 0,
    options: [],
    payload,
  }
  return ipFrame(ends, 6, encodeTcp(segment, { source: alice.ip, destination: bob.ip }))
}

describe('parseSubject', () => {
  const kinds = (...words: string[]) => {
    const subject = parseSubject(words)
    return subject.ok ? subject.value.kinds : subject.error
  }
  const everything = ['arp', 'ndp', 'bgp', 'bfd', 'gossip']

  it('takes protocols and addresses in any order, each once', () => {
    const subject = parseSubject(['192.0.2.10', 'BGP', 'arp', '2001:DB8::1', '192.0.2.10', 'arp'])
    if (!subject.ok) throw new Error(subject.error.reason)
    expect(subject.value.kinds).toEqual(['arp', 'bgp'])
    expect(subject.value.addresses.map(formatIp)).toEqual(['192.0.2.10', '2001:db8::1'])
  })
  it('means everything when no protocol is named', () => {
    expect(kinds()).toEqual(everything)
    expect(kinds('192.0.2.1')).toEqual(everything)
    expect(kinds('arp', 'all')).toEqual(everything)
  })
  it('takes an address with its zone', () => expect(kinds('ndp', 'fe80::1%eth0')).toEqual(['ndp']))
  it.each<[string[], unknown]>([
    [['arq'], { reason: 'neither protocol nor address', word: 'arq' }],
    [['192.0.2.0/24'], { reason: 'prefix', word: '192.0.2.0/24' }],
    [['arp', '2001:db8::1'], { reason: 'nothing to see', kind: 'arp', family: 6 }],
    [['ndp', '192.0.2.1'], { reason: 'nothing to see', kind: 'ndp', family: 4 }],
  ])('refuses %j', (words, error) => expect(kinds(...words)).toEqual(error))
  it('lets ARP and NDP stand beside each other for either family', () => {
    expect(kinds('arp', 'ndp', '192.0.2.1')).toEqual(['arp', 'ndp'])
    expect(kinds('arp', '192.0.2.1', '2001:db8::1')).toEqual(['arp'])
  })
})

it('selectionOf asks the kernel for the ports of the protocols and nothing else', () => {
  const of = (...words: string[]) => {
    const subject = parseSubject(words)
    if (!subject.ok) throw new Error(subject.error.reason)
    return selectionOf(subject.value)
  }
  expect(of('arp')).toEqual({ arp: true, ndp: false, tcpPorts: [], udpPorts: [], addresses: [] })
  expect(of('bgp', 'bfd')).toMatchObject({ arp: false, tcpPorts: [179], udpPorts: [3784, 3785, 4784] })
  expect(of('gossip', '192.0.2.1')).toMatchObject({
    tcpPorts: [7946],
    udpPorts: [7946],
    addresses: [address('192.0.2.1')],
  })
})

describe('readBgpHeaders', () => {
  const read = (...bytes: number[]) => readBgpHeaders(Uint8Array.from(bytes))
  const open = bgpMessage(1, 29)
  const keepalive = bgpMessage(4, 19)

  it('names types and errors, and says where a message is cut or none begins', () => {
    expect(read(...open, ...keepalive, ...bgpMessage(99, 19)).messages.map(({ type }) => type)).toEqual([
      'OPEN',
      'KEEPALIVE',
      '99',
    ])
    expect(read(...bgpMessage(3, 21, 6, 2)).messages[0]).toMatchObject({ error: { code: 6, subcode: 2 } })
    expect(read(...bgpMessage(3, 21, 6, 2).slice(0, 19)).messages[0]).toMatchObject({
      cut: true,
      error: undefined,
    })
    expect(read(...keepalive, ...keepalive.slice(0, 5))).toMatchObject({ messages: [{}], unreadBytes: 5 })
    // A length that no message has must not be walked over.
    expect(read(...bgpMessage(4, 18), 0)).toMatchObject({ messages: [], unreadBytes: 20 })
  })

  it('accounts for every byte of any segment', () => {
    const piece = fc.oneof(
      fc.constantFrom(open, keepalive, bgpMessage(3, 21, 1, 1), bgpMessage(2, 50)),
      fc.array(fc.nat(255), { maxLength: 30 }),
    )
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 5 }), fc.nat(60), (pieces, cut) => {
        const bytes = pieces.flat()
        const payload = Uint8Array.from(bytes.slice(0, Math.max(0, bytes.length - cut)))
        const { messages, unreadBytes } = readBgpHeaders(payload)
        const whole = messages.reduce((sum, message) => sum + message.bytes, 0)
        const isCut = messages.at(-1)?.cut === true
        if (isCut) expect([whole > payload.length, unreadBytes]).toEqual([true, 0])
        else expect(whole + unreadBytes).toBe(payload.length)
        expect(messages.slice(0, -1).some((message) => message.cut)).toBe(false)
      }),
    )
  })
})

describe('accountOf', () => {
  it('tells ARP by its fields', () => {
    const account = accountOf(arpRequestFrame(alice, bob.ip))
    expect(account).toMatchObject({
      protocol: 'arp',
      summary: 'ARP who-has 192.0.2.10 tell 192.0.2.1 (02:00:00:00:00:01)',
      source: { mac: alice.mac, ip: alice.ip, port: undefined },
      details: { kind: 'arp', operation: 'request', senderMac: alice.mac, targetIp: bob.ip },
    })
  })
  it('tells NDP by message and target', () => {
    const target = address('2001:db8::10')
    const account = accountOf(neighborSolicitationFrame({ mac: alice.mac, ip: address('fe80::1') }, target))
    expect(account.protocol).toBe('ndp')
    expect(account.details).toEqual({ kind: 'ndp', message: 'neighbor-solicitation', target })
  })
  it('keeps a solicitation that must not be believed among NDP, without fields', () => {
    const frame = neighborSolicitationFrame(
      { mac: alice.mac, ip: address('fe80::1') },
      address('2001:db8::10'),
    )
    const account = accountOf(frame.with(21, 64))
    expect([account.protocol, account.details]).toEqual(['ndp', undefined])
    expect(account.summary).toContain('hop limit not 255')
  })
  it('names the messages of BGP, in a VLAN too', () => {
    const payload = Uint8Array.from([...bgpMessage(4, 19), ...bgpMessage(3, 21, 6, 2)])
    const frame = tcpFrame(179, payload)
    const tagged = Uint8Array.of(...frame.subarray(0, 12), 0x81, 0, 0, 10, ...frame.subarray(12))
    const account = accountOf(tagged)
    expect(account.summary).toBe(
      'VLAN 10: BGP 192.0.2.1:40000 to 192.0.2.10:179: KEEPALIVE; NOTIFICATION Cease, Administrative Shutdown (6/2)',
    )
    expect(account.vlanIds).toEqual([10])
    expect(account.details).toMatchObject({
      kind: 'tcp',
      payloadBytes: 40,
      messages: [{ type: 'KEEPALIVE' }, {}],
    })
  })
  it('tells what gossip says', () => {
    const payload = Uint8Array.of(
      2,
      0x82,
      0xa5,
      ...Buffer.from('SeqNo'),
      7,
      0xa7,
      ...Buffer.from('Payload'),
      0xc0,
    )
    const account = accountOf(udpFrame(ends, { sourcePort: 7946, destinationPort: 7946, payload }))
    expect([account.protocol, account.summary]).toEqual([
      'gossip',
      'Gossip 192.0.2.1:7946 to 192.0.2.10:7946: answer to ping 7',
    ])
  })
  it.each<[string, string, Uint8Array]>([
    [
      'bgp',
      'TCP 192.0.2.1:4000 to 192.0.2.10:179 SYN, MSS 1460',
      tcpSynFrame(ends, { sourcePort: 4000, destinationPort: 179, sequence: 1 }),
    ],
    [
      'gossip',
      'Gossip over TCP 192.0.2.1:40000 to 192.0.2.10:7946, 3 bytes',
      tcpFrame(7946, Uint8Array.of(1, 2, 3)),
    ],
    ...(
      [
        ['bfd', 'BFD control', 49_152, 3784],
        ['bfd', 'BFD echo', 3785, 3785],
        ['bfd', 'BFD multihop control', 49_152, 4784],
        // The port of the destination decides where both are known ones.
        ['bfd', 'BFD control', 4784, 3784],
      ] as const
    ).map(([kind, what, sourcePort, destinationPort]): [string, string, Uint8Array] => [
      kind,
      `${what} 192.0.2.1:${sourcePort} to 192.0.2.10:${destinationPort}, 24 bytes`,
      udpFrame(ends, { sourcePort, destinationPort, payload: new Uint8Array(24) }),
    ]),
  ])('%s: %s', (protocol, summary, frame) => {
    expect([accountOf(frame).protocol, accountOf(frame).summary]).toEqual([protocol, summary])
  })
  it('is total: any bytes give one printable line', () => {
    const seeds = [arpRequestFrame(alice, bob.ip), tcpFrame(179, Uint8Array.from(bgpMessage(4, 19)))]
    const damaged = fc
      .tuple(fc.constantFrom(...seeds), fc.nat(80), fc.nat(255), fc.nat(80))
      .map(([frame, at, byte, cut]) =>
        (at < frame.length ? frame.with(at, byte) : frame).subarray(0, frame.length - cut),
      )
    fc.assert(
      fc.property(fc.oneof(damaged, fc.uint8Array({ maxLength: 80 })), (bytes) => {
        expect(accountOf(bytes).summary).toMatch(/^[\x20-\x7e§×]+$/)
      }),
      { numRuns: 1000 },
    )
  })
})

describe('chooseInterfaces', () => {
  const link = (
    name: string,
    index: number,
    more: { up?: boolean; type?: number; loopback?: boolean } = {},
  ) =>
    ({
      name,
      index,
      hardwareType: more.type ?? 1,
      flags: { up: more.up ?? true, loopback: more.loopback ?? false },
    }) as Link
  const links = [
    link('lo', 1, { type: 772, loopback: true }),
    link('eth0', 2),
    link('eth1', 3, { up: false }),
    link('wg15', 4, { type: 65_534 }),
  ]
  const names = (...named: string[]) => {
    const { interfaces, leftOut } = chooseInterfaces(links, named)
    return [interfaces.map((each) => each.name), leftOut.map((each) => `${each.name}: ${each.reason}`)]
  }

  it('takes every one that is up, and says which of them has no Ethernet', () => {
    expect(names()).toEqual([['lo', 'eth0'], ['wg15: not Ethernet']])
  })
  it('takes those that are named, each once, and says why one cannot be taken', () => {
    expect(names('eth0', 'eth0')).toEqual([['eth0'], []])
    expect(names('eth1', 'wg15', 'nope')).toEqual([[], ['eth1: down', 'wg15: not Ethernet', 'nope: unknown']])
  })
  it('knows the loopback, where each frame would be seen twice', () => {
    expect(chooseInterfaces(links, ['lo', 'eth0']).interfaces.map((each) => each.loopback)).toEqual([
      true,
      false,
    ])
  })
})

it('Tally counts what came by, most frequent first, and what was lost', () => {
  const tally = new Tally()
  tally.count('ndp', true, true)
  tally.count('arp', false, true)
  tally.count('arp', true, false)
  tally.lost(3)
  tally.lost(4)
  expect(tally.result(5)).toEqual({
    frames: 3,
    byProtocol: [
      { protocol: 'arp', frames: 2 },
      { protocol: 'ndp', frames: 1 },
    ],
    lostByKernel: 7,
    notPrinted: 1,
    notWritten: 1,
    elapsedMs: 5,
  })
})
