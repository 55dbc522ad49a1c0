// News that this member still has to tell. What was told least often goes first, of that the longest that still fits, of those
// the newest; so a packet is filled well and nothing waits forever.
import type { Outbound } from './effects.ts'

interface Entry {
  readonly node: string
  readonly outbound: Outbound
  readonly bytes: number
  readonly id: number
}

/** Longest first, then newest first. */
const ahead = (a: Entry, b: Entry): boolean => (a.bytes !== b.bytes ? a.bytes > b.bytes : a.id > b.id)

export class BroadcastQueue {
  /** by how often it was sent; each tier is sorted */
  readonly #tiers: Entry[][] = []
  readonly #tierOf = new Map<string, { tier: number; entry: Entry }>()
  #ids = 0

  get size(): number {
    return this.#tierOf.size
  }

  has(node: string): boolean {
    return this.#tierOf.has(node)
  }

  /** There is only one truth about each member: what was still to be told of it is dropped. */
  add(node: string, outbound: Outbound): void {
    this.#remove(node)
    this.#insert(0, { node, outbound, bytes: outbound.bytes.length, id: ++this.#ids })
  }

  /**
   * Takes what fits. @param freeBytes for all together @param overheadBytes what each costs besides its own bytes
   * @param most how many at most @param limit how often each is sent before it is dropped; at least 1
   */
  take(freeBytes: number, overheadBytes: number, most: number, limit: number): Outbound[] {
    const taken: { tier: number; entry: Entry }[] = []
    let free = freeBytes
    for (let tier = 0; tier < this.#tiers.length && taken.length < most; ) {
      const entries = this.#tiers[tier] ?? []
      const at = firstThatFits(entries, free - overheadBytes)
      const entry = entries[at]
      if (entry === undefined) {
        tier++
        continue
      }
      entries.splice(at, 1)
      this.#tierOf.delete(entry.node)
      free -= overheadBytes + entry.bytes
      taken.push({ tier, entry })
    }
    // Only now, or they would be found again in the next tier.
    for (const { tier, entry } of taken) if (tier + 1 < limit) this.#insert(tier + 1, entry)
    return taken.map(({ entry }) => entry.outbound)
  }

  #insert(tier: number, entry: Entry): void {
    while (this.#tiers.length <= tier) this.#tiers.push([])
    const entries = this.#tiers[tier] ?? []
    entries.splice(
      lowerBound(entries, (other) => !ahead(other, entry)),
      0,
      entry,
    )
    this.#tierOf.set(entry.node, { tier, entry })
  }

  #remove(node: string): void {
    const found = this.#tierOf.get(node)
    if (found === undefined) return
    this.#tierOf.delete(node)
    const entries = this.#tiers[found.tier] ?? []
    entries.splice(
      lowerBound(entries, (other) => !ahead(other, found.entry)),
      1,
    )
  }
}

const firstThatFits = (entries: readonly Entry[], bytes: number): number =>
  lowerBound(entries, (entry) => entry.bytes <= bytes)

/** Index of the first entry for which `holds`; it holds for all behind it too. */
function lowerBound(entries: readonly Entry[], holds: (entry: Entry) => boolean): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    const entry = entries[middle]
    if (entry !== undefined && holds(entry)) high = middle
    else low = middle + 1
  }
  return low
}
