// One peer at work: what happens becomes events of the machine, and its effects are done, in order. Owns connections and timers.
import type { BgpContext } from '../../wire/bgp/context.ts'
import { PLAIN_CONTEXT } from '../../wire/bgp/context.ts'
import { type BgpMessage, encodeBgpMessage } from '../../wire/bgp/message.ts'
import { CEASE, type NotificationContent } from '../../wire/bgp/notification-codes.ts'
import { cease } from '../cease.ts'
import type { RemoteNeed } from '../endpoints.ts'
import type { InboundRoutes } from '../inbound.ts'
import { stepPeer } from '../machine.ts'
import type { OutboundRoutes } from '../outbound.ts'
import type { BgpPeerOptions } from '../peer.ts'
import {
  establishedSession,
  newPeer,
  type PeerEffect,
  type PeerEvent,
  peerState,
  sessionWith,
} from '../peer-state.ts'
import { timerKey } from '../peer-turn.ts'
import type { AcceptedConnection, BgpConnection, BgpPorts, ConnectionEvents } from '../ports.ts'
import type { MessageEvent } from '../session/events.ts'
import type { BgpPeerStatus } from '../status.ts'
import { Alarms } from './alarms.ts'
import { exportContext } from './export-context.ts'
import { Link } from './link.ts'
import { Outflow, WakingRoutes } from './outflow.ts'
import { PeerRecord } from './peer-record.ts'
import { prefixStatus, sessionStatus } from './peer-status.ts'

export interface PeerParts {
  readonly ports: BgpPorts
  readonly outbound: OutboundRoutes
  readonly inbound: InboundRoutes
  /** this process came back, and peers may hold its routes (RFC 4724 §4.1) */
  readonly restarted: boolean
}

const INBOUND = { 'mark-stale': 'markStale', 'drop-stale': 'dropStale', clear: 'clear' } as const

export class PeerDriver {
  /** what this peer shall have; changes are sent soon */
  readonly routes: OutboundRoutes
  readonly #ports: BgpPorts
  readonly #inbound: InboundRoutes
  readonly #outflow: Outflow
  readonly #alarms: Alarms
  readonly #record: PeerRecord
  readonly #links = new Map<number, Link>()
  readonly #queue: PeerEvent[] = []
  #stepping = false
  #state: ReturnType<typeof newPeer>
  #options: BgpPeerOptions
  #missing: readonly RemoteNeed[] = []
  #whenQuiet: (() => void)[] = []

