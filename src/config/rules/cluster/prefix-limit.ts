// V814: how many routes a peer gets when every address is in use.
import { ipBits } from '../../../net/ip.ts'
import type { BGPAdvertisement, Pool } from '../../objects/read-object.ts'
import { capacity } from '../../semantics/capacity.ts'
import { counted, type RuleContext } from '../context.ts'

export function prefixLimit(context: RuleContext): void {
  const limit = context.options.maxPrefixes
  if (limit === undefined) return
  const toAll = new Routes(context)
  const own = new Map<string, BGPAdvertisement[]>()
  for (const advertisement of context.objects.bgpAdvertisements) {
    // Pools that are wrong have no selection, which is looked at later.
    const { failed } = advertisement
    if (failed.has('peers') || failed.has('aggregationLength') || failed.has('aggregationLengthV6')) continue
    const names = advertisement.spec.peers ?? []
    if (names.length === 0) toAll.add(advertisement)
    for (const name of new Set(names)) {
      const list = own.get(name)
      if (list === undefined) own.set(name, [advertisement])
      else list.push(advertisement)
    }
  }
  for (const peer of context.objects.peers) {
    const more = new Routes(context, toAll)
    for (const advertisement of own.get(peer.name) ?? []) more.add(advertisement)
    const count = toAll.count + more.count
    if (count > BigInt(limit))
      context.report('V814', peer, {
        message: `The router may get up to ${counted(count, 'prefix', 'prefixes')} from each node, and accepts ${limit}.`,
        hint: 'Aggregate, announce fewer pools to this peer, or raise the limit of the router.',
      })
  }
}

/** Distinct routes: the same prefix of the same pool counts once, however many advertisements send it. */
class Routes {
  count = 0n
  readonly #context: RuleContext
  readonly #base: Routes | undefined
  readonly #seen = new Set<string>()
  readonly #poolIds = new Map<Pool, number>()

  constructor(context: RuleContext, base?: Routes) {
    this.#context = context
    this.#base = base
  }

  has(key: string): boolean {
    return this.#seen.has(key) || this.#base?.has(key) === true
  }

  idOf(pool: Pool): number {
    if (this.#base !== undefined) return this.#base.idOf(pool)
    const known = this.#poolIds.get(pool)
    if (known !== undefined) return known
    this.#poolIds.set(pool, this.#poolIds.size)
    return this.#poolIds.size - 1
  }

  add(advertisement: BGPAdvertisement): void {
    const selection = this.#context.pools.select(advertisement)
    if (selection === undefined) return
    const lengths = {
      4: advertisement.spec.aggregationLength ?? 32,
      6: advertisement.spec.aggregationLengthV6 ?? 128,
    } as const
    const whole = `all ${selection.id} ${lengths[4]} ${lengths[6]}`
    if (this.has(whole)) return
    this.#seen.add(whole)
    for (const pool of selection.pools)
      for (const family of [4, 6] as const) {
        const key = `${this.idOf(pool)} ${family} ${lengths[family]}`
        if (this.has(key)) continue
        this.#seen.add(key)
        this.count += routesOf(this.#context, pool, family, lengths[family])
      }
  }
}

function routesOf(context: RuleContext, pool: Pool, family: 4 | 6, length: number): bigint {
  const shift = BigInt(Math.max(0, Math.min(ipBits(family), ipBits(family) - length)))
  let count = 0n
  for (const { entry } of context.entriesOf(pool)) {
    if (entry.family !== family) continue
    if (shift > 0n) count += (entry.range.last >> shift) - (entry.range.first >> shift) + 1n
    else count += capacity(entry.prefixes, pool.spec.avoidBuggyIPs === true)
  }
  return count
}
