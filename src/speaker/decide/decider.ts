// One state of configuration, nodes and members; any number of Services decided under it. The same facts give the same decisions,
// whichever way they came.
import type { Ip } from '../../net/ip.ts'
import { type Configuration, type Pool, PoolIndex } from '../configuration/configuration.ts'
import type { Members, NodeFact, ServiceFact } from '../facts/facts.ts'
import { BgpDecider, type BgpDecision } from './bgp-decision.ts'
import type { Winner } from './election.ts'
import type { Endpoints } from './endpoints.ts'
import { type Election, Layer2Decider, type Layer2Decision, type Subject } from './layer2-decision.ts'
import { type NodeOptions, NodeTable } from './node-table.ts'
import { type Protocol, type Reason, refuse, type Verdict } from './reasons.ts'
import { addressesOf } from './service-addresses.ts'

export interface DeciderFacts {
  readonly configuration: Configuration
  readonly nodes: ReadonlyMap<string, NodeFact>
  readonly members: Members
}

/** What this node does with a Service. */
export interface ServiceDecision {
  readonly addresses: readonly Ip[]
  /** name of the pool; undefined when the addresses are in none */
  readonly pool: string | undefined
  readonly layer2: Layer2Decision
  readonly bgp: BgpDecision
}

/** Every node's part in a Service, and who would take over by layer 2 in which order. */
export interface CandidateMatrix {
  readonly addresses: readonly Ip[]
  readonly pool: string | undefined
  /** Services that are alike have the same one */
  readonly nodes: NodeVerdicts
  /** the node that announces by layer 2; undefined: none */
  readonly owner: string | undefined
  /** it and those that would take over from it, computed when it is asked for */
  readonly succession: readonly Pick<Winner, 'node'>[]
}

type NodeVerdicts = ReadonlyMap<string, Readonly<Record<Protocol, Verdict>>>

export class Decider {
  readonly #nodes: NodeTable
  readonly #pools: PoolIndex
  readonly #layer2: Layer2Decider
  readonly #bgp: BgpDecider
  /** of a pool, by the owner */
  readonly #tables = new Map<Pool, Map<string | undefined, NodeVerdicts>>()

  /** @param previous elections go on from its electorates */
  constructor({ configuration, nodes, members }: DeciderFacts, options: NodeOptions, previous?: Decider) {
    this.#nodes = new NodeTable(nodes, members, options)
    this.#pools = new PoolIndex(configuration.pools)
    this.#layer2 = new Layer2Decider(this.#nodes, previous === undefined ? undefined : previous.#layer2)
    this.#bgp = new BgpDecider(this.#nodes, configuration.judgedFor)
  }

  /** @param before the last election of this Service, if there was one */
  decide(service: ServiceFact, endpoints: Endpoints, me: string, before?: Election): ServiceDecision {
    const found = addressesOf(service, this.#pools, this.#nodes.rules)
    if (!found.ok) return nothing(found.reason)
    const { addresses, pool, hashed } = found
    const subject: Subject = { service, pool, hashed, endpoints }
    return {
      addresses,
      pool: pool.name,
      layer2: this.#layer2.decide(subject, me, before),
      bgp: this.#bgp.decide(subject, addresses, me),
    }
  }

  matrix(service: ServiceFact, endpoints: Endpoints): CandidateMatrix {
    const found = addressesOf(service, this.#pools, this.#nodes.rules)
    if (!found.ok) {
      const verdict = refuse(found.reason)
      const nodes = [...this.#nodes.names()].map((name) => [name, { layer2: verdict, bgp: verdict }] as const)
      return { addresses: [], pool: undefined, nodes: new Map(nodes), owner: undefined, succession: [] }
    }
    const subject: Subject = { service, pool: found.pool, hashed: found.hashed, endpoints }
    const layer2 = this.#layer2
    const owner = layer2.owner(subject)
    let succession: CandidateMatrix['succession'] | undefined
    return {
      addresses: found.addresses,
      pool: found.pool.name,
      nodes: this.#verdicts(subject, owner),
      owner,
      get succession() {
        succession ??= layer2.succession(subject).map(({ node }) => ({ node }))
        return succession
      },
    }
  }

  /** Thousands of Services in a pool have as many tables as it has owners. */
  #verdicts(subject: Subject, owner: string | undefined): NodeVerdicts {
    if (!this.#layer2.isLikeOthers(subject)) return this.#computed(subject, owner)
    const ofPool = this.#tables.get(subject.pool) ?? new Map<string | undefined, NodeVerdicts>()
    this.#tables.set(subject.pool, ofPool)
    const made = ofPool.get(owner) ?? this.#computed(subject, owner)
    ofPool.set(owner, made)
    return made
  }

  #computed(subject: Subject, owner: string | undefined): NodeVerdicts {
    const bgp = this.#bgp.matrix(subject)
    const nodes = new Map<string, Record<Protocol, Verdict>>()
    for (const [name, layer2] of this.#layer2.matrix(subject, owner))
      nodes.set(name, { layer2, bgp: bgp.get(name) ?? refuse('internalError') })
    return nodes
  }
}

/** A Service that no node announces, be it for a reason of its own or because it is gone. */
export function nothing(reason: Reason): ServiceDecision {
  const verdict = refuse(reason)
  return {
    addresses: [],
    pool: undefined,
    layer2: { verdict, owner: undefined, interfaces: undefined, election: undefined },
    bgp: { verdict, routes: [] },
  }
}
