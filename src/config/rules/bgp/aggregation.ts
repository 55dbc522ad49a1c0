// V601, V603, V613, V614, V617: how addresses are put together into prefixes.
import { type IpFamily, ipBits, parseIp } from '../../../net/ip.ts'
import { formatPrefix } from '../../../net/prefix.ts'
import { type BGPAdvertisement, placeOf } from '../../objects/read-object.ts'
import type { PoolSelection } from '../../semantics/pool-selection.ts'
import { RangeIndex } from '../../semantics/range-index.ts'
import { counted, entryPlace, type PoolEntry, type RuleContext, related } from '../context.ts'

const FIELDS = [
  { family: 4, field: 'aggregationLength' },
  { family: 6, field: 'aggregationLengthV6' },
] as const

/** Entries of a selection, widest blocks last, so that those which are too narrow for a length stand in front. */
type Sorted = Readonly<
  Record<IpFamily, { byWidest: readonly PoolEntry[]; byNarrowest: readonly PoolEntry[] }>
>

export function bgpAggregation(context: RuleContext): void {
  const cache = new Map<number, Sorted>()
  const sorted = (selection: PoolSelection): Sorted => {
    const known = cache.get(selection.id)
    if (known !== undefined) return known
    const made = sortEntries(context, selection)
    cache.set(selection.id, made)
    return made
  }
  const local = localServices(context)
  for (const advertisement of context.objects.bgpAdvertisements)
    for (const { family, field } of FIELDS) {
      const length = advertisement.spec[field]
      if (length === undefined) continue
      const max = ipBits(family)
      if (length > max || length < 0) {
        context.report('V601', advertisement, {
          message: `${field} is ${length}; IPv${family} prefixes have 0 to ${max} bits.`,
          path: ['spec', field],
        })
        continue
      }
      const selection = context.pools.select(advertisement)
      if (selection === undefined || selection.pools.length === 0) continue
      const use: Use = { advertisement, family, field, length, selection, entries: sorted(selection) }
      checkLength(context, use)
      if (length < max && local !== undefined) checkLocal(context, use, local)
    }
}

interface Use {
  readonly advertisement: BGPAdvertisement
  readonly family: IpFamily
  readonly field: (typeof FIELDS)[number]['field']
  readonly length: number
  readonly selection: PoolSelection
  readonly entries: Sorted
}

function sortEntries(context: RuleContext, selection: PoolSelection): Sorted {
  const all = selection.pools.flatMap((pool) => context.entriesOf(pool))
  const of = (family: IpFamily) => {
    const own = all.filter((e) => e.entry.family === family)
    return {
      byWidest: [...own].sort((a, b) => b.entry.widestLength - a.entry.widestLength),
      byNarrowest: [...own].sort((a, b) => b.entry.narrowestLength - a.entry.narrowestLength),
    }
  }
  return { 4: of(4), 6: of(6) }
}

/** How many items at the front of a list fulfil a condition; all that do stand in front. */
function countFront(entries: readonly PoolEntry[], is: (e: PoolEntry) => boolean): number {
  let low = 0
  let high = entries.length
  while (low < high) {
    const middle = (low + high) >> 1
    const entry = entries[middle]
    if (entry !== undefined && is(entry)) low = middle + 1
    else high = middle
  }
  return low
}

function checkLength(context: RuleContext, use: Use): void {
  const { advertisement, family, field, length, selection } = use
  const { byWidest, byNarrowest } = use.entries[family]
  const path = ['spec', field]
  if (byWidest.length === 0) {
    const failed = selection.pools.some(
      (p) => p.failed.has('addresses') || (p.spec.addresses ?? []).length > context.entriesOf(p).length,
    )
    if (!failed && length !== ipBits(family))
      context.report('V613', advertisement, {
        message: `${field} has no effect: none of the pools has IPv${family} addresses.`,
        path,
      })
    return
  }
  const refused = countFront(byWidest, (e) => e.entry.widestLength > length)
  if (refused > 0) {
    const shown = byWidest.slice(0, Math.min(refused, 3))
    const worst = shown[0]
    context.report('V603', advertisement, {
      message: `${field} ${length} is wider than ${worst?.entry.text} of the pool "${worst?.pool.name}", whose widest block is a /${worst?.entry.widestLength}${refused > 1 ? `, and than ${counted(refused - 1, 'other entry', 'other entries')}` : ''}.`,
      path,
      related: shown.map((e) => ({
        message: `${e.entry.text}: at least ${e.entry.widestLength}`,
        at: entryPlace(e),
      })),
      hint: `Use ${worst?.entry.widestLength} or more.`,
    })
    return
  }
  const partly = byNarrowest[0]
  if (partly === undefined || partly.entry.narrowestLength <= length) return
  context.report('V617', advertisement, {
    message: `Prefixes of ${length} bits do not fit into ${partly.entry.text}: the routers also send traffic for addresses that are not in the pool "${partly.pool.name}".`,
    path,
    related: [
      { message: `${partly.entry.text} is made of blocks down to ${block(partly)}`, at: entryPlace(partly) },
    ],
  })
}

const block = (e: PoolEntry): string => {
  const smallest = e.entry.prefixes.find((p) => p.length === e.entry.narrowestLength)
  return smallest === undefined ? '' : formatPrefix(smallest)
}

/** Addresses in use by services that keep traffic on the node it arrives at. */
function localServices(context: RuleContext) {
  const items = context.objects.services
    .filter((s) => s.type === 'LoadBalancer' && s.externalTrafficPolicy === 'Local')
    .flatMap((service) =>
      service.ingress.flatMap((text) => {
        const address = parseIp(text)
        return address === undefined
          ? []
          : [{ service, range: { family: address.family, first: address.value, last: address.value } }]
      }),
    )
  return items.length === 0 ? undefined : new RangeIndex(items)
}

function checkLocal(
  context: RuleContext,
  use: Use,
  local: NonNullable<ReturnType<typeof localServices>>,
): void {
  for (const e of use.entries[use.family].byWidest) {
    const found = local.find(e.range)
    if (found === undefined) continue
    context.report('V614', use.advertisement, {
      message: `Aggregates are announced by every node with any of their services, but Service "${found.service.name}" takes traffic only on nodes with its own endpoints.`,
      path: ['spec', use.field],
      related: [
        related(found.service, 'the service, with externalTrafficPolicy: Local'),
        { message: 'the pool', at: placeOf(e.pool, ['metadata', 'name']) },
      ],
    })
    return
  }
}
