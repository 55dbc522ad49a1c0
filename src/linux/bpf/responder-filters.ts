// What the sockets of the responder take from the kernel. Refusing a frame here costs nothing: the process is not woken.
import { err, type Result } from '../../net/result.ts'
import { PACKET_TYPE } from '../kernel-constants.ts'
import { oneOf } from './address-search.ts'
import {
  ANCILLARY,
  type AssemblyError,
  BpfAssembler,
  type BpfProgram,
  type Label,
  MAX_INSTRUCTIONS,
} from './assembler.ts'

/** Take the whole frame. */
const WHOLE = 0x40000

const ARP_AT = { operation: 20, senderIp: 28, targetIp: 38 } as const
const REQUEST = 1

export type Assembled = Result<BpfProgram, AssemblyError>

/**
 * Frames that are meant for this host. Leaves out "other host": unicast to another MAC, and also frames of a VLAN that this
 * host has no interface for, whose tag the kernel has already taken away.
 */
function requireForUs(asm: BpfAssembler, reject: Label): void {
  asm.loadWord(ANCILLARY.packetType).if('greater', PACKET_TYPE.multicast, reject)
}

/** Any ARP request, for sets that are too large for `ownedArp`, and any reply. */
export function anyArp(): Assembled {
  const asm = new BpfAssembler()
  const [accept, reject] = [asm.label('accept'), asm.label('reject')]
  requireForUs(asm, reject)
  asm.loadHalf(ARP_AT.operation).if('equal', REQUEST, accept).if('equal', 2, accept, reject)
  return asm.place(accept).ret(WHOLE).place(reject).ret(0).assemble()
}

/**
 * ARP requests for one of `owned`, and any ARP whose sender claims to be one of them.
 * Refused with 'too long' at about 1,600 addresses: then take `anyArp`.
 * @param owned IPv4 addresses as numbers
 */
export function ownedArp(owned: readonly number[]): Assembled {
  // Each is tried twice. To find that out by assembling would take tens of milliseconds, at every change of the set.
  if (2 * new Set(owned).size > MAX_INSTRUCTIONS) return err('too long')
  const asm = new BpfAssembler()
  const [accept, reject, notSender] = [asm.label('accept'), asm.label('reject'), asm.label('not the sender')]
  requireForUs(asm, reject)
  asm.loadWord(ARP_AT.senderIp)
  oneOf(asm, owned, accept, notSender)
  asm.place(notSender).loadHalf(ARP_AT.operation).require(REQUEST, reject)
  asm.loadWord(ARP_AT.targetIp)
  oneOf(asm, owned, accept, reject)
  return asm.place(accept).ret(WHOLE).place(reject).ret(0).assemble()
}

const IPV6_AT = { nextHeader: 20, hopLimit: 21, icmpType: 54 } as const

/** Neighbour solicitations and advertisements that were not forwarded. */
export function neighbourDiscovery(): Assembled {
  const asm = new BpfAssembler()
  const [accept, reject] = [asm.label('accept'), asm.label('reject')]
  requireForUs(asm, reject)
  asm.loadByte(IPV6_AT.nextHeader).require(58, reject)
  // RFC 4861 §7.1.1, §7.1.2: a hop limit below 255 means that a router forwarded it: discard.
  asm.loadByte(IPV6_AT.hopLimit).require(255, reject)
  asm.loadByte(IPV6_AT.icmpType).if('equal', 135, accept).if('equal', 136, accept, reject)
  return asm.place(accept).ret(WHOLE).place(reject).ret(0).assemble()
}

/** Takes nothing. */
export function nothing(): Assembled {
  return new BpfAssembler().ret(0).assemble()
}
