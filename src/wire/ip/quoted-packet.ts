// The packet that an ICMP error quotes: cut short, and changed by every router and translator on its way. So lengths and
// checksums are not checked; addresses, protocol and ports are what a diagnosis needs from it.
// Standards: RFC 792 (header and 8 bytes); RFC 1812 §4.3.2.3 and RFC 4443 §2.4 (as much as fits).
import type { Ip } from '../../net/ip.ts'
import type { Decoded } from '../decode-error.ts'
import { decoding } from '../decoding.ts'
import type { Reader } from '../reader.ts'
import { readIpv4Header } from './ipv4.ts'
import { ipv6FragmentOffsetBytes, readExtensions, readIpv6Header } from './ipv6.ts'
import { IP_PROTOCOL } from './protocols.ts'

export interface QuotedPacket {
  readonly source: Ip
  readonly destination: Ip
  /** of the upper layer; see IP_PROTOCOL */
  readonly protocol: number
  readonly hopLimit: number
  /** undefined when the protocol has no ports, or they are not in what was quoted */
  readonly ports: { readonly source: number; readonly destination: number } | undefined
}

/** Takes the `quoted` bytes of an ICMP error; the version in the first byte decides between IPv4 and IPv6. */
export function decodeQuotedPacket(bytes: Uint8Array): Decoded<QuotedPacket> {
  return decoding('quoted-packet', 'RFC 792', bytes, (r) => {
    if ((r.peek() ?? 0x40) >>> 4 === 6) return readQuotedIpv6(r)
    const { source, destination, protocol, hopLimit, fragmentOffsetBytes } = readIpv4Header(r)
    const ports = fragmentOffsetBytes === 0 ? readPorts(r, protocol) : undefined
    return { source, destination, protocol, hopLimit, ports }
  })
}

function readQuotedIpv6(r: Reader): QuotedPacket {
  const { source, destination, hopLimit, nextHeader } = readIpv6Header(r)
  const { extensions, protocol } = readExtensions(r, nextHeader)
  const ports = ipv6FragmentOffsetBytes({ extensions }) === 0 ? readPorts(r, protocol) : undefined
  return { source, destination, protocol, hopLimit, ports }
}

function readPorts(r: Reader, protocol: number): QuotedPacket['ports'] {
  if (protocol !== IP_PROTOCOL.tcp && protocol !== IP_PROTOCOL.udp) return undefined
  return r.remaining < 4 ? undefined : { source: r.u16(), destination: r.u16() }
}
