// The addresses that one interface answers for, and how often it was asked. Looked up for every frame, without allocation.
import type { Ip } from '../../net/ip.ts'
import { ipv4Key } from '../../wire/arp/responder-frames.ts'
import { ipv6Words } from '../../wire/ndp/responder-frames.ts'

export interface OwnedAddress {
  readonly address: Ip
  requests: number
  answers: number
  /** neighbours told by unicast */
  refreshes: number
}

interface OwnedIpv6 extends OwnedAddress {
  readonly words: readonly [number, number, number, number]
}

export class OwnedAddressSet {
  readonly #v4 = new Map<number, OwnedAddress>()
  /** by the last 32 bits, which differ most */
  readonly #v6 = new Map<number, OwnedIpv6[]>()
  #ipv6Count = 0

  /** Counters of an address that is there already go on. */
  add(address: Ip): void {
    if (address.family === 4) {
      const key = ipv4Key(address)
      if (!this.#v4.has(key)) this.#v4.set(key, { address, requests: 0, answers: 0, refreshes: 0 })
      return
    }
    if (this.ipv6Address(address) !== undefined) return
    const words = ipv6Words(address)
    const bucket = this.#v6.get(words[3]) ?? []
    this.#v6.set(words[3], bucket)
    bucket.push({ address, words, requests: 0, answers: 0, refreshes: 0 })
    this.#ipv6Count++
  }

  delete(address: Ip): void {
    if (address.family === 4) {
      this.#v4.delete(ipv4Key(address))
      return
    }
    const last = ipv6Words(address)[3]
    const bucket = this.#v6.get(last) ?? []
    const rest = bucket.filter((entry) => entry.address.value !== address.value)
    this.#ipv6Count -= bucket.length - rest.length
    if (rest.length === 0) this.#v6.delete(last)
    else this.#v6.set(last, rest)
  }

  get isEmpty(): boolean {
    return this.#v4.size === 0 && this.#ipv6Count === 0
  }

  get ipv4Count(): number {
    return this.#v4.size
  }

  get ipv6Count(): number {
    return this.#ipv6Count
  }

  /** @param key the address as a signed 32-bit number */
  ipv4(key: number): OwnedAddress | undefined {
    return this.#v4.get(key)
  }

  /** The four words of the address, most significant first, as signed 32-bit numbers. */
  ipv6(a: number, b: number, c: number, d: number): OwnedAddress | undefined {
    const bucket = this.#v6.get(d)
    if (bucket === undefined) return undefined
    for (const entry of bucket) {
      const { words } = entry
      if (words[2] === c && words[1] === b && words[0] === a) return entry
    }
    return undefined
  }

  ipv6Address(address: Ip): OwnedAddress | undefined {
    return this.ipv6(...ipv6Words(address))
  }

  find(address: Ip): OwnedAddress | undefined {
    return address.family === 4 ? this.ipv4(ipv4Key(address)) : this.ipv6Address(address)
  }

  ipv4Keys(): number[] {
    return [...this.#v4.keys()]
  }

  all(): OwnedAddress[] {
    return [...this.#v4.values(), ...[...this.#v6.values()].flat()]
  }

  ipv6Addresses(): Ip[] {
    return [...this.#v6.values()].flat().map((entry) => entry.address)
  }
}
