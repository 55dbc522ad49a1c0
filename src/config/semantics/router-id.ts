// The BGP identifier of a node that was given none, as MetalLB's own speaker takes it.
import { type Ip, ip } from '../../net/ip.ts'

export interface RouterIdSources {
  /** local address of the connection to the router */
  readonly local: Ip
  /** IPv4 addresses of the interface that holds `local`, in the kernel's order */
  readonly interfaceIpv4: readonly Ip[]
  readonly nodeName: string
}

/** The local address; over IPv6, the first IPv4 address beside it; without one, a number made of the node's name. */
export function nodeRouterId({ local, interfaceIpv4, nodeName }: RouterIdSources): Ip {
  if (local.family === 4) return local
  return interfaceIpv4[0] ?? routerIdOfName(nodeName)
}

/** CRC-32 of the name with its bytes the other way round. It may lie in 224.0.0.0/3, which some routers refuse. */
export function routerIdOfName(nodeName: string): Ip {
  const sum = crc32(nodeName)
  const reversed =
    ((sum & 0xff) * 0x1000000 + ((sum & 0xff00) << 8) + ((sum >>> 8) & 0xff00) + (sum >>> 24)) >>> 0
  return ip(4, BigInt(reversed))
}

/** The polynomial of IEEE 802.3 §3.2.9, reflected. Names are short: no table. Names of nodes are ASCII (RFC 1123). */
function crc32(name: string): number {
  let crc = 0xffffffff
  for (let at = 0; at < name.length; at++) {
    crc ^= name.charCodeAt(at) & 0xff
    for (let bit = 0; bit < 8; bit++) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0)
  }
  return ~crc >>> 0
}
