// The addresses of the machine that rules are on, and which of them its own connections come from.
import { type Ip, ip, sameIp } from '../../net/ip.ts'
import { type Prefix, prefixContains, prefixOf } from '../../net/prefix.ts'

/** Addresses of this machine; empty when they are not known. */
export type OwnAddresses = readonly Ip[]

export const isLoopback = ({ family, value }: Ip): boolean =>
  family === 4 ? value >> 24n === 127n : value === 1n

/** RFC 3927 §2.1, RFC 4291 §2.5.6 */
const LINK_LOCAL: readonly Prefix[] = [prefixOf(ip(4, 0xa9fe0000n), 16), prefixOf(ip(6, 0xfe80n << 112n), 10)]
const isLinkLocal = (address: Ip): boolean => LINK_LOCAL.some((prefix) => prefixContains(prefix, address))

/**
 * As the kernel chooses: to an address of its own a host speaks from that address, to others from one that can be answered
 * (RFC 6724 §5). Which of several that is depends on the route; the rules of kube-proxy treat them alike.
 */
export function sourceOfNode(target: Ip, own: OwnAddresses): Ip | undefined {
  const usable = own.filter((address) => address.family === target.family && !isLoopback(address))
  return (
    usable.find((address) => sameIp(address, target)) ??
    usable.find((address) => isLinkLocal(address) === isLinkLocal(target))
  )
}
