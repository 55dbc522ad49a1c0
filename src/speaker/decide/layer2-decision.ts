// Layer 2: one node announces all addresses of a Service (metallb's election), on the interfaces that its advertisements name.
import { matchesAny } from '../../config/semantics/selector.ts'
import type { L2Advert, Pool } from '../configuration/configuration.ts'
import type { ServiceFact } from '../facts/facts.ts'
import { elect, ranking, type Winner } from './election.ts'
import { type Electorate, Electorates } from './electorate.ts'
import { type Endpoints, isOn } from './endpoints.ts'
import type { NodeTable } from './node-table.ts'
import { ANNOUNCES, refuse, type Verdict } from './reasons.ts'

/** A Service with addresses of one pool. */
export interface Subject {
  readonly service: ServiceFact
  readonly pool: Pool
  /** textual form of its first address, or its key: what is hashed */
  readonly hashed: string
  readonly endpoints: Endpoints
}

/** The outcome of an election, with what the next one can build on. */
export interface Election {
  readonly winner: Winner | undefined
  readonly electorateId: number
  readonly hashed: string
}

export interface Layer2Decision {
  readonly verdict: Verdict
  /** the node that announces; undefined: none */
  readonly owner: string | undefined
  /** where this node would announce; undefined: on every interface */
  readonly interfaces: readonly string[] | undefined
  readonly election: Election | undefined
}

export class Layer2Decider {
  readonly #nodes: NodeTable
  readonly #electorates: Electorates

  /** @param previous electorates of the state before, so that elections go on from there */
  constructor(nodes: NodeTable, previous?: Layer2Decider) {
    this.#nodes = nodes
    this.#electorates = new Electorates(nodes, previous === undefined ? undefined : previous.#electorates)
  }

  /** @param before the last election of this Service */
  decide(subject: Subject, me: string, before?: Election): Layer2Decision {
    const adverts = this.#adverts(subject)
    const nobody = this.#nobody(subject, adverts)
    if (nobody !== undefined)
      return { verdict: nobody, owner: undefined, interfaces: undefined, election: undefined }
    const election = this.#elect(subject, adverts, before)
    const owner = election.winner?.node
    return {
      verdict: owner === me ? ANNOUNCES : this.#loser(subject, adverts, me),
      owner,
      interfaces: this.#interfaces(adverts, me),
      election,
    }
  }

