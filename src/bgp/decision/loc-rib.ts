// Loc-RIB (RFC 4271 §3.2): of all that the peers announce, what is used.
import { type IpFamily, sameIp } from '../../net/ip.ts'
import type { Prefix } from '../../net/prefix.ts'
import type { ReceivedRoute } from '../adj-rib-in.ts'
import { PrefixTable } from '../prefix-table.ts'
import { type CandidatePath, decide, type PathSource } from './best-path.ts'

export interface SelectedRoute {
  readonly prefix: Prefix
  /** the best one first; never empty */
  readonly paths: readonly CandidatePath[]
  /** of the calendar: since when these are the paths */
  readonly sinceMs: number
}

export interface RouteChange {
  readonly prefix: Prefix
  /** undefined: it is new */
  readonly before: SelectedRoute | undefined
  /** undefined: it is gone */
  readonly after: SelectedRoute | undefined
}

export interface LocRibOptions {
  readonly localAsn: number
  /** paths to one prefix that are used at once */
  readonly maximumPaths: number
  /** of the calendar */
  readonly nowMs: () => number
  readonly onChange: (change: RouteChange) => void
}

export class LocRib {
  readonly #options: LocRibOptions
  readonly #families: Readonly<Record<IpFamily, FamilyRib>> = { 4: newFamily(4), 6: newFamily(6) }

  constructor(options: LocRibOptions) {
    this.#options = options
  }

  /** A peer announces a route to the prefix in place of the one it had, or (undefined) withdraws it. */
  update(source: PathSource, prefix: Prefix, route: ReceivedRoute | undefined): void {
    const family = this.#families[prefix.family]
    if (route === undefined && family.prefixes.find(prefix) < 0) return
    const slot = family.prefixes.add(prefix)
    const others = (family.candidates[slot] ?? []).filter(({ source: { peer } }) => peer !== source.peer)
    const candidates = route === undefined ? others : [...others, { source, route }]
    family.candidates[slot] = candidates
    this.#select(family, slot, prefix, candidates)
    if (candidates.length > 0) return
    family.candidates[slot] = undefined
    family.prefixes.delete(slot)
  }

  /** What is used, in the order of prefixes. */
  routes(family: IpFamily): readonly SelectedRoute[] {
    const all = this.#families[family].selected.filter((route) => route !== undefined)
    return all.sort((a, b) => compareBig(a.prefix.base, b.prefix.base) || a.prefix.length - b.prefix.length)
  }

  /** How many prefixes there are a route to. */
  count(family: IpFamily): number {
    return this.#families[family].count
  }

  #select(family: FamilyRib, slot: number, prefix: Prefix, candidates: readonly CandidatePath[]): void {
    const { localAsn, maximumPaths, nowMs, onChange } = this.#options
    const before = family.selected[slot]
    const paths = decide(candidates, localAsn, maximumPaths)
    if (before === undefined ? paths.length === 0 : samePaths(before.paths, paths)) return
    const after = paths.length === 0 ? undefined : { prefix, paths, sinceMs: nowMs() }
    family.selected[slot] = after
    family.count += (after === undefined ? 0 : 1) - (before === undefined ? 0 : 1)
    onChange({ prefix, before, after })
  }
}

interface FamilyRib {
  readonly prefixes: PrefixTable
  /** by slot */
  readonly candidates: (readonly CandidatePath[] | undefined)[]
  readonly selected: (SelectedRoute | undefined)[]
  count: number
}

const newFamily = (family: IpFamily): FamilyRib => ({
  prefixes: new PrefixTable(family),
  candidates: [],
  selected: [],
  count: 0,
})

const compareBig = (a: bigint, b: bigint): number => (a < b ? -1 : a > b ? 1 : 0)

function samePaths(a: readonly CandidatePath[], b: readonly CandidatePath[]): boolean {
  return a.length === b.length && a.every((path, i) => samePath(path, b[i] as CandidatePath))
}

/** The same route, or one that says the same. */
function samePath(a: CandidatePath, b: CandidatePath): boolean {
  if (a.route === b.route && a.source === b.source) return true
  const sameHop = sameIp(a.route.nextHop, b.route.nextHop)
  return a.source.peer === b.source.peer && sameHop && sameAttributes(a.route, b.route)
}

const sameAttributes = (a: ReceivedRoute, b: ReceivedRoute): boolean =>
  a.attributes === b.attributes || text(a) === text(b)

const text = ({ attributes }: ReceivedRoute): string =>
  JSON.stringify(attributes, (_, value: unknown) => (typeof value === 'bigint' ? String(value) : value))
