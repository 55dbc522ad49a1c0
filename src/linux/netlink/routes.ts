// RTM_NEWROUTE → Route, and the question "which way to …".
//
//   struct rtmsg: | family | dst length | src length | tos | table | protocol | scope | type | flags (4) | attributes …
import type { NextHop, Route, RouteAnswer, RouteQuestion } from '../../diagnose/ports/tables.ts'
import { type Ip, ip, ipBits, ipBytes } from '../../net/ip.ts'
import { prefixOf } from '../../net/prefix.ts'
import { errnoName } from '../errno.ts'
import { Attributes, encodeAttribute, encodeU32Attribute } from './message.ts'
import { addressFamily, familyOf, ipOf, protocolName, routeType, scopeName } from './names.ts'

export const RTM_ROUTE = { new: 24, delete: 25, get: 26 } as const
const RTMSG_BYTES = 12
const RTA = {
  destination: 1,
  source: 2,
  inputInterface: 3,
  outputInterface: 4,
  gateway: 5,
  priority: 6,
  preferredSource: 7,
  metrics: 8,
  multipath: 9,
  cacheInfo: 12,
  table: 15,
  mark: 16,
  via: 18,
} as const
const RTAX_MTU = 2
const RTM_F = { cloned: 0x200, lookupTable: 0x1000 } as const
const RTNH_F = { dead: 1, onLink: 4, linkDown: 16 } as const

export const routesRequest = (): Uint8Array => new Uint8Array(RTMSG_BYTES)

/** undefined for other families, and for entries that the kernel learned on the way (cloned). */
export function decodeRoute(payload: Buffer): Route | undefined {
  if (payload.length < RTMSG_BYTES) return undefined
  const family = familyOf(payload.readUInt8(0))
  if (family === undefined || (payload.readUInt32LE(8) & RTM_F.cloned) !== 0) return undefined
  const attributes = new Attributes(payload, RTMSG_BYTES)
  const type = routeType(payload.readUInt8(7))
  return {
    destination: prefixOf(
      ipOf(attributes.bytes(RTA.destination)) ?? ip(family, 0n),
      Math.min(payload.readUInt8(1), ipBits(family)),
    ),
    type,
    table: attributes.u32(RTA.table) ?? payload.readUInt8(4),
    scope: scopeName(payload.readUInt8(6)),
    protocol: protocolName(payload.readUInt8(5)),
    metric: attributes.u32(RTA.priority) ?? 0,
    source: ipOf(attributes.bytes(RTA.preferredSource)),
    mtu: attributes.nested(RTA.metrics).u32(RTAX_MTU),
    nextHops: NO_NEXT_HOP.has(type) ? [] : nextHops(attributes, payload.readUInt32LE(8)),
  }
}

/** The kernel names loopback as their interface for IPv6. */
const NO_NEXT_HOP: ReadonlySet<string> = new Set(['blackhole', 'unreachable', 'prohibit', 'throw'])

function nextHops(attributes: Attributes, flags: number): NextHop[] {
  const several = attributes.bytes(RTA.multipath)
  if (several !== undefined) return multipath(several)
  return [
    {
      gateway: gatewayOf(attributes),
      interfaceIndex: attributes.u32(RTA.outputInterface),
      weight: 1,
      onLink: (flags & RTNH_F.onLink) !== 0,
      dead: (flags & (RTNH_F.dead | RTNH_F.linkDown)) !== 0,
    },
  ]
}

/** struct rtnexthop: | length (2) | flags (1) | weight − 1 (1) | interface index (4) | attributes … */
function multipath(bytes: Buffer): NextHop[] {
  const hops: NextHop[] = []
  let at = 0
  while (at + 8 <= bytes.length) {
    const length = bytes.readUInt16LE(at)
    if (length < 8 || at + length > bytes.length) break
    const flags = bytes.readUInt8(at + 2)
    hops.push({
      gateway: gatewayOf(new Attributes(bytes.subarray(at, at + length), 8)),
      interfaceIndex: bytes.readInt32LE(at + 4),
      weight: bytes.readUInt8(at + 3) + 1,
      onLink: (flags & RTNH_F.onLink) !== 0,
      dead: (flags & (RTNH_F.dead | RTNH_F.linkDown)) !== 0,
    })
    at += (length + 3) & ~3
  }
  return hops
}

/** RTA_VIA is a gateway of another family (RFC 8950): | family (2) | address | */
const gatewayOf = (attributes: Attributes): Ip | undefined =>
  ipOf(attributes.bytes(RTA.gateway)) ?? ipOf(attributes.bytes(RTA.via)?.subarray(2))

export function routeQuestion(question: RouteQuestion): Uint8Array {
  const { destination, source, outputInterface, inputInterface, mark } = question
  const head = Buffer.alloc(RTMSG_BYTES)
  head.writeUInt8(addressFamily(destination.family), 0)
  head.writeUInt8(ipBits(destination.family), 1)
  if (source !== undefined) head.writeUInt8(ipBits(source.family), 2)
  // Without it the answer names the main table whatever was used.
  head.writeUInt32LE(RTM_F.lookupTable, 8)
  return Buffer.concat([
    head,
    encodeAttribute(RTA.destination, ipBytes(destination)),
    source === undefined ? Buffer.alloc(0) : encodeAttribute(RTA.source, ipBytes(source)),
    outputInterface === undefined
      ? Buffer.alloc(0)
      : encodeU32Attribute(RTA.outputInterface, outputInterface),
    inputInterface === undefined ? Buffer.alloc(0) : encodeU32Attribute(RTA.inputInterface, inputInterface),
    mark === undefined ? Buffer.alloc(0) : encodeU32Attribute(RTA.mark, mark),
  ])
}

/** The kernel's answer to `routeQuestion`. IPv6 answers with the route even when that refuses: its error is inside. */
export function decodeRouteAnswer(payload: Buffer): RouteAnswer | undefined {
  if (payload.length < RTMSG_BYTES) return undefined
  const attributes = new Attributes(payload, RTMSG_BYTES)
  const type = routeType(payload.readUInt8(7))
  const errno = routeErrno(attributes)
  if (errno !== 0) return { found: false, code: errnoName(errno), type }
  return {
    found: true,
    type,
    interfaceIndex: attributes.u32(RTA.outputInterface),
    gateway: gatewayOf(attributes),
    source: ipOf(attributes.bytes(RTA.preferredSource)),
    table: attributes.u32(RTA.table) ?? payload.readUInt8(4),
    mtu: attributes.nested(RTA.metrics).u32(RTAX_MTU),
  }
}

/** struct rta_cacheinfo: | references (4) | last use (4) | expires (4) | error (4, −errno) | … */
function routeErrno(attributes: Attributes): number {
  const info = attributes.bytes(RTA.cacheInfo)
  return info === undefined || info.length < 16 ? 0 : -info.readInt32LE(12)
}

/** What an error to the question means. IPv4 answers only so; the code tells the kind of route that refused. */
export const refusedRoute = (errno: number): RouteAnswer => ({
  found: false,
  code: errnoName(errno),
  type: undefined,
})
