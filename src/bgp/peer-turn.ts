// One step of a peer while it is being made: sessions advance, and what follows from it for the peer is done.
import type { IpFamily } from '../net/ip.ts'
import { BGP_ERROR, CEASE, OPEN_ERROR } from '../wire/bgp/notification-codes.ts'
import {
  PEER_TIMERS,
  type PeerEffect,
  type PeerEnv,
  type PeerState,
  peerState,
  sessionsOf,
} from './peer-state.ts'
import type { Agreement, PeerRestart } from './session/agreement.ts'
import type { Ending, SessionEffect, TimerName, Timers } from './session/effects.ts'
import type { SessionEvent } from './session/events.ts'
import { stepSession } from './session/machine.ts'
import { offeredOpen } from './session/offer.ts'
import { newSession, type Session } from './session/state.ts'
import { STALE_MS } from './session/timing.ts'

/** Changes itself and nothing else; lives for one call of `stepPeer`. */
export class PeerTurn {
  readonly effects: PeerEffect[] = []
  readonly #before: PeerState
  readonly #env: PeerEnv
  peer: PeerState

  constructor(peer: PeerState, env: PeerEnv) {
    this.#before = peer
    this.#env = env
    this.peer = peer
  }

  /** One session takes an event; what it says of itself becomes true of the peer. */
  advance(session: Session, event: SessionEvent): void {
    const { options, nowMs, random } = this.#env
    const freshConnection = this.peer.nextConnection
    const open = offeredOpen(options, this.peer)
    const { state, effects } = stepSession(session, event, { options, nowMs, random, freshConnection, open })
    if (state.connection === freshConnection) this.patch({ nextConnection: freshConnection + 1 })
    this.#replace(state)
    for (const effect of effects) this.#follow(effect, session)
    // RFC 4271 §6.8: one session is enough when it is established.
    if (effects.some(({ kind }) => kind === 'up'))
      for (const other of sessionsOf(this.peer))
        if (other.id !== session.id) this.advance(other, { kind: 'collision-dump' })
    this.#settle()
  }

  /** A second session, listening: a connection was accepted while the first has or tries one. */
  addRival(): Session {
    const rival: Session = { ...newSession(this.peer.nextSession), state: 'active' }
    this.patch({ rival, nextSession: rival.id + 1 })
    return rival
  }

  patch(change: Partial<PeerState>): void {
    this.peer = { ...this.peer, ...change }
  }

  inbound(action: 'mark-stale' | 'drop-stale' | 'clear', family: IpFamily): void {
    this.effects.push({ kind: 'inbound', action, family })
  }

  /** What waited for the peer, or for its End-of-RIB, is over. */
  dropStale(families: readonly IpFamily[] = this.peer.stale): void {
    for (const family of families) this.inbound('drop-stale', family)
    const stale = this.peer.stale.filter((family) => !families.includes(family))
    this.patch({ stale, ...(stale.length === 0 ? { timers: {} } : {}) })
  }

  /**
   * The effects, with those of timers and of the state of the peer as a whole.
   * @param fired the timer that brought this step about, which does not run any more
   */
  finish(fired: string | undefined): { readonly state: PeerState; readonly effects: readonly PeerEffect[] } {
    const from = peerState(this.#before)
    const to = peerState(this.peer)
    const timers = timerEffects(this.#before, this.peer, fired)
    const change: PeerEffect[] = from === to ? [] : [{ kind: 'state', from, to }]
    return { state: this.peer, effects: [...this.effects, ...timers, ...change] }
  }

  #replace(session: Session): void {
    this.patch(this.peer.main.id === session.id ? { main: session } : { rival: session })
  }

  #follow(effect: SessionEffect, before: Session): void {
    this.effects.push(effect)
    switch (effect.kind) {
      case 'up':
        this.#arrive(effect.agreement)
        break
      case 'down':
        if (before.agreement !== undefined) this.#leave(before.agreement, effect.ending)
        break
      case 'ended':
        this.#learn(effect.ending)
        break
      case 'apply': {
        const { endOfRib } = effect.changes
        if (endOfRib !== undefined && this.peer.stale.includes(endOfRib)) this.dropStale([endOfRib])
        break
      }
      default:
        break
    }
  }

