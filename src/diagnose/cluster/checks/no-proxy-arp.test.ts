// Where proxy ARP does no harm: the twin of the case in testing/link-cases.ts is a card that does not forward.
import { expect, it } from 'vitest'
import { healthyWorld, viewOf, type World } from '../testing/world.ts'
import { hostLink, hostRoute, onOne, readHosts, withLink, withSysctls } from '../testing/world-hosts.ts'
import { noProxyArp } from './no-proxy-arp.ts'

const PROXY = { 'net.ipv4.conf.all.proxy_arp': '1' }
/** The link of machines behind the node; with a route to them, or without. */
const behind = (world: World, node: string, routes: Parameters<typeof withLink>[2] = []) =>
  readHosts(
    world,
    onOne(node, (host) =>
      withSysctls(withLink(host, hostLink('br-vm', ['10.9.0.1/24'], { kind: 'bridge' }), routes), PROXY),
    ),
  )
const ROUTE = [hostRoute('192.0.2.96/27', 'br-vm', '10.9.0.2')]

const found = (world: World) => {
  const outcome = noProxyArp.evaluate(viewOf(world))
  return outcome.result === 'fail' ? outcome.findings.map(({ subject }) => subject) : outcome.result
}

it('a node that would send the address back to where it was asked for does not answer', () => {
  const [with_, without] = [healthyWorld(), healthyWorld()]
  behind(with_, 'node-a', ROUTE)
  behind(without, 'node-a')
  expect([found(with_), found(without)]).toEqual([['Node node-a'], 'pass'])
})

it('the owner answers with the same hardware address, proxy or not', () => {
  const world = healthyWorld()
  const owner = viewOf(world).matrixOf(viewOf(world).services[0]!)?.succession[0]?.node ?? ''
  behind(world, owner, ROUTE)
  expect([owner, found(world)]).toEqual(['node-b', 'pass'])
})