  constructor(options: BgpPeerOptions, { ports, outbound, inbound, restarted }: PeerParts) {
    this.#options = options
    this.#ports = ports
    this.#inbound = inbound
    this.#state = newPeer({ restarted })
    this.#alarms = new Alarms(ports.clock)
    this.#record = new PeerRecord(ports, () => this.#options.name)
    this.#outflow = new Outflow(ports.clock, outbound, (messages) => this.#record.sent(messages))
    this.routes = new WakingRoutes(outbound, () => this.#outflow.wake())
  }

  get options(): BgpPeerOptions {
    return this.#options
  }

  /** For options that differ in nothing that the session depends on. */
  adjust(options: BgpPeerOptions): void {
    this.#options = options
  }

  /** For all others: the session ends, and another one begins. The routes stay what they are. */
  reconfigure(options: BgpPeerOptions): void {
    this.#post({ kind: 'stop', notification: cease(CEASE.configurationChange) })
    this.#options = options
    this.start()
  }

  start(): void {
    this.#missing = this.#ports.transport.missing(this.#options.remote)
    if (this.#missing.length === 0) this.#post({ kind: 'start' })
    else this.#record.report({ kind: 'cannot-start', missing: this.#missing })
  }

  /** Without a NOTIFICATION the peer keeps our routes, if graceful restart was agreed on. Resolves when all connections ended. */
  stop(notification: NotificationContent | undefined): Promise<void> {
    this.#post({ kind: 'stop', notification })
    return new Promise((resolve) => {
      this.#whenQuiet.push(resolve)
      this.#tellQuiet()
    })
  }

  /** Ends the session with this NOTIFICATION and starts again. */
  reset(notification: NotificationContent): void {
    this.#post({ kind: 'reset', notification })
  }

  /** A connection from the address of this peer. */
  accept(accepted: AcceptedConnection): void {
    const connection = this.#state.nextConnection
    this.#open(connection, (events) => accepted.adopt(this.#options.remote, events))
    this.#post({ kind: 'accepted', connection })
  }

  get started(): boolean {
    return this.#state.started
  }

  /** A session that ends without a NOTIFICATION leaves our routes with the peer (RFC 4724 §4.2). */
  get restartsGracefully(): boolean {
    return establishedSession(this.#state)?.agreement?.gracefulRestart !== undefined
  }

  get idle(): boolean {
    return this.#links.size === 0
  }

  status(): BgpPeerStatus {
    const session = establishedSession(this.#state)
    const link = session?.connection === undefined ? undefined : this.#links.get(session.connection)
    const { name, remote, localAsn } = this.#options
    return {
      ...{ name, remote: { address: remote.address, port: remote.port }, localAsn },
      ...{ state: peerState(this.#state), session: sessionStatus(session, link?.ends) },
      ...this.#record.status(),
      ...{ prefixes: prefixStatus(this.routes, this.#inbound), missing: this.#missing },
    }
  }

  /** Effects may cause events; those wait until all effects of the step before are done. */
  #post(event: PeerEvent): void {
    this.#queue.push(event)
    if (this.#stepping) return
    this.#stepping = true
    try {
      for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#step(next)
    } finally {
      this.#stepping = false
    }
  }

  #step(event: PeerEvent): void {
    const { clock, random } = this.#ports
    const { state, effects } = stepPeer(this.#state, event, {
      ...{ options: this.#options, nowMs: clock.nowMs(), random: random() },
    })
    this.#state = state
    for (const effect of effects) this.#do(effect)
  }

  #do(effect: PeerEffect): void {
    switch (effect.kind) {
      case 'connect':
        this.#open(effect.connection, (events) => this.#ports.transport.connect(this.#options.remote, events))
        break
      case 'close':
        this.#links.get(effect.connection)?.close()
        break
      case 'send':
        this.#send(effect.connection, effect.message)
        break
      case 'arm': {
        const { owner, timer, atMs } = effect
        this.#alarms.set(timerKey(owner, timer), atMs, () => this.#post({ kind: 'timer', owner, timer }))
        break
      }
      case 'disarm':
        this.#alarms.clear(timerKey(effect.owner, effect.timer))
        break
      case 'up': {
        const link = this.#links.get(effect.connection)
        if (link?.ends !== undefined)
          this.#outflow.up(link, exportContext(effect.agreement, link.ends, this.#options.localAsn))
        break
      }
      case 'down':
        this.#outflow.down()
        break
      case 'refresh':
        this.routes.refresh(effect.family, effect.enhanced)
        break
      case 'apply':
        this.#inbound.apply(effect.changes, effect.attributes)
        this.#count(effect.changes)
        break
      case 'inbound':
        this.#inbound[INBOUND[effect.action]](effect.family)
        break
      default:
        // What is only told.
        break
    }
    this.#record.note(effect)
  }

  #count({ announced }: Extract<PeerEffect, { kind: 'apply' }>['changes']): void {
    if (this.#options.maximumPrefixes === undefined) return
    for (const family of new Set(announced.map((one) => one.family)))
      this.#post({ kind: 'counted', family, count: this.#inbound.count(family) })
  }

  #open(connection: number, open: (events: ConnectionEvents) => BgpConnection): void {
    const link = new Link(
      this.#ports.clock,
      {
        onConnected: () => this.#post({ kind: 'connected', connection }),
        context: () => this.#context(connection),
        onMessage: (event) => this.#received(connection, event),
        onBlocked: () => this.#post({ kind: 'sending', connection, blocked: true }),
        onDrain: () => {
          this.#post({ kind: 'sending', connection, blocked: false })
          this.#outflow.wake()
        },
        onClosed: (code) => {
          this.#links.delete(connection)
          this.#post({ kind: 'closed', connection, code })
          this.#tellQuiet()
        },
      },
      open,
    )
    this.#links.set(connection, link)
  }

  #received(connection: number, event: MessageEvent): void {
    this.#record.received(event)
    this.#post({ kind: 'message', connection, event })
  }

  #context(connection: number): BgpContext {
    return sessionWith(this.#state, connection)?.agreement?.receiving ?? PLAIN_CONTEXT
  }

  #send(connection: number, message: BgpMessage): void {
    const link = this.#links.get(connection)
    if (link === undefined) return
    const bytes = encodeBgpMessage(message, PLAIN_CONTEXT)
    link.write([bytes])
    this.#record.sent([bytes])
  }

  #tellQuiet(): void {
    if (this.#links.size > 0) return
    for (const tell of this.#whenQuiet.splice(0)) tell()
  }
}
