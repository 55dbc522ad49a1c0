// All peers of a BGP speaker, and its listeners.
import { formatIp, type Ip, sameIp } from '../net/ip.ts'
import { PLAIN_CONTEXT } from '../wire/bgp/context.ts'
import { encodeBgpMessage } from '../wire/bgp/message.ts'
import { CEASE, type NotificationContent } from '../wire/bgp/notification-codes.ts'
import { shutdownData } from '../wire/bgp/notification-meaning.ts'
import { cease } from './cease.ts'
import { PeerDriver } from './driver/peer-driver.ts'
import { type DynamicPeers, dynamicOptions, matchingRule } from './dynamic-peers.ts'
import type { InboundRoutes } from './inbound.ts'
import { ListenerKeys } from './listener-keys.ts'
import type { OutboundRoutes } from './outbound.ts'
import type { BgpPeerOptions } from './peer.ts'
import type { AcceptedConnection, BgpListenOptions, BgpPorts } from './ports.ts'
import type { SpeakerReport } from './report.ts'
import { sameSession } from './same-session.ts'
import type { BgpPeerStatus } from './status.ts'

export interface BgpSpeakerParts extends BgpPorts {
  /** one for each peer, empty */
  readonly outbound: (options: BgpPeerOptions) => OutboundRoutes
  readonly inbound: (options: BgpPeerOptions) => InboundRoutes
  /** this process was started again and peers may still hold its routes: said in the first OPEN to each (RFC 4724 §4.1) */
  readonly restarted?: boolean
}

export interface StopOptions {
  /** peers that agreed on graceful restart keep our routes for us to come back; all others are told as ever */
  readonly graceful: boolean
  /** for the operator of the other side (RFC 9003), where there is a NOTIFICATION */
  readonly words?: string
}

export class BgpSpeaker {
  readonly #parts: BgpSpeakerParts
  readonly #peers = new Map<string, PeerDriver>()
  readonly #dynamic = new Map<string, PeerDriver>()
  readonly #inbound = new Map<PeerDriver, InboundRoutes>()
  readonly #keys = new ListenerKeys()
  #rules: readonly DynamicPeers[] = []
  #stopped = false

  constructor(parts: BgpSpeakerParts) {
    this.#parts = parts
  }

