// Which cards are on the segment of an address: those that have its subnet. A card that only has a route to it is on another one.
import { expect, it } from 'vitest'
import type { HostRoute } from '../host-facts.ts'
import { healthyWorld, viewOf } from '../testing/world.ts'
import { hostLink, hostRoute, readHosts, withLink } from '../testing/world-hosts.ts'
import { oneCard } from './one-card.ts'

/** What is said of nodes with a second card. */
const saidOf = (addresses: readonly string[], ...routes: readonly HostRoute[]) => {
  const world = healthyWorld()
  readHosts(world, (host) => withLink(host, hostLink('ens1', addresses), routes))
  const outcome = oneCard.evaluate(viewOf(world))
  return outcome.result === 'fail' ? outcome.findings.map(({ title }) => title) : outcome.result
}
const TWO = [expect.stringMatching(/^eth0 and ens1 of node-. are on the same segment/)]

it('a second card in the subnet of the address answers too', () => {
  expect(saidOf(['192.0.2.211/24'], hostRoute('192.0.2.0/24', 'ens1'))).toEqual(TWO)
  // With "noprefixroute" the kernel makes no route of it, and answers all the same.
  expect(saidOf(['192.0.2.211/24'])).toEqual(TWO)
})

it.each(['192.0.2.100/32', '192.0.2.96/27', '192.0.2.0/24'])(
  'a route to %s by a second card puts the card on no segment',
  (destination) => {
    expect(saidOf(['10.9.0.1/24'], hostRoute(destination, 'ens1'))).toBe('pass')
    expect(saidOf([], hostRoute(destination, 'ens1'))).toBe('pass')
  },
)

it('a second card with an address of the subnet, but of no more than itself, is on no segment', () => {
  expect(saidOf(['192.0.2.211/32'], hostRoute('192.0.2.100/32', 'ens1'))).toBe('pass')
})
