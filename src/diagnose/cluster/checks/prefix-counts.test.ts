import { expect, it } from 'vitest'
import { ClusterView } from '../cluster-view.ts'
import { factsOf, healthyWorld, object } from '../testing/world.ts'
import { pool, service, slice } from '../testing/world-objects.ts'
import { prefixCounts } from './prefix-counts.ts'

/** So many Services behind BGP, on machines of Azure. */
function judged(count: number) {
  const world = healthyWorld()
  for (const node of world.planes.nodes)
    Object.assign(node['spec'] as object, { providerID: 'azure:///subscriptions/0a1b' })
  world.planes.configuration.push(pool('wide', ['198.18.0.0/21']))
  object(world, 'configuration', 'routed', 'BGPAdvertisement').spec.ipAddressPools = ['wide']
  for (let index = 0; index < count; index += 1) {
    const key = `shop/s${index}`
    world.planes.services.push(service(key, `198.18.${index >> 8}.${index & 255}`, 'wide'))
    world.planes.endpointSlices.push(slice(key, ['node-a']))
  }
  return prefixCounts.evaluate(new ClusterView(factsOf(world)))
}

it('counts against what the provider of the router takes', () => {
  expect(judged(1001)).toMatchObject({
    result: 'fail',
    findings: [{ severity: 'error', title: expect.stringContaining('Azure Route Server accepts 1000') }],
  })
  expect(judged(900)).toMatchObject({ result: 'fail', findings: [{ severity: 'warning' }] })
  expect(judged(700)).toMatchObject({ result: 'pass' })
})
