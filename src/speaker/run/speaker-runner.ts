// Facts in, deeds out: what SpeakerState decides is handed to the sessions and to the links, and told to the log.
import type { OutboundRoutes } from '../../bgp/outbound.ts'
import type { BgpPeerOptions } from '../../bgp/peer.ts'
import type { FactChange } from '../facts/facts.ts'
import { acceptedRecord, refusalRecords, verdictRecord } from '../report/effect-records.ts'
import { LatencyHistogram } from '../report/latency.ts'
import type { LogSink } from '../report/log-record.ts'
import { preferenceRecord, unweighed } from '../report/preference-records.ts'
import type { Effect } from '../state/effects.ts'
import { type SpeakerOptions, SpeakerState } from '../state/speaker-state.ts'
import type { BgpSessions, LinkAnnouncer } from './ports.ts'

export interface SpeakerRunnerParts {
  readonly options: SpeakerOptions
  /** undefined: BGP is not possible here, which was told already */
  readonly bgp: BgpSessions | undefined
  readonly layer2: LinkAnnouncer | undefined
  readonly log: LogSink
  /** what else wants to know of what was decided */
  readonly onEffects?: (effects: readonly Effect[]) => void
  /** of a clock that never goes back */
  readonly nowMs: () => number
}

export class SpeakerRunner {
  readonly state: SpeakerState
  readonly #parts: SpeakerRunnerParts
  readonly #latency = new LatencyHistogram()
  readonly #announced = new Set<string>()
  /** of each peer whose routes were handed over as a whole */
  readonly #outbound = new Map<string, OutboundRoutes>()
  #peers: ReadonlyMap<string, BgpPeerOptions> = new Map()
  #unweighed: readonly string[] = []
  #updates = 0
  #refusals = 0
  #links: Promise<void> = Promise.resolve()
  #linksDirty = false
  #linksBusy = false
  #linksHeld = false
  #failure: unknown
  #refusedLast = false

  constructor(parts: SpeakerRunnerParts) {
    this.#parts = parts
    this.state = new SpeakerState(parts.options)
  }

  /** Applies changes as one step. Returns when BGP knows; the links follow, see `settled`. */
  apply(changes: readonly FactChange[]): void {
    const start = this.#parts.nowMs()
    this.#updates++
    const effects = this.state.apply(changes)
    this.#tell(effects)
    this.#tellPreferences()
    this.#parts.onEffects?.(effects)
    this.#performBgp(effects)
    const links = effects.some(({ kind }) => kind === 'announce-layer2' || kind === 'withdraw-layer2')
    if (links) this.#performLinks()
    this.#latency.add((this.#parts.nowMs() - start) / 1000)
  }

  /** Decides on, and tells the links nothing until `releaseLinks`. */
  holdLinks(): void {
    this.#linksHeld = true
  }

  releaseLinks(): void {
    this.#linksHeld = false
    this.#performLinks()
  }

  /** Resolves when the links do what was decided so far; rejects when they cannot be served any more. */
  async settled(): Promise<void> {
    await this.#links
    if (this.#failure !== undefined) throw this.#failure
  }

  /** Options of the sessions, by name of the BGPPeer. */
  get peers(): ReadonlyMap<string, BgpPeerOptions> {
    return this.#peers
  }

  get numbers(): {
    readonly updates: number
    readonly refusals: number
    readonly latency: ReturnType<LatencyHistogram['get']>
  } {
    return { updates: this.#updates, refusals: this.#refusals, latency: this.#latency.get() }
  }

  /** What comes while the links are busy is taken together. */
  #performLinks(): void {
    const { layer2 } = this.#parts
    if (layer2 === undefined) return
    this.#linksDirty = true
    if (!this.#linksBusy && !this.#linksHeld) this.#links = this.#serveLinks(layer2)
  }

  async #serveLinks(layer2: LinkAnnouncer): Promise<void> {
    this.#linksBusy = true
    try {
      while (this.#linksDirty) {
        this.#linksDirty = false
        await layer2.change(this.state.takeLayer2Changes())
      }
    } catch (error) {
      this.#failure ??= error
    } finally {
      this.#linksBusy = false
    }
  }

  #performBgp(effects: readonly Effect[]): void {
    const { bgp } = this.#parts
    if (bgp === undefined) return
    for (const effect of effects) {
      if (effect.kind === 'peers') {
        const options = effect.peers.flatMap((peer) => peer.options ?? [])
        this.#peers = new Map(options.map((each) => [each.name, each]))
        bgp.setPeers(options)
        this.#fillNewPeers(bgp)
      }
      if (effect.kind === 'routes') {
        const routes = bgp.routes(effect.peer)
        for (const prefix of effect.withdraw) routes?.withdraw(prefix)
        for (const advertisement of effect.announce) routes?.announce(advertisement)
      }
    }
  }

  /** A peer that begins, or begins again, has nothing of what was decided before. */
  #fillNewPeers(bgp: BgpSessions): void {
    for (const name of this.#outbound.keys()) if (!this.#peers.has(name)) this.#outbound.delete(name)
    for (const name of this.#peers.keys()) {
      const routes = bgp.routes(name)
      if (routes === undefined || this.#outbound.get(name) === routes) continue
      this.#outbound.set(name, routes)
      routes.setDesired(this.state.routesOf(name))
    }
  }

  #tellPreferences(): void {
    const names = unweighed(this.state)
    if (String(names) === String(this.#unweighed)) return
    this.#unweighed = names
    this.#parts.log(preferenceRecord(names))
  }

  #tell(effects: readonly Effect[]): void {
    const { log } = this.#parts
    for (const effect of effects) {
      if (effect.kind === 'configuration') {
        if (!effect.ok) this.#refusals++
        for (const record of effect.ok
          ? [acceptedRecord(this.#refusedLast)]
          : refusalRecords(effect.problems))
          log(record)
        this.#refusedLast = !effect.ok
      }
      if (effect.kind === 'verdict') {
        const key = `${effect.protocol} ${effect.service}`
        const before = this.#announced.has(key)
        if (effect.verdict?.announces === true) this.#announced.add(key)
        else this.#announced.delete(key)
        log(verdictRecord(effect, before))
      }
      if (effect.kind === 'event' && effect.event.type === 'Warning')
        log({
          level: 'warn',
          caller: 'speaker',
          fields: { event: effect.event.reason, service: effect.event.service, msg: effect.event.message },
          text: effect.event.message,
        })
    }
  }
}
