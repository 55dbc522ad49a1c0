// A peer without an address becomes one with an address.
import type { Ip } from '../../net/ip.ts'
import type { BgpPeerOptions, BgpRemote } from '../peer.ts'

export interface UnnumberedPeer {
  /** behind which the peer is the router */
  readonly interfaceName: string
  readonly options: Omit<BgpPeerOptions, 'remote'>
  readonly remote: Omit<BgpRemote, 'address' | 'zone'>
}

/** Options of the session; undefined as long as no router was heard. */
export function resolveUnnumbered(
  { interfaceName, options, remote }: UnnumberedPeer,
  router: Ip | undefined,
): BgpPeerOptions | undefined {
  return router === undefined
    ? undefined
    : { ...options, remote: { ...remote, address: router, zone: interfaceName } }
}
