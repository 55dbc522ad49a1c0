// Neighbour discovery for a responder that answers tens of thousands of solicitations per second; see
// arp/responder-frames.ts for the idea. The meaning is that of decodeEthernet, decodeIpv6, decodeNdp and their encoders;
// a property test holds them to each other.
//
// Tagged frames and packets with extension headers are not solicitations here.
import type { Ip } from '../../net/ip.ts'
import { type Mac, ZERO_MAC } from '../../net/mac.ts'
import { neighborAdvertisementFrame } from './frames.ts'
import { NDP_HOP_LIMIT, NDP_TYPE } from './ndp.ts'
import { ALL_NODES, UNSPECIFIED } from './solicited-node.ts'

// Offsets in an untagged frame without extension headers; the layouts stand in ethernet.ts, ipv6.ts and ndp.ts.
const ETHERNET_SOURCE = 6
const PAYLOAD_LENGTH = 18
const IP_SOURCE = 22
const IP_DESTINATION = 38
const ICMP = 54
const TARGET = 62
const OPTIONS = 78

const ICMPV6_PROTOCOL = 58
const SOURCE_LINK_LAYER_ADDRESS = 1
const SOLICITED = 0x40

/** ff02::1:ff00:0/104, the solicited-node groups. */
const SOLICITED_NODE_PREFIX = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0xff)

/**
 * Whether the frame of `length` bytes at `at` is a valid neighbour solicitation (RFC 4861 §7.1.1, checksum included).
 * Never reads beyond it.
 */
export function isNeighborSolicitation(buffer: Uint8Array, at: number, length: number): boolean {
  if (length < OPTIONS || at < 0 || at + length > buffer.length) return false
  if (buffer[at + 12] !== 0x86 || buffer[at + 13] !== 0xdd || (buffer[at + 14] ?? 0) >>> 4 !== 6) return false
  if (buffer[at + 20] !== ICMPV6_PROTOCOL || buffer[at + 21] !== NDP_HOP_LIMIT) return false
  if (buffer[at + ICMP] !== NDP_TYPE.neighborSolicitation || buffer[at + ICMP + 1] !== 0) return false
  const payloadBytes = half(buffer, at + PAYLOAD_LENGTH)
  if (payloadBytes < OPTIONS - ICMP || ICMP + payloadBytes > length) return false
  if (buffer[at + TARGET] === 0xff) return false
  const end = at + ICMP + payloadBytes
  const sourceMac = sourceMacOption(buffer, at + OPTIONS, end)
  if (sourceMac === MALFORMED) return false
  if (isFromNobody(buffer, at) && (sourceMac !== ABSENT || !isToSolicitedNode(buffer, at))) return false
  return checksumIsRight(buffer, at, payloadBytes)
}

/** Offset of the 16 bytes of the address asked for, from the start of the frame. */
export const SOLICITED_TARGET_OFFSET = TARGET

/**
 * One quarter (0..3) of the address asked for, as a signed 32-bit number, for look-ups without allocation. The last
 * quarter differs most between the addresses of one network. Only for frames that are a neighbour solicitation.
 */
export function solicitedTargetWord(buffer: Uint8Array, at: number, quarter: number): number {
  const from = at + TARGET + quarter * 4
  return (half(buffer, from) << 16) | half(buffer, from + 2)
}

/** The same quarters of an address held as a value. */
export const ipv6Words = ({ value }: Ip): readonly [number, number, number, number] => {
  const quarter = (shift: bigint) => Number(BigInt.asIntN(32, value >> shift))
  return [quarter(96n), quarter(64n), quarter(32n), quarter(0n)]
}

export interface AdvertisementSettings {
  readonly mac: Mac
  /** RFC 4861 §7.2.4: set, except by proxies and anycast addresses; MetalLB leaves it clear in its answers */
  readonly override: boolean
  /** source of the packet; undefined = the address asked for */
  readonly source: Ip | undefined
}

/** An answer with everything set that does not depend on the solicitation. */
export interface AdvertisementBuffer {
  /** the frame to send, 86 bytes */
  readonly frame: Uint8Array
  readonly sourceIsTarget: boolean
}

export function neighborAdvertisementBuffer({
  mac,
  override,
  source,
}: AdvertisementSettings): AdvertisementBuffer {
  const frame = neighborAdvertisementFrame({
    mac,
    source: source ?? UNSPECIFIED,
    target: UNSPECIFIED,
    to: { mac: ZERO_MAC, ip: ALL_NODES },
    solicited: false,
    override,
  })
  return { frame, sourceIsTarget: source === undefined }
}

