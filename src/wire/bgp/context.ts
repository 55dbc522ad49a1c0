// What two speakers agreed on in their OPENs and that changes how later bytes are read.
import type { IpFamily } from '../../net/ip.ts'

/** Of one direction: what we may send is not always what we may receive. */
export interface BgpContext {
  /** AS numbers take four bytes in AS_PATH and AGGREGATOR (RFC 6793 §4.1) */
  readonly asn4: boolean
  /** messages up to 65,535 bytes (RFC 8654 §4) */
  readonly extendedMessage: boolean
  /** unicast families whose prefixes have a path identifier in front (RFC 7911 §3) */
  readonly addPath: readonly IpFamily[]
  /** IPv4 prefixes may have an IPv6 next hop (RFC 8950 §4) */
  readonly extendedNextHop: boolean
  /** who sent it: attributes of internal sessions are discarded when they come from outside (RFC 7606 §7.5) */
  readonly peer: 'internal' | 'external' | 'unknown'
}

/** Before both OPENs were seen. */
export const PLAIN_CONTEXT: BgpContext = {
  asn4: false,
  extendedMessage: false,
  addPath: [],
  extendedNextHop: false,
  peer: 'unknown',
}
