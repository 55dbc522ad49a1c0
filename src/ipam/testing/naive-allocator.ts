// A second allocator, written from the description of MetalLB's behaviour and nothing else: lists of texts, and a look at every
// address each time. Slow and short, so that it can be read against the description.
import { type Labels, type LabelTest, matches, type NaivePool, poolAddresses } from './naive-pools.ts'

export interface NaiveRequest {
  readonly service: string
  readonly namespace: string
  readonly labels: Labels
  readonly ports: readonly string[]
  readonly sharing: string
  readonly backend: string
}

interface NaiveHolding {
  readonly request: NaiveRequest
  readonly addresses: readonly string[]
}

export type NaiveOutcome = { readonly addresses: readonly string[]; readonly pool: string } | string

const familyOf = (address: string): 4 | 6 => (address.includes(':') ? 6 : 4)
const quoted = (addresses: readonly string[]): string => `[${addresses.map((a) => `"${a}"`).join(' ')}]`

export class NaiveAllocator {
  pools: readonly NaivePool[] = []
  namespaces: ReadonlyMap<string, Labels> = new Map()
  readonly holdings = new Map<string, NaiveHolding>()
  /** address → until when, and who had it (empty: somebody on the link) */
  readonly heldBack = new Map<string, { readonly until: number; readonly last: string }>()

  setPools(pools: readonly NaivePool[], namespaces: ReadonlyMap<string, Labels>): string[] {
    this.pools = pools
    this.namespaces = namespaces
    const dropped = [...this.holdings.values()]
      .filter(({ addresses }) => this.poolOf(addresses) === undefined)
      .map(({ request }) => request.service)
    for (const service of dropped) this.holdings.delete(service)
    return dropped
  }

  poolOf(addresses: readonly string[]): NaivePool | undefined {
    return this.pools.find((pool) => {
      const all = poolAddresses(pool)
      return addresses.every((address) => all.includes(address))
    })
  }

