// The facts, made ready for the checks: objects read, indexed and joined, each part when it is first asked for. Judges nothing.
import type { Diagnostic } from '../../config/diagnostic.ts'
import type { KubeObject } from '../../config/kube-object.ts'
import type { NodeObject, ReadObjects, ServiceObject } from '../../config/objects/read-object.ts'
import type { Release } from '../../config/schema/release.ts'
import type { Ip } from '../../net/ip.ts'
import { type Pool, PoolIndex } from '../../speaker/configuration/configuration.ts'
import { type CandidateMatrix, Decider } from '../../speaker/decide/decider.ts'
import { type Endpoints, summarize } from '../../speaker/decide/endpoints.ts'
import { DEFAULT_RELEASE, type ReleaseRules, releaseRules } from '../../speaker/decide/release-rules.ts'
import type { ConfigurationFact, EndpointSliceFact, ServiceKey } from '../../speaker/facts/facts.ts'
import { nodeFact, serviceFact, sliceFact } from '../../speaker/facts/facts-from-objects.ts'
import { AllocationReplay } from './allocation-replay.ts'
import { type ClusterFacts, itemsOf } from './cluster-facts.ts'
import { podsOfComponent, runningOn } from './component-pods.ts'
import { configurationFact, problemsOf, type Refusals, refusalsOf } from './configuration-problems.ts'
import { type ClusterEvent, type EventIndex, indexEvents } from './events.ts'
import { grouped } from './grouped.ts'
import type { HostFacts } from './host-facts.ts'
import {
  type Component,
  configuredNamespaces,
  type Installation,
  installationFor,
  installationsOf,
  weighsPreferences,
} from './installations.ts'
import { layer2Places, type Placed } from './layer2-places.ts'
import { LinkSubnets } from './link-subnets.ts'
import { timeOf } from './object-fields.ts'
import { addressesOf, keyOf, servicesByAddress } from './object-keys.ts'
import { readClusterObjects } from './read-cluster-objects.ts'
import { asRecorded } from './recorded-election.ts'
import { type SilentService, silentServices } from './silent-services.ts'

export class ClusterView {
  readonly facts: ClusterFacts
  /** keys of the Services that the question is about; undefined: all */
  readonly focus: ReadonlySet<ServiceKey> | undefined
  /** the client that the question is about, where it names one */
  readonly client: Ip | undefined
  readonly #made = new Map<string, unknown>()
  readonly #matrices = new Map<ServiceKey, CandidateMatrix>()
  readonly #subnets = new Map<HostFacts, LinkSubnets>()

  constructor(facts: ClusterFacts, focus?: ReadonlySet<ServiceKey>, client?: Ip) {
    this.facts = facts
    this.focus = focus
    this.client = client
  }

  #once<T>(name: string, make: () => T): T {
    if (!this.#made.has(name)) this.#made.set(name, make())
    return this.#made.get(name) as T
  }

  /** Milliseconds since 1970 of the moment that the facts are of. */
  get now(): number {
    return timeOf(this.facts.takenAt) ?? 0
  }

  get objects(): ReadObjects {
    return this.#once('objects', () => readClusterObjects(this.facts).objects)
  }

  get installations(): readonly Installation[] {
    return this.#once('installations', () => installationsOf(this.facts))
  }

