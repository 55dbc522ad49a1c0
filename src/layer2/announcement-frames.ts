// What tells everybody on a link where an address is now.
// Standards: RFC 5227 §2.3 (ARP); RFC 4861 §7.2.6 (unsolicited advertisements).
import type { Ip } from '../net/ip.ts'
import type { Mac } from '../net/mac.ts'
import { arpReplyFrame, gratuitousArpFrames } from '../wire/arp/frames.ts'
import { neighborAdvertisementFrame } from '../wire/ndp/frames.ts'
import type { Asker } from './askers.ts'
import type { Link } from './suitability.ts'

/** IPv4: a request and a reply, broadcast. IPv6: one advertisement to all nodes, with override, so that it counts for whoever has another address in mind. */
export function announcementFrames({ mac, linkLocal }: Link, address: Ip): readonly Uint8Array[] {
  if (address.family === 4) return gratuitousArpFrames({ mac, ip: address })
  if (linkLocal === undefined) return []
  return [
    neighborAdvertisementFrame({ mac, source: linkLocal, target: address, solicited: false, override: true }),
  ]
}

/**
 * Tells one neighbour, as an answer would: an ARP reply, which a kernel takes as proof that we are there, or an advertisement with
 * override. That is not solicited (RFC 4861 §7.2.6), and its source is the address itself, so that no link-local one is needed.
 */
export function refreshFrame(mac: Mac, address: Ip, to: Asker): Uint8Array {
  const neighbour = { mac: to.mac, ip: to.address }
  if (address.family === 4) return arpReplyFrame({ mac, ip: address }, neighbour)
  return neighborAdvertisementFrame({
    ...{ mac, source: address, target: address, to: neighbour },
    ...{ solicited: false, override: true },
  })
}
