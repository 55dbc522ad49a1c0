// The timers of a BGP session, as MetalLB takes them from a BGPPeer.
import { type DurationNs, SECOND_NS } from '../../net/duration.ts'
import { err, ok, type Result } from '../../net/result.ts'

export interface SessionTimers {
  readonly holdTimeSeconds: number
  readonly keepaliveTimeSeconds: number
}
export type TimersError =
  /** RFC 4271 §4.2: either 0 or at least three seconds */
  'hold time too short' | 'keepalive above hold'

/**
 * Both, one or none may be given: the other follows (hold / 3, keepalive × 3). Undefined when none is given. A fraction of
 * a second is cut off before hold time is judged.
 */
export function resolveTimers(
  hold: DurationNs | undefined,
  keepalive: DurationNs | undefined,
): Result<SessionTimers | undefined, TimersError> {
  if (hold === undefined && keepalive === undefined) return ok(undefined)
  const holdNs = hold ?? (keepalive ?? 0n) * 3n
  const keepaliveNs = keepalive ?? holdNs / 3n
  const holdSeconds = holdNs / SECOND_NS
  if (holdSeconds !== 0n && holdSeconds < 3n) return err('hold time too short')
  if (keepaliveNs > holdNs) return err('keepalive above hold')
  return ok({ holdTimeSeconds: Number(holdSeconds), keepaliveTimeSeconds: Number(keepaliveNs / SECOND_NS) })
}
