// A peer: one session, or two while RFC 4271 §6.8 has to choose; starts after failures, graceful restart, the guard of what we
// receive. A pure function; README.md says how it is divided.
import { unicast } from '../wire/bgp/families.ts'
import { CEASE, type NotificationContent } from '../wire/bgp/notification-codes.ts'
import { hardResetData, maximumPrefixesData } from '../wire/bgp/notification-meaning.ts'
import { type OpenMessage, openAsn } from '../wire/bgp/open.ts'
import { cease } from './cease.ts'
import { collisionLoser } from './collision.ts'
import {
  establishedSession,
  PEER_TIMERS,
  type PeerEnv,
  type PeerEvent,
  type PeerState,
  type PeerStep,
  sessionsOf,
  sessionWith,
} from './peer-state.ts'
import { PeerTurn, timerKey } from './peer-turn.ts'
import { refuseOpen } from './session/agreement.ts'
import type { TimerName } from './session/effects.ts'
import { SHUTDOWN } from './session/endings.ts'
import type { MessageEvent, SessionEvent } from './session/events.ts'
import type { Session } from './session/state.ts'

export function stepPeer(peer: PeerState, event: PeerEvent, env: PeerEnv): PeerStep {
  const turn = new PeerTurn(peer, env)
  take(turn, event, env)
  return turn.finish(event.kind === 'timer' ? timerKey(event.owner, event.timer) : undefined)
}

function take(turn: PeerTurn, event: PeerEvent, env: PeerEnv): void {
  const { peer } = turn
  switch (event.kind) {
    case 'start':
      turn.patch({ started: true })
      turn.advance(peer.main, { kind: 'manual-start' })
      break
    case 'stop':
      stop(turn, event.notification)
      break
    case 'reset':
      for (const session of sessionsOf(peer))
        if (hasConnection(session))
          turn.advance(session, { kind: 'automatic-stop', notification: event.notification })
      break
    case 'accepted':
      accept(turn, event.connection)
      break
    case 'connected':
      withConnection(turn, event.connection, { kind: 'tcp-acked' })
      break
    case 'closed':
      withConnection(turn, event.connection, { kind: 'tcp-fails', code: event.code })
      break
    case 'sending':
      withConnection(turn, event.connection, { kind: 'sending', blocked: event.blocked })
      break
    case 'message':
      receive(turn, event.connection, event.event, env)
      break
    case 'timer':
      expire(turn, event.owner, event.timer)
      break
    case 'counted':
      guard(turn, event, env)
      break
  }
}

const hasConnection = ({ state }: Session): boolean =>
  state === 'open-sent' || state === 'open-confirm' || state === 'established'

function withConnection(turn: PeerTurn, connection: number, event: SessionEvent): void {
  const session = sessionWith(turn.peer, connection)
  // What is still on its way from a connection that we closed.
  if (session !== undefined) turn.advance(session, event)
}

function stop(turn: PeerTurn, notification: NotificationContent | undefined): void {
  turn.patch({ started: false, bare: false })
  const { rival } = turn.peer
  if (rival !== undefined)
    turn.advance(rival, { kind: 'manual-stop', notification: notification ?? SHUTDOWN })
  // The rival may have been the one that stayed.
  for (const session of sessionsOf(turn.peer))
    turn.advance(session, { kind: 'manual-stop', notification: farewell(session, notification) })
  turn.dropStale()
}

/** What the peer must be told so that it does with our routes what we want. */
function farewell(
  { agreement }: Session,
  notification: NotificationContent | undefined,
): NotificationContent | undefined {
  const restart = agreement?.gracefulRestart
  // Nothing is gained by silence where the peer would not keep our routes anyway.
  if (notification === undefined) return restart === undefined ? SHUTDOWN : undefined
  // RFC 8538 §3: a plain Cease would make the peer keep our routes.
  return restart?.throughNotifications === true
    ? cease(CEASE.hardReset, hardResetData(notification))
    : notification
}

