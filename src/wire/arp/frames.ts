// Whole frames of ARP that we send.
// Standards: RFC 826; RFC 5227 §2.1.1 (probe), §2.3 (announcement).
import type { Ip } from '../../net/ip.ts'
import { BROADCAST_MAC, type Mac, ZERO_MAC } from '../../net/mac.ts'
import { ETHER_TYPE, encodeEthernet, type VlanTag } from '../ethernet/ethernet.ts'
import { ANY_IPV4, ARP_OPERATION, type ArpPacket, encodeArp } from './arp.ts'

interface ArpFrameOptions {
  /** Ethernet destination; default broadcast */
  readonly to?: Mac
  /** outermost first; default none */
  readonly tags?: readonly VlanTag[]
}

/** Puts an ARP packet into a frame from its sender. */
export function arpFrame(
  packet: ArpPacket,
  { to = BROADCAST_MAC, tags = [] }: ArpFrameOptions = {},
): Uint8Array {
  return encodeEthernet({
    kind: 'typed',
    destination: to,
    source: packet.senderMac,
    tags,
    etherType: ETHER_TYPE.arp,
    payload: encodeArp(packet),
    padding: new Uint8Array(0),
  })
}

/** Who has `target`? Fills the neighbour tables of others with the sender; `arpProbeFrame` does not. */
export const arpRequestFrame = (
  sender: { mac: Mac; ip: Ip },
  target: Ip,
  options?: ArpFrameOptions,
): Uint8Array =>
  arpFrame(
    {
      operation: ARP_OPERATION.request,
      senderMac: sender.mac,
      senderIp: sender.ip,
      targetMac: ZERO_MAC,
      targetIp: target,
    },
    options,
  )

/** RFC 5227 §2.1.1: a request from 0.0.0.0, so that no neighbour table is changed by asking. */
export const arpProbeFrame = (mac: Mac, target: Ip, options?: ArpFrameOptions): Uint8Array =>
  arpRequestFrame({ mac, ip: ANY_IPV4 }, target, options)

/** `owner` has the address; told to the one who asked. */
export const arpReplyFrame = (
  owner: { mac: Mac; ip: Ip },
  asker: { mac: Mac; ip: Ip },
  options?: ArpFrameOptions,
): Uint8Array =>
  arpFrame(
    {
      operation: ARP_OPERATION.reply,
      senderMac: owner.mac,
      senderIp: owner.ip,
      targetMac: asker.mac,
      targetIp: asker.ip,
    },
    { to: asker.mac, ...options },
  )

/**
 * Tells everybody that `owner` has the address now: a request and a reply, because hosts differ in which of the two they
 * believe. The target's hardware address is all ones, as MetalLB sends it; receivers ignore it (RFC 5227 §2.3).
 */
export function gratuitousArpFrames(
  owner: { mac: Mac; ip: Ip },
  options?: ArpFrameOptions,
): readonly [request: Uint8Array, reply: Uint8Array] {
  const frame = (operation: number) =>
    arpFrame(
      { operation, senderMac: owner.mac, senderIp: owner.ip, targetMac: BROADCAST_MAC, targetIp: owner.ip },
      options,
    )
  return [frame(ARP_OPERATION.request), frame(ARP_OPERATION.reply)]
}
