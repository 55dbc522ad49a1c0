// tshark decodes every kind of frame that we emit, without a complaint and to the same fields; it reads our capture files,
// and we read its. The recorded vectors are judged again by the tshark of this machine.
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { type Ip, parseIp } from '../../src/net/ip.ts'
import { parseMac } from '../../src/net/mac.ts'
import {
  arpProbeFrame,
  arpReplyFrame,
  arpRequestFrame,
  gratuitousArpFrames,
} from '../../src/wire/arp/frames.ts'
import { arpReplyBuffer, fillArpReply } from '../../src/wire/arp/responder-frames.ts'
import { decodeEthernet, TAG_PROTOCOL } from '../../src/wire/ethernet/ethernet.ts'
import { echoRequestFrame, ipFrame, tcpSynFrame, udpFrame } from '../../src/wire/ip/frames.ts'
import { encodeIcmpv4 } from '../../src/wire/ip/icmpv4.ts'
import { encodeIcmpv6 } from '../../src/wire/ip/icmpv6.ts'
import { encodeTcp } from '../../src/wire/ip/tcp.ts'
import {
  duplicateAddressProbeFrame,
  ndpFrame,
  neighborAdvertisementFrame,
  neighborSolicitationFrame,
  routerSolicitationFrame,
} from '../../src/wire/ndp/frames.ts'
import {
  fillNeighborAdvertisement,
  neighborAdvertisementBuffer,
} from '../../src/wire/ndp/responder-frames.ts'
import type { Capture } from '../../src/wire/pcap/capture.ts'
import { decodePcapng } from '../../src/wire/pcap/decode-pcapng.ts'
import { decodePcap, pcapHeader, pcapRecord } from '../../src/wire/pcap/pcap.ts'
import { encodePcapng } from '../../src/wire/pcap/pcapng.ts'
import { differences, dissect, tsharkVersion } from '../support/tshark.ts'
import { fieldsOf } from '../vectors/tshark-fields.ts'

const version = tsharkVersion()
if (version !== undefined) console.log(`interop: ${version}`)
else if (process.env['LBCTL_REQUIRE_INTEROP'] === '1')
  throw new Error('tshark is not installed, and LBCTL_REQUIRE_INTEROP=1 forbids to skip')
else console.log('skipped: tshark is not installed (Debian package tshark)')

const ip = (text: string): Ip => parseIp(text)!
const alice = { mac: parseMac('02:00:00:00:00:01')!, ip: ip('192.0.2.1') }
const bob = { mac: parseMac('02:00:00:00:00:02')!, ip: ip('192.0.2.10') }
const alice6 = { mac: alice.mac, ip: ip('fe80::1') }
const bob6 = { mac: bob.mac, ip: ip('2001:db8::10') }
const tag = (protocolId: number, vlanId: number) => ({ protocolId, priority: 5, dropEligible: false, vlanId })
const vlan = [tag(TAG_PROTOCOL.customer, 10)]
const stacked = [tag(TAG_PROTOCOL.service, 100), tag(TAG_PROTOCOL.customer, 10)]

const request = arpRequestFrame(alice, bob.ip)
const solicitation = neighborSolicitationFrame(alice6, bob6.ip)
const probe6 = duplicateAddressProbeFrame(alice.mac, bob6.ip)
const syn = tcpSynFrame(
  { from: alice, to: bob },
  { sourcePort: 4000, destinationPort: 80, sequence: 0x01020304 },
)
const syn6 = tcpSynFrame(
  { from: alice6, to: bob6 },
  { sourcePort: 4000, destinationPort: 80, sequence: 0xfffffffe },
)

function quoted(frame: Uint8Array): Uint8Array {
  const decoded = decodeEthernet(frame)
  if (!decoded.ok) throw new Error(decoded.error.reason)
  return decoded.value.payload
}

function filledReply(): Uint8Array {
  const reply = arpReplyBuffer(bob.mac)
  fillArpReply(reply, request, 0)
  return reply
}

function filledAdvertisement(asked: Uint8Array, source: Ip | undefined): Uint8Array {
  const answer = neighborAdvertisementBuffer({ mac: bob.mac, override: true, source })
  fillNeighborAdvertisement(answer, asked, 0)
  return answer.frame
}

function md5Syn(): Uint8Array {
  const options = [
    { kind: 'maximum-segment-size', bytes: 1460 },
    { kind: 'no-operation' },
    { kind: 'no-operation' },
    { kind: 'md5-signature', digest: Uint8Array.from({ length: 16 }, (_, i) => i * 3) },
  ] as const
  const ports = { sourcePort: 33000, destinationPort: 179, sequence: 1, acknowledgment: 0 }
  const segment = { ...ports, flags: 2, window: 64240, urgentPointer: 0, options, payload: new Uint8Array(0) }
  return ipFrame(
    { from: alice, to: bob },
    6,
    encodeTcp(segment, { source: alice.ip, destination: bob.ip }),
    255,
  )
}

