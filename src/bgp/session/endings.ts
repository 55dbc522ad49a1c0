// Out of every state back to idle: what is sent, what is counted, and how long until the next start.
import { BGP_ERROR, CEASE, type NotificationContent } from '../../wire/bgp/notification-codes.ts'
import { cease } from '../cease.ts'
import type { Ending, SessionEffect } from './effects.ts'
import type { Session, SessionEnv, SessionStep } from './state.ts'
import { idleHoldMs, STABLE_MS } from './timing.ts'

const NO_DATA = new Uint8Array(0)

export const COLLISION = cease(CEASE.collision)
export const HOLD_EXPIRED: NotificationContent = { code: BGP_ERROR.holdTimer, subcode: 0, data: NO_DATA }
export const SEND_HOLD_EXPIRED: NotificationContent = {
  ...{ code: BGP_ERROR.sendHoldTimer, subcode: 0, data: NO_DATA },
}
export const SHUTDOWN = cease(CEASE.administrativeShutdown)

/** RFC 6608 §3: which state it was that the message was not expected in; its type is the data where it is a message. */
export function unexpected({ state }: Session, messageType: number | undefined): NotificationContent {
  const subcode = { 'open-sent': 1, 'open-confirm': 2, established: 3 }[state as string] ?? 0
  return {
    ...{ code: BGP_ERROR.stateMachine, subcode },
    data: messageType === undefined ? NO_DATA : Uint8Array.of(messageType),
  }
}

/** What becomes of ConnectRetryCounter. */
type Counting = 'count' | 'keep' | 'reset'

/** To idle: the NOTIFICATION if we have one to send, the end of the connection, and the timer of the next start. */
export function fall(
  session: Session,
  env: SessionEnv,
  ending: Omit<Ending, 'state'>,
  counting: Counting = 'count',
): SessionStep {
  const { connection, state } = session
  const effects: SessionEffect[] = []
  const talks = connection !== undefined && state !== 'connect' && state !== 'active'
  if (talks && ending.by === 'us' && ending.notification !== undefined)
    effects.push({
      ...{ kind: 'send', connection },
      message: { kind: 'notification', ...ending.notification },
    })
  if (connection !== undefined) effects.push({ kind: 'close', connection })
  const whole: Ending = { ...ending, state }
  if (state === 'established') effects.push({ kind: 'down', ending: whole })
  // What only waited has not ended.
  if (connection !== undefined) effects.push({ kind: 'ended', ending: whole })
  const failures = counted(session, env, counting)
  // RFC 4271 §8.1.1: peer oscillations are always damped here; a stop by hand is not followed by a start.
  const timers =
    counting === 'reset' ? {} : { 'idle-hold': env.nowMs + idleHoldMs(env.options, failures, env.random) }
  return {
    state: {
      ...session,
      ...{ state: 'idle', connection: undefined, direction: undefined, failures, timers },
      ...{ offered: undefined, agreement: undefined, establishedAtMs: undefined, givenUp: [] },
    },
    effects,
  }
}

function counted({ failures, establishedAtMs }: Session, { nowMs }: SessionEnv, counting: Counting): number {
  if (counting === 'reset') return 0
  const stable = establishedAtMs !== undefined && nowMs - establishedAtMs >= STABLE_MS
  const before = stable ? 0 : failures
  return counting === 'count' ? before + 1 : before
}
