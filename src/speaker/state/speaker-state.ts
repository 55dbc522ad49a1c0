// The speaker's memory: facts in, effects out. It decides again what a change can have an influence on, and says only what became
// different. It does nothing itself and has no clock.

import type { BgpAdvertisement } from '../../bgp/peer.ts'
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { Release } from '../../config/schema/release.ts'
import type { Ip } from '../../net/ip.ts'
import { type PeerSession, peerSessions } from '../bgp/peer-sessions.ts'
import { RouteTable } from '../bgp/route-table.ts'
import type { Configuration } from '../configuration/configuration.ts'
import { type CandidateMatrix, Decider, type ServiceDecision } from '../decide/decider.ts'
import { type ReleaseRules, releaseRules } from '../decide/release-rules.ts'
import type { FactChange, Members, ServiceKey } from '../facts/facts.ts'
import { sameValue } from '../facts/same-value.ts'
import type { Layer2Change } from './address-holders.ts'
import { BgpStatus } from './bgp-status.ts'
import type { Effect } from './effects.ts'
import { KnownNodes } from './known-nodes.ts'
import { type Layer2Announcement, Layer2Board } from './layer2-board.ts'
import { ServiceTable } from './service-table.ts'
import { verdictEffects } from './verdict-effects.ts'

export interface SpeakerOptions {
  /** name of this node, as its Node has it */
  readonly nodeName: string
  /** --lb-class; undefined: Services without a class */
  readonly loadBalancerClass: string | undefined
  /** --ignore-exclude-lb */
  readonly ignoreExcludeLabel: boolean
  /** the release of the other speakers, whose way of counting is followed */
  readonly compatVersion: Release
  /**
   * No cluster stands behind the facts. Nobody keeps Nodes and EndpointSlices then: this node and every member is a node without
   * labels unless there is a Node of its name, and a Service without any EndpointSlice is served everywhere.
   */
  readonly outsideCluster: boolean
}

export class SpeakerState {
  readonly #options: SpeakerOptions
  #rules: ReleaseRules
  readonly #services: ServiceTable
  readonly #nodes: KnownNodes
  readonly #board: Layer2Board
  readonly #routes = new RouteTable()
  readonly #decisions = new Map<ServiceKey, ServiceDecision>()
  readonly #bgpStatus = new BgpStatus()
  #configuration: Configuration | undefined
  #problems: readonly Diagnostic[] = []
  #decider: Decider | undefined
  #peers: readonly PeerSession[] = []
  #routers: ReadonlyMap<string, Ip> = new Map()
  #decided = 0
  // What the changes of one call touch.
  #everything = false
  #peersDirty = false

  constructor(options: SpeakerOptions) {
    this.#options = options
    this.#rules = releaseRules(options.compatVersion)
    const { nodeName, loadBalancerClass, outsideCluster } = options
    this.#services = new ServiceTable({ loadBalancerClass, outsideCluster, canServe: this.#rules.canServe })
    this.#nodes = new KnownNodes({ nodeName, outsideCluster })
    this.#board = new Layer2Board(nodeName)
  }