function routerAdvertisement(): Uint8Array {
  return ndpFrame(
    { from: alice6, to: bob6 },
    {
      kind: 'router-advertisement',
      currentHopLimit: 64,
      managedAddresses: true,
      otherConfiguration: false,
      homeAgent: false,
      preference: 'low',
      proxy: false,
      routerLifetimeSeconds: 1800,
      reachableTimeMs: 30000,
      retransTimerMs: 1000,
      options: [
        { kind: 'source-link-layer-address', mac: alice.mac },
        { kind: 'mtu', mtu: 1500 },
        {
          kind: 'prefix-information',
          prefix: ip('2001:db8::'),
          prefixLength: 64,
          onLink: true,
          autonomous: false,
          routerAddress: false,
          validLifetimeSeconds: 86400,
          preferredLifetimeSeconds: 3600,
        },
        {
          kind: 'recursive-dns-server',
          lifetimeSeconds: 600,
          addresses: [ip('2001:db8::53'), ip('2001:db8::54')],
        },
      ],
    },
  )
}

const back = { from: bob, to: alice }
const back6 = { from: bob6, to: alice6 }
const icmp6 = (message: Parameters<typeof encodeIcmpv6>[0]) =>
  ipFrame(back6, 58, encodeIcmpv6(message, { source: bob6.ip, destination: alice6.ip }))
const echo = { identifier: 77, sequence: 3, data: Uint8Array.from({ length: 32 }, (_, i) => i) }
const nonce = { kind: 'nonce', nonce: Uint8Array.of(1, 2, 3, 4, 5, 6) } as const

const EMITTED: readonly (readonly [string, Uint8Array])[] = [
  ['ARP request', request],
  ['ARP request, unicast', arpRequestFrame(alice, bob.ip, { to: bob.mac })],
  ['ARP request in a VLAN', arpRequestFrame(alice, bob.ip, { tags: vlan })],
  ['ARP request in stacked VLANs', arpRequestFrame(alice, bob.ip, { tags: stacked })],
  ['ARP probe', arpProbeFrame(alice.mac, bob.ip)],
  ['ARP reply', arpReplyFrame(bob, alice)],
  ['ARP reply of the responder', filledReply()],
  ['gratuitous ARP request', gratuitousArpFrames(bob)[0]],
  ['gratuitous ARP reply', gratuitousArpFrames(bob)[1]],
  ['NS', solicitation],
  ['NS, unicast', neighborSolicitationFrame(alice6, bob6.ip, { unicastTo: bob.mac })],
  ['NS in a VLAN', neighborSolicitationFrame(alice6, bob6.ip, { tags: vlan })],
  ['NS for duplicates', probe6],
  ['NS for duplicates with a nonce', duplicateAddressProbeFrame(alice.mac, bob6.ip, { options: [nonce] })],
  [
    'NA',
    neighborAdvertisementFrame({
      mac: bob.mac,
      source: bob6.ip,
      target: bob6.ip,
      to: alice6,
      solicited: true,
      override: false,
    }),
  ],
  [
    'NA, unsolicited',
    neighborAdvertisementFrame({
      mac: bob.mac,
      source: bob6.ip,
      target: bob6.ip,
      solicited: false,
      override: true,
    }),
  ],
  ['NA of the responder', filledAdvertisement(solicitation, undefined)],
  ['NA of the responder from its link-local address', filledAdvertisement(solicitation, ip('fe80::2'))],
  ['NA of the responder to a probe', filledAdvertisement(probe6, undefined)],
  ['RS', routerSolicitationFrame(alice6)],
  ['RS from nobody', routerSolicitationFrame({ mac: alice.mac, ip: ip('::') })],
  ['RA', routerAdvertisement()],
  ['TCP SYN', syn],
  ['TCP SYN over IPv6', syn6],
  ['TCP SYN with an MD5 signature', md5Syn()],
  [
    'UDP',
    udpFrame(
      { from: alice, to: bob },
      { sourcePort: 50000, destinationPort: 50001, payload: Uint8Array.of(1, 2, 3) },
    ),
  ],
  [
    'UDP over IPv6',
    udpFrame(
      { from: alice6, to: bob6 },
      { sourcePort: 50000, destinationPort: 50001, payload: Uint8Array.of(9) },
    ),
  ],
  ['echo request', echoRequestFrame({ from: alice, to: bob }, echo)],
  ['echo request over IPv6', echoRequestFrame({ from: alice6, to: bob6 }, echo)],
  [
    'ICMP host-prohibited',
    ipFrame(
      back,
      1,
      encodeIcmpv4({
        kind: 'destination-unreachable',
        code: 10,
        nextHopMtu: 0,
        originalWords: 0,
        quoted: quoted(syn),
      }),
    ),
  ],
  [
    'ICMP fragmentation-needed',
    ipFrame(
      back,
      1,
      encodeIcmpv4({
        kind: 'destination-unreachable',
        code: 4,
        nextHopMtu: 1400,
        originalWords: 0,
        quoted: quoted(syn),
      }),
    ),
  ],
  [
    'ICMP time-exceeded',
    ipFrame(back, 1, encodeIcmpv4({ kind: 'time-exceeded', code: 0, originalWords: 0, quoted: quoted(syn) })),
  ],
  [
    'ICMPv6 no-route',
    icmp6({ kind: 'destination-unreachable', code: 0, originalWords: 0, quoted: quoted(syn6) }),
  ],
  ['ICMPv6 time-exceeded', icmp6({ kind: 'time-exceeded', code: 0, originalWords: 0, quoted: quoted(syn6) })],
  ['ICMPv6 packet too big', icmp6({ kind: 'packet-too-big', mtu: 1280, quoted: quoted(syn6) })],
]

