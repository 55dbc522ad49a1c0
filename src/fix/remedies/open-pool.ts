// A pool is opened to a Service: all that keeps the Service from it in one change, since half of it helps nobody.
import { annotation } from '../../config/rules/cluster/services.ts'
import type { LabelSelector } from '../../config/schema/field.ts'
import { listAt, textsAt } from '../../diagnose/cluster/object-fields.ts'
import { ASKED, asksForAddress, BARRIERS, BY_EFFORT } from '../../diagnose/cluster/pending-reasons.ts'
import type { PoolReason, PoolRefusal, Refusal } from '../../ipam/refusal.ts'
import type { RemedyDraft } from '../remedy.ts'
import { rawObject, setting } from '../remedy-context.ts'
import { joinedDrafts } from './joined-drafts.ts'
import { labelsFor } from './labels-for.ts'
import type { Waiting } from './waiting.ts'

/** Pools with fewer things in the way come first; more than these are not tried. */
const MOST_POOLS = 8

export interface ClosedPool {
  readonly name: string
  /** everything that has to change, what costs least first */
  readonly obstacles: readonly PoolRefusal[]
}

/** The pools in question for what the Service asks, those first that less keeps it from. */
export function closedPools(refusal: Refusal, waiting: Waiting): readonly ClosedPool[] {
  const counting = countingFor(refusal, waiting)
  const asked = poolOf(refusal)
  return [...waiting.view.allocation.obstaclesOf(waiting.service)]
    .filter(([name]) => asked === undefined || name === asked)
    .map(([name, all]) => ({
      name,
      obstacles: all
        .filter(({ reason }) => counting.includes(reason))
        .sort((a, b) => effort(a.reason) - effort(b.reason)),
    }))
    .filter(({ obstacles }) => obstacles.length > 0)
    .sort((a, b) => a.obstacles.length - b.obstacles.length || worst(a) - worst(b))
}

/** One draft for each pool that objects can open. */
export const openings = (closed: readonly ClosedPool[], waiting: Waiting): readonly RemedyDraft[] =>
  closed
    .filter(({ obstacles }) => obstacles.every(({ reason }) => OPENS[reason] !== undefined))
    .slice(0, MOST_POOLS)
    .flatMap(({ obstacles }) => {
      const parts = obstacles.map((each) => OPENS[each.reason]?.(each.pool, waiting))
      const known = parts.filter((part) => part !== undefined)
      return known.length === parts.length ? [joinedDrafts(known, waiting.view.facts)] : []
    })

const effort = (reason: PoolReason): number => ORDER.indexOf(reason)
const worst = ({ obstacles }: ClosedPool): number =>
  Math.max(...obstacles.map(({ reason }) => effort(reason)))

/** What touches the Service alone is less than what opens a pool to others; what no object can change comes last. */
const ORDER: readonly PoolReason[] = [
  'not-automatic',
  'other-namespace',
  'no-namespace-matches',
  'other-labels',
  'held-back',
  'all-avoided',
  'family-missing',
  'no-free-address',
]

const poolOf = (refusal: Refusal): string | undefined =>
  refusal.kind === 'pool-not-for-service'
    ? refusal.pool
    : refusal.kind === 'nothing-in-pool'
      ? refusal.refusal.pool
      : undefined

function countingFor(refusal: Refusal, { service }: Waiting): readonly PoolReason[] {
  if (refusal.kind === 'nothing-anywhere') return BY_EFFORT
  return refusal.kind === 'pool-not-for-service' && asksForAddress(service) ? BARRIERS : ASKED
}

type Opening = (pool: string, waiting: Waiting) => RemedyDraft | undefined

const OPENS: Readonly<Partial<Record<PoolReason, Opening>>> = {
  'not-automatic': askFor,
  'other-namespace': admitNamespace,
  'no-namespace-matches': admitNamespace,
  'other-labels': labelService,
}

function askFor(pool: string, { view, service, finding }: Waiting): RemedyDraft {
  const key = annotation(service, 'address-pool')?.key ?? 'metallb.io/address-pool'
  return {
    changes: [setting(rawObject(view, service), ['metadata', 'annotations', key], pool)],
    summary: `Let the Service ask for the pool ${pool}, which hands out nothing unasked.`,
    why: finding.cause,
    risk: 'The pool was kept from automatic use for some reason: its addresses may be meant for others.',
  }
}

function admitNamespace(name: string, { view, service, finding }: Waiting): RemedyDraft | undefined {
  const pool = view.objects.pools.find((each) => each.name === name)
  if (pool === undefined) return undefined
  const raw = rawObject(view, pool)
  const path = ['spec', 'serviceAllocation', 'namespaces']
  const namespace = service.namespace ?? 'default'
  return {
    changes: [setting(raw, path, [...textsAt(raw, ...path), namespace])],
    summary: `Let Services of the namespace ${namespace} use the pool ${name}.`,
    why: finding.cause,
    risk: 'The pool was reserved for others: every Service of that namespace can take its addresses now.',
  }
}

function labelService(name: string, { view, service, finding }: Waiting): RemedyDraft | undefined {
  const pool = view.objects.pools.find((each) => each.name === name)
  if (pool === undefined) return undefined
  const selectors = listAt(rawObject(view, pool), 'spec', 'serviceAllocation', 'serviceSelectors')
  // Any of them will do; some no label can meet (NotIn, DoesNotExist).
  const [labels] = (selectors as readonly LabelSelector[])
    .map((selector) => Object.entries(labelsFor(selector, service.labels)))
    .filter((each) => each.length > 0)
  if (labels === undefined) return undefined
  const object = rawObject(view, service)
  return {
    changes: labels.map(([key, value]) => setting(object, ['metadata', 'labels', key], value)),
    summary: `Label the Service as the pool ${name} wants it.`,
    why: finding.cause,
    risk: 'Other programs can select Services by the same label.',
  }
}
