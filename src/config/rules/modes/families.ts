// V710: with FRR, a session carries routes of its own family only, unless told otherwise.
import { type IpFamily, parseIp } from '../../../net/ip.ts'
import type { BGPPeer, Pool } from '../../objects/read-object.ts'
import { compareReleases } from '../../schema/release.ts'
import { type RuleContext, related } from '../context.ts'

export function sessionFamilies(context: RuleContext): void {
  const { mode, targetVersion } = context.options
  if (mode !== 'frr' && mode !== 'frr-k8s') return
  // Before, every session carried both families.
  if (targetVersion !== undefined && compareReleases(targetVersion, '0.15.0') < 0) return
  const reported = new Set<string>()
  const carriers = { 4: carriersOf(context, 4), 6: carriersOf(context, 6) }
  for (const advertisement of context.objects.bgpAdvertisements) {
    const selection = context.pools.select(advertisement)
    if (selection === undefined || advertisement.failed.has('peers')) continue
    const names = advertisement.spec.peers ?? []
    const known = names.filter((name) => context.peersByName.has(name))
    if (context.objects.peers.length === 0 || (names.length > 0 && known.length === 0)) continue
    for (const family of [4, 6] as const) {
      const carried =
        names.length === 0 ? carriers[family].size > 0 : known.some((name) => carriers[family].has(name))
      if (carried || reported.has(`${selection.id} ${family}`)) continue
      const pool = selection.pools.find((p: Pool) => context.hasFamily(p, family))
      if (pool === undefined) continue
      reported.add(`${selection.id} ${family}`)
      context.report('V710', advertisement, {
        message: `The IPv${family} addresses of the pool "${pool.name}" reach nobody: every session of this advertisement is over IPv${family === 4 ? 6 : 4} and carries that family only.`,
        related: [related(pool)],
        hint: 'Set dualStackAddressFamily: true in the peers, or add peers of the other family.',
      })
    }
  }
}

/** Names of the peers whose sessions carry a family. */
const carriersOf = (context: RuleContext, family: IpFamily): ReadonlySet<string> =>
  new Set(context.objects.peers.filter((peer) => carries(peer, family)).map((peer) => peer.name))

function carries({ spec, failed }: BGPPeer, family: IpFamily): boolean {
  // Unnumbered sessions carry both; of what cannot be read, nothing is said.
  if (failed.has('peerAddress') || (spec.interface ?? '') !== '' || spec.dualStackAddressFamily === true)
    return true
  const address = parseIp(spec.peerAddress ?? '')
  return address === undefined || address.family === family
}
