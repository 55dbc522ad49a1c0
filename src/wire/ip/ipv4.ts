// IPv4 headers.
// Standards: RFC 791; RFC 1122 §3.2.1; RFC 2474 and RFC 3168 (traffic class). Options are kept, not interpreted.
import type { Ip } from '../../net/ip.ts'
import { readIpv4, writeIp } from '../addresses.ts'
import { internetChecksum } from '../checksum.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'

export interface Ipv4Packet {
  /** DSCP (6 bits) and ECN (2 bits); called type of service in RFC 791 */
  readonly trafficClass: number
  readonly identification: number
  readonly dontFragment: boolean
  readonly moreFragments: boolean
  /** where the payload belongs in the whole packet; a multiple of 8 */
  readonly fragmentOffsetBytes: number
  /** time to live */
  readonly hopLimit: number
  /** of the payload; see IP_PROTOCOL */
  readonly protocol: number
  readonly source: Ip
  readonly destination: Ip
  /** raw, a multiple of 4 bytes, at most 40 */
  readonly options: Uint8Array
  readonly payload: Uint8Array
}

const FIXED_HEADER_BYTES = 20

/** The header, and what it says about lengths. The quotation in an ICMP error needs it without the rest. */
export interface Ipv4Header extends Omit<Ipv4Packet, 'payload'> {
  readonly headerBytes: number
  readonly totalBytes: number
}

/**
 * Decodes a packet; the checksum must be right. Bytes behind the total length are Ethernet padding and not looked at.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   |version|  IHL  | traffic class |         total length          |
 *   |        identification         |0|D|M|     fragment offset     |
 *   |  time to live |   protocol    |        header checksum        |
 *   |                            source                             |
 *   |                          destination                          |
 *   |                  options (IHL − 5 words) …                    |
 */
export function decodeIpv4(bytes: Uint8Array): Decoded<Ipv4Packet> {
  return decoding('ipv4', 'RFC 791 §3.1', bytes, (r) => {
    const { headerBytes, totalBytes, ...header } = readIpv4Header(r)
    // RFC 1122 §3.2.1.2: a packet with a wrong header checksum is discarded.
    if (internetChecksum(bytes.subarray(0, headerBytes)) !== 0)
      throw r.reject('bad-checksum', 'RFC 1122 §3.2.1.2', { at: 10 })
    if (totalBytes < headerBytes)
      throw r.reject('total-length-below-header', 'RFC 791 §3.1', {
        at: 2,
        need: headerBytes,
        have: totalBytes,
      })
    return { ...header, payload: r.bytes(totalBytes - headerBytes) }
  })
}

/** Reads the header alone, without checking its checksum or its total length. */
export function readIpv4Header(r: Reader): Ipv4Header {
  const start = r.at
  const [version, headerWords] = r.bits(4, 4)
  if (version !== 4) throw r.reject('bad-version', 'RFC 791 §3.1', { at: start, need: 4, have: version })
  if (headerWords < 5)
    throw r.reject('header-length-below-minimum', 'RFC 791 §3.1', { at: start, need: 5, have: headerWords })
  const trafficClass = r.u8()
  const totalBytes = r.u16()
  const identification = r.u16()
  // The first flag is reserved and must be zero; routers do not check it, so neither do we.
  const [, dontFragment, moreFragments, fragmentOffset] = r.bits(1, 1, 1, 13)
  const hopLimit = r.u8()
  const protocol = r.u8()
  r.skip(2)
  const source = readIpv4(r)
  const destination = readIpv4(r)
  const headerBytes = headerWords * 4
  return {
    trafficClass,
    identification,
    dontFragment: dontFragment === 1,
    moreFragments: moreFragments === 1,
    fragmentOffsetBytes: fragmentOffset * 8,
    hopLimit,
    protocol,
    source,
    destination,
    options: r.bytes(headerBytes - FIXED_HEADER_BYTES),
    headerBytes,
    totalBytes,
  }
}

/** Encodes a packet with lengths and checksum filled in. */
export function encodeIpv4(packet: Ipv4Packet): Uint8Array {
  const headerBytes = FIXED_HEADER_BYTES + packet.options.length
  const w = new Writer()
  w.bits([4, 4], [headerBytes / 4, 4]).u8(packet.trafficClass)
  w.u16(headerBytes + packet.payload.length).u16(packet.identification)
  w.bits([0, 1], [packet.dontFragment, 1], [packet.moreFragments, 1], [packet.fragmentOffsetBytes / 8, 13])
  w.u8(packet.hopLimit).u8(packet.protocol).u16(0)
  writeIp(w, packet.source)
  writeIp(w, packet.destination)
  w.bytes(packet.options)
  w.patchU16(10, internetChecksum(w.finish()))
  return w.bytes(packet.payload).finish()
}
