// V605–V608, V612, V615: what a BGPAdvertisement names and selects.
import type { BGPAdvertisement } from '../../objects/read-object.ts'
import { nearest } from '../../schema/nearest.ts'
import { quoted, type RuleContext } from '../context.ts'
import { repeatedNames } from '../repeated-names.ts'
import { selectionRules } from '../selection.ts'

export function bgpReferences(context: RuleContext): void {
  for (const advertisement of context.objects.bgpAdvertisements) {
    const { spec } = advertisement
    for (const field of ['ipAddressPools', 'communities', 'peers'] as const)
      repeatedNames(context, 'V605', advertisement, field, spec[field])
    selectionRules(context, advertisement, { unknownPool: 'V606', noPool: 'V607', noNode: 'V612' })
    peers(context, advertisement)
  }
}

function peers(context: RuleContext, advertisement: BGPAdvertisement): void {
  if (context.anyUnreadable('BGPPeer')) return
  const names = advertisement.spec.peers ?? []
  const known = context.peersByName
  for (const [index, name] of names.entries()) {
    if (known.has(name)) continue
    const meant = known.size <= 200 ? nearest(name, known.keys()) : undefined
    context.report('V608', advertisement, {
      message: `There is no BGPPeer "${name}"; MetalLB says nothing about that and announces nothing to it.`,
      path: ['spec', 'peers', index],
      hint:
        known.size === 0
          ? 'Give the peers too.'
          : meant === undefined
            ? `Peers given: ${quoted(known.keys())}. Names are those of the objects, not addresses.`
            : `Did you mean "${meant}"?`,
    })
  }
  if (names.length === 0 && known.size === 0)
    context.report('V615', advertisement, {
      message: 'There is no BGPPeer, so it announces to nobody.',
      hint: 'Add a BGPPeer for each router.',
    })
}
