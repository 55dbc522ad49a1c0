// Who has which address. Every decision is made here; what to do about it (status, events) is the controller's.
import type { Ip, IpFamily } from '../net/ip.ts'
import { err, ok, type Result } from '../net/result.ts'
import { type Claim, claimOf, groupKey, sameClaim } from './address-use.ts'
import { Holdbacks } from './holdbacks.ts'
import type { NamespaceLabels, PoolDefinition } from './pool.ts'
import type { PoolState } from './pool-state.ts'
import { type Place, PoolTable } from './pool-table.ts'
import type { HeldBack, PoolRefusal, Refusal } from './refusal.ts'
import type { AddressRequest, Assignment, Families, ServiceKey } from './request.ts'

interface Holding {
  readonly addresses: readonly Ip[]
  readonly claim: Claim
  /** made anew when the pools are */
  places: readonly Place[]
}

export class Allocator {
  #pools = new PoolTable([], new Map())
  readonly #holdings = new Map<ServiceKey, Holding>()
  readonly #holdbacks = new Holdbacks()

  get pools(): PoolTable {
    return this.#pools
  }

  /**
   * Other pools. Returns the Services whose addresses no pool hands out any more: they have none now. All others keep theirs, be it
   * in a pool of another name; whether the pool is still for them is found out by `assign`.
   */
  setPools(definitions: readonly PoolDefinition[], namespaces: NamespaceLabels): readonly ServiceKey[] {
    if (this.#pools.redefine(definitions, namespaces)) return []
    const pools = new PoolTable(definitions, namespaces)
    this.#pools = pools
    const dropped: ServiceKey[] = []
    for (const [service, holding] of this.#holdings) {
      const places = pools.places(holding.addresses)
      if (places === undefined) {
        this.#holdings.delete(service)
        dropped.push(service)
      } else {
        for (const { address, space, number } of places) space.take(address, number, holding.claim)
        holding.places = places
      }
    }
    for (const { address, heldBack } of this.#holdbacks.all()) {
      const place = pools.place(address)
      if (place !== undefined) place.space.holdBack(place.number, heldBack)
    }
    return dropped
  }

  /** Undefined for a Service that has no address. */
  assignmentOf(service: ServiceKey): Assignment | undefined {
    const holding = this.#holdings.get(service)
    const pool = holding?.places[0]?.pool.name
    return holding === undefined || pool === undefined ? undefined : { addresses: holding.addresses, pool }
  }

  /** Whether a Service shares the address with others. */
  isShared(address: Ip): boolean {
    const place = this.#pools.place(address)
    return place !== undefined && (place.space.use(place.number)?.holderCount ?? 0) > 1
  }

  /** The Services that have an address. */
  holders(address: Ip): readonly ServiceKey[] {
    const place = this.#pools.place(address)
    const claims = place?.space.use(place.number)?.claims() ?? []
    return claims.map(({ service }) => service).sort()
  }

  /** Gives a Service exactly these addresses; the ones that it has may be among them. Nothing changes when it is refused. */
  assign(request: AddressRequest, addresses: readonly Ip[]): Result<Assignment, Refusal> {
    const places = this.#pools.places(addresses)
    const pool = places?.[0]?.pool
    if (places === undefined || pool === undefined) return err({ kind: 'outside-pools', addresses })
    const barrier = pool.barrier(request)
    if (barrier !== undefined) return err({ kind: 'pool-not-for-service', pool: pool.name, reason: barrier })
    for (const { address, space, number } of places) {
      const objection = space.objection(address, number, request)
      if (objection !== undefined) return err(objection)
    }
    return ok(this.#hold(request, places))
  }

  /** Any addresses for a Service that has none. */
  allocate(request: AddressRequest, families: Families): Result<Assignment, Refusal> {
    const candidates = this.#pools.candidates(request)
    for (const wish of wishes(families))
      for (const pool of candidates) {
        const assignment = this.#pick(request, pool, wish)
        if (assignment !== undefined) return ok(assignment)
      }
    return err({ kind: 'nothing-anywhere', pools: this.#refusals(request, families) })
  }

  /** Addresses of one pool, whether or not it is one that Services get addresses from by themselves. */
  allocateFrom(name: string, request: AddressRequest, families: Families): Result<Assignment, Refusal> {
    const pool = this.#pools.get(name)
    if (pool === undefined) return err({ kind: 'unknown-pool', pool: name })
    const barrier = pool.barrier(request)
    if (barrier !== undefined) return err({ kind: 'pool-not-for-service', pool: name, reason: barrier })
    for (const wish of wishes(families)) {
      const assignment = this.#pick(request, pool, wish)
      if (assignment !== undefined) return ok(assignment)
    }
    const dual = families.kind === 'dual'
    return err({ kind: 'nothing-in-pool', dual, refusal: pool.shortage(request, wishes(families)[0] ?? []) })
  }

  /** An address of the other family, of the pool of the one that the Service has. */
  addFamily(request: AddressRequest): Result<Ip, Refusal> {
    const holding = this.#holdings.get(request.service)
    const [place] = holding?.places ?? []
    if (holding === undefined || place === undefined)
      throw new Error(`${request.service} has no address that another one could be added to`)
    const family: IpFamily = place.address.family === 4 ? 6 : 4
    const { pool } = place
    const address = pool.spaces[family].firstFor(request)
    const added = address === undefined ? undefined : this.#pools.place(address)
    if (added === undefined)
      return err({ kind: 'nothing-in-pool', dual: false, refusal: pool.shortage(request, [family]) })
    this.#hold(request, [place, added])
    return ok(added.address)
  }

  /** @param coolDownUntilMs an address that nobody else has is kept from all other Services until then; undefined: it is free at once */
  release(service: ServiceKey, coolDownUntilMs?: number): boolean {
    const holding = this.#holdings.get(service)
    if (holding === undefined) return false
    this.#holdings.delete(service)
    this.#leave(holding, coolDownUntilMs)
    return true
  }

  /** Keeps an address that nobody has from being handed out, because somebody else has it on the link. */
  block(address: Ip, untilMs: number): void {
    const place = this.#pools.place(address)
    const heldBack: HeldBack = { why: 'in-use-on-link', untilMs, last: undefined }
    if (place === undefined) return
    place.space.holdBack(place.number, heldBack)
    if (place.space.heldBackAt(place.number) === heldBack) this.#holdbacks.add(address, heldBack)
  }

  /** Gives free what was held back until now. Returns whether anything was. */
  expire(nowMs: number): boolean {
    let freed = false
    for (const { address } of this.#holdbacks.takeUntil(nowMs)) {
      const place = this.#pools.place(address)
      if (place === undefined) continue
      place.space.letGo(place.number)
      freed = true
    }
    return freed
  }

  /** When `expire` has something to do next. */
  get nextExpiryMs(): number | undefined {
    return this.#holdbacks.nextMs
  }

  #hold(request: AddressRequest, places: readonly Place[]): Assignment {
    const { service } = request
    const before = this.#holdings.get(service)
    const claim = claimOf(request)
    if (before !== undefined) {
      // What a Service is told to have again and again costs nothing: entries that come and go have maps of this size made anew.
      if (sameClaim(before.claim, claim) && samePlaces(before.places, places))
        return { addresses: before.addresses, pool: places[0]?.pool.name ?? '' }
      this.#leave(before, undefined)
    }
    for (const { address, space, number } of places) {
      if (space.heldBackAt(number) !== undefined) this.#holdbacks.end(address)
      space.take(address, number, claim)
    }
    const addresses = places.map(({ address }) => address)
    this.#holdings.set(service, { addresses, claim, places })
    return { addresses, pool: places[0]?.pool.name ?? '' }
  }

  #leave({ claim, places }: Holding, coolDownUntilMs: number | undefined): void {
    for (const { address, space, number } of places) {
      const heldBack: HeldBack | undefined =
        coolDownUntilMs === undefined
          ? undefined
          : { why: 'cooling-down', untilMs: coolDownUntilMs, last: claim.service }
      const free = space.leave(number, claim, heldBack)
      if (free && heldBack !== undefined) this.#holdbacks.add(address, heldBack)
    }
  }

  #pick(request: AddressRequest, pool: PoolState, families: readonly IpFamily[]): Assignment | undefined {
    const addresses = pool.pick(request, families)
    const places = addresses === undefined ? undefined : this.#pools.places(addresses)
    return places === undefined ? undefined : this.#hold(request, places)
  }

  /** Of every pool, in the order of their names. */
  #refusals(request: AddressRequest, families: Families): PoolRefusal[] {
    const [wanted = []] = wishes(families)
    return [...this.#pools.all()].map((pool) => {
      const reason = pool.automaticBarrier(request)
      return reason === undefined ? pool.shortage(request, wanted) : { pool: pool.name, reason }
    })
  }

  /** What others are kept from by a Service: when it becomes another text, they may have a chance. Undefined: nothing. */
  holdingKeyOf(service: ServiceKey): string | undefined {
    const holding = this.#holdings.get(service)
    if (holding === undefined) return undefined
    const { addresses, claim } = holding
    const numbers = addresses.map(({ value }) => value).join(' ')
    return `${numbers}\n${claim.ports.join(' ')}\n${groupKey(claim) ?? ''}`
  }
}

/** What would do, in the order of preference; addresses come in the order IPv4, IPv6. */
function wishes(families: Families): readonly (readonly IpFamily[])[] {
  if (families.kind === 'single') return [[families.family]]
  if (families.fallback === undefined) return [[4, 6]]
  return [[4, 6], [families.fallback], [families.fallback === 4 ? 6 : 4]]
}

const samePlaces = (a: readonly Place[], b: readonly Place[]): boolean =>
  a.length === b.length &&
  a.every(({ space, number }, index) => space === b[index]?.space && number === b[index].number)
