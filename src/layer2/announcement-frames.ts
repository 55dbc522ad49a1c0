// What tells everybody on a link where an address is now.
// Standards: RFC 5227 §2.3 (ARP); RFC 4861 §7.2.6 (unsolicited advertisements).
import type { Ip } from '../net/ip.ts'
import { gratuitousArpFrames } from '../wire/arp/frames.ts'
import { neighborAdvertisementFrame } from '../wire/ndp/frames.ts'
import type { Link } from './suitability.ts'

/** IPv4: a request and a reply, broadcast. IPv6: one advertisement to all nodes, with override, so that it counts for whoever has another address in mind. */
export function announcementFrames({ mac, linkLocal }: Link, address: Ip): readonly Uint8Array[] {
  if (address.family === 4) return gratuitousArpFrames({ mac, ip: address })
  if (linkLocal === undefined) return []
  return [
    neighborAdvertisementFrame({ mac, source: linkLocal, target: address, solicited: false, override: true }),
  ]
}
