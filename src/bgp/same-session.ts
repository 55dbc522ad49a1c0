// Whether a change of options concerns the session.
import { formatIp } from '../net/ip.ts'
import type { BgpPeerOptions } from './peer.ts'

/** Names, and what takes effect without a new session, may differ. */
export const sameSession = (a: BgpPeerOptions, b: BgpPeerOptions): boolean => sessionKey(a) === sessionKey(b)

function sessionKey({ remote, gracefulRestart, ...options }: BgpPeerOptions): string {
  return JSON.stringify([
    ...[formatIp(remote.address), remote.port, remote.zone],
    ...[remote.source === undefined ? null : formatIp(remote.source), remote.device],
    ...[remote.password, remote.ttl, remote.minTtl],
    ...[options.localAsn, options.peerAsn, formatIp(options.routerId)],
    ...[options.holdTimeSeconds, options.keepaliveTimeSeconds, options.passive],
    [...options.families].sort(),
    gracefulRestart === undefined
      ? null
      : [
          gracefulRestart.restartSeconds,
          gracefulRestart.forwardingPreserved ?? true,
          gracefulRestart.throughNotifications ?? false,
        ],
  ])
}
