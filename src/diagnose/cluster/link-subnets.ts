// Which links of a host addresses are on: by the links' own subnets, and by routes without a gateway. Read once, for any number of
// addresses: a node of a large cluster has as many routes as there are nodes, and there are thousands of addresses.
import type { Ip } from '../../net/ip.ts'
import { type Prefix, parsePrefix, prefixOf } from '../../net/prefix.ts'
import type { HostFacts, HostLink } from './host-facts.ts'
import { isIpvsLink, isLoopback, ownSubnets } from './host-links.ts'

export class LinkSubnets {
  readonly #links: readonly HostLink[]
  /** `4 24` → base of a subnet → names of links */
  readonly #names = new Map<string, Map<bigint, Set<string>>>()
  readonly #lengths = new Map<number, Set<number>>()

  constructor({ links, routes }: Pick<HostFacts, 'links' | 'routes'>) {
    this.#links = links.filter((link) => !isLoopback(link) && !isIpvsLink(link))
    for (const { destination, gateway, type, interface: name } of routes) {
      if (gateway !== undefined || type !== 'unicast' || name === undefined) continue
      const prefix = parsePrefix(destination)
      if (prefix !== undefined && prefix.length > 0) this.#add(prefix, name)
    }
    for (const link of this.#links) for (const prefix of ownSubnets(link)) this.#add(prefix, link.name)
  }

  /** In the order of the links. */
  linksOf(address: Ip): readonly HostLink[] {
    const found = new Set<string>()
    for (const length of this.#lengths.get(address.family) ?? []) {
      const { base } = prefixOf(address, length)
      for (const name of this.#names.get(`${address.family} ${length}`)?.get(base) ?? []) found.add(name)
    }
    return this.#links.filter(({ name }) => found.has(name))
  }

  #add({ family, length, base }: Prefix, link: string): void {
    const lengths = this.#lengths.get(family) ?? new Set()
    this.#lengths.set(family, lengths.add(length))
    const key = `${family} ${length}`
    const bases = this.#names.get(key) ?? new Map<bigint, Set<string>>()
    this.#names.set(key, bases)
    bases.set(base, (bases.get(base) ?? new Set()).add(link))
  }
}