  #holders(address: string): NaiveHolding[] {
    return [...this.holdings.values()].filter(({ addresses }) => addresses.includes(address))
  }

  #allowed(pool: NaivePool): Set<string> {
    const named = [...this.namespaces].filter(([, labels]) =>
      (pool.allocation?.namespaceSelectors ?? []).some((test) => matches(test, labels)),
    )
    return new Set([...(pool.allocation?.namespaces ?? []), ...named.map(([name]) => name)])
  }

  #compatible(pool: NaivePool, { namespace, labels }: NaiveRequest): boolean {
    const allowed = this.#allowed(pool)
    const tests: readonly LabelTest[] = pool.allocation?.serviceSelectors ?? []
    return (
      (allowed.size === 0 || allowed.has(namespace)) &&
      (tests.length === 0 || tests.some((test) => matches(test, labels)))
    )
  }

  #objection(address: string, request: NaiveRequest): string | undefined {
    const held = this.heldBack.get(address)
    if (held !== undefined && held.last !== request.service)
      return held.last === ''
        ? `"${address}" is in use on the link by somebody else`
        : `"${address}" was freed a moment ago and is cooling down`
    const others = this.#holders(address).filter((each) => each.request.service !== request.service)
    for (const { request: other } of others)
      if (other.sharing === '' || other.sharing !== request.sharing || other.backend !== request.backend)
        return `can't change sharing key for "${request.service}", address also in use by ${others
          .map((each) => each.request.service)
          .sort()
          .join(',')}`
    for (const port of request.ports)
      if (others.some((each) => each.request.ports.includes(port)))
        return `port ${port} is already in use on "${address}"`
    return undefined
  }

  assign(request: NaiveRequest, addresses: readonly string[]): NaiveOutcome {
    const pool = this.poolOf(addresses)
    if (pool === undefined) return `${quoted(addresses)} is not allowed in config`
    if (!this.#compatible(pool, request)) return `pool ${pool.name} not compatible for ip assignment`
    for (const address of addresses) {
      const objection = this.#objection(address, request)
      if (objection !== undefined) return objection
    }
    for (const address of addresses) this.heldBack.delete(address)
    this.holdings.set(request.service, { request, addresses })
    return { addresses, pool: pool.name }
  }

  #firstOf(pool: NaivePool, family: 4 | 6, request: NaiveRequest): string | undefined {
    // Its own old addresses count as anybody's while it looks for new ones.
    return poolAddresses(pool).find(
      (address) =>
        familyOf(address) === family &&
        !this.heldBack.has(address) &&
        this.#objection(address, request) === undefined,
    )
  }

  #take(pool: NaivePool, families: readonly (4 | 6)[], request: NaiveRequest): NaiveOutcome | undefined {
    const found = families.map((family) => this.#firstOf(pool, family, request))
    const addresses = found.filter((address) => address !== undefined)
    return addresses.length < families.length ? undefined : this.assign(request, addresses)
  }

  allocate(request: NaiveRequest, wishes: readonly (readonly (4 | 6)[])[]): NaiveOutcome {
    const usable = this.pools.filter((pool) => pool.autoAssign && this.#compatible(pool, request))
    const pinned = usable.filter(({ allocation, ...pool }) => {
      if (allocation === undefined) return false
      const unrestricted =
        allocation.namespaces.length +
        allocation.namespaceSelectors.length +
        allocation.serviceSelectors.length
      return (
        unrestricted === 0 ||
        allocation.serviceSelectors.length > 0 ||
        this.#allowed({ ...pool, allocation }).has(request.namespace)
      )
    })
    const order = (pool: NaivePool) => pool.allocation?.priority || Number.MAX_SAFE_INTEGER
    pinned.sort((a, b) => order(a) - order(b) || (a.name < b.name ? -1 : 1))
    const open = usable.filter(({ allocation }) => allocation === undefined)
    open.sort((a, b) => (a.name < b.name ? -1 : 1))
    for (const families of wishes)
      for (const pool of [...pinned, ...open]) {
        const taken = this.#take(pool, families, request)
        if (taken !== undefined) return taken
      }
    return 'no available IPs'
  }

  allocateFrom(name: string, request: NaiveRequest, wishes: readonly (readonly (4 | 6)[])[]): NaiveOutcome {
    const pool = this.pools.find((each) => each.name === name)
    if (pool === undefined) return `unknown pool "${name}"`
    if (!this.#compatible(pool, request)) return `pool ${name} not compatible for ip assignment`
    for (const families of wishes) {
      const taken = this.#take(pool, families, request)
      if (taken !== undefined) return taken
    }
    return `no available IPs in pool "${name}"${wishes[0]?.length === 2 ? ' for dual IPFamily' : ''}`
  }

  addFamily(request: NaiveRequest): NaiveOutcome {
    const [have = ''] = this.holdings.get(request.service)?.addresses ?? []
    const pool = this.poolOf([have])
    if (pool === undefined) throw new Error('has none')
    const address = this.#firstOf(pool, familyOf(have) === 4 ? 6 : 4, request)
    if (address === undefined) return `no available IPs in pool "${pool.name}"`
    this.holdings.set(request.service, { request, addresses: [have, address] })
    return { addresses: [have, address], pool: pool.name }
  }

  release(service: string, until: number | undefined): void {
    const { addresses = [] } = this.holdings.get(service) ?? {}
    this.holdings.delete(service)
    if (until === undefined) return
    for (const address of addresses)
      if (this.#holders(address).length === 0) this.heldBack.set(address, { until, last: service })
  }

  block(address: string, until: number): void {
    if (this.poolOf([address]) === undefined || this.#holders(address).length > 0) return
    this.heldBack.set(address, { until, last: '' })
  }

  expire(now: number): void {
    for (const [address, { until }] of this.heldBack) if (until <= now) this.heldBack.delete(address)
  }
}
