// IPv6 headers and the chain of extension headers.
// Standards: RFC 8200; RFC 4302 §2 (length of the authentication header); RFC 7045 (which headers are extensions).
// Deviation: jumbograms (RFC 2675) are not understood; their payload counts as empty.
import type { Ip } from '../../net/ip.ts'
import { readIpv6, writeIp } from '../addresses.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'

export const IPV6_EXTENSION = {
  hopByHop: 0,
  routing: 43,
  fragment: 44,
  authentication: 51,
  destinationOptions: 60,
  mobility: 135,
  hostIdentity: 139,
  shim6: 140,
} as const

const EXTENSIONS: ReadonlySet<number> = new Set(Object.values(IPV6_EXTENSION))

/** One extension header, kept as it stood on the wire. */
export interface Ipv6Extension {
  /** which one: a value of IPV6_EXTENSION */
  readonly protocol: number
  /** the whole header but its first byte, which names the header that follows */
  readonly body: Uint8Array
}

export interface Ipv6Packet {
  readonly trafficClass: number
  /** 20 bits */
  readonly flowLabel: number
  readonly hopLimit: number
  readonly source: Ip
  readonly destination: Ip
  readonly extensions: readonly Ipv6Extension[]
  /** of the payload, behind all extension headers; see IP_PROTOCOL */
  readonly protocol: number
  readonly payload: Uint8Array
}

/** The fixed header: 40 bytes. */
export interface Ipv6Header extends Omit<Ipv6Packet, 'extensions' | 'payload' | 'protocol'> {
  readonly nextHeader: number
  readonly payloadBytes: number
}

/**
 * Decodes a packet and walks its extension headers to the upper layer. Bytes behind the payload length are Ethernet
 * padding and not looked at.
 *
 *    0                   1                   2                   3
 *    0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8 9 0 1
 *   |version| traffic class |              flow label               |
 *   |        payload length         |  next header  |   hop limit   |
 *   |                     source (16 bytes)                         |
 *   |                   destination (16 bytes)                      |
 *   extension:  | next header | length in 8-byte units − 1 | …      |
 */
export function decodeIpv6(bytes: Uint8Array): Decoded<Ipv6Packet> {
  return decoding('ipv6', 'RFC 8200 §3', bytes, (r) => {
    const { nextHeader, payloadBytes, ...header } = readIpv6Header(r)
    const body = r.sub(payloadBytes)
    return { ...header, ...readExtensions(body, nextHeader), payload: body.rest() }
  })
}

/** Reads the fixed header alone. */
export function readIpv6Header(r: Reader): Ipv6Header {
  const start = r.at
  const [version, trafficClass, flowLabel] = r.bits(4, 8, 20)
  if (version !== 6) throw r.reject('bad-version', 'RFC 8200 §3', { at: start, need: 6, have: version })
  const payloadBytes = r.u16()
  const nextHeader = r.u8()
  const hopLimit = r.u8()
  const source = readIpv6(r)
  return { trafficClass, flowLabel, hopLimit, source, destination: readIpv6(r), nextHeader, payloadBytes }
}

/** Walks the chain; the reader then stands at the upper layer. */
export function readExtensions(
  r: Reader,
  nextHeader: number,
): { readonly extensions: readonly Ipv6Extension[]; readonly protocol: number } {
  const extensions: Ipv6Extension[] = []
  let protocol = nextHeader
  while (EXTENSIONS.has(protocol)) {
    const following = r.u8()
    const body = r.bytes(extensionBytes(protocol, r.peek() ?? 0) - 1)
    extensions.push({ protocol, body })
    const wasLaterFragment = protocol === IPV6_EXTENSION.fragment && fragmentOffset(body) > 0
    protocol = following
    // RFC 8200 §4.5: later fragments continue the payload, they hold no further headers.
    if (wasLaterFragment) break
  }
  return { extensions, protocol }
}

/** Offset in bytes of this fragment's payload; 0 for the first fragment and for whole packets. */
export function ipv6FragmentOffsetBytes(packet: Pick<Ipv6Packet, 'extensions'>): number {
  const header = packet.extensions.find(({ protocol }) => protocol === IPV6_EXTENSION.fragment)
  return header === undefined ? 0 : fragmentOffset(header.body)
}

/** Encodes a packet with its payload length filled in. */
export function encodeIpv6(packet: Ipv6Packet): Uint8Array {
  const { extensions, payload, protocol } = packet
  const payloadBytes = extensions.reduce((sum, { body }) => sum + 1 + body.length, payload.length)
  const w = new Writer()
  w.bits([6, 4], [packet.trafficClass, 8], [packet.flowLabel, 20])
  w.u16(payloadBytes)
    .u8(extensions[0]?.protocol ?? protocol)
    .u8(packet.hopLimit)
  writeIp(w, packet.source)
  writeIp(w, packet.destination)
  for (const [index, extension] of extensions.entries()) {
    const expected = extensionBytes(extension.protocol, extension.body[0] ?? 0) - 1
    if (extension.body.length !== expected)
      throw new RangeError(`extension header of ${extension.body.length} bytes`)
    w.u8(extensions[index + 1]?.protocol ?? protocol).bytes(extension.body)
  }
  return w.bytes(payload).finish()
}

/** Whole length of an extension header, from its second byte. */
function extensionBytes(protocol: number, lengthField: number): number {
  // RFC 8200 §4.5: the fragment header has no length field. RFC 4302 §2.2: authentication counts words of 4, minus 2.
  if (protocol === IPV6_EXTENSION.fragment) return 8
  if (protocol === IPV6_EXTENSION.authentication) return (lengthField + 2) * 4
  return (lengthField + 1) * 8
}

/** In bytes, from the body of a fragment header: reserved (8), offset in units of 8 bytes (13), flags (3), … */
const fragmentOffset = (body: Uint8Array): number => (((body[1] ?? 0) << 8) | (body[2] ?? 0)) & 0xfff8
