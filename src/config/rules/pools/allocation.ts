// V110–V112, V114: which services may use a pool.
import { keySpan, type Pool } from '../../objects/read-object.ts'
import { compileSelector, matchesAny } from '../../semantics/selector.ts'
import { quoted, type RuleContext, related } from '../context.ts'
import { repeatedItems } from '../repeated.ts'

export function poolAllocation(context: RuleContext): void {
  for (const pool of context.objects.pools) {
    const allocation = pool.spec.serviceAllocation
    if (allocation === undefined) continue
    const namespaces = allocation.namespaces ?? []
    const path = ['spec', 'serviceAllocation']
    for (const { index, first } of repeatedItems(namespaces))
      context.report('V110', pool, {
        message: `The namespace "${namespaces[index]}" is listed twice.`,
        path: [...path, 'namespaces', index],
        related: [related(pool, 'first here', [...path, 'namespaces', first])],
      })
    const restricts =
      namespaces.length +
      (allocation.namespaceSelectors ?? []).length +
      (allocation.serviceSelectors ?? []).length
    if (restricts === 0 && allocation.priority === undefined)
      context.report('V111', pool, {
        message:
          'serviceAllocation is empty: it restricts nothing, but puts this pool before all pools without it.',
        path,
        at: keySpan(pool, ['spec'], 'serviceAllocation'),
        hint: 'Remove it, or say for which namespaces or services the pool is, or with which priority.',
      })
    if (
      pool.spec.autoAssign === false &&
      (restricts === 0 ? allocation.priority !== undefined : (allocation.priority ?? 0) !== 0)
    )
      context.report('V112', pool, {
        message:
          'With autoAssign: false the priority is never looked at: only services that name the pool or its addresses get one.',
        path: [...path, 'priority'],
      })
    absentNamespaces(context, pool)
  }
}

/** Judged only when Namespaces are among the objects: then they are taken for all there are. */
function absentNamespaces(context: RuleContext, pool: Pool): void {
  const known = context.objects.namespaces
  const allocation = pool.spec.serviceAllocation
  if (known.length === 0 || allocation === undefined) return
  const names = new Set(known.map((n) => n.name))
  for (const [index, name] of (allocation.namespaces ?? []).entries())
    if (!names.has(name))
      context.report('V114', pool, {
        message: `There is no namespace "${name}".`,
        path: ['spec', 'serviceAllocation', 'namespaces', index],
        hint: `Namespaces given: ${quoted([...names].sort())}.`,
      })
  const compiled = (allocation.namespaceSelectors ?? []).map(compileSelector)
  if (compiled.length === 0 || compiled.some((c) => !c.ok) || (allocation.namespaces ?? []).length > 0) return
  const selectors = compiled.flatMap((c) => (c.ok ? [c.value] : []))
  if (known.some((n) => matchesAny(selectors, n.labels))) return
  context.report('V114', pool, {
    message:
      'The namespaceSelectors match no namespace: no service gets an address from this pool by itself, yet any may ask for one.',
    path: ['spec', 'serviceAllocation', 'namespaceSelectors'],
  })
}