/** One packet per frame, a microsecond and a nanosecond apart. */
const captureOf = (frames: readonly (readonly [string, Uint8Array])[]): Capture => ({
  interfaces: [{ name: 'eth0', linkType: 1, snapLengthBytes: 0 }],
  packets: frames.map(([comment, bytes], i) => ({
    interfaceIndex: 0,
    timestampNs: 1_700_000_000_000_000_000n + BigInt(i) * 1001n,
    bytes,
    originalBytes: bytes.length,
    direction: i % 2 === 0 ? 'sent' : 'received',
    comment,
  })),
})

describe.skipIf(version === undefined)('frames that we emit', () => {
  const dissections = version === undefined ? [] : dissect(encodePcapng(captureOf(EMITTED)))

  it('are all read from our capture file, with time, comment, direction and interface', () => {
    expect(dissections.map(({ fields }) => fields['frame.comment']?.[0])).toEqual(
      EMITTED.map(([name]) => name),
    )
    expect(dissections[3]?.fields['frame.time_epoch']).toEqual(['1700000000.000003003'])
    expect(dissections[3]?.fields['frame.interface_name']).toEqual(['eth0'])
    expect(
      dissections.slice(0, 2).map(({ fields }) => Number(fields['frame.packet_flags_direction']?.[0])),
    ).toEqual([2, 1])
  })

  it.each(EMITTED.map(([name], i) => [name, i] as const))('%s: no complaint, same fields', (_, i) => {
    const { complaints, fields } = dissections[i]!
    expect(complaints).toEqual([])
    const ours = fieldsOf(EMITTED[i]![1])
    expect(Object.keys(ours).length).toBeGreaterThan(4)
    expect(differences(ours, fields)).toEqual([])
  })

  it('would be complained about with one wrong bit in a checksum', () => {
    // The checksums of IPv4, TCP and ICMPv6.
    const places: readonly [Uint8Array, number][] = [
      [syn, 24],
      [syn, 50],
      [solicitation, 56],
    ]
    const broken = places.map(([frame, at]) => ['broken', frame.with(at, frame[at]! ^ 1)] as const)
    for (const { complaints } of dissect(encodePcapng(captureOf(broken))))
      expect(complaints.join()).toMatch(/checksum/i)
  })
})

describe.skipIf(version === undefined)('recorded frames', () => {
  const folder = join(import.meta.dirname, '../vectors/wire')
  const names = readdirSync(folder).filter((file) => file.endsWith('.hex'))
  const frames = names.map((file) => {
    const hex = readFileSync(join(folder, file), 'utf8').trim()
    return [file, Uint8Array.from(Buffer.from(hex, 'hex'))] as const
  })
  const dissections = version === undefined ? [] : dissect(encodePcapng(captureOf(frames)))

  it.each(frames.map(([name], i) => [name, i] as const))('%s decodes to what this tshark says', (_, i) => {
    expect(dissections[i]?.complaints).toEqual([])
    expect(differences(fieldsOf(frames[i]![1]), dissections[i]!.fields)).toEqual([])
  })
})

describe.skipIf(version === undefined)('capture files', () => {
  const capture = captureOf(EMITTED.slice(0, 5))

  it('written by tshark are read by us, packet by packet', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lbctl-wire-'))
    try {
      const [ours, pcapng, pcap] = ['ours', 'theirs.pcapng', 'theirs.pcap'].map((name) =>
        join(folder, name),
      ) as [string, string, string]
      writeFileSync(ours, encodePcapng(capture))
      const rewrite = (format: string, path: string) =>
        execFileSync('tshark', ['-r', ours, '-F', format, '-w', path], { stdio: 'ignore' })
      rewrite('pcapng', pcapng)
      rewrite('nsecpcap', pcap)
      expect(decodePcapng(readFileSync(pcapng))).toMatchObject({
        ok: true,
        value: { packets: capture.packets },
      })
      const packets = capture.packets.map(({ timestampNs, bytes }) => ({ timestampNs, bytes }))
      expect(decodePcap(readFileSync(pcap))).toMatchObject({ ok: true, value: { packets } })
    } finally {
      rmSync(folder, { recursive: true })
    }
  })

  it('of the classic kind are read by tshark', () => {
    const file = Uint8Array.of(
      ...pcapHeader(1, 262144),
      ...capture.packets.flatMap((packet) => [...pcapRecord(packet)]),
    )
    const dissections = dissect(file)
    expect(dissections.map(({ fields }) => fields['arp.opcode'])).toEqual([['1'], ['1'], ['1'], ['1'], ['1']])
    expect(dissections[4]?.fields['frame.time_epoch']).toEqual(['1700000000.000004004'])
  })
})
