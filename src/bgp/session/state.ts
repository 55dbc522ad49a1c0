// The state of one session, as the machine keeps it.
import type { IpFamily } from '../../net/ip.ts'
import type { OpenMessage } from '../../wire/bgp/open.ts'
import type { BgpPeerOptions, BgpState } from '../peer.ts'
import type { Agreement } from './agreement.ts'
import type { SessionEffect, Timers } from './effects.ts'

/** One finite state machine of RFC 4271 §8.2.1: at most one TCP connection at a time. */
export interface Session {
  readonly id: number
  readonly state: BgpState
  /** undefined: none, and none under way */
  readonly connection: number | undefined
  /** who opened it */
  readonly direction: 'ours' | 'theirs' | undefined
  /** ConnectRetryCounter of RFC 4271 §8.1: sessions that failed in a row */
  readonly failures: number
  /** attempts to connect since the last session */
  readonly attempts: number
  readonly timers: Timers
  /** that we sent on this connection */
  readonly offered: OpenMessage | undefined
  /** since the OPEN of the peer was accepted */
  readonly agreement: Agreement | undefined
  readonly establishedAtMs: number | undefined
  /** families that are ignored since an error in them (RFC 7606 §2) */
  readonly givenUp: readonly IpFamily[]
}

export const newSession = (id: number): Session => ({
  ...{ id, state: 'idle', connection: undefined, direction: undefined },
  ...{ failures: 0, attempts: 0, timers: {} },
  ...{ offered: undefined, agreement: undefined, establishedAtMs: undefined, givenUp: [] },
})

/** What a step needs from outside. */
export interface SessionEnv {
  readonly options: BgpPeerOptions
  readonly nowMs: number
  /** in [0, 1) */
  readonly random: number
  /** number for a connection that this step opens */
  readonly freshConnection: number
  /** to send when a connection is there */
  readonly open: OpenMessage
}

export interface SessionStep {
  readonly state: Session
  readonly effects: readonly SessionEffect[]
}

export const stay = (state: Session, ...effects: readonly SessionEffect[]): SessionStep => ({
  state,
  effects,
})
