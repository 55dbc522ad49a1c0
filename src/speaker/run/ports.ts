// What the running speaker needs: somebody who holds BGP sessions, and somebody who answers on the links.
import type { OutboundRoutes } from '../../bgp/outbound.ts'
import type { BgpPeerOptions } from '../../bgp/peer.ts'
import type { Layer2Change } from '../state/address-holders.ts'

export interface BgpSessions {
  setPeers(peers: readonly BgpPeerOptions[]): void
  routes(name: string): OutboundRoutes | undefined
}

export interface LinkAnnouncer {
  /**
   * Announces some addresses in another way or not any more, and leaves the others alone; at the start, nothing is announced.
   * Resolves when what is no longer announced is not answered for any more.
   */
  change(changes: readonly Layer2Change[]): Promise<void>
}
