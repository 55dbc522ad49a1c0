// Facts of a host that were written down are read as they were; what is no such fact is named by its place.
import { expect, it } from 'vitest'
import type { HostFacts } from './host-facts.ts'
import { hostFactsShape } from './host-shape.ts'
import { healthyHost, hostLink } from './testing/world-hosts.ts'

const FULL: HostFacts = {
  ...healthyHost('node-a', '192.0.2.11'),
  machine: 'KVM',
  rules: [
    {
      ...{ family: 4, priority: 100, not: false, from: '198.51.100.0/24', to: undefined },
      ...{ inputInterface: undefined, outputInterface: 'eth1', mark: { value: 1, mask: 255 }, vrf: false },
      ...{ action: 'table', table: 100, suppressPrefixLength: 0 },
    },
  ],
  neighbours: [{ address: '192.0.2.1', mac: '02:00:00:00:00:01', interface: 'eth0', state: 'stale' }],
  listeners: [{ address: '0.0.0.0:179', program: 'bird' }],
  sessions: [
    { local: '192.0.2.11:40001', remote: '192.0.2.1:179', state: 'established', program: undefined },
  ],
  solicitedNodes: [{ address: '2001:db8::102', interfaces: ['eth0'] }],
  notRead: [{ what: 'what nft would print', reason: 'not permitted' }],
}
const stored = (facts: unknown): unknown => JSON.parse(JSON.stringify(facts))

it('reads what was written', () => {
  expect(hostFactsShape(stored(FULL), 'hosts[0]')).toEqual(FULL)
})

it('takes what an older lbctl did not read for empty, and the firewall for not read', () => {
  const { node, links, routes, sysctls } = FULL
  expect(hostFactsShape(stored({ node, links, routes, sysctls }), 'hosts[0]')).toMatchObject({
    node,
    ...{ rules: [], neighbours: [], listeners: [], sessions: [], paths: [], notRead: [] },
    firewall: undefined,
    solicitedNodes: undefined,
  })
})

it.each<[string, unknown, RegExp]>([
  [
    'a link without a name',
    { ...FULL, links: [{ ...hostLink('eth0', []), name: 7 }] },
    /hosts\[0\]\.links\[0\]\.name/,
  ],
  [
    'a family that there is not',
    { ...FULL, routes: [{ ...FULL.routes[0], family: 5 }] },
    /routes\[0\]\.family/,
  ],
  ['settings as a list', { ...FULL, sysctls: [] }, /hosts\[0\]\.sysctls/],
  [
    'a setting that is a number',
    { ...FULL, sysctls: { 'net.ipv4.ip_forward': 1 } },
    /sysctls\.net\.ipv4\.ip_forward/,
  ],
  ['a path without a target', { ...FULL, paths: [{ ports: [] }] }, /paths\[0\]/],
  [
    'a refusal of an unknown kind',
    { ...FULL, firewall: { followed: 1, notFollowed: [], refusals: [{ what: 'x' }] } },
    /refusals\[0\]\.what/,
  ],
])('refuses %s, and says where it is', (_, facts, place) => {
  expect(() => hostFactsShape(stored(facts), 'hosts[0]')).toThrow(place)
})
