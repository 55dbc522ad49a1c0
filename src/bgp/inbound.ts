// The border between a session and the routes that come in: the session knows when they begin to be stale and when they end, the
// Adj-RIB-In knows which they are.
import type { IpFamily } from '../net/ip.ts'
import type { PathAttribute } from '../wire/bgp/path-attribute.ts'
import type { RouteChanges } from '../wire/bgp/route-changes.ts'

/** Adj-RIB-In of one peer (RFC 4271 §3.2). Outlives sessions: stale routes stay until the session says that they end. */
export interface InboundRoutes {
  /**
   * What an UPDATE did, after its errors had their effect and for agreed families only. An announced route is not stale any
   * more; of one prefix the last counts. `attributes` belong to all announced routes; AS numbers are the true ones (RFC 6793).
   */
  apply(changes: RouteChanges, attributes: readonly PathAttribute[]): void
  /** All routes of the family are stale from now on (RFC 4724 §4.2, RFC 7313 §4). */
  markStale(family: IpFamily): void
  /** Stale routes of the family end: End-of-RIB came, or the time is over. */
  dropStale(family: IpFamily): void
  /** All routes of the family end. */
  clear(family: IpFamily): void
  /** prefixes of the family, stale ones included; asked after each UPDATE, so it must be cheap */
  count(family: IpFamily): number
}
