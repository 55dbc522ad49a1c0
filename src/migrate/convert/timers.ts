// hold-time and keepalive-time: Go durations in the legacy file, and in the custom resource, but with other defaults between them.
import { type DurationNs, formatDuration, parseDuration, SECOND_NS } from '../../net/duration.ts'
import type { Field, LegacyPeer } from '../legacy/shape.ts'
import { type Convert, say } from './context.ts'

/** MetalLB ≤0.12 asked for this hold time when none was set. */
const LEGACY_HOLD_NS: DurationNs = 90n * SECOND_NS

export interface Timers {
  readonly holdTime?: string
  readonly keepaliveTime?: string
}

/** The timers of a peer, in whole seconds, written so that they mean today what they meant then. */
export function timers(peer: Field<LegacyPeer>, convert: Convert): Timers {
  const { 'hold-time': hold, 'keepalive-time': keepalive } = peer.value
  const holdNs = hold && seconds(hold, convert)
  const keepaliveNs = keepalive && seconds(keepalive, convert)
  if (hold !== undefined && holdNs !== undefined && holdNs !== 0n && holdNs < 3n * SECOND_NS)
    say(
      convert,
      'M017',
      'error',
      hold.node,
      `The hold time ${hold.value} is too short: it must be 0 or at least 3 seconds (RFC 4271 §4.2).`,
    )
  if (keepaliveNs !== undefined && keepalive !== undefined && keepaliveNs > (holdNs ?? LEGACY_HOLD_NS))
    say(
      convert,
      'M017',
      'error',
      keepalive.node,
      `The keepalive time ${keepalive.value} is longer than the hold time ${formatDuration(holdNs ?? LEGACY_HOLD_NS)}.`,
    )
  if (keepaliveNs !== undefined && hold === undefined && keepalive !== undefined) {
    say(
      convert,
      'M053',
      'info',
      keepalive.node,
      "The hold time is written out as 1m30s, which was the default: with a keepalive time alone, today's MetalLB would take three times that.",
    )
    return { holdTime: formatDuration(LEGACY_HOLD_NS), keepaliveTime: formatDuration(keepaliveNs) }
  }
  return {
    ...(holdNs === undefined ? explicitHold(convert) : { holdTime: formatDuration(holdNs) }),
    ...(keepaliveNs === undefined ? {} : { keepaliveTime: formatDuration(keepaliveNs) }),
  }
}

const explicitHold = ({ options }: Convert): Timers =>
  options.explicit ? { holdTime: formatDuration(LEGACY_HOLD_NS) } : {}

/** Whole seconds, as nanoseconds; undefined when the text is no duration, which is reported. */
function seconds(field: Field<string>, convert: Convert): DurationNs | undefined {
  const parsed = parseDuration(field.value)
  if (parsed.ok && parsed.value >= 0n) return (parsed.value / SECOND_NS) * SECOND_NS
  if (/^\d{1,9}$/.test(field.value)) {
    say(
      convert,
      'M016',
      'warning',
      field.node,
      `"${field.value}" has no unit and is taken for ${field.value} seconds.`,
      'No MetalLB release took a duration without unit, so a configuration with this line was never in effect.',
    )
    return BigInt(field.value) * SECOND_NS
  }
  say(
    convert,
    'M017',
    'error',
    field.node,
    `"${field.value}" is not a duration.`,
    'Write a number and a unit, such as 90s or 1m30s.',
  )
  return undefined
}
