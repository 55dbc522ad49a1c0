// BGP: every node that may announces, each to its own routers; the routers choose.

import type { BgpAdvertisement } from '../../bgp/peer.ts'
import { matchesAny } from '../../config/semantics/selector.ts'
import type { Ip } from '../../net/ip.ts'
import { prefixOf } from '../../net/prefix.ts'
import type { BgpAdvert, JudgingNode, Pool, Selectors } from '../configuration/configuration.ts'
import { isOn } from './endpoints.ts'
import type { Subject } from './layer2-decision.ts'
import type { NodeTable } from './node-table.ts'
import { ANNOUNCES, refuse, type Verdict } from './reasons.ts'

/** One address as one advertisement announces it. */
export interface ServiceRoute {
  readonly route: BgpAdvertisement
  /** names of BGPPeers; empty: all */
  readonly peers: readonly string[]
}

export interface BgpDecision {
  readonly verdict: Verdict
  /** none unless it announces */
  readonly routes: readonly ServiceRoute[]
}

export class BgpDecider {
  readonly #nodes: NodeTable
  readonly #own: JudgingNode | undefined

  /** @param own a node that goes by these labels, whatever it has now */
  constructor(nodes: NodeTable, own?: JudgingNode) {
    this.#nodes = nodes
    this.#own = own
  }

  decide(subject: Subject, addresses: readonly Ip[], me: string): BgpDecision {
    const verdict = this.#verdict(subject, me)
    return { verdict, routes: verdict.announces ? routesOf(addresses, this.#adverts(subject, me)) : [] }
  }

  matrix(subject: Subject): ReadonlyMap<string, Verdict> {
    return new Map([...this.#nodes.names()].map((name) => [name, this.#verdict(subject, name)]))
  }

  #verdict(subject: Subject, name: string): Verdict {
    const { pool, service, endpoints } = subject
    const node = this.#nodes.get(name)
    if (node === undefined) return refuse('notOwner', 'unknown-node')
    if (!pool.bgp.some(({ nodes }) => this.#selects(nodes, name)))
      return refuse('notOwner', 'no-advertisement')
    const adverts = this.#adverts(subject, name)
    if (adverts.length === 0) return refuse('noMatchingAdvertisement')
    if (hasConflict(adverts, pool)) return refuse('conflictingAdvertisements')
    if (this.#nodes.networkUnavailable(node)) return refuse('nodeNetworkUnavailable')
    if (this.#nodes.excludedByLabel(node)) return refuse('nodeLabeledExcludeBalancers')
    if (service.localTraffic)
      return endpoints.anywhere && isOn(endpoints.reachableNodes, name)
        ? ANNOUNCES
        : refuse('noLocalEndpoints')
    return endpoints.anywhere ? ANNOUNCES : refuse('noEndpoints')
  }

  #selects(nodes: Selectors, name: string): boolean {
    if (name !== this.#own?.name || nodes.length === 0 || !this.#nodes.rules.nodeSelectors)
      return this.#nodes.selects(nodes, name)
    return matchesAny(nodes, this.#own.labels)
  }

  #adverts({ pool, service }: Subject, name: string): readonly BgpAdvert[] {
    const everyService = !this.#nodes.rules.serviceSelectors
    return pool.bgp.filter(
      ({ nodes, services }) =>
        this.#selects(nodes, name) &&
        (everyService || services.length === 0 || matchesAny(services, service.labels)),
    )
  }
}

/** Two advertisements that would give one route two local preferences: whichever arrived last would win. */
function hasConflict(adverts: readonly BgpAdvert[], pool: Pool): boolean {
  return adverts.some((a, index) => adverts.slice(index + 1).some((b) => conflicts(a, b, pool)))
}

function conflicts(a: BgpAdvert, b: BgpAdvert, pool: Pool): boolean {
  // Not given and 0 are the same to MetalLB.
  if ((a.localPreference ?? 0) === (b.localPreference ?? 0)) return false
  const samePrefixes = [...pool.families].some((family) => a.lengths[family] === b.lengths[family])
  return samePrefixes && sharePeer(a.peers, b.peers)
}

const sharePeer = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === 0 || b.length === 0 || a.some((name) => b.includes(name))

const routesOf = (addresses: readonly Ip[], adverts: readonly BgpAdvert[]): ServiceRoute[] =>
  addresses.flatMap((address) =>
    adverts.map(({ lengths, localPreference, communities, largeCommunities, peers }) => ({
      route: {
        prefix: prefixOf(address, lengths[address.family]),
        localPreference,
        communities,
        largeCommunities,
      },
      peers,
    })),
  )
