// Two connections with one peer: which of them goes (RFC 4271 §6.8).
import { compareIp, type Ip } from '../net/ip.ts'
import type { Session } from './session/state.ts'

interface Speaker {
  readonly routerId: Ip
  readonly asn: number
}

/**
 * A valid OPEN came on `newcomer`, and `existing` has seen one before. `us` and `them` as the OPENs of the newcomer say.
 */
export function collisionLoser(
  existing: Session,
  newcomer: Session,
  us: Speaker,
  them: Speaker,
): 'existing' | 'newcomer' {
  // RFC 4271 §6.8: a session that is established stays, unless the peer must have restarted (RFC 4724 §4.2): who knows graceful
  // restart and connects anew has lost the old connection, and shall not lose its routes for it.
  if (existing.state === 'established')
    return existing.agreement?.gracefulRestart !== undefined && newcomer.direction === 'theirs'
      ? 'existing'
      : 'newcomer'
  // Both from one side: it has forgotten the older one.
  if (existing.direction === newcomer.direction) return 'existing'
  const staying = weAreHigher(us, them) ? 'ours' : 'theirs'
  return existing.direction === staying ? 'newcomer' : 'existing'
}

/** RFC 6286 §2.3: with equal identifiers, the AS numbers decide. */
function weAreHigher(us: Speaker, them: Speaker): boolean {
  const order = compareIp(us.routerId, them.routerId)
  return order === 0 ? us.asn > them.asn : order > 0
}
