// What the running speaker needs: somebody who holds BGP sessions, and somebody who answers on the links.
import type { OutboundRoutes } from '../../bgp/outbound.ts'
import type { BgpPeerOptions } from '../../bgp/peer.ts'
import type { Layer2Announcement } from '../state/layer2-board.ts'

export interface BgpSessions {
  setPeers(peers: readonly BgpPeerOptions[]): void
  routes(name: string): OutboundRoutes | undefined
}

export interface LinkAnnouncer {
  /** Replaces everything that is announced. Resolves when what is no longer in it is not answered for any more. */
  set(announcements: readonly Layer2Announcement[]): Promise<void>
}
