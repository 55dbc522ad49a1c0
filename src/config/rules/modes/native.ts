// V701–V706, V711: what MetalLB's own BGP implementation cannot do.

import { parseDuration } from '../../../net/duration.ts'
import { parseIp } from '../../../net/ip.ts'
import { type BGPPeer, keySpan, type Pool } from '../../objects/read-object.ts'
import { parseCommunity } from '../../semantics/community.ts'
import { counted, type RuleContext, related } from '../context.ts'

/** RFC 4271 §4.3: the attribute is written with a length of one byte, four bytes for each community. */
const MAX_COMMUNITIES = 63
const FRR_HINT = 'It needs a mode with FRR (frr-k8s, the default since 0.16, or frr).'

export function nativeMode(context: RuleContext): void {
  if (context.options.mode !== 'native') return
  for (const peer of context.objects.peers) nativePeer(context, peer)
  for (const profile of context.objects.bfdProfiles)
    context.report('V702', profile, {
      message: `Native mode refuses the whole configuration as long as there is a BFDProfile ("${profile.name}").`,
      hint: FRR_HINT,
    })
  nativeIpv6(context)
  nativeCommunities(context)
}

const isSet = (value: unknown): boolean => value !== undefined && value !== '' && value !== false

function refusedFields({ spec }: BGPPeer): string[] {
  const keepalive = spec.keepaliveTime === undefined ? undefined : parseDuration(spec.keepaliveTime)
  const fields = (
    [
      'bfdProfile',
      'vrf',
      'connectTime',
      'enableGracefulRestart',
      'disableMP',
      'dualStackAddressFamily',
      'dynamicASN',
      'interface',
      'localASN',
    ] as const
  ).filter((field) => isSet(spec[field]))
  return keepalive?.ok === true && keepalive.value !== 0n ? ['keepaliveTime', ...fields] : fields
}

function nativePeer(context: RuleContext, peer: BGPPeer): void {
  for (const field of refusedFields(peer))
    context.report('V701', peer, {
      message: `Native mode refuses ${field}.`,
      path: ['spec', field],
      at: keySpan(peer, ['spec'], field),
      hint: FRR_HINT,
    })
  if (peer.spec.ebgpMultiHop === true)
    context.report('V705', peer, {
      message: 'ebgpMultiHop has no effect in native mode, where sessions may pass any number of hops.',
      path: ['spec', 'ebgpMultiHop'],
      at: keySpan(peer, ['spec'], 'ebgpMultiHop'),
    })
  if (parseIp(peer.spec.peerAddress ?? '')?.family === 6)
    context.report('V706', peer, {
      message: 'Native mode connects over IPv6, but the routes that it then sends are malformed.',
      path: ['spec', 'peerAddress'],
      hint: FRR_HINT,
    })
}

function nativeIpv6(context: RuleContext): void {
  const reported = new Set<Pool>()
  for (const advertisement of context.objects.bgpAdvertisements) {
    const selection = context.pools.select(advertisement)
    for (const pool of selection?.pools ?? []) {
      if (reported.has(pool)) continue
      const entry = context.entriesOf(pool).find((e) => e.entry.family === 6)
      if (entry === undefined) continue
      reported.add(pool)
      context.report('V703', pool, {
        message: `${entry.entry.text} is IPv6, which native mode does not announce over BGP.`,
        path: ['spec', 'addresses', entry.index],
        related: [related(advertisement, `BGPAdvertisement "${advertisement.name}" selects the pool`)],
        hint: 'Put IPv6 into a pool that no BGPAdvertisement selects, or use a mode with FRR.',
      })
    }
    // The first advertisement of every pool has said all there is to say.
    if (selection?.all === true) return
  }
}

function nativeCommunities(context: RuleContext): void {
  const isLarge = (text: string | undefined) => {
    const parsed = text === undefined ? undefined : parseCommunity(text)
    return parsed?.ok === true && parsed.value.kind === 'large'
  }
  for (const object of context.objects.communities)
    for (const [index, { value }] of (object.spec.communities ?? []).entries())
      if (isLarge(value))
        context.report('V704', object, {
          message: `${value} is a large community: native mode refuses it, and the controller then assigns no address at all.`,
          path: ['spec', 'communities', index, 'value'],
          hint: FRR_HINT,
        })
  for (const advertisement of context.objects.bgpAdvertisements) {
    const texts = advertisement.spec.communities ?? []
    for (const [index, text] of texts.entries())
      if (isLarge(text))
        context.report('V704', advertisement, {
          message: `${text} is a large community, which native mode refuses.`,
          path: ['spec', 'communities', index],
          hint: FRR_HINT,
        })
    if (texts.length > MAX_COMMUNITIES)
      context.report('V711', advertisement, {
        message: `Native mode can send ${MAX_COMMUNITIES} communities with a route, not ${counted(texts.length, 'community', 'communities').split(' ')[0]}.`,
        path: ['spec', 'communities'],
        at: keySpan(advertisement, ['spec'], 'communities'),
      })
  }
}
