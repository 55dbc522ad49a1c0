// What each peer shall have: the routes of all Services, merged by prefix. Only prefixes that a change touches are merged again.
import type { BgpAdvertisement } from '../../bgp/peer.ts'
import { formatPrefix, type Prefix } from '../../net/prefix.ts'
import type { ServiceRoute } from '../decide/bgp-decision.ts'
import type { ServiceKey } from '../facts/facts.ts'
import { sameValue } from '../facts/same-value.ts'

/** What has to be told to one peer. */
export interface RouteChanges {
  readonly peer: string
  readonly announce: readonly BgpAdvertisement[]
  readonly withdraw: readonly Prefix[]
}

interface PrefixEntry {
  readonly prefix: Prefix
  readonly services: Map<ServiceKey, readonly ServiceRoute[]>
}

type PeerRoutes = Map<string, BgpAdvertisement>

export class RouteTable {
  /** by prefix text */
  readonly #prefixes = new Map<string, PrefixEntry>()
  readonly #byService = new Map<ServiceKey, readonly string[]>()
  readonly #peers = new Map<string, PeerRoutes>()
  readonly #touched = new Set<string>()
  /** peers that came since the last look: everything is new to them */
  readonly #fresh = new Set<string>()

  /** Names of the peers of this node. */
  setPeers(names: Iterable<string>): void {
    const now = new Set(names)
    for (const name of this.#peers.keys()) if (!now.has(name)) this.#forget(name)
    for (const name of now)
      if (!this.#peers.has(name)) {
        this.#peers.set(name, new Map())
        this.#fresh.add(name)
      }
  }

  #forget(name: string): void {
    for (const text of this.#peers.get(name)?.keys() ?? []) this.#touched.add(text)
    this.#peers.delete(name)
    this.#fresh.delete(name)
  }

  /** Replaces the routes of a Service; none takes it out. */
  setService(service: ServiceKey, routes: readonly ServiceRoute[]): void {
    const grouped = new Map<string, ServiceRoute[]>()
    for (const each of routes) {
      const text = formatPrefix(each.route.prefix)
      const group = grouped.get(text)
      if (group === undefined) grouped.set(text, [each])
      else group.push(each)
    }
    for (const text of this.#byService.get(service) ?? []) if (!grouped.has(text)) this.#remove(text, service)
    for (const [text, group] of grouped) this.#add(text, service, group)
    if (grouped.size === 0) this.#byService.delete(service)
    else this.#byService.set(service, [...grouped.keys()])
  }

  #remove(text: string, service: ServiceKey): void {
    this.#prefixes.get(text)?.services.delete(service)
    this.#touched.add(text)
  }

  #add(text: string, service: ServiceKey, group: readonly ServiceRoute[]): void {
    const [first] = group
    if (first === undefined) return
    const entry = this.#prefixes.get(text) ?? { prefix: first.route.prefix, services: new Map() }
    if (sameValue(entry.services.get(service), group)) return
    entry.services.set(service, group)
    this.#prefixes.set(text, entry)
    this.#touched.add(text)
  }

  /** What changed for whom since the last call, and the Services whose peers may be others now. */
  take(): { readonly changes: readonly RouteChanges[]; readonly services: ReadonlySet<ServiceKey> } {
    const changes: RouteChanges[] = []
    const services = new Set<ServiceKey>()
    for (const [peer, routes] of this.#peers) {
      const texts = this.#fresh.has(peer) ? this.#prefixes.keys() : this.#touched
      const change = this.#update(peer, routes, texts)
      if (change.announce.length + change.withdraw.length === 0) continue
      changes.push(change)
    }
    const concerned = this.#fresh.size > 0 ? this.#prefixes.keys() : this.#touched
    for (const text of concerned)
      for (const key of this.#prefixes.get(text)?.services.keys() ?? []) services.add(key)
    for (const text of this.#touched)
      if (this.#prefixes.get(text)?.services.size === 0) this.#prefixes.delete(text)
    this.#touched.clear()
    this.#fresh.clear()
    return { changes, services }
  }

  #update(peer: string, routes: PeerRoutes, texts: Iterable<string>): RouteChanges {
    const announce: BgpAdvertisement[] = []
    const withdraw: Prefix[] = []
    for (const text of texts) {
      const entry = this.#prefixes.get(text)
      const merged = entry === undefined ? undefined : merge(entry, peer)
      const before = routes.get(text)
      if (merged === undefined) {
        if (before === undefined) continue
        routes.delete(text)
        withdraw.push(before.prefix)
      } else if (!sameValue(before, merged)) {
        routes.set(text, merged)
        announce.push(merged)
      }
    }
    return { peer, announce, withdraw }
  }

  routesOf(peer: string): readonly BgpAdvertisement[] {
    return [...(this.#peers.get(peer)?.values() ?? [])]
  }

  /**
   * metallb.md §6.6: the peers that get any prefix of the Service, sorted; be it that another Service brings the prefix to them. As
   * of the last `take`.
   */
  peersOf(service: ServiceKey): readonly string[] {
    const texts = this.#byService.get(service) ?? []
    return [...this.#peers]
      .filter(([, routes]) => texts.some((text) => routes.has(text)))
      .map(([name]) => name)
      .sort()
  }
}

/**
 * One route from all that Services bring for a prefix: communities are put together. Of several local preferences the highest counts,
 * so that it does not depend on the order (MetalLB keeps whichever comes first); one that was given stands above none.
 */
function merge({ prefix, services }: PrefixEntry, peer: string): BgpAdvertisement | undefined {
  let localPreference: number | undefined
  const communities = new Set<number>()
  const large = new Map<string, BgpAdvertisement['largeCommunities'][number]>()
  let found = false
  for (const routes of services.values())
    for (const { route, peers } of routes) {
      if (peers.length > 0 && !peers.includes(peer)) continue
      found = true
      for (const each of route.communities) communities.add(each)
      for (const each of route.largeCommunities)
        large.set(`${each.global}:${each.local1}:${each.local2}`, each)
      if (route.localPreference !== undefined)
        localPreference = Math.max(route.localPreference, localPreference ?? 0)
    }
  if (!found) return undefined
  return {
    prefix,
    localPreference,
    communities: [...communities].sort((a, b) => a - b),
    largeCommunities: [...large.values()].sort(
      (a, b) => a.global - b.global || a.local1 - b.local1 || a.local2 - b.local2,
    ),
  }
}
