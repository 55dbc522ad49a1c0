// One session: the finite state machine of RFC 4271 §8.2.2, as a pure function. Timers are in the state; who calls it compares
// them. README.md of the folder above lists where it differs from the RFC, and why.
import { BGP_TYPE } from '../../wire/bgp/framer.ts'
import { agree, refuseOpen } from './agreement.ts'
import { closing, dial, greet, network, start, wait } from './connecting.ts'
import type { SessionEffect } from './effects.ts'
import { COLLISION, fall, HOLD_EXPIRED, SEND_HOLD_EXPIRED, unexpected } from './endings.ts'
import type { SessionEvent } from './events.ts'
import { type Session, type SessionEnv, type SessionStep, stay } from './state.ts'
import { keepaliveMs, sendHoldMs } from './timing.ts'
import { takeRefresh, takeUpdate } from './updates.ts'

export function stepSession(session: Session, event: SessionEvent, env: SessionEnv): SessionStep {
  switch (session.state) {
    case 'idle':
      return inIdle(session, event, env)
    case 'connect':
    case 'active':
      return inConnectOrActive(session, event, env)
    default:
      return inConnection(session, event, env)
  }
}

function inIdle(session: Session, event: SessionEvent, env: SessionEnv): SessionStep {
  switch (event.kind) {
    case 'manual-start':
      return start({ ...session, failures: 0, attempts: 0 }, env)
    case 'idle-hold-expires':
      return start(session, env)
    case 'manual-stop':
      return stay({ ...session, failures: 0, timers: {} })
    case 'tcp-confirmed':
      return stay(session, { kind: 'close', connection: event.connection })
    default:
      return stay(session)
  }
}

function inConnectOrActive(session: Session, event: SessionEvent, env: SessionEnv): SessionStep {
  switch (event.kind) {
    case 'manual-start':
    case 'sending':
      return stay(session)
    case 'manual-stop':
      return fall(session, env, { by: 'us' }, 'reset')
    case 'connect-retry-expires': {
      const { state, effects } = dial(session, env)
      return stay(state, ...closing(session), ...unanswered(session), ...effects)
    }
    case 'tcp-acked':
      return greet(session, env)
    case 'tcp-confirmed': {
      const { connection } = event
      const { state, effects } = greet({ ...session, connection, direction: 'theirs' }, env)
      return stay(state, ...closing(session), ...effects)
    }
    case 'tcp-fails':
      return session.state === 'connect'
        ? wait(session, env, event.code)
        : fall(session, env, network(event.code))
    case 'notification':
    case 'version-error':
      return fall(session, env, { by: 'peer', notification: event.notification })
    case 'collision-dump':
      return fall(session, env, { by: 'us' }, 'keep')
    default:
      return fall(session, env, { by: 'us' })
  }
}

/** An attempt that nobody has answered until it was time for the next one. */
const unanswered = ({ state }: Session): SessionEffect[] =>
  state === 'connect' ? [{ kind: 'ended', ending: { by: 'network', code: 'ETIMEDOUT', state } }] : []

/** open-sent, open-confirm and established: what they have in common, then what they have not. */
function inConnection(session: Session, event: SessionEvent, env: SessionEnv): SessionStep {
  switch (event.kind) {
    case 'manual-start':
    case 'tcp-acked':
      return stay(session)
    case 'manual-stop': {
      const { notification } = event
      return fall(
        session,
        env,
        { by: 'us', ...(notification === undefined ? {} : { notification }) },
        'reset',
      )
    }
    case 'automatic-stop':
      return fall(session, env, { by: 'us', notification: event.notification })
    case 'hold-expires':
      return fall(session, env, { by: 'us', notification: HOLD_EXPIRED })
    case 'send-hold-expires':
      return fall(session, env, { by: 'us', notification: SEND_HOLD_EXPIRED })
    case 'tcp-confirmed':
      // A second connection is a session of its own; one machine never has two.
      return stay(session, { kind: 'close', connection: event.connection })
    case 'tcp-fails':
      return session.state === 'open-sent'
        ? wait(session, env, event.code)
        : fall(session, env, network(event.code))
    case 'header-error':
    case 'open-error':
      return session.state !== 'open-sent' && event.kind === 'open-error'
        ? outOfPlace(session, env, BGP_TYPE.open)
        : fall(session, env, { by: 'us', notification: event.error.notification, error: event.error })
    case 'collision-dump':
      return fall(session, env, { by: 'us', notification: COLLISION }, 'keep')
    case 'version-error':
      return fall(session, env, { by: 'peer', notification: event.notification }, 'keep')
    case 'notification':
      // Never answered with another one (RFC 4271 §6.4), in no state.
      return fall(session, env, { by: 'peer', notification: event.notification })
    case 'sending':
      return sending(session, event.blocked, env)
    case 'open':
      return session.state === 'open-sent'
        ? takeOpen(session, event.open, env)
        : outOfPlace(session, env, BGP_TYPE.open)
    default:
      return session.state === 'open-sent'
        ? outOfPlace(session, env, typeOf(event))
        : withPeer(session, event, env)
  }
}

