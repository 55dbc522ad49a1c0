// What there is too much of is summed up, and never hidden.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import { pathFromFiles } from '../path/collect-path.ts'
import type { PathFacts } from '../path/path-facts.ts'
import { iptablesRules } from '../path/testing/kube-proxy-rules.ts'
import { CLUSTER_CHECKS } from './check-list.ts'
import { breaksOf, type ClusterDraft, type ClusterFinding } from './cluster-check.ts'
import { byRank } from './consequences.ts'
import { firstAndMore } from './first-and-more.ts'
import { judgeCluster } from './judge-cluster.ts'
import { healthyWorld, object, viewOf, type World } from './testing/world.ts'
import { readHosts, withCard } from './testing/world-hosts.ts'
import * as make from './testing/world-objects.ts'

function pendingServices(count: number): World {
  const world = healthyWorld()
  object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses = ['192.0.2.100/32']
  object(world, 'configuration', 'routed', 'IPAddressPool').spec.autoAssign = false
  for (let index = 0; index < count; index++)
    world.planes.services.push(make.service(`shop/new-${index}`, undefined))
  return world
}
const judged = (world: World, ...focus: string[]) =>
  judgeCluster(viewOf(world, ...focus), { checks: CLUSTER_CHECKS, failOn: 'error' })

it.each([
  [10, 10],
  [11, 11],
  [12, 11],
  [40, 11],
])('of %i Services without an address every one is in a finding', (count, findings) => {
  const verdict = judged(pendingServices(count))
  expect(verdict.findings.map(({ code }) => code)).toEqual(Array.from({ length: findings }, () => 'F09'))
  const affected = verdict.findings.flatMap(({ affects }) => (affects === 'installation' ? [] : affects))
  expect(new Set(affected).size).toBe(count)
  if (count === 40) {
    const sum = verdict.findings.find(({ title }) => title === '30 more Services get no address.')
    expect(sum?.evidence.at(-1)).toBe('and 20 more')
  }
})

it('sums up addresses of pools that belong to nodes', () => {
  const world = healthyWorld()
  const pool = object(world, 'configuration', 'lan', 'IPAddressPool')
  for (let index = 0; index < 9; index++) {
    world.planes.nodes.push(make.node(`extra-${index}`, `192.0.2.${60 + index}`))
    pool.spec.addresses.push(`192.0.2.${60 + index}/32`)
  }
  const titles = judged(world).findings.map(({ code, title }) => `${code} ${title}`)
  expect(titles).toContain('F12 4 more addresses of pools belong to something else.')
})

it('sums up Services whose owner lacks the interfaces', () => {
  const world = healthyWorld()
  const told = (name: string) => ({
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `${name}.1`, namespace: 'shop' },
    involvedObject: { kind: 'Service', namespace: 'shop', name },
    reason: 'announceFailed',
    message: "the interface specified by L2Advertisement doesn't exist",
    lastTimestamp: '2026-03-01T11:59:00Z',
  })
  for (let index = 0; index < 9; index++) {
    const key = `shop/web-${index}`
    world.planes.services.push(make.service(key, `192.0.2.${101 + index}`))
    world.planes.endpointSlices.push(make.slice(key, ['node-a', 'node-b']))
    world.planes.events.push(told(`web-${index}`))
  }
  const titles = judged(world).findings.map(({ code, title }) => `${code} ${title}`)
  expect(titles).toContain(
    'F23 4 more Services have an elected node without the interfaces of the advertisement.',
  )
})

/** Services of the pool "lan" at addresses that it has. */
function manyServices(world: World, count: number): readonly string[] {
  return Array.from({ length: count }, (_, index) => {
    const address = `192.0.2.${101 + index}`
    world.planes.services.push(make.service(`shop/web-${index}`, address))
    world.planes.endpointSlices.push(make.slice(`shop/web-${index}`, ['node-a', 'node-b']))
    return address
  })
}

it('says once which rule of a node stops nine addresses', () => {
  const world = healthyWorld()
  const addresses = manyServices(world, 9)
  readHosts(world, (host) => ({ ...host, paths: addresses.map(stoppedPath) }))
  const { findings } = judged(world)
  expect(findings.map(({ code, title }) => `${code} ${title}`)).toEqual([
    expect.stringMatching(/^F34 A firewall on this node drops connections to 192\.0\.2\.101:80/),
  ])
  expect(findings[0]?.evidence.at(-1)).toMatch(/^the same for 192\.0\.2\.102:80, /)
  expect(findings[0]?.affects).toHaveLength(9)
})

function stoppedPath(address: string): PathFacts {
  const target = parseIp(address)
  if (target === undefined) throw new Error(address)
  const service = {
    ...{ name: 'shop/web:http', id: 'WEBAAAAA', clusterIp: '10.96.1.1', port: 80 },
    loadBalancerIps: [address],
    endpoints: [{ address: '10.244.0.5', port: 8080, local: true }],
  }
  const asked = {
    asked: address,
    target,
    port: 80,
    protocol: 'tcp',
    client: undefined,
    inInterface: undefined,
  }
  const guard = '*raw\n:PREROUTING ACCEPT [0:0]\n-A PREROUTING -p tcp -m tcp --dport 80 -j DROP\nCOMMIT\n'
  const text = `${iptablesRules([service], 'new')}${guard}`
  return pathFromFiles(asked, [{ name: 'iptables-nft-save', text }], [])
}

it('sums up addresses that a node has kept', () => {
  const world = healthyWorld()
  const addresses = manyServices(world, 12)
  readHosts(world, (host) =>
    withCard(host, {
      addresses: [
        ...(host.links.find(({ name }) => name === 'eth0')?.addresses ?? []),
        ...addresses.map((each) => ({ address: `${each}/32`, flags: ['permanent'] })),
      ],
    }),
  )
  const { findings } = judged(world)
  expect(findings.length).toBeLessThan(9)
  expect(findings.map(({ title }) => title)).toContainEqual(
    expect.stringMatching(/^\d+ more addresses of Services are on interfaces of nodes\.$/),
  )
})

const anyDraft: fc.Arbitrary<ClusterDraft> = fc.record({
  title: fc.uuid(),
  severity: fc.constantFrom('error', 'warning', 'info'),
  confidence: fc.constantFrom('certain', 'likely', 'possible'),
  breaks: fc.constantFrom('now', 'some day', undefined),
  subject: fc.constant('x'),
  evidence: fc.constant([]),
  cause: fc.constant(''),
  fix: fc.constant([]),
  affects: fc.subarray(['shop/a', 'shop/b', 'shop/c']),
}) as fc.Arbitrary<ClusterDraft>

it('has the worst by themselves, and the sum of the others after them', () => {
  const findingOf = (draft: ClusterDraft): ClusterFinding => ({
    ...{ code: 'F12', link: 'allocation', check: 'x', docs: '', vantage: '', consequences: [] },
    ...{ notTested: [], candidates: [] },
    ...draft,
    breaks: breaksOf(draft),
  })
  fc.assert(
    fc.property(fc.array(anyDraft, { maxLength: 12 }), fc.integer({ min: 1, max: 4 }), (given, most) => {
      const findings = firstAndMore(
        given,
        most,
        (draft) => draft,
        (more) => `${more} more`,
      ).map(findingOf)
      const [last] = [...findings].sort(byRank).slice(-1)
      if (given.length > most + 1) expect(last?.title).toBe(`${given.length - most} more.`)
      else expect(findings.map(({ title }) => title).sort()).toEqual(given.map(({ title }) => title).sort())
    }),
  )
})
