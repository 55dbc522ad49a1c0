// V304: BFD echo works with IPv4 only, and MetalLB refuses it for peers that get routes of a pool with IPv6 addresses.
import type { BFDProfile, BGPPeer } from '../../objects/read-object.ts'
import { type RuleContext, related } from '../context.ts'

export function bfdEcho(context: RuleContext): void {
  const { bfdProfiles, peers, bgpAdvertisements } = context.objects
  const echo = new Map(bfdProfiles.filter((p) => p.spec.echoMode === true).map((p) => [p.name, p]))
  const echoing = new Map<string, { peer: BGPPeer; profile: BFDProfile }>()
  for (const peer of peers) {
    const profile = echo.get(peer.spec.bfdProfile ?? '')
    if (profile !== undefined) echoing.set(peer.name, { peer, profile })
  }
  if (echoing.size === 0) return
  const reported = new Set<BGPPeer>()
  for (const advertisement of bgpAdvertisements) {
    const selection = context.pools.select(advertisement)
    if (selection === undefined || advertisement.failed.has('peers')) continue
    const names = advertisement.spec.peers ?? []
    const reached = (names.length === 0 ? [...echoing.keys()] : names).flatMap(
      (name) => echoing.get(name) ?? [],
    )
    const fresh = reached.filter(({ peer }) => !reported.has(peer))
    if (fresh.length === 0) continue
    const pool = selection.pools.find((p) => context.hasFamily(p, 6))
    if (pool === undefined) continue
    for (const { peer, profile } of fresh) {
      reported.add(peer)
      context.report('V304', peer, {
        message: `The peer gets routes of the pool "${pool.name}", which has IPv6 addresses, but its BFD profile uses echo, which is for IPv4 only.`,
        path: ['spec', 'bfdProfile'],
        related: [
          related(profile, 'echo is switched on here', ['spec', 'echoMode']),
          related(pool, 'the pool'),
          related(advertisement, 'the advertisement that brings them together'),
        ],
        hint: 'Switch echoMode off, or announce the IPv6 pool to other peers only.',
      })
    }
  }
}