  /** The node that announces, elected anew. */
  owner(subject: Subject): string | undefined {
    const adverts = this.#adverts(subject)
    if (this.#nobody(subject, adverts) !== undefined) return undefined
    return this.#elect(subject, adverts, undefined).winner?.node
  }

  /** The part of every node that is known, and why. */
  matrix(subject: Subject, owner: string | undefined): ReadonlyMap<string, Verdict> {
    const adverts = this.#adverts(subject)
    const nobody = this.#nobody(subject, adverts)
    return new Map(
      [...this.#nodes.names()].map((name) => [
        name,
        nobody ?? (name === owner ? ANNOUNCES : this.#loser(subject, adverts, name)),
      ]),
    )
  }

  /** Any node may own it, whatever its labels are: then Services of one pool differ in their owner alone. */
  isLikeOthers(subject: Subject): boolean {
    const { endpoints, pool } = subject
    if (!endpoints.anywhere || this.#needsEndpoint(subject)) return false
    const choosy = [...pool.l2, ...pool.bgp].some(({ services }) => services.length > 0)
    return !choosy || !this.#nodes.rules.serviceSelectors
  }

  /** The candidates in the order in which they would take over. */
  succession(subject: Subject): readonly Winner[] {
    const adverts = this.#adverts(subject)
    if (this.#nobody(subject, adverts) !== undefined) return []
    const candidates = this.#electorates.of(adverts).members.filter((name) => this.#mayServe(subject, name))
    const scores = new Map(candidates.map((name) => [name, this.#score(name, adverts)]))
    const score = ({ node }: Winner): number => scores.get(node) ?? 0
    return ranking(candidates, subject.hashed).sort((a, b) => score(b) - score(a))
  }

  #adverts({ service, pool }: Subject): readonly L2Advert[] {
    if (!this.#nodes.rules.serviceSelectors) return pool.l2
    const all = pool.l2.every(({ services }) => services.length === 0)
    return all
      ? pool.l2
      : pool.l2.filter(({ services }) => services.length === 0 || matchesAny(services, service.labels))
  }

  /** What keeps every node from announcing. */
  #nobody({ service, endpoints }: Subject, adverts: readonly L2Advert[]): Verdict | undefined {
    if (!endpoints.anywhere) return refuse('notOwner', 'no-endpoints')
    const shares = this.#nodes.rules.refusesSharedAddress && service.sharesAddress
    return shares && adverts.some(({ services }) => services.length > 0)
      ? refuse('sharedIPWithServiceSelector')
      : undefined
  }

  #elect(subject: Subject, adverts: readonly L2Advert[], before: Election | undefined): Election {
    const { hashed } = subject
    const electorate = this.#electorates.of(adverts)
    if (!this.#needsEndpoint(subject)) {
      const winner = this.#continue(electorate, hashed, before?.hashed === hashed ? before : undefined)
      return { winner, electorateId: electorate.id, hashed }
    }
    // Few nodes have an endpoint, so there is nothing to be saved.
    const hosts = electorate.members.filter((name) => this.#mayServe(subject, name))
    return { winner: elect(this.#electorates.preferred(hosts, adverts), hashed), electorateId: -1, hashed }
  }

  /** When only candidates were added or losers left, the last winner has to be compared with the new ones alone. */
  #continue(electorate: Electorate, hashed: string, before: Election | undefined): Winner | undefined {
    if (before?.electorateId === electorate.id) return before.winner
    const { change } = electorate
    const winner = before?.winner
    const goesOn =
      winner !== undefined && change?.fromId === before?.electorateId && !change?.removed.has(winner.node)
    return goesOn ? elect(change?.added ?? [], hashed, winner) : elect(electorate.preferred, hashed)
  }

  #score(name: string, adverts: readonly L2Advert[]): number {
    return this.#nodes.rules.preferences ? this.#nodes.scoreOf(name, adverts) : 0
  }

  #needsEndpoint({ service }: Subject): boolean {
    return service.localTraffic || this.#nodes.rules.candidates !== 'speakers'
  }

  #mayServe(subject: Subject, name: string): boolean {
    return !this.#needsEndpoint(subject) || isOn(subject.endpoints.nodes, name)
  }

  #loser(subject: Subject, adverts: readonly L2Advert[], name: string): Verdict {
    if (!adverts.some(({ nodes }) => this.#nodes.selects(nodes, name)))
      return refuse('noMatchingAdvertisement')
    const barrier = this.#nodes.layer2Barrier(name)
    if (barrier !== undefined) return refuse('notOwner', barrier)
    if (!this.#mayServe(subject, name)) return refuse('notOwner', 'no-local-endpoint')
    if (!this.#electorates.prefers(adverts)) return refuse('notOwner', 'lost-election')
    const rivals = this.#electorates.of(adverts).members.filter((rival) => this.#mayServe(subject, rival))
    const best = this.#electorates.preferred(rivals, adverts).includes(name)
    return refuse('notOwner', best ? 'lost-election' : 'less-preferred')
  }

  /** The union over the advertisements for this node; one that names none stands for all. */
  #interfaces(adverts: readonly L2Advert[], me: string): readonly string[] | undefined {
    if (!this.#nodes.rules.interfaces) return undefined
    const mine = adverts.filter(({ nodes }) => this.#nodes.selects(nodes, me))
    if (mine.some(({ interfaces }) => interfaces.length === 0)) return undefined
    return [...new Set(mine.flatMap(({ interfaces }) => interfaces))].sort()
  }
}
