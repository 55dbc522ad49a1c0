// What the two OPENs of a session agree on, or the NOTIFICATION for the one of the peer.
// Standards: RFC 4271 §6.2, §4.2; RFC 6286 §2.2 (router identifiers); RFC 5492 §5; RFC 6793 §4.1; RFC 8654 §4; RFC 8950 §4;
// RFC 4724 §3; RFC 8538 §2; RFC 7313 §3.
import type { Ip, IpFamily } from '../../net/ip.ts'
import { type BgpError, resetError, why } from '../../wire/bgp/bgp-error.ts'
import type { Capability, GracefulRestart } from '../../wire/bgp/capability.ts'
import { writeCapability } from '../../wire/bgp/capability-table.ts'
import type { BgpContext } from '../../wire/bgp/context.ts'
import { AFI, unicast, unicastFamily } from '../../wire/bgp/families.ts'
import { BGP_ERROR, OPEN_ERROR } from '../../wire/bgp/notification-codes.ts'
import { checkOpen, type OpenMessage, openAsn } from '../../wire/bgp/open.ts'
import { Writer } from '../../wire/writer.ts'
import type { BgpPeerOptions } from '../peer.ts'
import { offeredFamilies } from './offer.ts'

export interface Agreement {
  readonly peerAsn: number
  readonly peerRouterId: Ip
  readonly internal: boolean
  /** 0: no keepalives, and the session never ends for silence */
  readonly holdTimeSeconds: number
  readonly keepaliveSeconds: number
  readonly families: readonly IpFamily[]
  readonly sending: BgpContext
  readonly receiving: BgpContext
  readonly routeRefresh: boolean
  readonly enhancedRouteRefresh: boolean
  /** what the peer said of it, when we said something too */
  readonly gracefulRestart: PeerRestart | undefined
  /** all that the peer can do, known to us or not */
  readonly peerCapabilities: readonly Capability[]
}

export interface PeerRestart {
  /** R: it has restarted and waits for our End-of-RIB */
  readonly restarting: boolean
  /** both sides keep routes across NOTIFICATIONs (RFC 8538 §2) */
  readonly throughNotifications: boolean
  readonly restartSeconds: number
  /** families that it kept forwarding for */
  readonly forwarding: readonly IpFamily[]
  readonly families: readonly IpFamily[]
}

/** What must be refused in the OPEN of the peer; undefined: nothing. In the order of RFC 4271 §6.2. */
export function refuseOpen(
  options: BgpPeerOptions,
  ours: OpenMessage,
  theirs: OpenMessage,
): BgpError | undefined {
  return (
    wrongAsn(options, theirs) ??
    checkOpen(theirs)[0] ??
    sameRouterId(options, theirs) ??
    noFamily(ours, theirs)
  )
}

function wrongAsn(options: BgpPeerOptions, theirs: OpenMessage): BgpError | undefined {
  const { localAsn, peerAsn } = options
  const asn = openAsn(theirs)
  if (asn !== 0 && isExpectedAsn(options, asn)) return undefined
  const data = asn > 0xffff ? new Writer().u32(asn) : new Writer().u16(asn)
  const need = peerAsn === 'internal' ? localAsn : peerAsn
  return resetError(
    why(20, 'unexpected-as-number', 'RFC 4271 §6.2', {
      ...(typeof need === 'number' ? { need } : {}),
      have: asn,
    }),
    [BGP_ERROR.open, OPEN_ERROR.badPeerAs],
    data.finish(),
  )
}

function isExpectedAsn({ localAsn, peerAsn }: BgpPeerOptions, asn: number): boolean {
  switch (peerAsn) {
    case 'any':
      return true
    case 'internal':
      return asn === localAsn
    case 'external':
      return asn !== localAsn
    default:
      return asn === peerAsn
  }
}

/** RFC 6286 §2.2: inside an AS two speakers with one identifier cannot be told apart. */
function sameRouterId(options: BgpPeerOptions, theirs: OpenMessage): BgpError | undefined {
  if (openAsn(theirs) !== options.localAsn || theirs.routerId.value !== options.routerId.value)
    return undefined
  return resetError(
    why(24, 'router-identifier-is-ours', 'RFC 6286 §2.2'),
    [BGP_ERROR.open, OPEN_ERROR.badIdentifier],
    new Writer().u32(Number(theirs.routerId.value)).finish(),
  )
}

