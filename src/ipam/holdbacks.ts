// Addresses that are not handed out for a while, by the time at which they are again. They stay on the list while no pool holds them.
import type { Ip } from '../net/ip.ts'
import type { HeldBack } from './refusal.ts'
import { SortedMap } from './sorted-map.ts'

export interface HeldAddress {
  readonly address: Ip
  readonly heldBack: HeldBack
}

export class Holdbacks {
  readonly #current = new Map<string, HeldAddress>()
  /** time, then the order of adding; what is not current any more is left in until its time */
  readonly #byTime = new SortedMap<HeldAddress>()
  #added = 0n

  add(address: Ip, heldBack: HeldBack): void {
    const held = { address, heldBack }
    this.#current.set(keyOf(address), held)
    this.#byTime.set((BigInt(Math.ceil(heldBack.untilMs)) << 64n) | this.#added++, held)
  }

  /** The address is in use again. */
  end(address: Ip): void {
    this.#current.delete(keyOf(address))
  }

  all(): Iterable<HeldAddress> {
    return this.#current.values()
  }

  /** No later than the next end. */
  get nextMs(): number | undefined {
    return this.#current.size === 0 ? undefined : this.#byTime.first()?.value.heldBack.untilMs
  }

  /** Takes out what ends at this time or before, earliest first. */
  takeUntil(nowMs: number): HeldAddress[] {
    const taken: HeldAddress[] = []
    for (let at = this.#byTime.first(); at !== undefined; at = this.#byTime.first()) {
      const { key, value } = at
      if (value.heldBack.untilMs > nowMs) break
      this.#byTime.delete(key)
      if (this.#current.get(keyOf(value.address)) !== value) continue
      this.#current.delete(keyOf(value.address))
      taken.push(value)
    }
    return taken
  }
}

const keyOf = ({ family, value }: Ip): string => `${family} ${value}`
