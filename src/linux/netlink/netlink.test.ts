// Messages of a Linux 6.18 kernel, recorded in a network namespace, and messages made here for kinds that it did not have.
import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import { decodeAddress } from './addresses.ts'
import { decodeLink } from './links.ts'
import {
  Attributes,
  decodeErrno,
  decodeMessages,
  encodeAttribute,
  encodeMessage,
  encodeU32Attribute,
} from './message.ts'
import { decodeNeighbour } from './neighbours.ts'
import { decodeRoute, decodeRouteAnswer, routeQuestion } from './routes.ts'
import { decodeRule } from './rules.ts'
import { decodeTcpSession, tcpSocketsRequest } from './sock-diag.ts'

const hex = (text: string): Buffer => Buffer.from(text, 'hex')
const at = (text: string): Ip => parseIp(text)!

const TUN =
  '0000feff0500000091100000000000000900030074756e3000000000050010000200000008000400dc0500000500210000000000380012000800010074756e002c00020005000300010000000500040000000000050005000000000005000600010000000500070000000000'
const VETH =
  '000001000300000043100100000000000700030076300000050010000600000008000400dc05000005002100010000000a00010002000000000a0000100012000900010076657468000000000800050002000000'
const POINT_TO_POINT =
  '0220800005000000080001000a090002080002000a0900010900030074756e3000000000080008008000000014000600ffffffffffffffff8697060086970600'
const LINK_LOCAL =
  '0a40c0fd0200000014000100fe8000000000000024fb98fffe925c5b14000600ffffffffffffffff869706008697060008000800c000000005000b0003000000'
const NEIGHBOUR =
  '02000000030000008000000108000100c00002320a00020002000000005000000800040000000000140003000e0000000e0000000e00000000000000'
const MULTIPATH =
  '02180000fe0300010000000008000f00fe00000008000100c633640008000600070000000c000800080002007805000024000900100000020300000008000500c00002fd100000000300000008000500c00002fe'
const RULE =
  '02000800fc0000010200000008000f00d007000008000e00ffffffff05001500000000000700030076300000080006006e00000008000a001000000008001000ff000000080002000a000000'

/** A link with facts of its kind. */
function link(kind: string, data: readonly Uint8Array[], slaveKind?: string): Buffer {
  const text = (value: string) => Buffer.from(`${value}\0`)
  const info = [
    encodeAttribute(1, text(kind)),
    encodeAttribute(2, Buffer.concat(data)),
    ...(slaveKind === undefined ? [] : [encodeAttribute(4, text(slaveKind))]),
  ]
  return Buffer.concat([
    Buffer.alloc(16),
    encodeAttribute(3, text('x0')),
    encodeAttribute(18, Buffer.concat(info)),
  ])
}

describe('links', () => {
  it('a tun device: no link layer', () => {
    expect(decodeLink(hex(TUN))).toMatchObject({
      index: 5,
      name: 'tun0',
      kind: 'tun',
      hardwareType: 65534,
      mac: undefined,
      mtu: 1500,
      operState: 'down',
      carrier: false,
      flags: { up: true, pointToPoint: true, noArp: true, multicast: true, running: false, broadcast: false },
    })
  })

  it('a veth', () => {
    expect(decodeLink(hex(VETH))).toMatchObject({
      index: 3,
      name: 'v0',
      kind: 'veth',
      hardwareType: 1,
      mac: '02:00:00:00:00:0a',
      parentIndex: 2,
      operState: 'up',
      carrier: true,
      flags: { up: true, broadcast: true, running: true, noArp: false },
    })
  })

  it('VLAN, bond, bridge and VRF', () => {
    expect(decodeLink(link('vlan', [encodeAttribute(1, Uint8Array.of(10, 0))]))?.vlanId).toBe(10)
    const bond = [encodeAttribute(1, Uint8Array.of(6)), encodeU32Attribute(2, 9)]
    expect(decodeLink(link('bond', bond))?.bond).toEqual({ mode: 'balance-alb', activeSlaveIndex: 9 })
    expect(decodeLink(link('bridge', [encodeAttribute(7, Uint8Array.of(1))]))?.bridge).toEqual({
      vlanFiltering: true,
    })
    expect(decodeLink(link('vrf', [encodeU32Attribute(1, 1001)], 'bond'))).toMatchObject({
      vrfTable: 1001,
      slaveKind: 'bond',
    })
  })
})

