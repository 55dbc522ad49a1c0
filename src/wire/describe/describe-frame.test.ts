import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Ip, parseIp } from '../../net/ip.ts'
import { parseMac } from '../../net/mac.ts'
import {
  arpFrame,
  arpProbeFrame,
  arpReplyFrame,
  arpRequestFrame,
  gratuitousArpFrames,
} from '../arp/frames.ts'
import { decodeEthernet } from '../ethernet/ethernet.ts'
import { echoRequestFrame, type FrameEnds, ipFrame, tcpSynFrame, udpFrame } from '../ip/frames.ts'
import { encodeIcmpv4, type Icmpv4Message } from '../ip/icmpv4.ts'
import { encodeIcmpv6, type Icmpv6Message } from '../ip/icmpv6.ts'
import {
  duplicateAddressProbeFrame,
  ndpFrame,
  neighborAdvertisementFrame,
  neighborSolicitationFrame,
  routerSolicitationFrame,
} from '../ndp/frames.ts'
import { describeFrame } from './describe-frame.ts'

const address = (text: string): Ip => parseIp(text)!
const alice = { mac: parseMac('02:00:00:00:00:01')!, ip: address('192.0.2.1') }
const bob = { mac: parseMac('02:00:00:00:00:02')!, ip: address('192.0.2.10') }
const alice6 = { mac: alice.mac, ip: address('fe80::1') }
const bob6 = { mac: bob.mac, ip: address('2001:db8::10') }
const v4: FrameEnds = { from: alice, to: bob }
const v6: FrameEnds = { from: alice6, to: bob6 }

describe('describeFrame of ARP', () => {
  it.each<[string, Uint8Array]>([
    ['ARP who-has 192.0.2.10 tell 192.0.2.1 (02:00:00:00:00:01)', arpRequestFrame(alice, bob.ip)],
    [
      'ARP who-has 192.0.2.10 tell 192.0.2.1 (02:00:00:00:00:01), asked of 02:00:00:00:00:02',
      arpRequestFrame(alice, bob.ip, { to: bob.mac }),
    ],
    ['ARP probe who-has 192.0.2.10 (02:00:00:00:00:01)', arpProbeFrame(alice.mac, bob.ip)],
    [
      'ARP 192.0.2.10 is-at 02:00:00:00:00:02, told to 192.0.2.1 (02:00:00:00:00:01)',
      arpReplyFrame(bob, alice),
    ],
    ['ARP announcement 192.0.2.10 is-at 02:00:00:00:00:02', gratuitousArpFrames(bob)[0]],
    ['ARP announcement (reply) 192.0.2.10 is-at 02:00:00:00:00:02', gratuitousArpFrames(bob)[1]],
    [
      'ARP operation 9 from 192.0.2.1 (02:00:00:00:00:01) to 192.0.2.10 (02:00:00:00:00:02)',
      arpFrame({
        operation: 9,
        senderMac: alice.mac,
        senderIp: alice.ip,
        targetMac: bob.mac,
        targetIp: bob.ip,
      }),
    ],
    [
      'VLAN 100: VLAN 10: ARP who-has 192.0.2.10 tell 192.0.2.1 (02:00:00:00:00:01)',
      arpRequestFrame(alice, bob.ip, {
        tags: [
          { protocolId: 0x88a8, priority: 0, dropEligible: false, vlanId: 100 },
          { protocolId: 0x8100, priority: 0, dropEligible: false, vlanId: 10 },
        ],
      }),
    ],
  ])('%s', (line, frame) => expect(describeFrame(frame)).toBe(line))

  it('shows a frame whose source is not the sender that the packet claims', () => {
    const forged = arpReplyFrame(bob, alice).with(11, 0x66)
    expect(describeFrame(forged)).toBe(
      'ARP 192.0.2.10 is-at 02:00:00:00:00:02, told to 192.0.2.1 (02:00:00:00:00:01), frame from 02:00:00:00:00:66',
    )
  })
})

