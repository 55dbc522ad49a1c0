// The member itself: events in, effects out. It has no clock, no randomness and no socket of its own, so that a thousand of them
// can be run against each other in one process, and the same events give the same effects.
import type { GossipMessage } from '../wire/gossip/message.ts'
import type { NodeState } from '../wire/gossip/push-pull.ts'
import { Core, type GossipSelf, type Timer } from './core.ts'
import { Dissemination } from './dissemination.ts'
import type { GossipEffect, GossipEvent } from './effects.ts'
import type { GossipEndpoint } from './endpoint.ts'
import { copyOf, isGone, type Member, type Random } from './member-table.ts'
import { Membership } from './membership.ts'
import { Prober } from './prober.ts'
import type { GossipSettings } from './settings.ts'
import { StateExchange } from './state-exchange.ts'

export class GossipMachine {
  readonly #core: Core
  readonly #membership: Membership
  readonly #dissemination: Dissemination
  readonly #prober: Prober
  readonly #exchange: StateExchange
  #left = false

  /** @param encrypted whether what the driver sends is encrypted, which leaves less room in a packet */
  constructor(self: GossipSelf, settings: GossipSettings, random: Random, encrypted: boolean) {
    this.#core = new Core(self, settings, random)
    this.#membership = new Membership(this.#core)
    this.#dissemination = new Dissemination(this.#core, encrypted)
    this.#prober = new Prober(this.#core, this.#membership, this.#dissemination)
    this.#exchange = new StateExchange(this.#core, this.#membership)
  }

  /** When a `tick` is wanted; Infinity for never. Changes with every event. */
  get nextDeadlineMs(): number {
    return this.#core.deadlines.nextMs
  }

  /** 0 is healthy; at most awarenessMaxMultiplier − 1. */
  get healthScore(): number {
    return this.#core.awareness.score
  }

  /** News that is still to be told. */
  get queuedBroadcasts(): number {
    return this.#core.queue.size
  }

  /** Everybody that is not forgotten, ourselves included; copies. */
  members(): Member[] {
    return this.#core.members.all.map(copyOf)
  }

  /** One of them as it is now: changes with the next event. */
  member(name: string): Member | undefined {
    return this.#core.members.get(name)
  }

  /** How many are alive or suspect, ourselves included. */
  get liveCount(): number {
    return this.#core.members.all.reduce((count, member) => (isGone(member) ? count : count + 1), 0)
  }

  /** What we believe of everybody, for a push/pull. */
  states(): NodeState[] {
    return this.#core.members.states()
  }

  /** @param nowMs a clock that never goes back */
  handle(event: GossipEvent, nowMs: number): readonly GossipEffect[] {
    const core = this.#core
    core.nowMs = nowMs
    core.effects = []
    this.#dispatch(event)
    if (core.leaving && !this.#left && this.#goodbyeIsTold()) {
      this.#left = true
      core.emit({ kind: 'left' })
    }
    return core.effects
  }

  #dispatch(event: GossipEvent): void {
    switch (event.kind) {
      case 'start':
        this.#membership.start()
        for (const part of [this.#dissemination, this.#prober, this.#exchange]) part.start()
        break
      case 'tick':
        this.#tick()
        break
      case 'packet':
        for (const message of event.messages) this.#message(message, event.from)
        break
      case 'push-pull-received':
        this.#exchange.received(event.nodes)
        break
      case 'push-pull-answered':
        this.#exchange.answered(event.id, event.nodes)
        break
      case 'push-pull-failed':
        this.#exchange.failed(event.id, event.reason)
        break
      case 'stream-ping-answered':
        this.#prober.streamPingAnswered(event.sequence)
        break
      case 'join':
        this.#exchange.join(event.seeds)
        break
      case 'recall':
        this.#membership.recall(event.nodes)
        break
      case 'set-meta':
        this.#membership.setMeta(event.meta)
        break
      case 'leave':
        this.#leave()
        break
    }
  }

  #tick(): void {
    const { deadlines, nowMs } = this.#core
    for (let timer = deadlines.take(nowMs); timer !== undefined; timer = deadlines.take(nowMs))
      this.#due(timer)
  }

  #due(timer: Timer): void {
    switch (timer.kind) {
      case 'probe-round':
        this.#prober.round()
        break
      case 'probe':
        this.#prober.timeout()
        break
      case 'gossip':
        this.#dissemination.round()
        break
      case 'push-pull':
        this.#exchange.round()
        break
      case 'relay':
        this.#prober.relayTimeout(timer.sequence)
        break
      case 'suspicion':
        this.#membership.suspicionTimeout(timer.node)
        break
      case 'last-word':
        this.#membership.lastWord(timer.node)
        this.#exchange.lastWord(timer.node)
        break
      case 'seed':
        this.#exchange.seedDue(timer.key)
        break
    }
  }

  #message(message: GossipMessage, from: GossipEndpoint): void {
    switch (message.kind) {
      case 'ping':
        this.#prober.ping(message, from)
        break
      case 'indirect-ping':
        this.#prober.indirectPing(message, from)
        break
      case 'ack':
        this.#prober.ack(message.sequence)
        break
      case 'nack':
        this.#prober.nack(message.sequence)
        break
      case 'alive':
        this.#membership.alive(message)
        break
      case 'suspect':
        this.#membership.suspect(message)
        break
      case 'dead':
        this.#membership.dead(message)
        break
      // Other applications of the protocol talk in user messages; errors belong to streams.
      case 'user':
      case 'error':
        break
    }
  }

  #leave(): void {
    const { self, members } = this.#core
    if (this.#core.leaving) return
    this.#core.leaving = true
    const incarnation = members.get(self.name)?.incarnation ?? 0
    this.#membership.dead({ kind: 'dead', incarnation, node: self.name, from: self.name })
    this.#dissemination.hurry()
  }

  #goodbyeIsTold(): boolean {
    const { queue, self, members } = this.#core
    return !queue.has(self.name) || !members.all.some((m) => !isGone(m) && m.name !== self.name)
  }
}