describe('addresses', () => {
  it('of a point-to-point link: the own one, and the other end', () => {
    const address = decodeAddress(hex(POINT_TO_POINT))!
    expect([formatIp(address.address), formatIp(address.peer!), address.prefixLength]).toEqual([
      '10.9.0.1',
      '10.9.0.2',
      32,
    ])
    expect(address).toMatchObject({ interfaceIndex: 5, scope: 'global', permanent: true, tentative: false })
  })

  it('link-local and still tentative', () => {
    expect(decodeAddress(hex(LINK_LOCAL))).toMatchObject({
      address: at('fe80::24fb:98ff:fe92:5c5b'),
      prefixLength: 64,
      scope: 'link',
      tentative: true,
      dadFailed: false,
      peer: undefined,
    })
  })

  it('with a duplicate', () => {
    const flags = encodeU32Attribute(8, 0x08 | 0x40 | 0x80)
    const bytes = Buffer.concat([
      hex('0a4048000200000014000100'),
      hex('20010db8000000000000000000000001'),
      flags,
    ])
    expect(decodeAddress(bytes)).toMatchObject({ dadFailed: true, tentative: true })
  })
})

it('neighbours', () => {
  expect(decodeNeighbour(hex(NEIGHBOUR))).toEqual({
    interfaceIndex: 3,
    address: at('192.0.2.50'),
    mac: '02:00:00:00:00:50',
    state: 'permanent',
    router: false,
    proxy: false,
  })
  const forwardingEntry = hex(NEIGHBOUR)
  forwardingEntry[0] = 7
  expect(decodeNeighbour(forwardingEntry)).toBeUndefined()
})

describe('routes', () => {
  it('over several gateways, with weights', () => {
    const route = decodeRoute(hex(MULTIPATH))!
    expect(formatPrefix(route.destination)).toBe('198.51.100.0/24')
    expect(route).toMatchObject({
      type: 'unicast',
      table: 254,
      protocol: 'boot',
      metric: 7,
      mtu: 1400,
      scope: 'global',
    })
    expect(route.nextHops.map((hop) => [formatIp(hop.gateway!), hop.interfaceIndex, hop.weight])).toEqual([
      ['192.0.2.253', 3, 3],
      ['192.0.2.254', 3, 1],
    ])
  })

  it('leaves out what the kernel cloned, and other families', () => {
    const cloned = hex(MULTIPATH)
    cloned.writeUInt32LE(0x200, 8)
    expect(decodeRoute(cloned)).toBeUndefined()
    const mpls = hex(MULTIPATH)
    mpls[0] = 28
    expect(decodeRoute(mpls)).toBeUndefined()
  })

  it('the answer to a question may be an error inside a route', () => {
    const cacheInfo = Buffer.alloc(32)
    cacheInfo.writeInt32LE(-13, 12)
    const head = hex('0a80000000000008' + '00000000')
    expect(decodeRouteAnswer(Buffer.concat([head, encodeAttribute(12, cacheInfo)]))).toEqual({
      found: false,
      code: 'EACCES',
      type: 'prohibit',
    })
  })

  it('the question', () => {
    const bytes = Buffer.from(
      routeQuestion({
        destination: at('192.0.2.9'),
        source: at('192.0.2.1'),
        outputInterface: 3,
        mark: 0xffffffff,
      }),
    )
    expect(bytes.subarray(0, 12).toString('hex')).toBe('022020000000000000100000')
    const attributes = new Attributes(bytes, 12)
    expect([...attributes.bytes(1)!]).toEqual([192, 0, 2, 9])
    expect([...attributes.bytes(2)!]).toEqual([192, 0, 2, 1])
    expect([attributes.u32(4), attributes.u32(16), attributes.u32(3)]).toEqual([3, 0xffffffff, undefined])
  })
})

