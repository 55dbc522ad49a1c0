// Plays a peer by itself: events as they come, effects checked against what a driver relies on.
import type { IpFamily } from '../../net/ip.ts'
import { stepPeer } from '../machine.ts'
import type { BgpPeerOptions } from '../peer.ts'
import {
  newPeer,
  type PeerEffect,
  type PeerEvent,
  type PeerState,
  peerState,
  sessionsOf,
} from '../peer-state.ts'
import { runningTimers } from '../peer-turn.ts'
import type { TimerName } from '../session/effects.ts'

/** The timers that may run in each state of a session. */
const TIMERS: Readonly<Record<string, readonly TimerName[]>> = {
  idle: ['idle-hold'],
  connect: ['connect-retry'],
  active: ['connect-retry'],
  'open-sent': ['hold'],
  'open-confirm': ['hold', 'keepalive', 'send-hold'],
  established: ['hold', 'keepalive', 'send-hold'],
}

const fail = (what: string): never => {
  throw new Error(what)
}

export class MachinePlayer {
  state: PeerState
  nowMs = 0
  readonly log: string[] = []
  /** as a driver would have them, from the effects alone */
  readonly armed = new Map<
    string,
    { readonly owner: number; readonly timer: TimerName; readonly atMs: number }
  >()
  readonly open = new Set<number>()
  readonly #options: BgpPeerOptions
  readonly #closed = new Set<number>()
  #up = false
  readonly #stale = new Set<IpFamily>()

  constructor(options: BgpPeerOptions, restarted = false) {
    this.#options = options
    this.state = newPeer({ restarted })
  }

  play(event: PeerEvent, random = 0.5): readonly PeerEffect[] {
    const before = peerState(this.state)
    if (event.kind === 'accepted') this.open.add(event.connection)
    if (event.kind === 'closed' && this.open.delete(event.connection)) this.#closed.add(event.connection)
    if (event.kind === 'timer') this.armed.delete(`${event.owner}/${event.timer}`)
    const { state, effects } = stepPeer(this.state, event, {
      ...{ options: this.#options, nowMs: this.nowMs, random },
    })
    this.state = state
    for (const effect of effects) this.#check(effect)
    this.#checkState(before, effects)
    this.log.push(`${event.kind} → ${effects.map(({ kind }) => kind).join(' ')}`)
    return effects
  }

  get up(): boolean {
    return this.#up
  }

  #check(effect: PeerEffect): void {
    switch (effect.kind) {
      case 'connect':
        if (this.open.has(effect.connection) || this.#closed.has(effect.connection))
          fail('a connection twice')
        this.open.add(effect.connection)
        break
      case 'close':
        this.open.delete(effect.connection)
        this.#closed.add(effect.connection)
        break
      case 'send':
        if (!this.open.has(effect.connection)) fail(`${effect.message.kind} on a closed connection`)
        break
      case 'arm':
        this.armed.set(`${effect.owner}/${effect.timer}`, effect)
        break
      case 'disarm':
        this.armed.delete(`${effect.owner}/${effect.timer}`)
        break
      case 'up':
        if (this.#up) fail('up twice')
        if (!this.open.has(effect.connection)) fail('up on a closed connection')
        this.#up = true
        break
      case 'down':
        if (!this.#up) fail('down without up')
        this.#up = false
        break
      case 'apply':
      case 'refresh':
        if (!this.#up) fail(`${effect.kind} without a session`)
        break
      case 'inbound':
        if (effect.action === 'mark-stale') this.#stale.add(effect.family)
        else this.#stale.delete(effect.family)
        break
      default:
        break
    }
  }

  #checkState(before: string, effects: readonly PeerEffect[]): void {
    const running = runningTimers(this.state)
    if ([...running.keys()].sort().join() !== [...this.armed.keys()].sort().join())
      fail(`armed ${[...this.armed.keys()].join()}, running ${[...running.keys()].join()}`)
    for (const { state, timers, connection } of sessionsOf(this.state)) {
      for (const timer of Object.keys(timers))
        if (TIMERS[state]?.includes(timer as TimerName) !== true) fail(`${timer} runs in ${state}`)
      const connected = state !== 'idle' && state !== 'active'
      if (connected !== (connection !== undefined)) fail(`connection ${connection} in ${state}`)
    }
    const held = sessionsOf(this.state).flatMap(({ connection }) => connection ?? [])
    if ([...held].sort().join() !== [...this.open].sort().join())
      fail(`open ${[...this.open].join()}, held ${held}`)
    if (sessionsOf(this.state).filter(({ state }) => state === 'established').length !== (this.#up ? 1 : 0))
      fail('established and up are not the same')
    if (!this.state.started && (running.size > 0 || held.length > 0)) fail('not started, and something runs')
    const after = peerState(this.state)
    const told = effects.find((effect) => effect.kind === 'state')
    if ((before !== after) !== (told !== undefined) || (told !== undefined && told.to !== after))
      fail(`${before} to ${after} and not told so`)
  }
}
