// The Internet checksum (RFC 1071) and the pseudo-headers of the transports.
import type { Ip } from '../net/ip.ts'

/**
 * One's complement sum of the 16-bit words, not complemented; feed it to the next call to go on. An odd last byte counts
 * as if a zero followed, so only the last piece may have an odd length.
 */
export function onesSum(bytes: Uint8Array, initial = 0): number {
  let sum = initial
  const even = bytes.length & ~1
  for (let i = 0; i < even; i += 2) sum += ((bytes[i] ?? 0) << 8) | (bytes[i + 1] ?? 0)
  if (even < bytes.length) sum += (bytes[even] ?? 0) << 8
  return fold(sum)
}

/** RFC 1071 §1: the 16 bits to put into a checksum field that was zero; 0 when the bytes include a right checksum. */
export const internetChecksum = (bytes: Uint8Array, initial = 0): number => ~onesSum(bytes, initial) & 0xffff

/** Source and destination of the packet around a transport message; both of one family. */
export interface IpEnds {
  readonly source: Ip
  readonly destination: Ip
}

/**
 * Sum of the pseudo-header: RFC 9293 §3.1 for IPv4, RFC 8200 §8.1 for IPv6. In words of 16 bits the two differ in the
 * addresses only: the zero bytes between the fields add nothing.
 * @param lengthBytes length of the transport header and its data
 */
export function pseudoHeaderSum(
  { source, destination }: IpEnds,
  protocol: number,
  lengthBytes: number,
): number {
  return fold(
    wordSum(source.value) +
      wordSum(destination.value) +
      protocol +
      (lengthBytes >>> 16) +
      (lengthBytes & 0xffff),
  )
}

/** The checksum of a transport message in its packet; 0 when the message includes a right one. */
export const transportChecksum = (ends: IpEnds, protocol: number, message: Uint8Array): number =>
  internetChecksum(message, pseudoHeaderSum(ends, protocol, message.length))

function wordSum(value: bigint): number {
  let sum = 0
  for (let rest = value; rest > 0n; rest >>= 16n) sum += Number(rest & 0xffffn)
  return sum
}

function fold(sum: number): number {
  let folded = sum
  while (folded > 0xffff) folded = Math.floor(folded / 65536) + (folded % 65536)
  return folded
}
