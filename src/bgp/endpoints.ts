// The two ends of a connection, and what is asked of it beyond plain TCP.
import type { Ip } from '../net/ip.ts'

/** Fields of BgpRemote that need more than plain TCP. */
export type RemoteNeed = 'device' | 'password' | 'ttl' | 'minTtl'

export interface Endpoint {
  readonly address: Ip
  readonly port: number
}

export interface ConnectionEnds {
  readonly local: Endpoint
  readonly remote: Endpoint
  /** interface of a link-local address */
  readonly zone?: string
  /** other addresses of the interface that has the local one, for the next hops of the other family */
  readonly ipv4: Ip | undefined
  /** global */
  readonly ipv6: Ip | undefined
  /** only where the peer is on the same link (RFC 2545 §3) */
  readonly linkLocal: Ip | undefined
}