/** open-confirm and established */
function withPeer(session: Session, event: SessionEvent, env: SessionEnv): SessionStep {
  const { connection, agreement, state } = session
  if (connection === undefined || agreement === undefined) return stay(session)
  switch (event.kind) {
    case 'keepalive-expires':
      return stay(
        {
          ...session,
          timers: { ...session.timers, keepalive: env.nowMs + keepaliveMs(agreement, env.random) },
        },
        { kind: 'send', connection, message: { kind: 'keepalive' } },
      )
    case 'keepalive':
      return state === 'established' ? stay(heard(session, env)) : establish(heard(session, env), env)
    case 'update': {
      if (state !== 'established') return outOfPlace(session, env, BGP_TYPE.update)
      const { givenUp, effects } = takeUpdate(session, agreement, event, env.options.localAsn)
      return stay({ ...heard(session, env), givenUp }, ...effects)
    }
    case 'update-error':
      return state === 'established'
        ? fall(session, env, { by: 'us', notification: event.error.notification, error: event.error })
        : outOfPlace(session, env, BGP_TYPE.update)
    case 'route-refresh':
      return state === 'established'
        ? stay(heard(session, env), ...takeRefresh(agreement, event.refresh))
        : outOfPlace(session, env, BGP_TYPE.routeRefresh)
    default:
      return outOfPlace(session, env, typeOf(event))
  }
}

const outOfPlace = (session: Session, env: SessionEnv, messageType: number | undefined): SessionStep =>
  fall(session, env, { by: 'us', notification: unexpected(session, messageType) })

const TYPES: Readonly<Partial<Record<SessionEvent['kind'], number>>> = {
  keepalive: BGP_TYPE.keepalive,
  update: BGP_TYPE.update,
  'update-error': BGP_TYPE.update,
  'route-refresh': BGP_TYPE.routeRefresh,
}
const typeOf = (event: SessionEvent): number | undefined => TYPES[event.kind]

function takeOpen(session: Session, open: Parameters<typeof agree>[2], env: SessionEnv): SessionStep {
  const { connection, offered } = session
  if (connection === undefined || offered === undefined) return stay(session)
  const error = refuseOpen(env.options, offered, open)
  if (error !== undefined) return fall(session, env, { by: 'us', notification: error.notification, error })
  const agreement = agree(env.options, offered, open)
  // RFC 4271 §8.2.2: with a hold time of 0 neither timer runs.
  const silent = agreement.holdTimeSeconds === 0
  const timers = silent
    ? {}
    : {
        hold: env.nowMs + agreement.holdTimeSeconds * 1000,
        keepalive: env.nowMs + keepaliveMs(agreement, env.random),
      }
  return stay(
    { ...session, state: 'open-confirm', agreement, timers },
    { kind: 'send', connection, message: { kind: 'keepalive' } },
  )
}

function establish(session: Session, env: SessionEnv): SessionStep {
  const { connection, agreement } = session
  if (connection === undefined || agreement === undefined) return stay(session)
  return stay(
    { ...session, state: 'established', attempts: 0, establishedAtMs: env.nowMs },
    { kind: 'up', connection, agreement },
  )
}

/** The peer lives: the hold timer begins anew. Any message counts, not only those of RFC 4271 §6.5. */
function heard(session: Session, env: SessionEnv): Session {
  const { agreement, timers } = session
  if (agreement === undefined || agreement.holdTimeSeconds === 0) return session
  return { ...session, timers: { ...timers, hold: env.nowMs + agreement.holdTimeSeconds * 1000 } }
}

/** RFC 9687 §3: a peer that takes nothing any more, and yet sends keepalives, holds us for ever. */
function sending(session: Session, blocked: boolean, env: SessionEnv): SessionStep {
  const { agreement, timers } = session
  if (agreement === undefined) return stay(session)
  const { 'send-hold': running, ...others } = timers
  if (!blocked) return stay({ ...session, timers: others })
  if (running !== undefined || agreement.holdTimeSeconds === 0) return stay(session)
  return stay({ ...session, timers: { ...others, 'send-hold': env.nowMs + sendHoldMs(agreement) } })
}
