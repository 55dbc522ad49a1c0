// Parts of the status of a peer.
import type { ConnectionEnds } from '../endpoints.ts'
import type { InboundRoutes } from '../inbound.ts'
import type { OutboundRoutes } from '../outbound.ts'
import type { Session } from '../session/state.ts'
import type { BgpPeerStatus } from '../status.ts'

export function sessionStatus(
  session: Session | undefined,
  ends: ConnectionEnds | undefined,
): BgpPeerStatus['session'] {
  const { agreement, direction } = session ?? {}
  return agreement === undefined || ends === undefined || direction === undefined
    ? undefined
    : { agreement, ends, direction }
}

export const prefixStatus = (
  { counts }: OutboundRoutes,
  inbound: InboundRoutes,
): BgpPeerStatus['prefixes'] => ({
  ...counts,
  received: { 4: inbound.count(4), 6: inbound.count(6) },
})
