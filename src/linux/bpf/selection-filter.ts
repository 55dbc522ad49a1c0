// The filter of a probe or a capture: which protocols, which addresses. VLAN tags inside the frame are looked through
// (frames that this host sends have them there; from received ones the kernel has taken them out).

import type { FrameSelection } from '../../diagnose/ports/probes.ts'
import { type Ip, ipBytes } from '../../net/ip.ts'
import { ETH_P } from '../kernel-constants.ts'
import { oneOf } from './address-search.ts'
import { BPF, BpfAssembler, type Label } from './assembler.ts'
import type { Assembled } from './responder-filters.ts'

const WHOLE = 0x40000
const PROTOCOL = { tcp: 6, udp: 17, icmpv6: 58 } as const
const VLAN_TAG_BYTES = 4

/** Where things stand in an untagged frame. */
const AT = {
  etherType: 12,
  arpSender: 28,
  arpTarget: 38,
  ipv4: { header: 14, fragment: 20, protocol: 23, source: 26, destination: 30 },
  ipv6: { nextHeader: 20, source: 22, destination: 38, payload: 54, ndpTarget: 62 },
} as const

interface Context {
  readonly asm: BpfAssembler
  readonly selection: FrameSelection
  readonly v4: readonly number[]
  readonly v6: readonly Ip[]
  readonly accept: Label
  readonly reject: Label
  /** bytes that a tag moves everything back */
  readonly base: number
}

/** 'too long' when there are too many addresses: select by protocol then, and by address in the program. */
export function selectionFilter(selection: FrameSelection): Assembled {
  const asm = new BpfAssembler()
  const [accept, reject, tagged] = [asm.label('accept'), asm.label('reject'), asm.label('tagged')]
  const addresses = selection.addresses ?? []
  const common = {
    asm,
    selection,
    accept,
    reject,
    v4: addresses.filter((a) => a.family === 4).map((a) => Number(a.value)),
    v6: addresses.filter((a) => a.family === 6),
  }
  asm.loadHalf(AT.etherType).if('equal', ETH_P.vlan, tagged)
  frame({ ...common, base: 0 })
  asm.place(tagged).loadHalf(AT.etherType + VLAN_TAG_BYTES)
  frame({ ...common, base: VLAN_TAG_BYTES })
  return asm.place(accept).ret(WHOLE).place(reject).ret(0).assemble()
}

const selectsAddresses = (c: Context): boolean => (c.selection.addresses ?? []).length > 0
const portsOf = (c: Context, protocol: 'tcp' | 'udp'): readonly number[] =>
  (protocol === 'tcp' ? c.selection.tcpPorts : c.selection.udpPorts) ?? []

/** Accumulator: the EtherType. Never falls through. */
function frame(c: Context): void {
  const { asm, reject } = c
  const [arp, ipv4, ipv6] = [asm.label('arp'), asm.label('ipv4'), asm.label('ipv6')]
  asm.if('equal', ETH_P.arp, arp).if('equal', ETH_P.ip, ipv4).if('equal', ETH_P.ipv6, ipv6, reject)
  asm.place(arp)
  arpPart(c)
  asm.place(ipv4)
  ipv4Part(c)
  asm.place(ipv6)
  ipv6Part(c)
}

function arpPart(c: Context): void {
  const { asm, accept, reject, base } = c
  if (c.selection.arp !== true) asm.jump(reject)
  else if (!selectsAddresses(c)) asm.jump(accept)
  else {
    const target = asm.label('target')
    asm.loadWord(AT.arpSender + base)
    oneOf(asm, c.v4, accept, target)
    asm.place(target).loadWord(AT.arpTarget + base)
    oneOf(asm, c.v4, accept, reject)
  }
}

function ipv4Part(c: Context): void {
  const { asm, reject, base } = c
  if (portsOf(c, 'tcp').length + portsOf(c, 'udp').length === 0) {
    asm.jump(reject)
    return
  }
  const [destination, protocol] = [asm.label('destination'), asm.label('protocol')]
  if (selectsAddresses(c)) {
    asm.loadWord(AT.ipv4.source + base)
    oneOf(asm, c.v4, protocol, destination)
    asm.place(destination).loadWord(AT.ipv4.destination + base)
    oneOf(asm, c.v4, protocol, reject)
  }
  // Only the first fragment has the ports.
  asm
    .place(protocol)
    .loadHalf(AT.ipv4.fragment + base)
    .if('anyBit', 0x1fff, reject)
  asm.plain(BPF.ldxHeaderLength, AT.ipv4.header + base).loadByte(AT.ipv4.protocol + base)
  ports(c, AT.ipv4.header + base)
}

/** The upper protocol must follow the header at once: extension headers are not walked. */
function ipv6Part(c: Context): void {
  const { asm, accept, reject, base } = c
  const [icmp, upper, wanted] = [asm.label('icmp'), asm.label('upper'), asm.label('wanted')]
  asm.loadByte(AT.ipv6.nextHeader + base).if('equal', PROTOCOL.icmpv6, icmp)
  anyIpv6(c, [AT.ipv6.source, AT.ipv6.destination], upper)
  asm
    .place(upper)
    .plain(BPF.ldxImmediate, AT.ipv6.payload + base)
    .loadByte(AT.ipv6.nextHeader + base)
  ports(c, 0)
  asm.place(icmp)
  if (c.selection.ndp !== true) {
    asm.jump(reject)
    return
  }
  // RFC 4861 §4: router solicitation 133 to redirect 137.
  asm
    .loadByte(AT.ipv6.payload + base)
    .if('greater', 137, reject)
    .if('atLeast', 133, wanted, reject)
  asm.place(wanted)
  anyIpv6(c, [AT.ipv6.source, AT.ipv6.destination, AT.ipv6.ndpTarget], accept)
}

/** Goes to `yes` when one of the places holds a selected address, or none is selected; otherwise rejects. */
function anyIpv6(c: Context, places: readonly number[], yes: Label): void {
  const { asm, base } = c
  if (!selectsAddresses(c)) {
    asm.jump(yes)
    return
  }
  for (const place of places) {
    for (const address of c.v6) {
      const next = asm.label('next address')
      const view = new DataView(ipBytes(address).buffer)
      for (const word of [0, 4, 8, 12]) asm.loadWord(place + base + word).require(view.getUint32(word), next)
      asm.jump(yes).place(next)
    }
  }
  asm.jump(c.reject)
}

/** Accumulator: the protocol; X + `header`: where the transport header starts. */
function ports(c: Context, header: number): void {
  const { asm, accept, reject } = c
  const [tcp, udp] = [asm.label('tcp'), asm.label('udp')]
  asm.if('equal', PROTOCOL.tcp, tcp).if('equal', PROTOCOL.udp, udp, reject)
  for (const [label, protocol] of [
    [tcp, 'tcp'],
    [udp, 'udp'],
  ] as const) {
    const destination = asm.label('destination port')
    asm.place(label).plain(BPF.ldIndirect.half, header)
    oneOf(asm, portsOf(c, protocol), accept, destination)
    asm.place(destination).plain(BPF.ldIndirect.half, header + 2)
    oneOf(asm, portsOf(c, protocol), accept, reject)
  }
}
