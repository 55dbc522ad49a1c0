// Options of neighbour discovery messages.
// Standards: RFC 4861 §4.6; RFC 4191 (nothing here: route information stays unknown); RFC 8106 §5.1; RFC 3971 §5.3.2.
// Deviation: a known option whose length is not the one its RFC gives is kept as unknown, not refused: the RFCs ask to
// drop messages for a length of zero only.
import type { Ip } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'
import { readIpv6, readMac, writeIp, writeMac } from '../addresses.ts'
import type { Reader } from '../reader.ts'
import { Writer } from '../writer.ts'

export type NdpOption =
  | { readonly kind: 'source-link-layer-address' | 'target-link-layer-address'; readonly mac: Mac }
  | PrefixInformation
  | { readonly kind: 'mtu'; readonly mtu: number }
  | {
      readonly kind: 'recursive-dns-server'
      readonly lifetimeSeconds: number
      readonly addresses: readonly Ip[]
    }
  /** at least 6 bytes, 6 + a multiple of 8 */
  | { readonly kind: 'nonce'; readonly nonce: Uint8Array }
  /** `body` is what follows the length byte: 6 bytes + a multiple of 8 */
  | { readonly kind: 'unknown'; readonly type: number; readonly body: Uint8Array }

export interface PrefixInformation {
  readonly kind: 'prefix-information'
  /** bits behind the length mean nothing */
  readonly prefix: Ip
  /** 0..255 on the wire; above 128 it is nonsense, and shown as such */
  readonly prefixLength: number
  readonly onLink: boolean
  readonly autonomous: boolean
  /** RFC 6275 §7.2: `prefix` is the router's whole address */
  readonly routerAddress: boolean
  /** 0xffffffff means for ever */
  readonly validLifetimeSeconds: number
  readonly preferredLifetimeSeconds: number
}

const SOURCE_LINK_LAYER_ADDRESS = 1
const TARGET_LINK_LAYER_ADDRESS = 2
const PREFIX_INFORMATION = 3
const MTU = 5
const NONCE = 14
const RECURSIVE_DNS_SERVER = 25

/**
 * Reads options up to the end of the message.
 *
 *    0      1        2
 *   | type | length | body …     length in units of 8 bytes, type and length included
 */
export function readNdpOptions(r: Reader): NdpOption[] {
  return r.many(() => {
    const type = r.u8()
    const units = r.u8()
    // RFC 4861 §4.6: a length of zero makes the whole message invalid.
    if (units === 0) throw r.reject('option-length-zero', 'RFC 4861 §4.6', { at: r.at - 1, need: 1, have: 0 })
    return readOption(r.sub(units * 8 - 2), type, units)
  })
}

function readOption(r: Reader, type: number, units: number): NdpOption {
  if (type === SOURCE_LINK_LAYER_ADDRESS && units === 1)
    return { kind: 'source-link-layer-address', mac: readMac(r) }
  if (type === TARGET_LINK_LAYER_ADDRESS && units === 1)
    return { kind: 'target-link-layer-address', mac: readMac(r) }
  if (type === PREFIX_INFORMATION && units === 4) return readPrefixInformation(r)
  if (type === MTU && units === 1) {
    r.skip(2)
    return { kind: 'mtu', mtu: r.u32() }
  }
  // RFC 8106 §5.1: at least 3 units, and then two for each further address.
  if (type === RECURSIVE_DNS_SERVER && units >= 3 && units % 2 === 1) {
    r.skip(2)
    return { kind: 'recursive-dns-server', lifetimeSeconds: r.u32(), addresses: r.many(readIpv6) }
  }
  if (type === NONCE) return { kind: 'nonce', nonce: r.rest() }
  return { kind: 'unknown', type, body: r.rest() }
}

/**
 *    2        3         4        8            12         16
 *   | length | L A R 0 | valid  | preferred  | reserved | prefix (16) |
 */
function readPrefixInformation(r: Reader): PrefixInformation {
  const prefixLength = r.u8()
  const [onLink, autonomous, routerAddress] = r.bits(1, 1, 1, 5)
  const validLifetimeSeconds = r.u32()
  const preferredLifetimeSeconds = r.u32()
  r.skip(4)
  return {
    kind: 'prefix-information',
    prefix: readIpv6(r),
    prefixLength,
    onLink: onLink === 1,
    autonomous: autonomous === 1,
    routerAddress: routerAddress === 1,
    validLifetimeSeconds,
    preferredLifetimeSeconds,
  }
}

export function writeNdpOption(w: Writer, option: NdpOption): void {
  const body = new Writer()
  const type = writeBody(body, option)
  // RFC 4861 §4.6: lengths are whole units of 8 bytes.
  if ((body.length + 2) % 8 !== 0)
    throw new RangeError(`neighbour discovery option of ${body.length + 2} bytes`)
  w.u8(type)
    .u8((body.length + 2) / 8)
    .bytes(body.finish())
}

/** Writes what follows the length byte and gives the type. */
function writeBody(w: Writer, option: NdpOption): number {
  switch (option.kind) {
    case 'source-link-layer-address':
      writeMac(w, option.mac)
      return SOURCE_LINK_LAYER_ADDRESS
    case 'target-link-layer-address':
      writeMac(w, option.mac)
      return TARGET_LINK_LAYER_ADDRESS
    case 'prefix-information':
      w.u8(option.prefixLength)
      w.bits([option.onLink, 1], [option.autonomous, 1], [option.routerAddress, 1], [0, 5])
      w.u32(option.validLifetimeSeconds).u32(option.preferredLifetimeSeconds).zeros(4)
      writeIp(w, option.prefix)
      return PREFIX_INFORMATION
    case 'mtu':
      w.zeros(2).u32(option.mtu)
      return MTU
    case 'recursive-dns-server':
      w.zeros(2).u32(option.lifetimeSeconds)
      for (const address of option.addresses) writeIp(w, address)
      return RECURSIVE_DNS_SERVER
    case 'nonce':
      w.bytes(option.nonce)
      return NONCE
    case 'unknown':
      w.bytes(option.body)
      return option.type
  }
}