describe('describeFrame of neighbour discovery', () => {
  const router = {
    kind: 'router-advertisement',
    currentHopLimit: 64,
    managedAddresses: true,
    otherConfiguration: true,
    homeAgent: false,
    preference: 'high',
    proxy: false,
    routerLifetimeSeconds: 1800,
    reachableTimeMs: 0,
    retransTimerMs: 0,
    options: [
      { kind: 'source-link-layer-address', mac: alice.mac },
      { kind: 'mtu', mtu: 1400 },
      {
        kind: 'prefix-information',
        prefix: address('2001:db8::'),
        prefixLength: 64,
        onLink: true,
        autonomous: true,
        routerAddress: false,
        validLifetimeSeconds: 60,
        preferredLifetimeSeconds: 30,
      },
      { kind: 'recursive-dns-server', lifetimeSeconds: 60, addresses: [address('2001:db8::53')] },
    ],
  } as const
  it.each<[string, Uint8Array]>([
    ['NS who-has 2001:db8::10 tell fe80::1 (02:00:00:00:00:01)', neighborSolicitationFrame(alice6, bob6.ip)],
    [
      'NS who-has 2001:db8::10 tell fe80::1 (02:00:00:00:00:01), asked of 02:00:00:00:00:02',
      neighborSolicitationFrame(alice6, bob6.ip, { unicastTo: bob.mac }),
    ],
    ['NS probe who-has 2001:db8::10 (02:00:00:00:00:01)', duplicateAddressProbeFrame(alice.mac, bob6.ip)],
    [
      'NA 2001:db8::10 is-at 02:00:00:00:00:02 solicited override, told to fe80::1',
      neighborAdvertisementFrame({
        mac: bob.mac,
        source: bob6.ip,
        target: bob6.ip,
        to: alice6,
        solicited: true,
        override: true,
      }),
    ],
    [
      'NA 2001:db8::10 is-at 02:00:00:00:00:02 unsolicited override',
      neighborAdvertisementFrame({
        mac: bob.mac,
        source: bob6.ip,
        target: bob6.ip,
        solicited: false,
        override: true,
      }),
    ],
    ['RS from fe80::1 (02:00:00:00:00:01)', routerSolicitationFrame(alice6)],
    [
      'RA from fe80::1 (02:00:00:00:00:01), router for 1800 s, preference high, managed addresses, other configuration, ' +
        'MTU 1400, prefix 2001:db8::/64, DNS 2001:db8::53',
      ndpFrame(v6, router),
    ],
    [
      'RA from fe80::1 (02:00:00:00:00:01), not a default router',
      ndpFrame(v6, {
        ...router,
        routerLifetimeSeconds: 0,
        preference: 'medium',
        managedAddresses: false,
        otherConfiguration: false,
        options: [],
      }),
    ],
  ])('%s', (line, frame) => expect(describeFrame(frame)).toBe(line))

  it('says why a message must not be believed', () => {
    const frame = neighborSolicitationFrame(alice6, bob6.ip).with(21, 64)
    expect(describeFrame(frame)).toBe(
      'NDP fe80::1 to ff02::1:ff00:10 not decodable: ndp: hop limit not 255 at byte 0: needs 255, has 64 (RFC 4861 §7.1)',
    )
  })
})

