// The border between a session and the routes that it sends: the session knows when and how much, the Adj-RIB-Out knows what.
import type { Ip, IpFamily } from '../net/ip.ts'
import type { Prefix } from '../net/prefix.ts'
import type { BgpContext } from '../wire/bgp/context.ts'
import type { BgpAdvertisement } from './peer.ts'

/** What the sending of routes depends on, known once both OPENs were seen. */
export interface ExportContext {
  /** of what we send */
  readonly wire: BgpContext
  readonly internal: boolean
  readonly localAsn: number
  /** families agreed on */
  readonly families: readonly IpFamily[]
  /** IPv4 next hop; undefined: IPv4 routes go out with the IPv6 one (RFC 8950) or not at all */
  readonly nextHop4: Ip | undefined
  readonly nextHop6: Ip | undefined
  /** beside or instead of a global IPv6 next hop (RFC 2545 §3) */
  readonly linkLocal: Ip | undefined
}

/** Adj-RIB-Out of one peer (RFC 4271 §9.1.3): desired state in, the fewest UPDATEs out. Outlives sessions. */
export interface OutboundRoutes {
  /** Replaces what the peer shall have. Only differences become pending. */
  setDesired(advertisements: Iterable<BgpAdvertisement>): void
  announce(advertisement: BgpAdvertisement): void
  withdraw(prefix: Prefix): void
  /** A session was established: everything desired is pending, and an End-of-RIB per family behind it (RFC 4724 §2). */
  sessionUp(context: ExportContext): void
  /** The peer has nothing of us any more. */
  sessionDown(): void
  /** The peer asked for all routes of a family again (RFC 2918 §4; marks of RFC 7313 when `enhanced`). */
  refresh(family: IpFamily, enhanced: boolean): void
  /**
   * Encoded messages in order, together about `budgetBytes` (at least one while something is pending); empty: nothing to
   * send. What was taken counts as sent.
   */
  take(budgetBytes: number): readonly Uint8Array[]
  readonly pending: boolean
  /** prefixes desired, that the peer has, and still to be sent or withdrawn */
  readonly counts: { readonly desired: number; readonly announced: number; readonly pending: number }
}