  /**
   * What the peers shall be, all of them. Sessions of those that are as before go on, also under another name; others end with
   * a Cease that says why, or begin. A name twice is a bug of the caller: Error.
   */
  setPeers(peers: readonly BgpPeerOptions[]): void {
    const wanted = new Map(peers.map((options) => [options.name, options]))
    if (wanted.size !== peers.length) throw new Error('two BGP peers have the same name')
    if (this.#stopped) return
    for (const options of peers) if (!this.#peers.has(options.name)) this.#takeOver(options, wanted)
    for (const [name, driver] of this.#peers)
      if (!wanted.has(name)) {
        this.#peers.delete(name)
        this.#forget(driver, cease(CEASE.peerDeconfigured))
      }
    this.#keys.set(this.#passwords(peers))
    for (const options of peers) {
      const driver = this.#peers.get(options.name)
      if (driver === undefined) {
        const made = this.#make(options)
        this.#peers.set(options.name, made)
        made.start()
      } else if (sameSession(driver.options, options)) driver.adjust(options)
      else driver.reconfigure(options)
    }
  }

  /** Who may connect without being configured; those that are connected stay. The first rule that fits counts. */
  setDynamicPeers(rules: readonly DynamicPeers[]): void {
    this.#rules = rules
    this.#keys.setPrefixes(rules)
  }

  /** What the peer shall have of us; undefined: there is no such peer. The same object as long as the peer has that name. */
  routes(name: string): OutboundRoutes | undefined {
    return this.#driver(name)?.routes
  }

  /** What we have of the peer. */
  received(name: string): InboundRoutes | undefined {
    const driver = this.#driver(name)
    return driver === undefined ? undefined : this.#inbound.get(driver)
  }

  /** Names of all peers, those that are configured first. */
  get names(): readonly string[] {
    return [...this.#peers.keys(), ...this.#dynamic.keys()]
  }

  /** Accepts connections of peers. Rejects with LbctlError. @returns the port, and how to stop listening */
  async listen(options: BgpListenOptions): Promise<{ readonly port: number; close(): Promise<void> }> {
    const listener = await this.#parts.transport.listen(options, (accepted) => this.#accept(accepted))
    this.#keys.add(options.address.family, listener)
    return { port: listener.port, close: () => this.#keys.close(listener) }
  }

  status(): readonly BgpPeerStatus[] {
    return [...this.#peers.values(), ...this.#dynamic.values()].map((driver) => driver.status())
  }

  /** Ends the session of a peer and begins another one. @returns whether there is such a peer */
  reset(name: string, words = ''): boolean {
    const driver = this.#driver(name)
    driver?.reset(cease(CEASE.administrativeReset, shutdownData(words)))
    return driver !== undefined
  }

  /** For good. Resolves when the peers were told and all connections ended, after 2 seconds at most. */
  async stop({ graceful, words = '' }: StopOptions): Promise<void> {
    this.#stopped = true
    const notification = cease(CEASE.administrativeShutdown, shutdownData(words))
    const drivers = [...this.#peers.values(), ...this.#dynamic.values()]
    const stops = drivers.map((driver) =>
      driver.stop(graceful && driver.restartsGracefully ? undefined : notification),
    )
    await Promise.all([this.#keys.closeAll(), ...stops])
  }

  #driver(name: string): PeerDriver | undefined {
    return this.#peers.get(name) ?? this.#dynamic.get(name)
  }

  #make(options: BgpPeerOptions): PeerDriver {
    const { outbound, inbound, restarted = false, ...ports } = this.#parts
    const routes = inbound(options)
    const driver = new PeerDriver(options, { ports, outbound: outbound(options), inbound: routes, restarted })
    this.#inbound.set(driver, routes)
    return driver
  }

  /** The same neighbour under a new name keeps its session. */
  #takeOver(options: BgpPeerOptions, wanted: ReadonlyMap<string, BgpPeerOptions>): void {
    for (const [name, driver] of this.#peers)
      if (!wanted.has(name) && sameSession(driver.options, options)) {
        this.#peers.delete(name)
        this.#peers.set(options.name, driver)
        return
      }
  }

  #forget(driver: PeerDriver, notification: NotificationContent): void {
    this.#inbound.delete(driver)
    void driver.stop(notification)
  }

  #passwords(peers: readonly BgpPeerOptions[]): { address: Ip; password: string }[] {
    return peers.flatMap(({ remote }) =>
      remote.password === undefined || this.#parts.transport.missing(remote).length > 0
        ? []
        : [{ address: remote.address, password: remote.password }],
    )
  }

  #accept(accepted: AcceptedConnection): void {
    const driver = this.#peerOf(accepted) ?? this.#dynamicPeer(accepted)
    if (driver === undefined) this.#refuse(accepted, 'unknown-peer')
    else if (!driver.started) this.#refuse(accepted, 'not-started')
    else driver.accept(accepted)
  }

  #peerOf({ ends: { local, remote, zone } }: AcceptedConnection): PeerDriver | undefined {
    return [...this.#peers.values()].find(({ options }) => {
      const { address, source, zone: wantedZone } = options.remote
      const here = source === undefined || sameIp(source, local.address)
      return sameIp(address, remote.address) && here && (wantedZone === undefined || wantedZone === zone)
    })
  }

  #dynamicPeer({ ends: { remote, zone } }: AcceptedConnection): PeerDriver | undefined {
    const name = `${formatIp(remote.address)}${zone === undefined ? '' : `%${zone}`}`
    const known = this.#dynamic.get(name)
    if (known !== undefined || this.#peers.has(name)) return known
    const rule = matchingRule(this.#rules, remote.address)
    if (rule === undefined || this.#stopped) return undefined
    const driver = this.#make(dynamicOptions(rule, name, remote, zone))
    this.#dynamic.set(name, driver)
    this.#makeRoom(rule.maximum)
    driver.start()
    return driver
  }

  /** Those that are away are forgotten, the oldest first; who is connected stays. */
  #makeRoom(maximum: number): void {
    for (const [name, driver] of this.#dynamic) {
      if (this.#dynamic.size <= maximum) return
      if (!driver.idle || !driver.started) continue
      this.#dynamic.delete(name)
      this.#forget(driver, cease(CEASE.peerDeconfigured))
    }
  }

  #refuse(accepted: AcceptedConnection, reason: SpeakerReport['reason']): void {
    const { remote } = accepted.ends
    this.#parts.sink.report({ kind: 'refused', atMs: this.#parts.clock.wallMs(), remote, reason })
    // RFC 4486 §4: who is not configured is told so.
    const message = { kind: 'notification', ...cease(CEASE.connectionRejected) } as const
    accepted.refuse(encodeBgpMessage(message, PLAIN_CONTEXT))
  }
}