describe('describeFrame of IP', () => {
  const syn4 = tcpSynFrame(v4, { sourcePort: 4000, destinationPort: 80, sequence: 1 })
  const syn6 = tcpSynFrame(v6, { sourcePort: 4000, destinationPort: 80, sequence: 1 })
  const back4: FrameEnds = { from: bob, to: alice }
  const back6: FrameEnds = { from: bob6, to: alice6 }
  const quoted = (frame: Uint8Array) => {
    const ethernet = decodeEthernet(frame)
    return ethernet.ok ? ethernet.value.payload : frame
  }
  const icmp4 = (message: Icmpv4Message) => ipFrame(back4, 1, encodeIcmpv4(message))
  const icmp6 = (message: Icmpv6Message) =>
    ipFrame(back6, 58, encodeIcmpv6(message, { source: bob6.ip, destination: alice6.ip }))

  it.each<[string, Uint8Array]>([
    ['TCP 192.0.2.1:4000 to 192.0.2.10:80 SYN, MSS 1460', syn4],
    ['TCP [fe80::1]:4000 to [2001:db8::10]:80 SYN, MSS 1440', syn6],
    [
      'UDP 192.0.2.1:7946 to 192.0.2.10:7946, 3 bytes',
      udpFrame(v4, { sourcePort: 7946, destinationPort: 7946, payload: Uint8Array.of(1, 2, 3) }),
    ],
    [
      'ICMP 192.0.2.1 to 192.0.2.10: echo request 7',
      echoRequestFrame(v4, { identifier: 1, sequence: 7, data: new Uint8Array(8) }),
    ],
    [
      'ICMPv6 fe80::1 to 2001:db8::10: echo request 7',
      echoRequestFrame(v6, { identifier: 1, sequence: 7, data: new Uint8Array(8) }),
    ],
    [
      'ICMP 192.0.2.10 to 192.0.2.1: host-prohibited for TCP 192.0.2.1:4000 to 192.0.2.10:80',
      icmp4({
        kind: 'destination-unreachable',
        code: 10,
        nextHopMtu: 0,
        originalWords: 0,
        quoted: quoted(syn4),
      }),
    ],
    [
      'ICMP 192.0.2.10 to 192.0.2.1: fragmentation-needed, MTU 1400 for TCP 192.0.2.1:4000 to 192.0.2.10:80',
      icmp4({
        kind: 'destination-unreachable',
        code: 4,
        nextHopMtu: 1400,
        originalWords: 0,
        quoted: quoted(syn4),
      }),
    ],
    [
      'ICMP 192.0.2.10 to 192.0.2.1: hop-limit-exceeded',
      icmp4({ kind: 'time-exceeded', code: 0, originalWords: 0, quoted: new Uint8Array(0) }),
    ],
    [
      'ICMP 192.0.2.10 to 192.0.2.1: redirect to 192.0.2.1',
      icmp4({ kind: 'redirect', code: 1, gateway: alice.ip, quoted: new Uint8Array(0) }),
    ],
    [
      'ICMP 192.0.2.10 to 192.0.2.1: type 13 code 0',
      icmp4({ kind: 'other', type: 13, code: 0, body: new Uint8Array(4) }),
    ],
    [
      'ICMPv6 2001:db8::10 to fe80::1: address-unreachable for TCP [fe80::1]:4000 to [2001:db8::10]:80',
      icmp6({ kind: 'destination-unreachable', code: 3, originalWords: 0, quoted: quoted(syn6) }),
    ],
    [
      'ICMPv6 2001:db8::10 to fe80::1: packet too big, MTU 1280',
      icmp6({ kind: 'packet-too-big', mtu: 1280, quoted: new Uint8Array(0) }),
    ],
    [
      'ICMPv6 2001:db8::10 to fe80::1: parameter problem at byte 40',
      icmp6({ kind: 'parameter-problem', code: 1, pointer: 40, quoted: new Uint8Array(0) }),
    ],
    [
      'ICMPv6 2001:db8::10 to fe80::1: type 143 code 0',
      icmp6({ kind: 'other', type: 143, code: 0, body: new Uint8Array(4) }),
    ],
    ['IPv4 192.0.2.1 to 192.0.2.10, VRRP, 4 bytes', ipFrame(v4, 112, new Uint8Array(4))],
    ['IPv6 fe80::1 to 2001:db8::10, protocol 253, 4 bytes', ipFrame(v6, 253, new Uint8Array(4))],
  ])('%s', (line, frame) => expect(describeFrame(frame)).toBe(line))

  it('describes other frames by their type or length, and broken ones by the reason', () => {
    const head = '020000000002020000000001'
    const hex = (text: string) => Uint8Array.from(Buffer.from(head + text, 'hex'))
    expect(describeFrame(hex('88cc0207'))).toBe(
      'Ethernet 02:00:00:00:00:01 to 02:00:00:00:00:02, type 0x88cc, 2 bytes',
    )
    expect(describeFrame(hex('0002424200'))).toBe('802.3 02:00:00:00:00:01 to 02:00:00:00:00:02, 2 bytes')
    expect(describeFrame(hex('08060001'))).toBe(
      'ARP from 02:00:00:00:00:01 not decodable: arp: truncated at byte 2: needs 2, has 0 (RFC 826)',
    )
    expect(describeFrame(hex('0800'))).toBe(
      'IPv4 from 02:00:00:00:00:01 not decodable: ipv4: truncated at byte 0: needs 1, has 0 (RFC 791 §3.1)',
    )
    expect(describeFrame(new Uint8Array(3))).toBe(
      'Ethernet frame not decodable: ethernet: truncated at byte 0: needs 6, has 3 (IEEE 802.3 §3.2)',
    )
  })

  it('gives one printable line for any bytes', () => {
    const start = fc.constantFrom('', '0806', '0800', '86dd', '8100000a0806', '0010')
    const seeds = [syn4, syn6, arpRequestFrame(alice, bob.ip), neighborSolicitationFrame(alice6, bob6.ip)]
    const damaged = fc
      .tuple(fc.constantFrom(...seeds), fc.nat(85), fc.nat(255))
      .map(([f, at, byte]) => (at < f.length ? f.with(at, byte) : f))
    const random = fc
      .tuple(start, fc.uint8Array({ maxLength: 90 }))
      .map(([type, bytes]) => Uint8Array.of(...new Uint8Array(12), ...Buffer.from(type, 'hex'), ...bytes))
    fc.assert(
      fc.property(fc.oneof(damaged, random, fc.uint8Array({ maxLength: 20 })), (bytes) => {
        expect(describeFrame(bytes)).toMatch(/^[\x20-\x7e§]+$/)
      }),
      { numRuns: 1000 },
    )
  })
})
