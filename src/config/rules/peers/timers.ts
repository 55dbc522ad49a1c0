// V210, V211, V219, V220: hold time and keepalive time.
import { formatDuration, parseDuration, SECOND_NS } from '../../../net/duration.ts'
import type { BGPPeer } from '../../objects/read-object.ts'
import { resolveTimers } from '../../semantics/timers.ts'
import type { RuleContext } from '../context.ts'

export function peerTimers(context: RuleContext): void {
  for (const peer of context.objects.peers) {
    const { failed } = peer
    const hold = nanoseconds(peer.spec.holdTime)
    const keepalive = nanoseconds(peer.spec.keepaliveTime)
    // A hold time that nobody can read is not one that was left out: nothing follows from the keepalive time then.
    if (!failed.has('holdTime')) together(context, peer, hold, keepalive)
    fractions(context, peer, { holdTime: hold, keepaliveTime: keepalive })
  }
}

/** What the hold time is or becomes, and what it means for the keepalive time. */
function together(
  context: RuleContext,
  peer: BGPPeer,
  hold: bigint | undefined,
  keepalive: bigint | undefined,
): void {
  const timers = resolveTimers(hold, keepalive)
  if (!timers.ok && timers.error === 'hold time too short') tooShort(context, peer, hold, keepalive)
  if (hold !== undefined && keepalive !== undefined && keepalive > hold)
    context.report('V211', peer, {
      message: `The keepalive time ${formatDuration(keepalive)} is longer than the hold time ${formatDuration(hold)}.`,
      path: ['spec', 'keepaliveTime'],
      hint: 'A third of the hold time is usual, and is what is taken when keepaliveTime is left out.',
    })
  // RFC 4271 §4.4: without keepalives, only updates keep the session up.
  if (keepalive === 0n && timers.ok && (timers.value?.holdTimeSeconds ?? 0) > 0)
    context.report('V219', peer, {
      message:
        'keepaliveTime is 0s, so no keepalives are sent, and the router drops the session when the hold time is over.',
      path: ['spec', 'keepaliveTime'],
      hint: 'Remove keepaliveTime: it is then a third of the hold time.',
    })
}

function fractions(
  context: RuleContext,
  peer: BGPPeer,
  times: Readonly<Record<'holdTime' | 'keepaliveTime', bigint | undefined>>,
): void {
  for (const field of ['holdTime', 'keepaliveTime'] as const) {
    const value = times[field]
    if (value !== undefined && value % SECOND_NS !== 0n)
      context.report('V220', peer, {
        message: `${field} is cut to ${formatDuration((value / SECOND_NS) * SECOND_NS)}: BGP counts whole seconds.`,
        path: ['spec', field],
      })
  }
}

function nanoseconds(text: string | undefined): bigint | undefined {
  const parsed = text === undefined ? undefined : parseDuration(text)
  return parsed?.ok === true ? parsed.value : undefined
}

function tooShort(
  context: RuleContext,
  peer: BGPPeer,
  hold: bigint | undefined,
  keepalive: bigint | undefined,
): void {
  const effective = hold ?? (keepalive ?? 0n) * 3n
  context.report('V210', peer, {
    message:
      hold === undefined
        ? `From this keepaliveTime follows a hold time of ${formatDuration(effective)}; it has to be 0s or at least 3s.`
        : `The hold time is ${formatDuration(effective)}; it has to be 0s or at least 3s.`,
    path: ['spec', hold === undefined ? 'keepaliveTime' : 'holdTime'],
  })
}
