// What there is too much of is summed up, and never hidden.
import { expect, it } from 'vitest'
import { CLUSTER_CHECKS } from './check-list.ts'
import { judgeCluster } from './judge-cluster.ts'
import { healthyWorld, object, viewOf, type World } from './testing/world.ts'
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
