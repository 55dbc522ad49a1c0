// MP_REACH_NLRI and MP_UNREACH_NLRI: routes of any address family (RFC 4760 §3, §4). Families that are not ours stay bytes.
import type { Ip, IpFamily } from '../../net/ip.ts'
import { readIpv4, readIpv6, writeIp } from '../addresses.ts'
import type { Reader } from '../reader.ts'
import type { Writer } from '../writer.ts'
import type { AttributeScope } from './attribute-entry.ts'
import { attempt, BgpFault, updateError } from './bgp-error.ts'
import type { BgpContext } from './context.ts'
import { type BgpFamily, readFamily, unicast, unicastFamily, writeFamily } from './families.ts'
import { UPDATE_ERROR } from './notification-codes.ts'
import type { MpReach, MpUnreach } from './path-attribute.ts'
import { readRoutes, writeRoutes } from './route.ts'

const IPV4_BYTES = 4
const IPV6_BYTES = 16

/**
 *   | AFI (2) | SAFI (1) | length (1) | next hop | reserved (1) | routes … |
 *
 * The next hop is an address of 4 bytes, or of 16, or two of 16, the second link-local (RFC 2545 §3, RFC 8950 §3).
 * @returns undefined for a family that is not ours
 */
export function readMpReach(r: Reader, scope: AttributeScope): MpReach | undefined {
  const wireFamily = readFamily(r)
  const family = unicastFamily(wireFamily)
  if (family === undefined) return undefined
  return withinFamily(wireFamily, () => {
    const hops = readNextHops(r, family, scope)
    r.skip(1)
    const routes = readRoutes(r, family, scope.context.addPath.includes(family))
    return { kind: 'mp-reach', family, ...hops, routes }
  })
}

function readNextHops(
  r: Reader,
  family: IpFamily,
  { context, report }: AttributeScope,
): { nextHop: Ip; linkLocal?: Ip } {
  const at = r.at
  const length = r.u8()
  const lengths =
    family === 6
      ? [IPV6_BYTES, 2 * IPV6_BYTES]
      : [IPV4_BYTES, ...(context.extendedNextHop ? [IPV6_BYTES, 2 * IPV6_BYTES] : [])]
  // RFC 7606 §7.11: behind a next hop of an unexpected length the routes cannot be found.
  if (!lengths.includes(length))
    throw r.reject('next-hop-length', 'RFC 7606 §7.11', { at, need: lengths[0] ?? 0, have: length })
  const nextHop = length === IPV4_BYTES ? readIpv4(r) : readIpv6(r)
  const second = length === 2 * IPV6_BYTES ? readIpv6(r) : undefined
  // RFC 2545 §3 allows nothing else as the second; another address there is left out of account.
  const linkLocal = second !== undefined && isLinkLocal(second) ? second : undefined
  const standsForNothing = nextHop.value === 0n && linkLocal !== undefined
  if (!isUnicastHost(nextHop) && !standsForNothing)
    report(
      { at: at + 1, reason: 'next-hop-is-no-host', rfc: 'RFC 4271 §6.3' },
      { subcode: UPDATE_ERROR.invalidNextHop, action: 'treat-as-withdraw' },
    )
  return linkLocal === undefined ? { nextHop } : { nextHop, linkLocal }
}

/** RFC 4271 §6.3: a next hop is the address of one host. */
export function isUnicastHost({ family, value }: Ip): boolean {
  if (value === 0n) return false
  return family === 4 ? value >> 28n < 0xen : value >> 120n !== 0xffn
}

const isLinkLocal = ({ value }: Ip): boolean => value >> 118n === 0x3fan

/**
 *   | AFI (2) | SAFI (1) | routes … |
 *
 * @returns undefined for a family that is not ours
 */
export function readMpUnreach(r: Reader, { context }: AttributeScope): MpUnreach | undefined {
  const wireFamily = readFamily(r)
  const family = unicastFamily(wireFamily)
  if (family === undefined) return undefined
  return withinFamily(wireFamily, () => ({
    kind: 'mp-unreach',
    family,
    routes: readRoutes(r, family, context.addPath.includes(family)),
  }))
}

/**
 * RFC 7606 §3 (j), §5.3 and RFC 4760 §7: routes that cannot be read cannot be withdrawn either, so the family is given up,
 * but the session need not be.
 */
function withinFamily<T>(family: BgpFamily, read: () => T): T {
  const result = attempt(read)
  if (result.ok) return result.value
  throw new BgpFault(
    updateError(result.error, { subcode: UPDATE_ERROR.optionalAttribute, action: 'disable-family', family }),
  )
}

export function writeMpReach(w: Writer, reach: MpReach, context: BgpContext): void {
  writeFamily(w, unicast(reach.family))
  const hops = reach.linkLocal === undefined ? [reach.nextHop] : [reach.nextHop, reach.linkLocal]
  w.u8(hops.reduce((sum, hop) => sum + (hop.family === 4 ? IPV4_BYTES : IPV6_BYTES), 0))
  for (const hop of hops) writeIp(w, hop)
  w.u8(0)
  writeRoutes(w, reach.routes, context.addPath.includes(reach.family))
}

export function writeMpUnreach(w: Writer, { family, routes }: MpUnreach, context: BgpContext): void {
  writeFamily(w, unicast(family))
  writeRoutes(w, routes, context.addPath.includes(family))
}
