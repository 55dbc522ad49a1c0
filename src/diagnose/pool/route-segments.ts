// A range cut where the kernel's decision may change, so that one look-up per piece tells the way to every address in it.
import { ip } from '../../net/ip.ts'
import { type IpRange, type Prefix, prefixRange, rangesOverlap } from '../../net/prefix.ts'
import type { NetworkTables, Route, RouteAnswer, Rule } from '../ports/tables.ts'

export interface RouteSegment {
  readonly range: IpRange
  readonly answer: RouteAnswer
}

/** Routes of every table count: which table is looked up depends on rules, which are cut at, too. */
export function cutRange(range: IpRange, destinations: readonly Prefix[]): IpRange[] {
  const starts = new Set([range.first])
  for (const destination of destinations) {
    const other = prefixRange(destination)
    if (!rangesOverlap(range, other)) continue
    if (other.first > range.first) starts.add(other.first)
    if (other.last < range.last) starts.add(other.last + 1n)
  }
  const sorted = [...starts].sort((a, b) => (a < b ? -1 : 1))
  return sorted.map((first, index) => {
    const next = sorted[index + 1]
    return { family: range.family, first, last: next === undefined ? range.last : next - 1n }
  })
}

export const decidingPrefixes = (routes: readonly Route[], rules: readonly Rule[]): Prefix[] => [
  ...routes.map(({ destination }) => destination),
  ...rules.flatMap(({ to }) => to ?? []),
]

export async function routeSegments(
  tables: Pick<NetworkTables, 'routes' | 'rules' | 'routeTo'>,
  ranges: readonly IpRange[],
): Promise<RouteSegment[]> {
  const prefixes = decidingPrefixes(await tables.routes(), await tables.rules())
  const segments: RouteSegment[] = []
  for (const range of ranges.flatMap((each) => cutRange(each, prefixes)))
    segments.push({
      range,
      answer: await tables.routeTo({ destination: ip(range.family, range.first) }),
    })
  return segments
}
