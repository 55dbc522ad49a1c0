// V301–V303, V802: BFD profiles and the peers that name them.
import type { BFDProfile } from '../../objects/read-object.ts'
import { didYouMean } from '../../schema/nearest.ts'
import { type RuleContext, related } from '../context.ts'

export function bfdProfiles(context: RuleContext): void {
  const { bfdProfiles: profiles, peers } = context.objects
  const byName = new Map(profiles.map((p) => [p.name, p]))
  const used = new Set<BFDProfile>()
  for (const peer of peers) {
    const name = peer.spec.bfdProfile ?? ''
    if (name === '') continue
    const profile = byName.get(name)
    if (profile === undefined) {
      if (!context.anyUnreadable('BFDProfile')) undefinedProfile(context, peer, name, byName.keys())
      continue
    }
    used.add(profile)
    // RFC 5883 §6: echo has no way over several hops.
    if (profile.spec.echoMode === true && peer.spec.ebgpMultiHop === true)
      context.report('V303', peer, {
        message: `The session may pass several hops, but the BFD profile "${name}" uses echo, which works with direct neighbours only.`,
        path: ['spec', 'bfdProfile'],
        related: [related(profile, 'the profile', ['spec', 'echoMode'])],
      })
  }
  for (const profile of profiles) {
    if (
      profile.spec.echoInterval !== undefined &&
      profile.spec.echoMode !== true &&
      !profile.failed.has('echoMode')
    )
      context.report('V301', profile, {
        message: 'echoInterval has no effect without echoMode: true.',
        path: ['spec', 'echoInterval'],
      })
    const unsure = context.anyUnreadable('BGPPeer') || peers.some((p) => p.failed.has('bfdProfile'))
    if (!used.has(profile) && !unsure)
      context.report('V302', profile, { message: `No BGPPeer uses the BFD profile "${profile.name}".` })
  }
}

function undefinedProfile(
  context: RuleContext,
  peer: RuleContext['objects']['peers'][number],
  name: string,
  known: Iterable<string>,
): void {
  const hint = didYouMean(name, known)
  context.report('V802', peer, {
    message: `The BFD profile "${name}" is not defined.`,
    path: ['spec', 'bfdProfile'],
    hint:
      hint === ''
        ? 'Give the BFDProfile too, or remove bfdProfile. MetalLB takes none of its configuration until then.'
        : hint,
  })
}
