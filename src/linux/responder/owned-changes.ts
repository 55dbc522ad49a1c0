// What changes from one set of owned addresses to the next. Thousands are held for long and few change: only these go to the thread.
import type { OwnedAddresses } from '../../layer2/ports.ts'
import type { Ip } from '../../net/ip.ts'
import type { OwnedChange } from './messages.ts'

type Addresses = ReadonlyMap<string, Ip>

const NONE: Addresses = new Map()

const keyOf = ({ family, value }: Ip): string => `${family} ${value}`

/** Both sides keep one; the thread's follows by the changes that the other side's gives. */
export class OwnedMirror {
  #held = new Map<string, Addresses>()

  /** Takes a set over. @returns what became different, by interface */
  replace(owned: OwnedAddresses): Map<string, OwnedChange> {
    const now = new Map<string, Addresses>()
    for (const [name, addresses] of owned)
      now.set(name, new Map(addresses.map((each) => [keyOf(each), each])))
    const changes = new Map<string, OwnedChange>()
    for (const name of new Set([...this.#held.keys(), ...now.keys()])) {
      const [before, after] = [this.#held.get(name) ?? NONE, now.get(name) ?? NONE]
      const change = { gone: missing(after, before), come: missing(before, after) }
      if (change.gone.length + change.come.length > 0) changes.set(name, change)
    }
    this.#held = now
    return changes
  }

  /** @returns the whole set */
  apply(changes: ReadonlyMap<string, OwnedChange>): OwnedAddresses {
    for (const [name, { gone, come }] of changes) {
      const held = new Map(this.#held.get(name))
      for (const address of gone) held.delete(keyOf(address))
      for (const address of come) held.set(keyOf(address), address)
      if (held.size === 0) this.#held.delete(name)
      else this.#held.set(name, held)
    }
    return new Map([...this.#held].map(([name, held]) => [name, [...held.values()]]))
  }
}

const missing = (some: Addresses, all: Addresses): Ip[] =>
  [...all].flatMap(([key, address]) => (some.has(key) ? [] : [address]))
