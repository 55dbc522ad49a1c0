// Which of several routes to one prefix is used: the decision process of RFC 4271 §9.1.2.2, and which others are as good
// (equal-cost multipath).
import { compareIp, type Ip } from '../../net/ip.ts'
import { pathLength } from '../../wire/bgp/as-path.ts'
import type { PathAttribute } from '../../wire/bgp/path-attribute.ts'
import type { ReceivedRoute } from '../adj-rib-in.ts'

/** Who a route came from. */
export interface PathSource {
  readonly peer: string
  readonly address: Ip
  readonly routerId: Ip
  readonly internal: boolean
}

/** A route to some prefix by way of one peer. */
export interface CandidatePath {
  readonly source: PathSource
  readonly route: ReceivedRoute
}

/** What the decision looks at, taken out of the attributes. */
export interface PathMerits {
  readonly localPreference: number
  /** a set counts once */
  readonly pathLength: number
  /** 0 IGP, 1 EGP, 2 incomplete */
  readonly origin: 0 | 1 | 2
  readonly multiExitDiscriminator: number
  /** first AS number of the path; undefined where it is empty or begins with a set */
  readonly neighborAsn: number | undefined
  /** all AS numbers of the path, in order */
  readonly asns: readonly number[]
}

const DEFAULT_LOCAL_PREFERENCE = 100
const ORIGIN_RANK = { igp: 0, egp: 1, incomplete: 2 } as const

export function meritsOf({ attributes }: ReceivedRoute): PathMerits {
  const find = <K extends PathAttribute['kind']>(kind: K) =>
    attributes.find((a): a is Extract<PathAttribute, { kind: K }> => a.kind === kind)
  const segments = find('as-path')?.segments ?? []
  const [first] = segments
  return {
    localPreference: find('local-preference')?.value ?? DEFAULT_LOCAL_PREFERENCE,
    pathLength: pathLength(segments),
    origin: ORIGIN_RANK[find('origin')?.origin ?? 'incomplete'],
    // RFC 4271 §9.1.2.2 (c): without the attribute, the lowest value.
    multiExitDiscriminator: find('multi-exit-discriminator')?.value ?? 0,
    neighborAsn: first?.kind === 'sequence' ? first.asns[0] : undefined,
    asns: segments.flatMap(({ asns }) => asns),
  }
}

/**
 * The paths that are used, the best one first; empty when no candidate is usable. Those behind it are as good up to the last
 * tie-breakers, whatever AS numbers they came through (`multipath-relax`), and at most `maximum` in all.
 */
export function decide(
  candidates: readonly CandidatePath[],
  localAsn: number,
  maximum: number,
): readonly CandidatePath[] {
  const usable = candidates
    .map((path) => ({ path, merits: meritsOf(path.route) }))
    // RFC 4271 §9.1.2: a route that has come through here already.
    .filter(({ merits }) => !merits.asns.includes(localAsn))
  if (usable.length === 0) return []
  let left = keepLowest(usable, ({ merits }) => -merits.localPreference)
  left = keepLowest(left, ({ merits }) => merits.pathLength)
  left = keepLowest(left, ({ merits }) => merits.origin)
  left = keepLowestMed(left)
  left = keepLowest(left, ({ path }) => (path.source.internal ? 1 : 0))
  // The last tie-breakers (RFC 4271 §9.1.2.2 (f), (g)) choose the best one, and order the others.
  return left
    .map(({ path }) => path)
    .sort(
      (a, b) =>
        compareIp(a.source.routerId, b.source.routerId) || compareIp(a.source.address, b.source.address),
    )
    .slice(0, Math.max(1, maximum))
}

interface Judged {
  readonly path: CandidatePath
  readonly merits: PathMerits
}

function keepLowest(all: readonly Judged[], rank: (one: Judged) => number): readonly Judged[] {
  if (all.length < 2) return all
  const lowest = Math.min(...all.map(rank))
  return all.filter((one) => rank(one) === lowest)
}

/** RFC 4271 §9.1.2.2 (c): compared only among routes from the same neighbouring AS. */
const keepLowestMed = (all: readonly Judged[]): readonly Judged[] =>
  all.filter(({ merits }) =>
    all.every(
      (other) =>
        other.merits.neighborAsn !== merits.neighborAsn ||
        other.merits.multiExitDiscriminator >= merits.multiExitDiscriminator,
    ),
  )
