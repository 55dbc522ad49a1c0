// RTM_NEWADDR → InterfaceAddress.
//
//   struct ifaddrmsg: | family (1) | prefix length (1) | flags (1) | scope (1) | index (4) | attributes …
import type { InterfaceAddress } from '../../diagnose/ports/tables.ts'
import { sameIp } from '../../net/ip.ts'
import { Attributes } from './message.ts'
import { ipOf, scopeName } from './names.ts'

export const RTM_ADDRESS = { new: 20, delete: 21, get: 22 } as const
const IFADDRMSG_BYTES = 8
const IFA = { address: 1, local: 2, flags: 8 } as const
const FLAG = { secondary: 0x01, dadFailed: 0x08, deprecated: 0x20, tentative: 0x40, permanent: 0x80 } as const

export const addressesRequest = (): Uint8Array => new Uint8Array(IFADDRMSG_BYTES)

export function decodeAddress(payload: Buffer): InterfaceAddress | undefined {
  if (payload.length < IFADDRMSG_BYTES) return undefined
  const attributes = new Attributes(payload, IFADDRMSG_BYTES)
  // On a point-to-point link IFA_ADDRESS is the other end; IFA_LOCAL is missing where there is no such difference.
  const prefix = ipOf(attributes.bytes(IFA.address))
  const address = ipOf(attributes.bytes(IFA.local)) ?? prefix
  if (address === undefined) return undefined
  const flags = attributes.u32(IFA.flags) ?? payload.readUInt8(2)
  const has = (bit: number) => (flags & bit) !== 0
  return {
    interfaceIndex: payload.readUInt32LE(4),
    address,
    prefixLength: payload.readUInt8(1),
    peer: prefix === undefined || sameIp(prefix, address) ? undefined : prefix,
    scope: scopeName(payload.readUInt8(3)),
    tentative: has(FLAG.tentative),
    dadFailed: has(FLAG.dadFailed),
    deprecated: has(FLAG.deprecated),
    // The same bit means "temporary" (RFC 8981) for IPv6.
    secondary: address.family === 4 && has(FLAG.secondary),
    permanent: has(FLAG.permanent),
  }
}
