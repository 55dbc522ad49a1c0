// ARP for a responder that answers tens of thousands of requests per second: the question is read straight out of the
// receive buffer and the answer written into a buffer of its own, with no object made on the way. The meaning is that
// of decodeEthernet, decodeArp and their encoders; a property test holds the two to each other.
//
//   if (isArpRequest(buffer, at, length) && owned.has(arpTarget(buffer, at))) {
//     fillArpReply(reply, buffer, at)     // reply = arpReplyBuffer(ownMac), made once
//     send(reply)
//   }
//
// Frames with a VLAN tag are not requests here: the kernel hands tags over beside the frame, not in it.
import type { Ip } from '../../net/ip.ts'
import { type Mac, macBytes, ZERO_MAC } from '../../net/mac.ts'
import { ETHER_TYPE, encodeEthernet, MINIMUM_FRAME_BYTES } from '../ethernet/ethernet.ts'
import { ANY_IPV4, ARP_OPERATION, encodeArp } from './arp.ts'

/** Ethernet header and ARP payload. */
const ARP_FRAME_BYTES = 42

// Offsets in an untagged frame; the layouts stand in ethernet.ts and arp.ts.
const ETHERNET_DESTINATION = 0
const SENDER_MAC = 22
const SENDER_IP = 28
const TARGET_MAC = 32
const TARGET_IP = 38

/** An IPv4 address as `arpTarget` gives it: a signed 32-bit number, which V8 keeps without allocating. */
export const ipv4Key = (address: Ip): number => Number(BigInt.asIntN(32, address.value))

/** Whether the frame of `length` bytes at `at` is an untagged ARP request for an IPv4 address. Never reads beyond it. */
export function isArpRequest(buffer: Uint8Array, at: number, length: number): boolean {
  return (
    length >= ARP_FRAME_BYTES &&
    at >= 0 &&
    at + length <= buffer.length &&
    word(buffer, at + 12) === 0x08060001 && // EtherType ARP, hardware type Ethernet
    word(buffer, at + 16) === 0x08000604 && // protocol type IPv4, address lengths 6 and 4
    buffer[at + 20] === 0 &&
    buffer[at + 21] === ARP_OPERATION.request
  )
}

/** The address asked for, as an `ipv4Key`. Only for frames that are an ARP request. */
export const arpTarget = (buffer: Uint8Array, at: number): number => word(buffer, at + TARGET_IP)

/** Whether the frame is for everybody or for `mac` (6 bytes): a promiscuous card also hands up what is for others. */
export function isBroadcastOrFor(buffer: Uint8Array, at: number, mac: Uint8Array): boolean {
  let broadcast = true
  let own = true
  for (let i = 0; i < 6; i++) {
    const byte = buffer[at + ETHERNET_DESTINATION + i]
    if (byte !== 0xff) broadcast = false
    if (byte !== mac[i]) own = false
  }
  return broadcast || own
}

/** A reply of 60 bytes with everything set that does not depend on the request. */
export function arpReplyBuffer(ownMac: Mac): Uint8Array {
  const operation = ARP_OPERATION.reply
  const payload = encodeArp({
    operation,
    senderMac: ownMac,
    senderIp: ANY_IPV4,
    targetMac: ZERO_MAC,
    targetIp: ANY_IPV4,
  })
  const head = { kind: 'typed', destination: ZERO_MAC, source: ownMac, tags: [] } as const
  const padding = new Uint8Array(0)
  return encodeEthernet({ ...head, etherType: ETHER_TYPE.arp, payload, padding }, MINIMUM_FRAME_BYTES)
}

/**
 * Turns `reply` into the answer to the ARP request at `at`: to its sender (RFC 826, "Packet Reception": the sender's
 * fields become the target's), from the address that it asked for.
 */
export function fillArpReply(reply: Uint8Array, request: Uint8Array, at: number): void {
  for (let i = 0; i < 6; i++) {
    const byte = request[at + SENDER_MAC + i] ?? 0
    reply[ETHERNET_DESTINATION + i] = byte
    reply[TARGET_MAC + i] = byte
  }
  for (let i = 0; i < 4; i++) {
    reply[SENDER_IP + i] = request[at + TARGET_IP + i] ?? 0
    reply[TARGET_IP + i] = request[at + SENDER_IP + i] ?? 0
  }
}

/** For a card whose address changed: rewrites it in a reply buffer. */
export function setReplyMac(reply: Uint8Array, ownMac: Mac): void {
  const bytes = macBytes(ownMac)
  reply.set(bytes, 6)
  reply.set(bytes, SENDER_MAC)
}

function word(buffer: Uint8Array, at: number): number {
  return (
    ((buffer[at] ?? 0) << 24) |
    ((buffer[at + 1] ?? 0) << 16) |
    ((buffer[at + 2] ?? 0) << 8) |
    (buffer[at + 3] ?? 0)
  )
}
