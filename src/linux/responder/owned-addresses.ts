// The addresses that one interface answers for, and how often it was asked. Looked up for every frame, without allocation.
import type { Ip } from '../../net/ip.ts'
import { ipv4Key } from '../../wire/arp/responder-frames.ts'
import { ipv6Words } from '../../wire/ndp/responder-frames.ts'

export interface OwnedAddress {
  readonly address: Ip
  requests: number
  answers: number
}

interface OwnedIpv6 extends OwnedAddress {
  readonly words: readonly [number, number, number, number]
}

export class OwnedAddressSet {
  #v4: ReadonlyMap<number, OwnedAddress> = new Map()
  /** by the last 32 bits, which differ most */
  #v6: ReadonlyMap<number, readonly OwnedIpv6[]> = new Map()

  /** Counters of addresses that stay are kept. */
  replace(addresses: readonly Ip[]): void {
    const v4 = new Map<number, OwnedAddress>()
    const v6 = new Map<number, OwnedIpv6[]>()
    for (const address of addresses) {
      if (address.family === 4) {
        const key = ipv4Key(address)
        v4.set(key, this.#v4.get(key) ?? { address, requests: 0, answers: 0 })
        continue
      }
      const words = ipv6Words(address)
      const bucket = v6.get(words[3]) ?? []
      if (bucket.some((entry) => entry.address.value === address.value)) continue
      const known = this.#v6.get(words[3])?.find((entry) => entry.address.value === address.value)
      bucket.push(known ?? { address, words, requests: 0, answers: 0 })
      v6.set(words[3], bucket)
    }
    this.#v4 = v4
    this.#v6 = v6
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
