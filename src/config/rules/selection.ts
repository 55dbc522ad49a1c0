// What both kinds of advertisement have in common: pools that do not exist, and selections that are empty.
import type { BGPAdvertisement, L2Advertisement } from '../objects/read-object.ts'
import { keySpan } from '../objects/read-object.ts'
import { nearest } from '../schema/nearest.ts'
import { quoted, type RuleContext } from './context.ts'

interface Codes {
  readonly unknownPool: string
  readonly noPool: string
  readonly noNode: string
}

export function selectionRules(
  context: RuleContext,
  advertisement: L2Advertisement | BGPAdvertisement,
  codes: Codes,
): void {
  const { spec, failed } = advertisement
  const unsure = context.anyUnreadable('IPAddressPool')
  const names = spec.ipAddressPools ?? []
  let unknown = 0
  for (const [index, name] of names.entries()) {
    if (context.pools.has(name)) continue
    unknown++
    if (unsure) continue
    context.report(codes.unknownPool, advertisement, {
      message: `There is no IPAddressPool "${name}"; MetalLB says nothing about that and announces nothing for it.`,
      path: ['spec', 'ipAddressPools', index],
      hint: poolHint(context, name),
    })
  }
  const selection = context.pools.select(advertisement)
  if (selection !== undefined && selection.pools.length === 0 && unknown === 0 && !unsure)
    context.report(codes.noPool, advertisement, {
      message: selection.all
        ? 'There is no IPAddressPool that it could announce.'
        : 'Its ipAddressPoolSelectors match no pool.',
      ...(selection.all ? {} : { path: ['spec', 'ipAddressPoolSelectors'] }),
      ...(selection.all ? {} : { hint: 'Compare them with the labels of the pools.' }),
    })
  if (failed.has('nodeSelectors') || !context.nodes.known) return
  const nodes = context.nodes.classOf(spec.nodeSelectors)
  if (nodes?.nodes?.length === 0)
    context.report(codes.noNode, advertisement, {
      message: `Its nodeSelectors match none of the ${context.objects.nodes.length} nodes, so nobody announces.`,
      path: ['spec', 'nodeSelectors'],
      at: keySpan(advertisement, ['spec'], 'nodeSelectors'),
    })
}

/** Only a short list is searched for the nearest name: with thousands of pools that would take long, and rarely be right. */
function poolHint(context: RuleContext, name: string): string {
  const names = context.objects.pools.map((p) => p.name)
  if (names.length === 0) return 'Give the pools too.'
  const meant = names.length <= 200 ? nearest(name, names) : undefined
  return meant === undefined ? `Pools given: ${quoted(names)}.` : `Did you mean "${meant}"?`
}
