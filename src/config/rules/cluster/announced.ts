// V801, V816: addresses that services get and nobody announces (failure mode F01).
import type { Pool } from '../../objects/read-object.ts'
import type { RuleContext } from '../context.ts'

export function announcedPools(context: RuleContext): void {
  const { pools, l2Advertisements, bgpAdvertisements, peers } = context.objects
  if (peers.length > 0 && bgpAdvertisements.length === 0 && !context.anyUnreadable('BGPAdvertisement')) {
    const first = peers[0]
    if (first !== undefined && context.objects.addressPools.length === 0)
      context.report('V816', first, {
        message: 'There are BGPPeers, but no BGPAdvertisement: nothing is announced to them.',
        hint: 'Add a BGPAdvertisement; with an empty spec it announces every pool to every peer.',
      })
  }
  if (context.anyUnreadable('L2Advertisement') || context.anyUnreadable('BGPAdvertisement')) return
  const announced = new Set<Pool>()
  for (const advertisement of [...l2Advertisements, ...bgpAdvertisements]) {
    const selection = context.pools.select(advertisement)
    // Nobody knows what a broken selection was to select: say nothing about any pool.
    if (selection === undefined || selection.all) return
    for (const pool of selection.pools) announced.add(pool)
  }
  const none = l2Advertisements.length + bgpAdvertisements.length === 0
  for (const pool of pools)
    if (!announced.has(pool))
      context.report('V801', pool, {
        message: none
          ? `Nothing announces the pool "${pool.name}": there is no L2Advertisement and no BGPAdvertisement.`
          : `Nothing announces the pool "${pool.name}": no L2Advertisement and no BGPAdvertisement selects it.`,
        hint: `Add an L2Advertisement or a BGPAdvertisement with "ipAddressPools: [${pool.name}]". Services get addresses from the pool, but nobody reaches them.`,
      })
}