  /** The one that the configuration is for; else the first by its namespace. */
  get installation(): Installation | undefined {
    return this.#once('installation', () =>
      installationFor(this.installations, configuredNamespaces(this.facts)),
    )
  }

  /** Of the speakers that run; the newest known when that cannot be told. */
  get release(): Release {
    return this.installation?.speaker?.release ?? this.installation?.controller?.release ?? DEFAULT_RELEASE
  }

  get rules(): ReleaseRules {
    return this.#once('rules', () => {
      const rules = releaseRules(this.release)
      return weighsPreferences(this.installation) ? { ...rules, preferences: true } : rules
    })
  }

  /** Services of type LoadBalancer that this MetalLB looks after, be they asked about or not. */
  get allServices(): readonly ServiceObject[] {
    return this.#once('allServices', () => {
      const wanted = this.installation?.loadBalancerClass
      return this.objects.services.filter(
        ({ type, loadBalancerClass }) => type === 'LoadBalancer' && loadBalancerClass === wanted,
      )
    })
  }

  /** Those of them that the question is about. */
  get services(): readonly ServiceObject[] {
    return this.#once('services', () =>
      this.allServices.filter((service) => this.focus?.has(keyOf(service)) !== false),
    )
  }

  get servicesWithAddress(): readonly ServiceObject[] {
    return this.#once('servicesWithAddress', () => this.services.filter(({ ingress }) => ingress.length > 0))
  }

  /** Those that have this address, as their status has it. */
  servicesAt(address: string): readonly ServiceObject[] {
    return this.#once('byAddress', () => servicesByAddress(this.servicesWithAddress)).get(address) ?? []
  }

  /** What MetalLB, or the API server for objects of files, refuses. */
  get problems(): readonly Diagnostic[] {
    return this.#once('problems', () => problemsOf(this))
  }

  get refusals(): Refusals {
    return this.#once('refusals', () => refusalsOf(this))
  }

  /** That of the speakers that refuse nothing. */
  get configuration(): ConfigurationFact {
    return this.#once('configuration', () => configurationFact(this))
  }

  get pools(): readonly Pool[] {
    const { configuration } = this
    return configuration.ok ? configuration.value.pools : []
  }

  get poolIndex(): PoolIndex {
    return this.#once('poolIndex', () => new PoolIndex(this.pools))
  }

  poolOf(service: ServiceObject): Pool | undefined {
    const addresses = addressesOf(service)
    return addresses.length === 0 ? undefined : this.poolIndex.poolOf(addresses)
  }

  get allocation(): AllocationReplay {
    return this.#once('allocation', () => new AllocationReplay(this.objects, this.allServices))
  }

  /** Names of the nodes whose speaker runs; undefined when every node counts or nobody knows. */
  get members(): ReadonlySet<string> | undefined {
    return this.#once('members', () => {
      if (this.facts.pods.status !== 'read' || this.installation?.memberlist !== true) return undefined
      return runningOn(this.speakerPods)
    })
  }

  /** Undefined while the configuration is refused: the speakers go on with one that nobody knows. */
  get decider(): Decider | undefined {
    return this.#once('decider', () => {
      const { configuration, members } = this
      if (!configuration.ok) return undefined
      const nodes = new Map(this.objects.nodes.map((node) => [node.name, nodeFact(node)]))
      const options = {
        rules: this.rules,
        ignoreExcludeLabel: this.installation?.ignoreExcludeLabel === true,
      }
      return new Decider({ configuration: configuration.value, nodes, members }, options)
    })
  }

  /** Every node's part in a Service, as the speakers compute it. */
  matrixOf(service: ServiceObject): CandidateMatrix | undefined {
    const key = keyOf(service)
    const known = this.#matrices.get(key)
    if (known !== undefined) return known
    const computed = this.decider?.matrix(
      serviceFact(service, { outsideCluster: false }),
      this.endpointsOf(service),
    )
    const made = computed === undefined ? undefined : asRecorded(computed, this.facts.elections?.[key])
    if (made !== undefined) this.#matrices.set(key, made)
    return made
  }

  /** Services with an address that no node announces, and why not. */
  get silent(): readonly SilentService[] {
    return this.#once('silent', () => silentServices(this))
  }

  endpointsOf(service: ServiceObject): Endpoints {
    return summarize(this.slicesOf(service), this.rules.canServe)
  }

  slicesOf(service: ServiceObject): readonly EndpointSliceFact[] {
    return this.#slices.get(keyOf(service)) ?? []
  }

  get #slices(): ReadonlyMap<ServiceKey, readonly EndpointSliceFact[]> {
    return this.#once('slices', () => {
      const slices = this.objects.endpointSlices.flatMap((slice) => sliceFact(slice) ?? [])
      return grouped(slices, ({ namespace, service }) => `${namespace}/${service}`)
    })
  }

  get nodes(): ReadonlyMap<string, NodeObject> {
    return this.#once('nodes', () => byName(this.objects.nodes, ({ name }) => name))
  }

  /** Nodes as they came, with conditions. */
  get rawNodes(): ReadonlyMap<string, KubeObject> {
    return this.#once('rawNodes', () => byName(itemsOf(this.facts.nodes), ({ metadata }) => metadata.name))
  }

  get hosts(): ReadonlyMap<string, HostFacts> {
    return this.#once('hosts', () => byName(itemsOf(this.facts.hosts), ({ node }) => node))
  }

  /** Which of its links addresses are on. */
  subnetsOf(host: HostFacts): LinkSubnets {
    const known = this.#subnets.get(host) ?? new LinkSubnets(host)
    this.#subnets.set(host, known)
    return known
  }

  /** What the links of the hosts mean for addresses that layer 2 announces. */
  get places(): readonly Placed[] {
    return this.#once('places', () => layer2Places(this))
  }

  get speakerPods(): readonly KubeObject[] {
    return this.#once('speakerPods', () => this.podsOf('speaker'))
  }

  get controllerPods(): readonly KubeObject[] {
    return this.#once('controllerPods', () => this.podsOf('controller'))
  }

  podsOf(component: Component): readonly KubeObject[] {
    return podsOfComponent(itemsOf(this.facts.pods), this.installation, component)
  }

  /** Events about an object, newest first. */
  eventsOf(kind: string, id: string): readonly ClusterEvent[] {
    return this.#events.of(kind, id)
  }

  get #events(): EventIndex {
    return this.#once('events', () => indexEvents(itemsOf(this.facts.events)))
  }

  statuses(kind: string): readonly KubeObject[] {
    return itemsOf(this.facts.statuses).filter((object) => object.kind === kind)
  }

  foreign(kind: string, group?: string): readonly KubeObject[] {
    return itemsOf(this.facts.foreign).filter(
      (object) => object.kind === kind && (group === undefined || object.apiVersion.startsWith(`${group}/`)),
    )
  }
}

const byName = <T>(items: readonly T[], nameOf: (item: T) => string): ReadonlyMap<string, T> =>
  new Map(items.map((item) => [nameOf(item), item]))