/**
 * Turns the buffer into the answer to the neighbour solicitation at `at`. RFC 4861 §7.2.4: to its sender, solicited; or,
 * when the sender has no address yet (it probes for duplicates), to all nodes, not solicited. The sender's Ethernet
 * address is that of its option, or that of the frame when it gives none, as unicast solicitations may.
 */
export function fillNeighborAdvertisement(
  answer: AdvertisementBuffer,
  solicitation: Uint8Array,
  at: number,
): void {
  const { frame } = answer
  if (isFromNobody(solicitation, at)) {
    frame.set(ALL_NODES_MAC, 0)
    frame.set(ALL_NODES_IP, IP_DESTINATION)
    frame[ICMP + 4] = (frame[ICMP + 4] ?? 0) & ~SOLICITED
  } else {
    const end = at + ICMP + half(solicitation, at + PAYLOAD_LENGTH)
    const option = sourceMacOption(solicitation, at + OPTIONS, end)
    copy(frame, 0, solicitation, option >= 0 ? option : at + ETHERNET_SOURCE, 6)
    copy(frame, IP_DESTINATION, solicitation, at + IP_SOURCE, 16)
    frame[ICMP + 4] = (frame[ICMP + 4] ?? 0) | SOLICITED
  }
  copy(frame, TARGET, solicitation, at + TARGET, 16)
  if (answer.sourceIsTarget) copy(frame, IP_SOURCE, solicitation, at + TARGET, 16)
  frame[ICMP + 2] = 0
  frame[ICMP + 3] = 0
  const checksum = ~sumFromAddresses(frame, 0, frame.length - ICMP) & 0xffff
  frame[ICMP + 2] = checksum >>> 8
  frame[ICMP + 3] = checksum & 0xff
}

const ALL_NODES_MAC = Uint8Array.of(0x33, 0x33, 0, 0, 0, 1)
const ALL_NODES_IP = Uint8Array.of(0xff, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1)

const ABSENT = -1
const MALFORMED = -2

/** Offset of the address in the first source link-layer address option; ABSENT, or MALFORMED as RFC 4861 §4.6 says. */
function sourceMacOption(buffer: Uint8Array, from: number, end: number): number {
  let found = ABSENT
  let at = from
  while (at < end) {
    const units = at + 1 < end ? (buffer[at + 1] ?? 0) : 0
    if (units === 0 || at + units * 8 > end) return MALFORMED
    if (found === ABSENT && buffer[at] === SOURCE_LINK_LAYER_ADDRESS && units === 1) found = at + 2
    at += units * 8
  }
  return found
}

function isFromNobody(buffer: Uint8Array, at: number): boolean {
  for (let i = 0; i < 16; i++) if (buffer[at + IP_SOURCE + i] !== 0) return false
  return true
}

function isToSolicitedNode(buffer: Uint8Array, at: number): boolean {
  for (let i = 0; i < SOLICITED_NODE_PREFIX.length; i++)
    if (buffer[at + IP_DESTINATION + i] !== SOLICITED_NODE_PREFIX[i]) return false
  return true
}

const checksumIsRight = (buffer: Uint8Array, at: number, payloadBytes: number): boolean =>
  sumFromAddresses(buffer, at, payloadBytes) === 0xffff

/** RFC 8200 §8.1: the addresses stand right before the message, so pseudo-header and message are one run of words. */
function sumFromAddresses(buffer: Uint8Array, at: number, payloadBytes: number): number {
  let sum = payloadBytes + ICMPV6_PROTOCOL
  const end = at + ICMP + payloadBytes
  for (let i = at + IP_SOURCE; i + 1 < end; i += 2) sum += half(buffer, i)
  if ((payloadBytes & 1) === 1) sum += (buffer[end - 1] ?? 0) << 8
  // At most 65,575 bytes are added, so twice is enough.
  sum = (sum & 0xffff) + (sum >>> 16)
  return (sum & 0xffff) + (sum >>> 16)
}

const half = (buffer: Uint8Array, at: number): number => ((buffer[at] ?? 0) << 8) | (buffer[at + 1] ?? 0)

function copy(to: Uint8Array, toAt: number, from: Uint8Array, fromAt: number, count: number): void {
  for (let i = 0; i < count; i++) to[toAt + i] = from[fromAt + i] ?? 0
}
