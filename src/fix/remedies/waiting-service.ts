// F09, F10: the smallest change with which the allocator has an address for a Service that waits for one. What keeps it from one can be
// several things, one behind the other: the allocator is asked again after each step, and only what ends with an address is a way.
import { withoutRefusal } from '../../diagnose/cluster/pending-reasons.ts'
import { poolReasonWords, type Refusal } from '../../ipam/refusal.ts'
import type { RemedyAnswer, RemedyDraft } from '../remedy.ts'
import { byHand } from '../remedy.ts'
import { nameInSubject, type RemedyContext } from '../remedy-context.ts'
import { joinedDrafts } from './joined-drafts.ts'
import { type ClosedPool, closedPools, openings } from './open-pool.ts'
import { oneFamily, otherWishes } from './service-wishes.ts'
import { type Waiting, waitingAfter } from './waiting.ts'

/** A wish for an address, one for a pool, a family policy, and a pool that is closed. */
const MOST_STEPS = 4

export function giveAddress(context: RemedyContext): RemedyAnswer {
  const { view, finding } = context
  const key = nameInSubject(finding.subject, 'Service')
  const service = view.services.find(({ namespace = 'default', name }) => `${namespace}/${name}` === key)
  if (service === undefined)
    return byHand(
      'The loadBalancerClass of a Service cannot be changed: it has to be made anew, and its address with it.',
    )
  if (view.objects.pools.length === 0)
    return byHand('There is no pool, and which addresses of your network are free only you know.')
  const waiting = { ...context, service }
  if (isServed(waiting))
    return byHand(
      'The objects are as they should be: a pool has an address for it. What keeps the controller from handing it out stands in its log.',
    )
  // The way with the fewest steps; of those, the order in which they were found.
  const found = ways(waiting, MOST_STEPS).toSorted((a, b) => a.length - b.length)
  if (found.length > 0) return found.map((steps) => joinedDrafts(steps, view.facts))
  return byHand(whatRemains(waiting))
}

const isServed = ({ view, service }: Waiting): boolean =>
  view.allocation.refusalOf(service) === undefined && withoutRefusal(service) === undefined

/** Steps, each computed after those before it, at whose end the Service has an address. */
function ways(waiting: Waiting, most: number): (readonly RemedyDraft[])[] {
  return nextSteps(waiting).flatMap((step): (readonly RemedyDraft[])[] => {
    const then = waitingAfter(waiting, step.changes)
    if (then === undefined) return []
    if (isServed(then)) return [[step]]
    return most === 1 ? [] : ways(then, most - 1).map((rest) => [step, ...rest])
  })
}

function nextSteps(waiting: Waiting): readonly RemedyDraft[] {
  const refusal = waiting.view.allocation.refusalOf(waiting.service)
  if (refusal === undefined) return withoutRefusal(waiting.service) === undefined ? [] : [oneFamily(waiting)]
  return hasClosedPools(refusal)
    ? openings(closedPools(refusal, waiting), waiting)
    : otherWishes(refusal, waiting)
}

const hasClosedPools = ({ kind }: Refusal): boolean =>
  kind === 'nothing-anywhere' || kind === 'nothing-in-pool' || kind === 'pool-not-for-service'

/** Why there is no way, with everything that stands in it. */
function whatRemains(waiting: Waiting): string {
  const refusal = lastRefusal(waiting, MOST_STEPS)
  if (refusal?.kind === 'invalid') return `What it asks for cannot be understood: ${refusal.words}.`
  const closed = refusal === undefined ? [] : closedPools(refusal, waiting)
  if (closed.some(({ obstacles }) => obstacles.every(({ reason }) => reason === 'held-back')))
    return 'The addresses come free by themselves.'
  const told = closed.slice(0, MOST_TOLD).map(poolText).join('; ')
  return `The pools need other or more addresses, and which of your network are free only you know.${told === '' ? '' : ` In the way stand: ${told}${closed.length > MOST_TOLD ? `; and ${closed.length - MOST_TOLD} more pools` : ''}.`}`
}

const MOST_TOLD = 4

const poolText = ({ name, obstacles }: ClosedPool): string =>
  `pool "${name}", ${obstacles.map(poolReasonWords).join(', and ')}`

/** What is in the way when all wishes that can be taken back are. */
function lastRefusal(waiting: Waiting, most: number): Refusal | undefined {
  const refusal = waiting.view.allocation.refusalOf(waiting.service)
  if (refusal === undefined || hasClosedPools(refusal) || most === 0) return refusal
  const step = otherWishes(refusal, waiting).at(-1)
  const then = step === undefined ? undefined : waitingAfter(waiting, step.changes)
  return then === undefined ? refusal : lastRefusal(then, most - 1)
}
