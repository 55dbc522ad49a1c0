// Adj-RIB-In (RFC 4271 §3.2) of one peer: which prefixes it announces, and, where somebody wants to know, by which routes.
import type { Ip, IpFamily } from '../net/ip.ts'
import type { Prefix } from '../net/prefix.ts'
import type { PathAttribute } from '../wire/bgp/path-attribute.ts'
import type { RouteChanges } from '../wire/bgp/route-changes.ts'
import type { InboundRoutes } from './inbound.ts'
import { grown, PrefixTable } from './prefix-table.ts'

/** What came with a prefix. All prefixes of an UPDATE have the same object. */
export interface ReceivedRoute {
  readonly nextHop: Ip
  readonly linkLocal?: Ip
  /** without the prefixes and next hops */
  readonly attributes: readonly PathAttribute[]
}

export interface InboundOptions {
  /** Routes are kept and can be looked at; otherwise only prefixes are, to count them. */
  readonly keep?: boolean
  /** After each change of a route; undefined: the prefix is gone. Needs `keep` for what goes unchanged. */
  readonly onRoute?: (prefix: Prefix, route: ReceivedRoute | undefined) => void
}

/** Path identifiers (RFC 7911) are not looked at: we never agree on them. */
export class AdjRibIn implements InboundRoutes {
  readonly #families: Readonly<Record<IpFamily, FamilyIn>>

  constructor(options: InboundOptions = {}) {
    this.#families = { 4: new FamilyIn(4, options), 6: new FamilyIn(6, options) }
  }

  apply({ announced, withdrawn }: RouteChanges, attributes: readonly PathAttribute[]): void {
    // RFC 4271 §4.3: of a prefix that is withdrawn and announced at once, the announcement counts.
    for (const { family, routes } of withdrawn)
      for (const { prefix } of routes) this.#families[family].remove(prefix)
    const others = attributes.filter(({ kind }) => !HOLDS_ROUTES.has(kind))
    for (const { family, nextHop, linkLocal, routes } of announced) {
      const route = { nextHop, attributes: others, ...(linkLocal === undefined ? {} : { linkLocal }) }
      for (const { prefix } of routes) this.#families[family].add(prefix, route)
    }
  }

  markStale(family: IpFamily): void {
    this.#families[family].markStale()
  }

  dropStale(family: IpFamily): void {
    this.#families[family].dropStale()
  }

  clear(family: IpFamily): void {
    this.#families[family].clear()
  }

  count(family: IpFamily): number {
    return this.#families[family].count
  }

  staleCount(family: IpFamily): number {
    return this.#families[family].staleCount
  }

  /** The route to a prefix; undefined: there is none, or routes are not kept. */
  route(prefix: Prefix): ReceivedRoute | undefined {
    return this.#families[prefix.family].route(prefix)
  }

  /** All routes that are kept. */
  routes(family: IpFamily): Iterable<{ readonly prefix: Prefix; readonly route: ReceivedRoute }> {
    return this.#families[family].routes()
  }
}

const HOLDS_ROUTES: ReadonlySet<PathAttribute['kind']> = new Set(['next-hop', 'mp-reach', 'mp-unreach'])

class FamilyIn {
  readonly #options: InboundOptions
  readonly #prefixes: PrefixTable
  readonly #routes: (ReceivedRoute | undefined)[] = []
  /** by slot, the generation in which the prefix was announced last; those of generations before #fresh are stale */
  #generations = new Uint32Array(0)
  #fresh = 0
  #stale = 0

  constructor(family: IpFamily, options: InboundOptions) {
    this.#prefixes = new PrefixTable(family)
    this.#options = options
  }

  get count(): number {
    return this.#prefixes.size
  }

  get staleCount(): number {
    return this.#stale
  }

  add(prefix: Prefix, route: ReceivedRoute): void {
    const before = this.#prefixes.size
    const slot = this.#prefixes.add(prefix)
    if (this.#generations.length < this.#prefixes.capacity)
      this.#generations = grown(this.#generations, new Uint32Array(this.#prefixes.capacity))
    if (this.#prefixes.size === before && this.#isStale(slot)) this.#stale--
    this.#generations[slot] = this.#fresh
    if (this.#options.keep === true) this.#routes[slot] = route
    this.#options.onRoute?.(prefix, route)
  }

  remove(prefix: Prefix): void {
    const slot = this.#prefixes.find(prefix)
    if (slot >= 0) this.#removeSlot(slot, prefix)
  }

  /** Costs the same however many there are. */
  markStale(): void {
    this.#fresh++
    this.#stale = this.#prefixes.size
  }

  dropStale(): void {
    if (this.#stale === 0) return
    for (const slot of this.#prefixes.slots())
      if (this.#isStale(slot)) this.#removeSlot(slot, this.#prefixes.prefixAt(slot))
  }

  clear(): void {
    for (const slot of this.#prefixes.slots()) this.#removeSlot(slot, this.#prefixes.prefixAt(slot))
  }

  route(prefix: Prefix): ReceivedRoute | undefined {
    const slot = this.#prefixes.find(prefix)
    return slot < 0 ? undefined : this.#routes[slot]
  }

  *routes(): Generator<{ readonly prefix: Prefix; readonly route: ReceivedRoute }, void> {
    for (const slot of this.#prefixes.slots()) {
      const route = this.#routes[slot]
      if (route !== undefined) yield { prefix: this.#prefixes.prefixAt(slot), route }
    }
  }

  #isStale(slot: number): boolean {
    return this.#generations[slot] !== this.#fresh
  }

  #removeSlot(slot: number, prefix: Prefix): void {
    if (this.#isStale(slot)) this.#stale--
    this.#routes[slot] = undefined
    this.#prefixes.delete(slot)
    this.#options.onRoute?.(prefix, undefined)
  }
}
