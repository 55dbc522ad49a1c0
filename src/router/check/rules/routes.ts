// R007 to R009, R011, R016, R017: what comes through a session.
import { type IpFamily, ip } from '../../../net/ip.ts'
import { formatPrefix, type Prefix, parsePrefix, prefixOf } from '../../../net/prefix.ts'
import { samplesOf } from '../../plan/import-filter.ts'
import { entriesOf, type FilterEntry, filterOf } from '../../plan/router-plan.ts'
import { neighbourKey } from '../../vendors/vendor-text.ts'
import type { ObservedFamily } from '../observed.ts'
import { decide, type Policy } from '../policy.ts'
import { type Findings, nodeTitle } from '../report.ts'
import type { Pair } from './sessions.ts'

export function checkRoutes(pair: Pair, findings: Findings): void {
  const { planned, observed } = pair
  for (const family of planned.families) {
    const found = observed.families.get(family)
    if (found === undefined) {
      notActive(pair, family, findings)
      continue
    }
    const entries = entriesOf(filterOf(pair.plan, planned), family)
    limits(pair, family, found, findings)
    // A list that refuses the pools will be written anew; what else is wrong with it is told then.
    if (policy(pair, found, entries, findings)) tooMuch(pair, found, family, entries, findings)
  }
}

function notActive({ planned, observed }: Pair, family: IpFamily, findings: Findings): void {
  findings.report('R007', {
    message: `IPv${family} is not active for ${nodeTitle(planned, neighbourKey(planned))}: its IPv${family} routes never come.`,
    at: observed.at,
    neighbour: planned,
    hint: 'Activate the address family for this neighbour.',
  })
}

function limits({ plan, planned }: Pair, family: IpFamily, found: ObservedFamily, findings: Findings): void {
  const { admitted, limit: planned_ } = filterOf(plan, planned).limits[family]
  // Pools that are larger than any limit are not counted on.
  const wanted = admitted < BigInt(planned_) ? admitted : BigInt(planned_)
  const { limit } = found
  if (limit === undefined || BigInt(limit.value) >= wanted) return
  findings.report('R011', {
    message: `The router accepts ${limit.value} IPv${family} prefixes of a node, but the pools hold ${admitted}.`,
    at: limit.at,
    neighbour: planned,
    hint: 'When the limit is reached, the session ends and every service is gone. Raise it, or announce aggregates.',
  })
}

/** @returns whether the pools come through */
function policy(
  { planned }: Pair,
  { policy, at }: ObservedFamily,
  entries: readonly FilterEntry[],
  findings: Findings,
): boolean {
  if (policy.kind === 'undefined') {
    findings.report('R017', {
      message: `There is no filter "${policy.name}"${effectOf(policy)}.`,
      at: policy.at,
      once: true,
      neighbour: planned,
      hint: 'Define it, or correct the name.',
    })
    return false
  }
  if (policy.kind === 'none') {
    if (policy.effect === 'accept') return true
    if (policy.effect === 'reject' && entries.length > 0)
      findings.report('R009', {
        message: `The neighbour has no import policy, and ${policy.why}.`,
        at,
        neighbour: planned,
        hint: 'Give it a policy that lets in the pools: lbctl router config writes one.',
      })
    return false
  }
  return entries.filter((entry) => refused(planned.peer, policy, entry, findings)).length === 0
}

const effectOf = ({ effect }: Policy & { readonly kind: 'undefined' }): string =>
  effect === 'unknown'
    ? ''
    : effect === 'reject'
      ? ', so the router refuses every route'
      : ', so the router lets in every route'

function refused(
  peer: string,
  policy: Policy & { readonly kind: 'filter' },
  entry: FilterEntry,
  findings: Findings,
): boolean {
  for (const sample of samplesOf(entry)) {
    const { outcome, at } = policy.decide(sample)
    if (outcome !== 'reject') continue
    const pools = entry.pools.map((name) => `"${name}"`).join(', ')
    findings.report('R008', {
      message: `The filter "${policy.name}" refuses ${formatPrefix(sample)} of the pool ${pools}, which BGPPeer "${peer}" announces.`,
      at: at ?? policy.definedAt ?? policy.at,
      once: true,
      related: [{ message: 'the filter is used here', at: policy.at }],
      hint:
        at === undefined
          ? `Nothing in it lets in prefixes of ${sample.length} bits in ${formatPrefix(entry.within)}, and what nothing lets in is refused.`
          : `Let in prefixes of ${sample.length} bits in ${formatPrefix(entry.within)} before this line.`,
    })
    return true
  }
  return false
}

/** A default route, the neighbouring block of each pool, and each pool in another length. */
function probesOf(family: IpFamily, entries: readonly FilterEntry[]): Prefix[] {
  const anywhere = parsePrefix(family === 4 ? '0.0.0.0/0' : '::/0')
  const beside = entries.flatMap(({ within, length }) => {
    if (within.length === 0) return []
    const shift = BigInt((family === 4 ? 32 : 128) - within.length)
    const sibling = prefixOf(ip(family, within.base ^ (1n << shift)), length)
    return within.length < length ? [sibling, within] : [sibling]
  })
  return [...(anywhere === undefined ? [] : [anywhere]), ...beside]
}

function tooMuch(
  { planned }: Pair,
  { policy, at }: ObservedFamily,
  family: IpFamily,
  entries: readonly FilterEntry[],
  findings: Findings,
): void {
  const isAdmitted = (route: Prefix): boolean =>
    entries.some(
      ({ within, length }) =>
        length === route.length && prefixOf(ip(family, route.base), within.length).base === within.base,
    )
  const extra = probesOf(family, entries).find(
    (route) => !isAdmitted(route) && decide(policy, route).outcome === 'accept',
  )
  if (extra === undefined || policy.kind === 'undefined') return
  findings.report('R016', {
    message:
      policy.kind === 'none'
        ? `Nothing is filtered: a node can announce any IPv${family} prefix, such as ${formatPrefix(extra)}.`
        : `The filter "${policy.name}" also lets in ${formatPrefix(extra)}, which no pool announces.`,
    at: policy.kind === 'none' ? at : (policy.definedAt ?? policy.at),
    once: true,
    neighbour: planned,
    hint: "Let in exactly the pools' prefixes: a mistake in the cluster could draw other traffic to it.",
  })
}