it('rules', () => {
  const rule = decodeRule(hex(RULE))!
  expect(rule).toMatchObject({
    family: 4,
    priority: 110,
    not: true,
    to: undefined,
    inputInterface: 'v0',
    mark: { value: 0x10, mask: 0xff },
    action: 'table',
    table: 2000,
    vrf: false,
    suppressPrefixLength: undefined,
  })
  expect(formatPrefix(rule.from!)).toBe('10.0.0.0/8')
})

it('TCP sessions: IPv4 inside IPv6 is IPv4', () => {
  const bytes = Buffer.alloc(72)
  bytes.writeUInt8(10, 0)
  bytes.writeUInt8(1, 1)
  bytes.writeUInt16BE(179, 4)
  bytes.writeUInt16BE(40000, 6)
  hex('00000000000000000000ffffc0000201').copy(bytes, 8)
  hex('20010db8000000000000000000000002').copy(bytes, 24)
  bytes.writeUInt32LE(7, 40)
  bytes.writeUInt32LE(1000, 64)
  bytes.writeUInt32LE(4242, 68)
  expect(decodeTcpSession(bytes)).toEqual({
    state: 'established',
    local: { address: at('192.0.2.1'), port: 179 },
    remote: { address: at('2001:db8::2'), port: 40000 },
    interfaceIndex: 7,
    uid: 1000,
    inode: 4242,
    traffic: undefined,
  })
  expect(Buffer.from(tcpSocketsRequest(6)).toString('hex', 0, 8)).toBe('0a060200ffffffff')
})

describe('messages', () => {
  it('several in one datagram, padded', () => {
    const one = encodeMessage(16, 2, 7, Uint8Array.of(1, 2, 3))
    const bytes = Buffer.concat([one, Buffer.alloc(1), encodeMessage(3, 0, 7, Buffer.alloc(4))])
    const messages = decodeMessages(bytes)
    expect(messages.map((m) => [m.type, m.flags, m.sequence, m.payload.length])).toEqual([
      [16, 2, 7, 3],
      [3, 0, 7, 4],
    ])
    expect(decodeMessages(bytes.subarray(0, bytes.length - 1))).toHaveLength(1)
  })

  it('errors are errnos', () => {
    const payload = Buffer.alloc(4)
    payload.writeInt32LE(-101)
    expect(decodeErrno(payload)).toBe(101)
    expect(decodeErrno(Buffer.alloc(2))).toBe(0)
  })

  const decoders = [
    decodeLink,
    decodeAddress,
    decodeNeighbour,
    decodeRoute,
    decodeRouteAnswer,
    decodeRule,
    decodeTcpSession,
  ]
  const recorded = [TUN, VETH, POINT_TO_POINT, LINK_LOCAL, NEIGHBOUR, MULTIPATH, RULE].map(hex)

  it('decoders answer for any bytes: cut, changed, or random', () => {
    const changed = fc
      .tuple(
        fc.constantFrom(...recorded),
        fc.nat(200),
        fc.array(fc.tuple(fc.nat(200), fc.nat(255)), { maxLength: 6 }),
      )
      .map(([bytes, length, edits]) => {
        const copy = Buffer.from(bytes.subarray(0, length))
        for (const [place, value] of edits) if (place < copy.length) copy[place] = value
        return copy
      })
    fc.assert(
      fc.property(
        fc.oneof(
          changed,
          fc.uint8Array({ maxLength: 100 }).map((b) => Buffer.from(b)),
        ),
        (bytes) => {
          for (const decode of decoders) decode(bytes)
          decodeMessages(bytes)
        },
      ),
      { numRuns: 500 },
    )
  })
})
