// When a pool will be full, from all that is known: since when the Services exist that have its addresses. Who is gone left no trace,
// so this is the pace at which addresses were taken and kept: where Services come and go, the pool lasts longer.
import type { PoolSpace } from '../../ipam/pool-space.ts'
import type { ServiceFact } from '../facts/facts.ts'

const DAY_MS = 86_400_000
/** How far back the pace is measured. */
export const WINDOW_DAYS = 90
/** Younger than this, Services may all have come with the cluster. */
export const LEAST_DAYS = 14
/** Fewer addresses than this make no pace. */
export const LEAST_ADDRESSES = 5
/** What is farther away than this is not worth a number. */
export const HORIZON_DAYS = 5 * 365

export type Forecast =
  | { readonly kind: 'full' }
  /** too few addresses, or too young: see LEAST_ADDRESSES and LEAST_DAYS */
  | { readonly kind: 'not-enough-history' }
  /** no address was taken in the last WINDOW_DAYS */
  | { readonly kind: 'no-growth' }
  | { readonly kind: 'beyond-horizon' }
  /** `latestDays` null: beyond the horizon */
  | {
      readonly kind: 'between'
      readonly earliestDays: number
      readonly latestDays: number | null
      /** what it rests on */
      readonly taken: number
      readonly overDays: number
    }

/** @param nowMs milliseconds since 1970 */
export function forecast(
  space: PoolSpace,
  services: ReadonlyMap<string, ServiceFact>,
  nowMs: number,
): Forecast {
  if (space.freeCount === 0n) return { kind: 'full' }
  const ages = agesOf(space, services, nowMs)
  if (ages === undefined) return { kind: 'not-enough-history' }
  const oldest = Math.max(0, ...ages)
  if (oldest < LEAST_DAYS) return { kind: 'not-enough-history' }
  // What came on the first day came with the cluster, or with MetalLB: that is no pace.
  const overDays = Math.min(WINDOW_DAYS, oldest - 1)
  const taken = ages.filter((age) => age < overDays).length
  // As many may come by chance, one standard deviation more or less, as came.
  const chance = Math.sqrt(taken)
  const daysUntilFull = (addresses: number): number => (Number(space.freeCount) / addresses) * overDays
  if (daysUntilFull(taken + chance + 1) > HORIZON_DAYS) return { kind: 'beyond-horizon' }
  if (taken === 0) return { kind: 'no-growth' }
  if (taken < LEAST_ADDRESSES) return { kind: 'not-enough-history' }
  const latest = daysUntilFull(taken - chance)
  return {
    ...{ kind: 'between', taken, overDays: Math.floor(overDays) },
    earliestDays: Math.floor(daysUntilFull(taken + chance)),
    latestDays: latest > HORIZON_DAYS ? null : Math.ceil(latest),
  }
}

/** Of each address in use, for how many days its oldest Service exists; undefined when that is not known of every one. */
function agesOf(
  space: PoolSpace,
  services: ReadonlyMap<string, ServiceFact>,
  nowMs: number,
): readonly number[] | undefined {
  const ages: number[] = []
  for (const use of space.uses()) {
    // eslint-disable-next-line no-restricted-globals -- reads a text, not the clock
    const made = use.claims().map(({ service }) => Date.parse(services.get(service)?.createdAt ?? ''))
    const first = Math.min(...made.filter((ms) => !Number.isNaN(ms)))
    if (!Number.isFinite(first)) return undefined
    ages.push((nowMs - first) / DAY_MS)
  }
  return ages
}
