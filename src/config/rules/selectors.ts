// V030–V032: label selectors, wherever they stand.
import type { MetalObject, Path } from '../objects/read-object.ts'
import type { LabelSelector } from '../schema/field.ts'
import { compileSelector, expressionKey, selectorKey } from '../semantics/selector.ts'
import { type RuleContext, related } from './context.ts'
import { repeatedItems } from './repeated.ts'

export function labelSelectors(context: RuleContext): void {
  const { pools, peers, l2Advertisements, bgpAdvertisements } = context.objects
  for (const pool of pools) {
    const allocation = pool.spec.serviceAllocation
    check(context, pool, ['spec', 'serviceAllocation', 'namespaceSelectors'], allocation?.namespaceSelectors)
    check(context, pool, ['spec', 'serviceAllocation', 'serviceSelectors'], allocation?.serviceSelectors)
  }
  for (const peer of peers) check(context, peer, ['spec', 'nodeSelectors'], peer.spec.nodeSelectors)
  for (const advertisement of [...l2Advertisements, ...bgpAdvertisements]) {
    const { spec } = advertisement
    for (const field of ['ipAddressPoolSelectors', 'nodeSelectors', 'serviceSelectors'] as const)
      check(context, advertisement, ['spec', field], spec[field])
  }
  for (const advertisement of l2Advertisements)
    for (const [index, item] of (advertisement.spec.preferredNodeSelectors ?? []).entries())
      one(context, advertisement, ['spec', 'preferredNodeSelectors', index, 'preference'], item.preference)
}

function check(
  context: RuleContext,
  object: MetalObject,
  path: Path,
  selectors: readonly LabelSelector[] | undefined,
): void {
  if (selectors === undefined) return
  for (const [index, selector] of selectors.entries()) one(context, object, [...path, index], selector)
  for (const { index, first } of repeatedItems(selectors, selectorKey))
    context.report('V031', object, {
      message: `The same selector stands twice in ${path.at(-1)}.`,
      path: [...path, index],
      related: [related(object, 'first here', [...path, first])],
      hint: 'Remove one of them.',
    })
}

function one(context: RuleContext, object: MetalObject, path: Path, selector: LabelSelector): void {
  const compiled = compileSelector(selector)
  if (!compiled.ok)
    for (const { path: inner, message, hint } of compiled.error)
      context.report('V030', object, {
        message: `The selector is not valid: ${message}.`,
        path: [...path, ...inner],
        ...(hint === undefined ? {} : { hint }),
      })
  const expressions = selector.matchExpressions ?? []
  for (const { index, first } of repeatedItems(expressions, expressionKey))
    context.report('V032', object, {
      message: 'The same condition stands twice in this selector.',
      path: [...path, 'matchExpressions', index],
      related: [related(object, 'first here', [...path, 'matchExpressions', first])],
    })
  for (const [i, expression] of expressions.entries())
    for (const { index, first } of repeatedItems(expression.values ?? []))
      context.report('V032', object, {
        message: `The value "${expression.values?.[index]}" stands twice in this condition.`,
        path: [...path, 'matchExpressions', i, 'values', index],
        related: [related(object, 'first here', [...path, 'matchExpressions', i, 'values', first])],
      })
}
