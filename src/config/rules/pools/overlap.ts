// V106: one address, one pool.
import { RangeIndex } from '../../semantics/range-index.ts'
import { type AnyPool, entryPath, entryPlace, type PoolEntry, type RuleContext } from '../context.ts'

export function poolOverlap(context: RuleContext): void {
  const order = new Map(context.entries.map((e, i) => [e, i]))
  const position = (e: PoolEntry) => order.get(e) ?? 0
  for (const { item, earlier } of new RangeIndex(context.entries).overlaps()) {
    // The complaint belongs to what stands later in the files, not to what has the higher address.
    const [later, first] = position(item) > position(earlier) ? [item, earlier] : [earlier, item]
    const same = later.pool === first.pool
    context.report('V106', later.pool, {
      message: same
        ? `${later.entry.text} overlaps ${first.entry.text} of the same pool.`
        : `${later.entry.text} overlaps ${first.entry.text} of the pool "${first.pool.name}"${elsewhere(later.pool, first.pool)}.`,
      path: entryPath(later),
      related: [{ message: 'the entry that it overlaps', at: entryPlace(first) }],
      hint: 'Each address may stand in one entry of one pool only; cut one of the two.',
    })
  }
}

/** Pools of one name in two namespaces would look like one pool otherwise. */
function elsewhere(pool: AnyPool, other: AnyPool): string {
  if (pool.namespace === other.namespace) return ''
  return other.namespace === undefined ? ' (without a namespace)' : ` in the namespace "${other.namespace}"`
}
