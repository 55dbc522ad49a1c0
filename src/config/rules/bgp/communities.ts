// V609, V610: communities of an advertisement, written out or by alias.
import { didYouMean } from '../../schema/nearest.ts'
import { parseCommunity } from '../../semantics/community.ts'
import { COMMUNITY_HINT, communityReason } from '../communities/aliases.ts'
import type { RuleContext } from '../context.ts'

export function bgpCommunities(context: RuleContext): void {
  const { communities } = context.objects
  const aliases = new Set(
    communities.flatMap((c) => (c.spec.communities ?? []).map((alias) => alias.name ?? '')),
  )
  const unsure = context.anyUnreadable('Community') || communities.some((c) => c.failed.has('communities'))
  for (const advertisement of context.objects.bgpAdvertisements)
    for (const [index, text] of (advertisement.spec.communities ?? []).entries()) {
      // An alias wins over a literal that reads the same.
      if (aliases.has(text)) continue
      const parsed = parseCommunity(text)
      if (parsed.ok) continue
      const path = ['spec', 'communities', index]
      // A name has no colon; everything else was meant as a value.
      if (parsed.error.kind === 'format' && !text.includes(':')) {
        if (unsure) continue
        const hint = didYouMean(text, aliases)
        context.report('V610', advertisement, {
          message: `The community "${text}" is no value, and no Community object defines it.`,
          path,
          hint: hint === '' ? 'Define the alias in a Community object, or write the value.' : hint,
        })
      } else
        context.report('V609', advertisement, {
          message: `"${text}" is no community: ${communityReason(parsed.error)}.`,
          path,
          hint: COMMUNITY_HINT,
        })
    }
}
