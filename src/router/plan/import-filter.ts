// Which prefixes a node may send: those of the pools that its advertisements are about, in the lengths that MetalLB gives them.
import type { BGPAdvertisement, Pool, ReadObjects } from '../../config/objects/read-object.ts'
import type { LabelSelector } from '../../config/schema/field.ts'
import { parseAddressEntry } from '../../config/semantics/addresses.ts'
import { PoolSelector } from '../../config/semantics/pool-selection.ts'
import { compileSelector, matchesAny } from '../../config/semantics/selector.ts'
import { compareIp, type IpFamily, ip, ipBits } from '../../net/ip.ts'
import { formatPrefix, type Prefix, prefixOf } from '../../net/prefix.ts'
import type { FilterEntry, PrefixLimit } from './router-plan.ts'

type Labels = Readonly<Record<string, string>>

/** Selectors are OR; none at all means every node. */
export function selectsNode(selectors: readonly LabelSelector[] | undefined, labels: Labels): boolean {
  if (selectors === undefined || selectors.length === 0) return true
  const compiled = selectors.flatMap((selector) => {
    const result = compileSelector(selector)
    return result.ok ? [result.value] : []
  })
  return matchesAny(compiled, labels)
}

export class Announcements {
  readonly #advertisements: readonly BGPAdvertisement[]
  readonly #pools: PoolSelector
  readonly #entries = new Map<string, readonly FilterEntry[]>()

  constructor(objects: ReadObjects) {
    this.#advertisements = objects.bgpAdvertisements
    this.#pools = new PoolSelector(objects.pools)
  }

  /** What a node with these labels may announce to a BGPPeer, ascending, whatever its session carries of it. */
  of(peer: string, labels: Labels): readonly FilterEntry[] {
    const chosen = this.#advertisements.filter(({ spec }) => {
      const peers = spec.peers ?? []
      return (peers.length === 0 || peers.includes(peer)) && selectsNode(spec.nodeSelectors, labels)
    })
    const key = chosen.map((one) => this.#advertisements.indexOf(one)).join(' ')
    const known = this.#entries.get(key)
    if (known !== undefined) return known
    const entries = sorted(chosen.flatMap((one) => this.#entriesOf(one)))
    this.#entries.set(key, entries)
    return entries
  }

  #entriesOf(advertisement: BGPAdvertisement): FilterEntry[] {
    const lengths = {
      4: advertisement.spec.aggregationLength ?? 32,
      6: advertisement.spec.aggregationLengthV6 ?? 128,
    } as const
    const pools = this.#pools.select(advertisement)?.pools ?? []
    return pools.flatMap((pool) => blocksOf(pool).map((block) => entryOf(block, lengths, pool.name)))
  }
}

const blocksOf = (pool: Pool): Prefix[] =>
  (pool.spec.addresses ?? []).flatMap((text) => {
    const parsed = parseAddressEntry(text)
    return parsed.ok ? parsed.value.prefixes : []
  })

/** An aggregate may be wider than a small block of a range; then it is the aggregate itself that is announced. */
function entryOf(block: Prefix, lengths: Readonly<Record<IpFamily, number>>, pool: string): FilterEntry {
  const length = lengths[block.family]
  const within = length < block.length ? prefixOf(ip(block.family, block.base), length) : block
  return { within, length, pools: [pool] }
}

/** Each once, without those that a wider one of the same length holds already. */
function sorted(entries: readonly FilterEntry[]): FilterEntry[] {
  const byKey = new Map<string, FilterEntry>()
  for (const entry of entries) {
    const key = `${formatPrefix(entry.within)} ${entry.length}`
    const pools = [...new Set([...(byKey.get(key)?.pools ?? []), ...entry.pools])].sort()
    byKey.set(key, { ...entry, pools })
  }
  const all = [...byKey.values()].sort(
    (a, b) =>
      compareIp(ip(a.within.family, a.within.base), ip(b.within.family, b.within.base)) ||
      a.within.length - b.within.length ||
      a.length - b.length,
  )
  return all.filter((entry) => !all.some((other) => other !== entry && holds(other, entry)))
}

const holds = (wide: FilterEntry, narrow: FilterEntry): boolean =>
  wide.length === narrow.length &&
  wide.within.family === narrow.within.family &&
  wide.within.length < narrow.within.length &&
  prefixOf(ip(narrow.within.family, narrow.within.base), wide.within.length).base === wide.within.base

/** So much that a pool may grow by a quarter before anybody has to think of the router. */
const HEADROOM_DIVISOR = 4n
/** Small pools get room for a few prefixes more. */
const LEAST_LIMIT = 20n
/** More than any cluster announces, and less than hurts a router; an IPv6 pool alone would be 2^64. */
const MOST_LIMIT = 100_000n

export function prefixLimit(entries: readonly FilterEntry[], family: IpFamily): PrefixLimit {
  const admitted = entries
    .filter(({ within }) => within.family === family)
    .reduce((sum, { within, length }) => sum + (1n << BigInt(length - within.length)), 0n)
  const wanted = admitted + (admitted + HEADROOM_DIVISOR - 1n) / HEADROOM_DIVISOR
  const limit = wanted > MOST_LIMIT ? MOST_LIMIT : wanted < LEAST_LIMIT ? LEAST_LIMIT : wanted
  return { admitted, limit: Number(limit), cut: wanted > MOST_LIMIT }
}

/** The first and the last prefix that an entry admits, which stand for all of them. */
export function samplesOf({ within, length }: FilterEntry): readonly Prefix[] {
  const first = prefixOf(ip(within.family, within.base), length)
  const host = BigInt(ipBits(within.family) - within.length)
  const last = prefixOf(ip(within.family, within.base + (1n << host) - 1n), length)
  return first.base === last.base ? [first] : [first, last]
}
