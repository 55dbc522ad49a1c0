// How a session gets its connection: connecting, accepting, waiting for the next attempt.
import type { SessionEffect } from './effects.ts'
import { type Session, type SessionEnv, type SessionStep, stay } from './state.ts'
import { attemptMs, connectRetryMs, OPEN_HOLD_MS } from './timing.ts'

/** PassiveTcpEstablishment never connects, so it needs no ConnectRetryTimer. */
export const start = (session: Session, env: SessionEnv): SessionStep =>
  env.options.passive ? stay({ ...session, state: 'active', timers: {} }) : dial(session, env)

export function dial(session: Session, env: SessionEnv): SessionStep {
  const attempts = session.attempts + 1
  const connection = env.freshConnection
  return stay(
    {
      ...session,
      ...{ state: 'connect', connection, direction: 'ours', attempts },
      timers: { 'connect-retry': env.nowMs + attemptMs(env.options, attempts, env.random) },
    },
    { kind: 'connect', connection },
  )
}

export const closing = ({ connection }: Session): SessionEffect[] =>
  connection === undefined ? [] : [{ kind: 'close', connection }]

export const network = (code: string | undefined) => ({
  by: 'network' as const,
  ...(code === undefined ? {} : { code }),
})

/** A connection is there: complete BGP initialization, send OPEN. */
export function greet(session: Session, env: SessionEnv): SessionStep {
  const { connection } = session
  if (connection === undefined) return stay(session)
  return stay(
    {
      ...session,
      ...{ state: 'open-sent', offered: env.open },
      timers: { hold: env.nowMs + OPEN_HOLD_MS },
    },
    { kind: 'send', connection, message: env.open },
  )
}

/** To active: go on listening, and connect again when the time has come. */
export function wait(session: Session, env: SessionEnv, code: string | undefined): SessionStep {
  const { attempts, state } = session
  const timers = env.options.passive
    ? {}
    : { 'connect-retry': env.nowMs + connectRetryMs(env.options, attempts, env.random) }
  return stay(
    {
      ...session,
      ...{ state: 'active', connection: undefined, direction: undefined, offered: undefined, timers },
    },
    ...closing(session),
    { kind: 'ended', ending: { ...network(code), state } },
  )
}
