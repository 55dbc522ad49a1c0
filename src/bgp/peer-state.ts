// The state of a peer: its sessions, at most two, and what outlives them.
import type { IpFamily } from '../net/ip.ts'
import type { NotificationContent } from '../wire/bgp/notification-codes.ts'
import type { BgpPeerOptions, BgpState } from './peer.ts'
import type { SessionEffect, TimerName, Timers } from './session/effects.ts'
import type { MessageEvent } from './session/events.ts'
import { newSession, type Session } from './session/state.ts'

export interface PeerState {
  readonly main: Session
  /** a second connection, until one of the two is gone (RFC 4271 §6.8) */
  readonly rival: Session | undefined
  readonly nextSession: number
  /** the number that the next connection gets, whoever opens it */
  readonly nextConnection: number
  readonly started: boolean
  /** R is said: this process came back, and had no session since (RFC 4724 §4.1) */
  readonly restarted: boolean
  /** OPEN goes out without capabilities: the peer refused optional parameters */
  readonly bare: boolean
  /** families whose routes wait for the peer to come back, or for its End-of-RIB */
  readonly stale: readonly IpFamily[]
  /** families near the maximum that were told of */
  readonly warned: readonly IpFamily[]
  readonly timers: Timers
}

export const newPeer = ({ restarted = false }: { readonly restarted?: boolean } = {}): PeerState => ({
  ...{ main: newSession(1), rival: undefined, nextSession: 2, nextConnection: 1 },
  ...{ started: false, restarted, bare: false, stale: [], warned: [], timers: {} },
})

export type PeerEvent =
  | { readonly kind: 'start' }
  /** for good; without a NOTIFICATION: we come back, and the peer shall keep our routes (RFC 4724 §4.1) */
  | { readonly kind: 'stop'; readonly notification: NotificationContent | undefined }
  /** now, and start again after a while */
  | { readonly kind: 'reset'; readonly notification: NotificationContent }
  /** they connected; `connection` is `nextConnection` of the state */
  | { readonly kind: 'accepted'; readonly connection: number }
  | { readonly kind: 'connected'; readonly connection: number }
  | { readonly kind: 'closed'; readonly connection: number; readonly code: string | undefined }
  | { readonly kind: 'message'; readonly connection: number; readonly event: MessageEvent }
  | { readonly kind: 'sending'; readonly connection: number; readonly blocked: boolean }
  | { readonly kind: 'timer'; readonly owner: number; readonly timer: TimerName }
  /** how many routes of the family there are now */
  | { readonly kind: 'counted'; readonly family: IpFamily; readonly count: number }

/** Owner of the timers that are not of a session. */
export const PEER_TIMERS = 0

export type PeerEffect =
  | SessionEffect
  /** `owner` is the number of a session, or PEER_TIMERS; a timer that runs is set anew */
  | { readonly kind: 'arm'; readonly owner: number; readonly timer: TimerName; readonly atMs: number }
  | { readonly kind: 'disarm'; readonly owner: number; readonly timer: TimerName }
  | { readonly kind: 'state'; readonly from: BgpState; readonly to: BgpState }
  | {
      readonly kind: 'maximum-near'
      readonly family: IpFamily
      readonly count: number
      readonly maximum: number
    }
  /** from the next OPEN on, capabilities are left out, or are back */
  | { readonly kind: 'capabilities'; readonly offered: boolean }

export interface PeerEnv {
  readonly options: BgpPeerOptions
  /** of a clock that never goes back */
  readonly nowMs: number
  /** in [0, 1) */
  readonly random: number
}

export interface PeerStep {
  readonly state: PeerState
  readonly effects: readonly PeerEffect[]
}

const RANK: readonly BgpState[] = ['idle', 'active', 'connect', 'open-sent', 'open-confirm', 'established']

/** Of the session that has come further. */
export function peerState({ main, rival }: PeerState): BgpState {
  if (rival === undefined) return main.state
  return RANK.indexOf(rival.state) > RANK.indexOf(main.state) ? rival.state : main.state
}

export const sessionsOf = ({ main, rival }: PeerState): readonly Session[] =>
  rival === undefined ? [main] : [main, rival]

export const sessionWith = (peer: PeerState, connection: number): Session | undefined =>
  sessionsOf(peer).find((session) => session.connection === connection)

export const establishedSession = (peer: PeerState): Session | undefined =>
  sessionsOf(peer).find(({ state }) => state === 'established')
