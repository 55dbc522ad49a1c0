// What is asked of the same rules for each of a thousand addresses, reckoned once: rules that begin with another destination are not
// looked at one by one, and no chain is looked for twice.
import { type Ip, sameIp } from '../../../net/ip.ts'
import type { AddressSet } from '../address-set.ts'
import type { Action, HookName, LookupEntry, Match, Rule, RuleChain, RuleTable } from '../netfilter.ts'
import type { VirtualServer } from '../read/ipvs-table.ts'
import { type KnownPort, knownPorts, serviceOf, serviceOfChain } from './known-ports.ts'
import { portsInSets } from './known-sets.ts'

export interface HookedChain {
  readonly table: RuleTable
  readonly chain: RuleChain
}

export class RuleIndex {
  readonly tables: readonly RuleTable[]
  readonly #servers: readonly VirtualServer[]
  readonly #sets: readonly AddressSet[]
  readonly #hooked = new Map<string, readonly HookedChain[]>()
  readonly #rules = new Map<RuleChain, ByDestination>()
  readonly #entries = new Map<object, ByDestination>()
  #known: ByAddress | undefined

  constructor(
    tables: readonly RuleTable[],
    servers: readonly VirtualServer[],
    sets: readonly AddressSet[] = [],
  ) {
    this.tables = tables
    this.#servers = servers
    this.#sets = sets
  }

  /** Chains of all tables at a hook, by their priority. */
  hooked(name: HookName, family: Ip['family']): readonly HookedChain[] {
    return kept(this.#hooked, `${name} ${family}`, () =>
      this.tables
        .filter(({ families }) => families.includes(family))
        .flatMap((table) => [...table.chains.values()].map((chain) => ({ table, chain })))
        .filter(({ chain }) => chain.hook?.name === name)
        .sort((a, b) => (a.chain.hook?.priority ?? 0) - (b.chain.hook?.priority ?? 0)),
    )
  }

  /** Places in the chain of the rules that a packet to the destination can match, in their order. */
  rulesFor(chain: RuleChain, destination: Ip): readonly number[] {
    return kept(this.#rules, chain, () => new ByDestination(chain.rules.map(firstMatch))).placesFor(
      destination,
    )
  }

  /** The same of the entries of a map. */
  entriesFor({ entries }: Extract<Action, { kind: 'lookup' }>, destination: Ip): readonly LookupEntry[] {
    return kept(this.#entries, entries, () => new ByDestination(entries.map(({ matches }) => matches[0])))
      .placesFor(destination)
      .flatMap((place) => entries[place] ?? [])
  }

  /** Ports that the rules know of an address; those that are of any address of the node where it is one. */
  knownFor(address: Ip, isOwn: boolean): readonly KnownPort[] {
    const { ofAddress, ofAny } = this.#allKnown()
    const named = ofAddress.get(keyOf(address)) ?? []
    // IPVS gives the node the addresses of Services; NodePorts are not open on those.
    const isOfService = this.#sets.length > 0 && named.some(({ inSet }) => inSet !== undefined)
    return [...named, ...(isOwn && !isOfService ? ofAny : [])]
  }

  /** The Services whose connections rules or IPVS send to this address; their names, where the rules tell them. */
  endpointOf(address: Ip): { readonly services: readonly string[] } | undefined {
    const services = new Set<string>()
    let isOne = this.#servers.some(({ servers }) => servers.some((real) => sameIp(real.address, address)))
    for (const { chains } of this.tables)
      for (const chain of chains.values())
        for (const rule of chain.rules)
          if (rule.steps.some((step) => 'act' in step && sendsTo(step.act, address))) {
            isOne = true
            const name = serviceOf(rule.comment) ?? serviceOfChain(chain.name)
            if (name !== undefined) services.add(name)
          }
    return isOne ? { services: [...services] } : undefined
  }

  /** Pairs of protocol and port. */
  knownPairs(): number {
    return this.#allKnown().pairs
  }

  #allKnown(): ByAddress {
    this.#known ??= byAddress([
      ...knownPorts(this.tables),
      ...portsInSets(this.#sets),
      ...this.#servers.map(ofServer),
    ])
    return this.#known
  }
}

interface ByAddress {
  readonly ofAddress: ReadonlyMap<string, readonly KnownPort[]>
  readonly ofAny: readonly KnownPort[]
  readonly pairs: number
}

function byAddress(all: readonly KnownPort[]): ByAddress {
  const ofAddress = new Map<string, KnownPort[]>()
  for (const each of all)
    if (each.address !== undefined) kept(ofAddress, keyOf(each.address), (): KnownPort[] => []).push(each)
  return {
    ofAddress,
    ofAny: all.filter(({ address }) => address === undefined),
    pairs: new Set(all.map(({ protocol, port }) => `${protocol} ${port}`)).size,
  }
}

const ofServer = ({ address, protocol, port }: VirtualServer): KnownPort => ({
  address,
  protocol,
  port,
  role: 'unknown',
  service: undefined,
})

/** Things that begin with a comparison, by the one destination that they compare with. */
class ByDestination {
  readonly #named = new Map<string, number[]>()
  /** compare with something else, with more than one address, or with nothing */
  readonly #others: number[] = []
  readonly #known = new Map<string, readonly number[]>()

  constructor(firstMatches: readonly (Match | undefined)[]) {
    for (const [place, match] of firstMatches.entries()) {
      const destination = match === undefined ? undefined : onlyDestination(match)
      if (destination === undefined) this.#others.push(place)
      else kept(this.#named, keyOf(destination), (): number[] => []).push(place)
    }
  }

  placesFor(destination: Ip): readonly number[] {
    const key = keyOf(destination)
    const named = this.#named.get(key)
    if (named === undefined) return this.#others
    return kept(this.#known, key, () => [...named, ...this.#others].sort((a, b) => a - b))
  }
}

function sendsTo(action: Action, address: Ip): boolean {
  if (action.kind === 'draw') return [...action.ways.values()].some((way) => sendsTo(way, address))
  return action.kind === 'dnat' && action.address !== undefined && sameIp(action.address, address)
}

function firstMatch({ steps }: Rule): Match | undefined {
  const [first] = steps
  return first !== undefined && 'match' in first ? first.match : undefined
}

function onlyDestination(match: Match): Ip | undefined {
  if (match.kind !== 'address' || match.of !== 'destination' || match.negated) return undefined
  const [only, ...more] = match.ranges
  return only === undefined || more.length > 0 || only.first !== only.last
    ? undefined
    : { family: only.family, value: only.first }
}

const keyOf = ({ family, value }: Ip): string => `${family} ${value}`

function kept<K, V>(known: Map<K, V>, key: K, make: () => V): V {
  const found = known.get(key)
  if (found !== undefined) return found
  const made = make()
  known.set(key, made)
  return made
}