  /** Takes changes as one step. Nothing is decided before there was a valid configuration. */
  apply(changes: readonly FactChange[]): readonly Effect[] {
    const effects: Effect[] = []
    for (const change of changes) this.#take(change, effects)
    const configuration = this.#configuration
    if (configuration === undefined) return effects
    if (this.#everything) this.#renew(configuration)
    if (this.#peersDirty) this.#updatePeers(configuration, effects)
    const decided = [...this.#services.dirty]
    this.#services.dirty.clear()
    for (const key of decided) this.#decide(key, effects)
    this.#updateRoutes(decided, effects)
    return effects
  }

  #take(change: FactChange, effects: Effect[]): void {
    switch (change.kind) {
      case 'configuration':
        this.#takeConfiguration(change.configuration, effects)
        break
      case 'service':
        this.#services.setService(change.service)
        break
      case 'service-deleted':
        this.#services.deleteService(`${change.namespace}/${change.name}`)
        break
      case 'slice':
        this.#services.setSlice(change.slice)
        break
      case 'slice-deleted':
        this.#services.deleteSlice(change.namespace, change.name)
        break
      case 'node':
        this.#nodesChanged(this.#nodes.set(change.node))
        break
      case 'node-deleted':
        this.#nodesChanged(this.#nodes.delete(change.name))
        break
      case 'members':
        this.#weigh(change.weighing === true)
        this.#nodesChanged(this.#nodes.setMembers(change.members))
        break
      case 'interfaces':
        for (const key of this.#board.setInterfaces(change.names)) this.#services.dirty.add(key)
        break
      case 'routers':
        this.#routers = change.byInterface
        this.#peersDirty = true
    }
  }

  #takeConfiguration(
    fact: Extract<FactChange, { kind: 'configuration' }>['configuration'],
    effects: Effect[],
  ): void {
    if (!fact.ok) {
      if (sameValue(fact.error, this.#problems)) return
      this.#problems = fact.error
      effects.push({ kind: 'configuration', ok: false, problems: fact.error })
      return
    }
    const recovered = this.#problems.length > 0
    this.#problems = []
    const same = sameValue(fact.value, this.#configuration)
    if (recovered || !same) effects.push({ kind: 'configuration', ok: true })
    if (same) return
    this.#configuration = fact.value
    this.#everything = true
    this.#peersDirty = true
  }

  /** Preferences count for all speakers or for none (coexistence/weighing.ts). */
  #weigh(all: boolean): void {
    const rules = releaseRules(this.#options.compatVersion)
    const preferences = rules.preferences || all
    if (preferences !== this.#rules.preferences) this.#everything = true
    this.#rules = { ...rules, preferences }
  }

  #nodesChanged({ decisions, own }: { readonly decisions: boolean; readonly own: boolean }): void {
    if (decisions) this.#everything = true
    if (own) this.#peersDirty = true
  }

  #renew(configuration: Configuration): void {
    const facts = { configuration, nodes: this.#nodes.nodes(), members: this.#nodes.members }
    const { ignoreExcludeLabel } = this.#options
    this.#decider = new Decider(facts, { rules: this.#rules, ignoreExcludeLabel }, this.#decider)
    for (const key of this.#services.keys()) this.#services.dirty.add(key)
    this.#everything = false
  }

  #updatePeers(configuration: Configuration, effects: Effect[]): void {
    const { nodeName } = this.#options
    const own = { name: nodeName, node: this.#nodes.nodes().get(nodeName), routers: this.#routers }
    const peers = peerSessions(configuration.peers, own, configuration.judgedFor?.labels)
    this.#peersDirty = false
    if (sameValue(peers, this.#peers)) return
    this.#peers = peers
    this.#routes.setPeers(peers.map(({ name }) => name))
    effects.push({ kind: 'peers', peers })
  }

  #decide(key: ServiceKey, effects: Effect[]): void {
    const service = this.#services.get(key)
    const before = this.#decisions.get(key)
    let decision: ServiceDecision | undefined
    if (service === undefined || this.#decider === undefined) this.#decisions.delete(key)
    else {
      this.#decided++
      const endpoints = this.#services.endpointsOf(key)
      decision = this.#decider.decide(service, endpoints, this.#options.nodeName, before?.layer2.election)
      this.#decisions.set(key, decision)
    }
    this.#routes.setService(key, decision?.bgp.routes ?? [])
    effects.push(...this.#board.update(key, decision))
    effects.push(...verdictEffects(key, this.#options.nodeName, before, decision))
  }

  #updateRoutes(decided: readonly ServiceKey[], effects: Effect[]): void {
    const { changes, services } = this.#routes.take()
    for (const change of changes) effects.push({ kind: 'routes', ...change })
    for (const key of new Set([...decided, ...services]))
      effects.push(...this.#bgpStatus.set(key, this.#routes.peersOf(key)))
  }

  // What is, for the status and for tests.

  /** How many Services were decided since the start, each count one decision. */
  get decisionCount(): number {
    return this.#decided
  }

  /** What is wrong with the configuration that was given last; empty when it counts. */
  get configurationProblems(): readonly Diagnostic[] {
    return this.#problems
  }

  /** preferredNodeSelectors count */
  get weighs(): boolean {
    return this.#rules.preferences
  }

  get configuration(): Configuration | undefined {
    return this.#configuration
  }

  /** of this node */
  get nodeLabels(): Readonly<Record<string, string>> {
    return this.#nodes.nodes().get(this.#options.nodeName)?.labels ?? {}
  }

  get members(): Members {
    return this.#nodes.members
  }

  get peers(): readonly PeerSession[] {
    return this.#peers
  }

  get decisions(): ReadonlyMap<ServiceKey, ServiceDecision> {
    return this.#decisions
  }

  get bgpStatus(): ReadonlyMap<ServiceKey, readonly string[]> {
    return this.#bgpStatus.all
  }

  layer2Announcements(): readonly Layer2Announcement[] {
    return this.#board.announcements()
  }

  /** What became of addresses since the last call, Services that share one taken together; the first call tells of all. */
  takeLayer2Changes(): readonly Layer2Change[] {
    return this.#board.takeChanges()
  }

  routesOf(peer: string): readonly BgpAdvertisement[] {
    return this.#routes.routesOf(peer)
  }

  /** Every node's part in a Service; undefined for a Service that is not known, or while there is no configuration. */
  matrix(key: ServiceKey): CandidateMatrix | undefined {
    const service = this.#services.get(key)
    if (service === undefined || this.#decider === undefined) return undefined
    return this.#decider.matrix(service, this.#services.endpointsOf(key))
  }
}