/** RFC 5492 §5: a session that can carry no route at all is refused, with the capabilities that we miss. */
function noFamily(ours: OpenMessage, theirs: OpenMessage): BgpError | undefined {
  const offered = offeredFamilies(ours)
  if (offeredFamilies(theirs).some((family) => offered.includes(family))) return undefined
  const missing = new Writer()
  for (const family of offered) writeCapability(missing, { kind: 'multiprotocol', family: unicast(family) })
  return resetError(
    why(28, 'no-common-address-family', 'RFC 5492 §5'),
    [BGP_ERROR.open, OPEN_ERROR.unsupportedCapability],
    missing.finish(),
  )
}

/** Of two OPENs of which neither is refused. */
export function agree(options: BgpPeerOptions, ours: OpenMessage, theirs: OpenMessage): Agreement {
  const both = (kind: Capability['kind']): boolean => has(ours, kind) && has(theirs, kind)
  const peerAsn = openAsn(theirs)
  const internal = peerAsn === options.localAsn
  // RFC 4271 §4.2: the smaller one; 0 on either side means none.
  const holdTimeSeconds = Math.min(ours.holdTimeSeconds, theirs.holdTimeSeconds)
  const offered = offeredFamilies(ours)
  const context: BgpContext = {
    asn4: both('four-octet-as'),
    extendedMessage: both('extended-message'),
    addPath: [],
    extendedNextHop: hasExtendedNextHop(ours) && hasExtendedNextHop(theirs),
    peer: internal ? 'internal' : 'external',
  }
  return {
    ...{ peerAsn, peerRouterId: theirs.routerId, internal, holdTimeSeconds },
    keepaliveSeconds: keepaliveSeconds(options.keepaliveTimeSeconds, holdTimeSeconds),
    families: offeredFamilies(theirs).filter((family) => offered.includes(family)),
    ...{ sending: context, receiving: context },
    routeRefresh: both('route-refresh'),
    enhancedRouteRefresh: both('route-refresh') && both('enhanced-route-refresh'),
    gracefulRestart: peerRestart(ours, theirs),
    peerCapabilities: theirs.capabilities,
  }
}

const has = (open: OpenMessage, kind: Capability['kind']): boolean =>
  open.capabilities.some((capability) => capability.kind === kind)

const hasExtendedNextHop = (open: OpenMessage): boolean =>
  open.capabilities.some(
    (c) =>
      c.kind === 'extended-next-hop' &&
      c.entries.some(({ family, nextHopAfi }) => unicastFamily(family) === 4 && nextHopAfi === AFI.ipv6),
  )

/** RFC 4271 §4.4: a third of the hold time at most, and not above one message per second. */
function keepaliveSeconds(configured: number | undefined, holdTimeSeconds: number): number {
  const third = holdTimeSeconds / 3
  return configured === undefined || configured <= 0 ? third : Math.min(configured, third)
}

function peerRestart(ours: OpenMessage, theirs: OpenMessage): PeerRestart | undefined {
  const ourRestart = restartOf(ours)
  const theirRestart = restartOf(theirs)
  if (ourRestart === undefined || theirRestart === undefined) return undefined
  const known = theirRestart.families.flatMap(({ family, forwarding }) => {
    const of = unicastFamily(family)
    return of === undefined ? [] : [{ of, forwarding }]
  })
  return {
    restarting: theirRestart.restarting,
    throughNotifications: ourRestart.notification && theirRestart.notification,
    restartSeconds: theirRestart.restartSeconds,
    forwarding: known.flatMap(({ of, forwarding }) => (forwarding ? [of] : [])),
    families: known.map(({ of }) => of),
  }
}

/** RFC 4724 §3: of several the last counts. */
const restartOf = (open: OpenMessage): GracefulRestart | undefined =>
  open.capabilities.findLast((c): c is GracefulRestart => c.kind === 'graceful-restart')
