// Reads and writes the addresses that all link-layer and IP codecs share.
import { type Ip, ip } from '../net/ip.ts'
import { type Mac, macBytes } from '../net/mac.ts'
import type { Reader } from './reader.ts'
import type { Writer } from './writer.ts'

export const readIpv4 = (r: Reader): Ip => ip(4, BigInt(r.u32()))

/** IPv4-mapped addresses stay IPv6: this is the form on the wire. */
export const readIpv6 = (r: Reader): Ip => ip(6, r.u128())

/** Four or sixteen bytes, by family. */
export function writeIp(w: Writer, address: Ip): void {
  if (address.family === 4) w.u32(Number(address.value))
  else w.u128(address.value)
}

const HEX = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'))

export function readMac(r: Reader): Mac {
  // Six bytes in lower-case hex is what the brand of Mac promises.
  return Array.from(r.bytes(6), (byte) => HEX[byte]).join(':') as Mac
}

export const writeMac = (w: Writer, mac: Mac): Writer => w.bytes(macBytes(mac))
