// Multicast addresses of neighbour discovery.
// Standards: RFC 4291 §2.7 and §2.7.1; RFC 2464 §7 (multicast on Ethernet).
import { type Ip, ip } from '../../net/ip.ts'
import type { Mac } from '../../net/mac.ts'

/** ff02::1 */
export const ALL_NODES: Ip = ip(6, (0xff02n << 112n) | 1n)
/** ff02::2 */
export const ALL_ROUTERS: Ip = ip(6, (0xff02n << 112n) | 2n)
/** `::` */
export const UNSPECIFIED: Ip = ip(6, 0n)

/** ff02::1:ff00:0/104 */
const SOLICITED_NODE_BASE = (0xff02n << 112n) | 0x1_ff00_0000n

/** The group that the owner of `address` listens to, ff02::1:ffXX:XXXX; addresses with the same last 24 bits share it. */
export const solicitedNodeAddress = (address: Ip): Ip =>
  ip(6, SOLICITED_NODE_BASE | (address.value & 0xff_ffffn))

/** In ff02::1:ff00:0/104. */
export const isSolicitedNodeAddress = ({ family, value }: Ip): boolean =>
  family === 6 && value >> 24n === SOLICITED_NODE_BASE >> 24n

/** RFC 4291 §2.7: ff00::/8. */
export const isMulticastIpv6 = ({ family, value }: Ip): boolean => family === 6 && value >> 120n === 0xffn

/** RFC 4291 §2.5.6: fe80::/10. */
export const isLinkLocalIpv6 = ({ family, value }: Ip): boolean => family === 6 && value >> 118n === 0x3fan

/** RFC 2464 §7: 33:33 and the last four bytes of the group. */
export function multicastMac(group: Ip): Mac {
  const hex = (group.value & 0xffff_ffffn).toString(16).padStart(8, '0')
  return `33:33:${hex.slice(0, 2)}:${hex.slice(2, 4)}:${hex.slice(4, 6)}:${hex.slice(6)}` as Mac
}
