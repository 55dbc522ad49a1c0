// ARP for IPv4 on Ethernet.
// Standards: RFC 826; RFC 5227 (probes and announcements are ARP requests with special addresses).
import { type Ip, ip } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'
import { readIpv4, readMac, writeIp, writeMac } from '../addresses.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import { Writer } from '../writer.ts'

export const ARP_OPERATION = { request: 1, reply: 2 } as const

/** 0.0.0.0, the sender of a probe (RFC 5227 §1.1) */
export const ANY_IPV4: Ip = ip(4, 0n)

export interface ArpPacket {
  /** 1 request, 2 reply; others (reverse ARP, inverse ARP) are carried as they are */
  readonly operation: number
  readonly senderMac: Mac
  /** 0.0.0.0 in a probe (RFC 5227 §1.1) */
  readonly senderIp: Ip
  /** all zero in most requests: it is what is asked for */
  readonly targetMac: Mac
  readonly targetIp: Ip
}

const HARDWARE_ETHERNET = 1
const PROTOCOL_IPV4 = 0x0800

/**
 * Decodes an ARP payload, 28 bytes; bytes behind them are Ethernet padding and not looked at.
 *
 *    0        2        4      5      6        8          14         18         24         28
 *   | htype  | ptype  | hlen | plen | oper   | sha (6)  | spa (4)  | tha (6)  | tpa (4)  |
 */
export function decodeArp(bytes: Uint8Array): Decoded<ArpPacket> {
  return decoding('arp', 'RFC 826', bytes, (r) => {
    const expect = (reason: string, have: number, need: number, width: number) => {
      // RFC 826, "Packet Reception": hardware type, protocol and both lengths are checked before anything else.
      if (have !== need) throw r.reject(reason, 'RFC 826', { at: r.at - width, need, have })
    }
    expect('hardware-type-not-ethernet', r.u16(), HARDWARE_ETHERNET, 2)
    expect('protocol-type-not-ipv4', r.u16(), PROTOCOL_IPV4, 2)
    expect('bad-hardware-length', r.u8(), 6, 1)
    expect('bad-protocol-length', r.u8(), 4, 1)
    const operation = r.u16()
    const senderMac = readMac(r)
    const senderIp = readIpv4(r)
    const targetMac = readMac(r)
    return { operation, senderMac, senderIp, targetMac, targetIp: readIpv4(r) }
  })
}

export function encodeArp(packet: ArpPacket): Uint8Array {
  const w = new Writer()
  w.u16(HARDWARE_ETHERNET).u16(PROTOCOL_IPV4).u8(6).u8(4).u16(packet.operation)
  writeMac(w, packet.senderMac)
  writeIp(w, packet.senderIp)
  writeMac(w, packet.targetMac)
  writeIp(w, packet.targetIp)
  return w.finish()
}