  /** RFC 4724 §4.2: routes of families that were not kept forwarding for end now, the others with End-of-RIB. */
  #arrive(agreement: Agreement): void {
    const forwarding = agreement.gracefulRestart?.forwarding ?? []
    this.dropStale(this.peer.stale.filter((family) => !forwarding.includes(family)))
    const timers: Timers = this.peer.stale.length === 0 ? {} : { stale: this.#env.nowMs + STALE_MS }
    this.patch({ timers, restarted: false, warned: [] })
  }

  #leave({ families, gracefulRestart }: Agreement, ending: Ending): void {
    const kept =
      gracefulRestart === undefined || !survives(ending, gracefulRestart) ? [] : gracefulRestart.families
    const stale = families.filter((family) => kept.includes(family))
    // RFC 4724 §4.2: what was stale before is not kept a second time.
    this.dropStale()
    for (const family of families) this.inbound(stale.includes(family) ? 'mark-stale' : 'clear', family)
    if (stale.length > 0 && gracefulRestart !== undefined)
      this.patch({
        stale,
        timers: { restart: this.#env.nowMs + gracefulRestart.restartSeconds * 1000 },
      })
  }

  /** RFC 5492 §3: a peer that knows no optional parameters is greeted without any; if that is not it, with them again. */
  #learn({ by, notification, state }: Ending): void {
    if (by !== 'peer' || notification?.code !== BGP_ERROR.open || state === 'established') return
    const refused = notification.subcode === OPEN_ERROR.unsupportedParameter
    const bare = refused && !this.peer.bare && this.#env.options.families.includes(4)
    if (bare === this.peer.bare) return
    this.patch({ bare })
    this.effects.push({ kind: 'capabilities', offered: !bare })
  }

  /** A second session that has no connection is none; the second becomes the first when that one has ended. */
  #settle(): void {
    const { main, rival } = this.peer
    if (rival === undefined) return
    if (rival.connection === undefined) this.patch({ rival: undefined })
    else if (main.state === 'idle')
      this.patch({ main: { ...rival, failures: main.failures, attempts: main.attempts }, rival: undefined })
  }
}

/** RFC 4724 §4.2, §5; RFC 8538 §4: the end of TCP is a restart; a NOTIFICATION only if both sides said so, and never a hard reset. */
function survives({ by, notification }: Ending, { throughNotifications }: PeerRestart): boolean {
  if (notification === undefined) return by === 'network'
  const hard = notification.code === BGP_ERROR.cease && notification.subcode === CEASE.hardReset
  return throughNotifications && !hard
}

function timerEffects(before: PeerState, after: PeerState, fired: string | undefined): PeerEffect[] {
  const old = runningTimers(before)
  if (fired !== undefined) old.delete(fired)
  const now = runningTimers(after)
  const effects: PeerEffect[] = []
  for (const [key, { owner, timer }] of old) if (!now.has(key)) effects.push({ kind: 'disarm', owner, timer })
  for (const [key, { owner, timer, atMs }] of now)
    if (old.get(key)?.atMs !== atMs) effects.push({ kind: 'arm', owner, timer, atMs })
  return effects
}

interface Running {
  readonly owner: number
  readonly timer: TimerName
  readonly atMs: number
}

export const timerKey = (owner: number, timer: TimerName): string => `${owner}/${timer}`

/** All timers of a peer and of its sessions. */
export function runningTimers(peer: PeerState): Map<string, Running> {
  const all = new Map<string, Running>()
  const add = (owner: number, timers: Timers): void => {
    for (const [timer, atMs] of Object.entries(timers) as [TimerName, number][])
      all.set(timerKey(owner, timer), { owner, timer, atMs })
  }
  add(PEER_TIMERS, peer.timers)
  for (const { id, timers } of sessionsOf(peer)) add(id, timers)
  return all
}
