// Prefixes as BGP writes them.
import type { IpFamily } from '../../net/ip.ts'
import { ipBits } from '../../net/ip.ts'
import type { Prefix } from '../../net/prefix.ts'
import type { Reader } from '../reader.ts'
import type { Writer } from '../writer.ts'

/** A prefix that is announced or withdrawn. */
export interface BgpRoute {
  readonly prefix: Prefix
  /** there exactly when add-path was agreed on for the family and direction (RFC 7911 §3) */
  readonly pathId?: number
}

/**
 * Reads prefixes until nothing is left (RFC 4271 §4.3; RFC 7606 §5.3).
 *
 *   | path identifier (4), with add-path only | length in bits (1) | prefix (as many bytes as the bits need) | …
 */
export function readRoutes(r: Reader, family: IpFamily, addPath: boolean): BgpRoute[] {
  const routes: BgpRoute[] = []
  while (r.remaining > 0) routes.push(readRoute(r, family, addPath))
  return routes
}

function readRoute(r: Reader, family: IpFamily, addPath: boolean): BgpRoute {
  const pathId = addPath ? r.u32() : undefined
  const at = r.at
  const length = r.u8()
  const bits = ipBits(family)
  if (length > bits) throw r.reject('prefix-too-long', 'RFC 7606 §5.3', { at, need: bits, have: length })
  const prefix = { family, base: readBase(r, bits, length), length }
  return pathId === undefined ? { prefix } : { prefix, pathId }
}

/** RFC 4271 §4.3: the bits behind the prefix in its last byte mean nothing. */
function readBase(r: Reader, bits: 32 | 128, length: number): bigint {
  const count = Math.ceil(length / 8)
  const unused = count * 8 - length
  if (bits === 32) {
    let value = 0
    for (let i = 0; i < count; i++) value = value * 256 + r.u8()
    return BigInt((value - (value % 2 ** unused)) * 2 ** (32 - count * 8))
  }
  let value = 0n
  for (let i = 0; i < count; i++) value = (value << 8n) | BigInt(r.u8())
  return ((value >> BigInt(unused)) << BigInt(unused)) << BigInt(128 - count * 8)
}

export function writeRoutes(w: Writer, routes: readonly BgpRoute[], addPath: boolean): void {
  for (const { prefix, pathId } of routes) {
    if (addPath) w.u32(pathId ?? 0)
    w.u8(prefix.length)
    writeBase(w, prefix)
  }
}

function writeBase(w: Writer, { family, base, length }: Prefix): void {
  const count = Math.ceil(length / 8)
  if (family === 4) {
    const value = Number(base)
    for (let i = 0; i < count; i++) w.u8((value >>> (24 - i * 8)) & 0xff)
    return
  }
  for (let i = 0; i < count; i++) w.u8(Number((base >> BigInt(120 - i * 8)) & 0xffn))
}
