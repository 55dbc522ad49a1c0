// RTM_NEWNEIGH → Neighbour.
//
//   struct ndmsg: | family (1) | pad (3) | interface index (4) | state (2) | flags (1) | type (1) | attributes …
import type { Neighbour } from '../../diagnose/ports/tables.ts'
import { macFromBytes } from '../../net/mac.ts'
import { Attributes } from './message.ts'
import { familyOf, ipOf, neighbourState } from './names.ts'

export const RTM_NEIGHBOUR = { new: 28, delete: 29, get: 30 } as const
const NDMSG_BYTES = 12
const NDA = { destination: 1, linkAddress: 2 } as const
const NTF = { proxy: 0x08, router: 0x80 } as const

/** @param proxy the entries for proxy ARP and NDP, which are a list of their own */
export function neighboursRequest(proxy: boolean): Uint8Array {
  const bytes = new Uint8Array(NDMSG_BYTES)
  bytes[10] = proxy ? NTF.proxy : 0
  return bytes
}

/** undefined for what is no neighbour of IPv4 or IPv6, such as forwarding entries of a bridge. */
export function decodeNeighbour(payload: Buffer): Neighbour | undefined {
  if (payload.length < NDMSG_BYTES || familyOf(payload.readUInt8(0)) === undefined) return undefined
  const attributes = new Attributes(payload, NDMSG_BYTES)
  const address = ipOf(attributes.bytes(NDA.destination))
  if (address === undefined) return undefined
  const mac = attributes.bytes(NDA.linkAddress)
  const flags = payload.readUInt8(10)
  return {
    interfaceIndex: payload.readInt32LE(4),
    address,
    mac: mac === undefined ? undefined : macFromBytes(mac),
    state: neighbourState(payload.readUInt16LE(8)),
    router: (flags & NTF.router) !== 0,
    proxy: (flags & NTF.proxy) !== 0,
  }
}
