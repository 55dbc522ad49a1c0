// One address that is in use, and who holds it.
import type { Ip } from '../net/ip.ts'
import type { AddressRequest, ServiceKey } from './request.ts'
import type { PortKey, SharedAddress } from './sharing-group.ts'

/** A holder's claim on all its addresses. */
export interface Claim {
  readonly service: ServiceKey
  readonly ports: readonly PortKey[]
  readonly sharing: string
  readonly backend: string
}

export const claimOf = ({ service, ports, sharing, backend }: AddressRequest): Claim => ({
  service,
  ports,
  sharing,
  backend,
})

/** Whether both keep others from the same. */
export const sameClaim = (a: Claim, b: Claim): boolean =>
  a.service === b.service &&
  a.sharing === b.sharing &&
  a.backend === b.backend &&
  a.ports.length === b.ports.length &&
  a.ports.every((port, index) => port === b.ports[index])

/** Claims with one such key may meet on an address; undefined for one that shares with nobody. */
export const groupKey = ({ sharing, backend }: Pick<Claim, 'sharing' | 'backend'>): string | undefined =>
  sharing === '' ? undefined : `${sharing}\n${backend}`

export class AddressUse implements SharedAddress {
  readonly address: Ip
  readonly number: bigint
  /** most addresses have one holder, so nothing more is kept for those */
  #only: Claim | undefined
  #claims: Map<ServiceKey, Claim> | undefined
  #ports: Map<PortKey, ServiceKey> | undefined

  constructor(address: Ip, number: bigint) {
    this.address = address
    this.number = number
  }

  claims(): readonly Claim[] {
    if (this.#claims !== undefined) return [...this.#claims.values()]
    return this.#only === undefined ? [] : [this.#only]
  }

  get holderCount(): number {
    return this.#claims?.size ?? (this.#only === undefined ? 0 : 1)
  }

  isHeldBy(service: ServiceKey): boolean {
    return this.#claims?.has(service) ?? this.#only?.service === service
  }

  usesPort(port: PortKey): boolean {
    return this.#ports?.has(port) ?? this.#only?.ports.includes(port) === true
  }

  /** Who else uses the port. */
  otherOnPort(port: PortKey, me: ServiceKey): ServiceKey | undefined {
    const holder =
      this.#ports?.get(port) ?? (this.#only?.ports.includes(port) === true ? this.#only.service : undefined)
    return holder === me ? undefined : holder
  }

  /** A claim of another holder; all others have the same key. */
  anotherThan(service: ServiceKey): Claim | undefined {
    if (this.#claims === undefined) return this.#only?.service === service ? undefined : this.#only
    for (const claim of this.#claims.values()) if (claim.service !== service) return claim
    return undefined
  }

  /** The caller made sure that it may. */
  add(claim: Claim): void {
    if (this.#claims === undefined && this.#only === undefined) {
      this.#only = claim
      return
    }
    if (this.#claims === undefined && this.#only !== undefined) {
      const first = this.#only
      this.#claims = new Map([[first.service, first]])
      this.#ports = new Map(first.ports.map((port) => [port, first.service]))
      this.#only = undefined
    }
    this.#claims?.set(claim.service, claim)
    for (const port of claim.ports) this.#ports?.set(port, claim.service)
  }

  remove(service: ServiceKey): void {
    if (this.#claims === undefined) {
      if (this.#only?.service === service) this.#only = undefined
      return
    }
    for (const port of this.#claims.get(service)?.ports ?? [])
      if (this.#ports?.get(port) === service) this.#ports.delete(port)
    this.#claims.delete(service)
    if (this.#claims.size > 1) return
    this.#only = [...this.#claims.values()][0]
    this.#claims = undefined
    this.#ports = undefined
  }
}
