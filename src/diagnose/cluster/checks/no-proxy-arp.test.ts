// Where proxy ARP does no harm: the twin of the case in testing/link-cases.ts is a card that does not forward.
import { expect, it } from 'vitest'
import type { HostFacts, HostLink } from '../host-facts.ts'
import { healthyWorld, viewOf, type World } from '../testing/world.ts'
import {
  hostLink,
  hostRoute,
  onOne,
  readHosts,
  tunnel,
  withLink,
  withSysctls,
} from '../testing/world-hosts.ts'
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

it('the kernel sends what it forwards to a link without a carrier too, unless it is told to ignore such ways', () => {
  /** As `ip route` shows it: linkdown where there is no carrier, dead where the link is down. */
  const by = (change: Partial<HostLink>, sysctls: HostFacts['sysctls'] = {}) => {
    const world = healthyWorld()
    const route = hostRoute('192.0.2.100/32', 'tun0', undefined, { dead: true })
    readHosts(
      world,
      onOne('node-a', (host) =>
        withSysctls(withLink(host, { ...tunnel('tun0', '10.9.0.1/24'), ...change }, [route]), {
          ...PROXY,
          ...sysctls,
        }),
      ),
    )
    return found(world)
  }
  const unplugged = { carrier: false, flags: ['POINTOPOINT', 'NOARP', 'UP'] }
  expect(by(unplugged)).toEqual(['Node node-a'])
  for (const name of ['all', 'tun0'])
    expect(by(unplugged, { [`net.ipv4.conf.${name}.ignore_routes_with_linkdown`]: '1' })).toBe('pass')
  expect(by({ carrier: false, flags: ['POINTOPOINT', 'NOARP'] })).toBe('pass')
})

it('of several ways to the address, one by a link that is down is not taken', () => {
  const world = healthyWorld()
  const down = hostLink('br-old', ['10.8.0.1/24'], { carrier: false, flags: ['BROADCAST'] })
  readHosts(
    world,
    onOne('node-a', (host) => withLink(host, down)),
  )
  behind(world, 'node-a', [
    hostRoute('192.0.2.96/27', 'br-old', '10.8.0.2', { dead: true }),
    hostRoute('192.0.2.96/27', 'br-vm', '10.9.0.2'),
  ])
  const outcome = noProxyArp.evaluate(viewOf(world))
  expect(outcome.result === 'fail' && outcome.findings.map(({ title }) => title)).toEqual([
    expect.stringMatching(/leaves by br-vm\.$/),
  ])
})