function accept(turn: PeerTurn, connection: number): void {
  turn.patch({ nextConnection: Math.max(turn.peer.nextConnection, connection + 1) })
  const { main, rival, started } = turn.peer
  const confirmed: SessionEvent = { kind: 'tcp-confirmed', connection }
  if (!started) turn.effects.push({ kind: 'close', connection })
  // Held back is our own next start, not that of the peer, which has waited as long as it wanted to.
  else if (main.state === 'idle') turn.advance({ ...main, state: 'active' }, confirmed)
  else if (main.state === 'active') turn.advance(main, confirmed)
  else if (rival === undefined) turn.advance(turn.addRival(), confirmed)
  else if (rival.state === 'open-sent') {
    // Who connects again has given up what it connected before.
    turn.advance(rival, { kind: 'collision-dump' })
    turn.advance(turn.addRival(), confirmed)
  } else turn.effects.push({ kind: 'close', connection })
}

function receive(turn: PeerTurn, connection: number, event: MessageEvent, env: PeerEnv): void {
  const session = sessionWith(turn.peer, connection)
  if (session === undefined) return
  const loser = event.kind === 'open' ? collides(turn.peer, session, event.open, env) : undefined
  if (loser?.id === session.id) turn.advance(session, { kind: 'collision-dump' })
  else {
    if (loser !== undefined) {
      const replaced = loser.state === 'established'
      turn.advance(loser, replaced ? { kind: 'tcp-fails', code: undefined } : { kind: 'collision-dump' })
    }
    withConnection(turn, connection, event)
  }
}

/** RFC 4271 §6.8: looked at when a valid OPEN comes, before it is answered. The session that has to go, if one has. */
function collides(
  peer: PeerState,
  session: Session,
  open: OpenMessage,
  { options }: PeerEnv,
): Session | undefined {
  const other = sessionsOf(peer).find(({ id }) => id !== session.id)
  if (other?.agreement === undefined || session.offered === undefined || session.state !== 'open-sent')
    return undefined
  if (refuseOpen(options, session.offered, open) !== undefined) return undefined
  const us = { routerId: options.routerId, asn: options.localAsn }
  const them = { routerId: open.routerId, asn: openAsn(open) }
  return collisionLoser(other, session, us, them) === 'newcomer' ? session : other
}

const EXPIRES: Readonly<Partial<Record<TimerName, SessionEvent>>> = {
  'connect-retry': { kind: 'connect-retry-expires' },
  hold: { kind: 'hold-expires' },
  keepalive: { kind: 'keepalive-expires' },
  'idle-hold': { kind: 'idle-hold-expires' },
  'send-hold': { kind: 'send-hold-expires' },
}

function expire(turn: PeerTurn, owner: number, timer: TimerName): void {
  if (owner === PEER_TIMERS) {
    if (turn.peer.timers[timer] !== undefined) turn.dropStale()
    return
  }
  const session = sessionsOf(turn.peer).find(({ id }) => id === owner)
  const event = EXPIRES[timer]
  // One that was disarmed while it was on its way.
  if (session?.timers[timer] === undefined || event === undefined) return
  turn.advance(session, event)
}

/** Told of at four fifths of the maximum, and the end above it (RFC 4486 §4). */
function guard(
  turn: PeerTurn,
  { family, count }: Extract<PeerEvent, { kind: 'counted' }>,
  { options: { maximumPrefixes: maximum } }: PeerEnv,
): void {
  const session = establishedSession(turn.peer)
  if (maximum === undefined || session === undefined) return
  if (count > maximum) {
    const data = maximumPrefixesData(unicast(family), maximum)
    turn.advance(session, { kind: 'automatic-stop', notification: cease(CEASE.maximumPrefixes, data) })
  } else if (count >= maximum * 0.8 && !turn.peer.warned.includes(family)) {
    turn.patch({ warned: [...turn.peer.warned, family] })
    turn.effects.push({ kind: 'maximum-near', family, count, maximum })
  }
}
