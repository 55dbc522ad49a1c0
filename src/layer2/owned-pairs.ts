// Which address is answered for on which interface: what is wanted, where it is possible. Each pair is answered for, announced and
// withdrawn by itself. Thousands are held and few change, so a change of an address costs a look at that address alone; a change
// of an interface, one at everything that is wanted.
import { formatIp, type Ip } from '../net/ip.ts'
import { type AnnouncementChange, isWantedOn, type Wanted, type WantedAddresses } from './announcement.ts'
import type { Due } from './bursts.ts'
import type { Link } from './suitability.ts'

/** interface → text of an address → address */
export type Owned = ReadonlyMap<string, ReadonlyMap<string, Ip>>

export interface Pair extends Due {
  readonly key: string
}

export interface PairChanges {
  readonly gone: readonly Pair[]
  readonly come: readonly Pair[]
}

export const pairKey = (interfaceName: string, text: string): string => `${interfaceName} ${text}`

type Families = Pick<Link, 'name' | 'arp' | 'linkLocal'>

export class OwnedPairs {
  readonly #wanted = new Map<string, Wanted>()
  readonly #owned = new Map<string, Map<string, Ip>>()
  #links: ReadonlyMap<string, Families> = new Map()

  get wanted(): WantedAddresses {
    return this.#wanted
  }

  /** An interface has an entry when something is answered for on it. */
  get owned(): Owned {
    return this.#owned
  }

  /** Addresses that are not among the changes stay as they are; of several changes of one, the last counts. */
  change(changes: readonly AnnouncementChange[]): PairChanges {
    const difference = new Difference(this.#owned)
    for (const [text, { address, interfaces }] of new Map(
      changes.map((each) => [formatIp(each.address), each]),
    )) {
      const wanted =
        interfaces === undefined
          ? undefined
          : { address, interfaces: interfaces === 'all' ? interfaces : new Set(interfaces) }
      if (wanted === undefined) this.#wanted.delete(text)
      else this.#wanted.set(text, wanted)
      for (const link of this.#links.values()) difference.set(link.name, text, address, isOn(link, wanted))
    }
    return difference
  }

  setLinks(links: ReadonlyMap<string, Families>): PairChanges {
    const difference = new Difference(this.#owned)
    for (const [name, own] of this.#owned)
      if (!links.has(name)) for (const [text, address] of [...own]) difference.set(name, text, address, false)
    for (const link of links.values())
      if (!sameFamilies(this.#links.get(link.name), link))
        for (const [text, wanted] of this.#wanted)
          difference.set(link.name, text, wanted.address, isOn(link, wanted))
    this.#links = links
    return difference
  }

  /** All pairs of these interfaces. */
  pairsOn(names: Iterable<string>): Pair[] {
    return [...names].flatMap((interfaceName) =>
      [...(this.#owned.get(interfaceName) ?? [])].map(([text, address]) => ({
        interfaceName,
        address,
        key: pairKey(interfaceName, text),
      })),
    )
  }
}

/** Keeps what is owned, and writes down what became different. */
class Difference implements PairChanges {
  readonly #owned: Map<string, Map<string, Ip>>
  readonly gone: Pair[] = []
  readonly come: Pair[] = []

  constructor(owned: Map<string, Map<string, Ip>>) {
    this.#owned = owned
  }

  set(interfaceName: string, text: string, address: Ip, isOwned: boolean): void {
    const own = this.#owned.get(interfaceName) ?? new Map<string, Ip>()
    if (own.has(text) === isOwned) return
    const pair = { interfaceName, address, key: pairKey(interfaceName, text) }
    if (isOwned) {
      this.#owned.set(interfaceName, own.set(text, address))
      this.come.push(pair)
      return
    }
    own.delete(text)
    if (own.size === 0) this.#owned.delete(interfaceName)
    this.gone.push(pair)
  }
}

function isOn({ name, arp, linkLocal }: Families, wanted: Wanted | undefined): boolean {
  if (wanted === undefined) return false
  const canAnswer = wanted.address.family === 4 ? arp : linkLocal !== undefined
  return canAnswer && isWantedOn(wanted, name)
}

const sameFamilies = (before: Families | undefined, now: Families): boolean =>
  before?.arp === now.arp && (before.linkLocal === undefined) === (now.linkLocal === undefined)
