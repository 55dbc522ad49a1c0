// The addresses of one family of a pool: which are free, held back or in use, and by whom.
import type { Ip, IpFamily } from '../net/ip.ts'
import { ip } from '../net/ip.ts'
import type { IpRange } from '../net/prefix.ts'
import { AddressSpace } from './address-space.ts'
import { AddressUse, type Claim, groupKey } from './address-use.ts'
import { FreeNumbers } from './free-numbers.ts'
import type { HeldBack, Refusal } from './refusal.ts'
import type { AddressRequest, ServiceKey } from './request.ts'
import { SharingGroup } from './sharing-group.ts'

export class PoolSpace {
  readonly family: IpFamily
  readonly #space: AddressSpace
  readonly #free: FreeNumbers
  readonly #uses = new Map<bigint, AddressUse>()
  readonly #heldBack = new Map<bigint, HeldBack>()
  readonly #groups = new Map<string, SharingGroup<AddressUse>>()

  constructor(family: IpFamily, ranges: readonly IpRange[], avoidBuggyIps: boolean) {
    this.family = family
    this.#space = new AddressSpace(family, ranges, avoidBuggyIps)
    this.#free = new FreeNumbers(this.#space.capacity)
  }

  get capacity(): bigint {
    return this.#space.capacity
  }
  get inUse(): number {
    return this.#uses.size
  }
  get heldBackCount(): number {
    return this.#heldBack.size
  }
  get freeCount(): bigint {
    return this.#free.count
  }
  /** In how many pieces the free addresses lie. */
  get fragments(): number {
    return this.#free.fragments
  }

  numberOf(address: Ip): bigint | undefined {
    return this.#space.numberOf(address.value)
  }

  use(number: bigint): AddressUse | undefined {
    return this.#uses.get(number)
  }

  uses(): Iterable<AddressUse> {
    return this.#uses.values()
  }

  heldBack(): Iterable<readonly [Ip, HeldBack]> {
    return [...this.#heldBack].map(([number, held]) => [this.#addressOf(number), held] as const)
  }

  #addressOf(number: bigint): Ip {
    return ip(this.family, this.#space.addressOf(number))
  }

  /** The first address in the pool's order that the Service may have: a free one, or one that it may share. */
  firstFor(request: AddressRequest): Ip | undefined {
    const free = this.#free.first()
    const key = groupKey(request)
    const shared = key === undefined ? undefined : this.#groups.get(key)?.firstWithout(request.ports)
    const number = free === undefined || (shared !== undefined && shared < free) ? shared : free
    return number === undefined ? undefined : this.#addressOf(number)
  }

  /** The next address that nobody has. */
  nextFree(): Ip | undefined {
    const number = this.#free.first()
    return number === undefined ? undefined : this.#addressOf(number)
  }

  /** What nobody has and nothing holds back, in the order in which it is handed out. */
  *freeRanges(): Generator<IpRange> {
    for (const [first, last] of this.#free.ranges()) yield* this.#space.rangesOf(first, last)
  }

  /** Why the Service may not have this very address; undefined when it may. */
  objection(address: Ip, number: bigint, request: AddressRequest): Refusal | undefined {
    const { service } = request
    const held = this.#heldBack.get(number)
    if (held !== undefined && held.last !== service) return { kind: 'held-back', address, heldBack: held }
    const use = this.#uses.get(number)
    if (use === undefined) return undefined
    const other = use.anotherThan(service)
    if (other !== undefined && (groupKey(request) === undefined || groupKey(other) !== groupKey(request))) {
      const claims = use.claims().map((claim) => claim.service)
      const holders = claims.filter((each) => each !== service).sort()
      return { kind: 'not-shared', service, address, holders }
    }
    for (const port of request.ports) {
      const holder = use.otherOnPort(port, service)
      if (holder !== undefined) return { kind: 'port-taken', address, port, holder }
    }
    return undefined
  }

  /** Takes the address for a holder that may have it. */
  take(address: Ip, number: bigint, claim: Claim): AddressUse {
    this.#heldBack.delete(number)
    this.#free.take(number)
    const use = this.#uses.get(number) ?? new AddressUse(address, number)
    use.add(claim)
    this.#uses.set(number, use)
    const key = groupKey(claim)
    // A sole holder may have changed its key: `leave` took the address out of the group that it was in.
    if (key !== undefined && use.holderCount === 1) this.#group(key).add(number, use)
    return use
  }

  #group(key: string): SharingGroup<AddressUse> {
    const group = this.#groups.get(key) ?? new SharingGroup<AddressUse>()
    this.#groups.set(key, group)
    return group
  }

  /** @param heldBack what becomes of an address that nobody holds any more; undefined: it is free. Returns whether nobody does. */
  leave(number: bigint, claim: Claim, heldBack: HeldBack | undefined): boolean {
    const use = this.#uses.get(number)
    if (use === undefined) return false
    use.remove(claim.service)
    const key = groupKey(claim)
    const group = key === undefined ? undefined : this.#groups.get(key)
    if (use.holderCount > 0) {
      group?.portsFreed(number, claim.ports)
      return false
    }
    this.#uses.delete(number)
    if (key !== undefined && group !== undefined) {
      group.delete(number)
      if (group.size === 0) this.#groups.delete(key)
    }
    if (heldBack === undefined) this.#free.put(number)
    else this.#heldBack.set(number, heldBack)
    return true
  }

  /** Keeps a free address from being handed out. */
  holdBack(number: bigint, heldBack: HeldBack): void {
    if (this.#free.take(number) || this.#heldBack.has(number)) this.#heldBack.set(number, heldBack)
  }

  /** Gives an address free that was held back. */
  letGo(number: bigint): void {
    if (this.#heldBack.delete(number)) this.#free.put(number)
  }

  heldBackAt(number: bigint): HeldBack | undefined {
    return this.#heldBack.get(number)
  }

  holds(service: ServiceKey, number: bigint): boolean {
    return this.#uses.get(number)?.isHeldBy(service) === true
  }
}
