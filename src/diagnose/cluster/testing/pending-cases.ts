import type { FaultCase } from './cases.ts'
import { object, type World } from './world.ts'
import * as make from './world-objects.ts'

/** shop/new waits for an address; the fault is what keeps it from one. */
function pending(world: World, spec: Readonly<Record<string, unknown>> = {}): void {
  world.planes.services.push(make.service('shop/new', undefined, 'lan', spec))
}
/** A pool of one address, which ends in .0, and a Service that asks for it. */
function tiny(world: World, avoidBuggyIPs: boolean): void {
  world.planes.configuration.push(
    make.metal('IPAddressPool', 'tiny', { addresses: ['203.0.113.0/32'], avoidBuggyIPs }),
    make.metal('BGPAdvertisement', 'tiny', { ipAddressPools: ['tiny'] }),
  )
  pending(world)
  Object.assign(object(world, 'services', 'shop/new').metadata.annotations, {
    'metallb.io/address-pool': 'tiny',
  })
  world.planes.endpointSlices.push(make.slice('shop/new', ['node-a', 'node-b']))
}
const annotate = (world: World, name: string, annotations: Readonly<Record<string, string>>): void =>
  void Object.assign(object(world, 'services', name).metadata.annotations, annotations)
const pools = (world: World): { spec: Record<string, unknown> }[] =>
  ['lan', 'routed'].map((name) => object(world, 'configuration', name, 'IPAddressPool'))

export const PENDING_CASES: readonly FaultCase[] = [
  {
    name: 'pools that are full, and not assigned automatically',
    code: 'F09',
    check: 'addresses-allocated',
    says: /shop\/new gets no address: no pool has an address for it/,
    fault: (world) => {
      pending(world)
      object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses = ['192.0.2.100/32']
      object(world, 'configuration', 'routed', 'IPAddressPool').spec.autoAssign = false
    },
  },
  {
    name: 'pools for other namespaces',
    code: 'F09',
    check: 'addresses-allocated',
    says: /no pool has an address/,
    fault: (world) => {
      pending(world)
      for (const { spec } of pools(world)) spec['serviceAllocation'] = { namespaces: ['elsewhere'] }
    },
  },
  {
    name: 'pools for Services with other labels',
    code: 'F09',
    check: 'addresses-allocated',
    says: /no pool has an address/,
    fault: (world) => {
      pending(world)
      for (const { spec } of pools(world))
        spec['serviceAllocation'] = { serviceSelectors: [{ matchLabels: { tier: 'x' } }] }
    },
  },
  {
    name: 'a pool that is not there',
    code: 'F09',
    check: 'addresses-allocated',
    says: /asks for the pool "lam"/,
    fault: (world) => {
      pending(world)
      annotate(world, 'shop/new', { 'metallb.io/address-pool': 'lam' })
    },
  },
  {
    name: 'an address that no pool holds',
    code: 'F09',
    check: 'addresses-allocated',
    says: /asks for 203\.0\.113\.9, which no single pool holds/,
    fault: (world) => pending(world, { loadBalancerIP: '203.0.113.9' }),
  },
  {
    name: 'a family that no pool has',
    code: 'F09',
    check: 'addresses-allocated',
    says: /no pool has an address/,
    fault: (world) => pending(world, { clusterIP: 'fd00::10', ipFamilies: ['IPv6'] }),
  },
  {
    name: 'a pool that avoidBuggyIPs leaves empty',
    code: 'F09',
    check: 'addresses-allocated',
    says: /the pool "tiny" has nothing for it: avoidBuggyIPs leaves out all its IPv4 addresses, for they end in \.0 or \.255/,
    fault: (world) => tiny(world, true),
    twin: (world) => {
      tiny(world, false)
      const status = { loadBalancer: { ingress: [{ ip: '203.0.113.0' }] } }
      Object.assign(object(world, 'services', 'shop/new'), { status })
    },
  },
  {
    name: 'a class that is not that of MetalLB',
    code: 'F09',
    check: 'addresses-allocated',
    severity: 'warning',
    says: /another loadBalancerClass/,
    fault: (world) => pending(world, { loadBalancerClass: 'example.com/other' }),
  },
  {
    name: 'no pool at all',
    code: 'F09',
    check: 'addresses-allocated',
    says: /there is no IPAddressPool/,
    fault: (world) => {
      world.planes.services = world.planes.services.filter(({ metadata }) => metadata.namespace !== 'shop')
      pending(world)
      world.planes.configuration = []
    },
  },
  {
    name: 'an address of a Service that does not share it',
    code: 'F10',
    check: 'addresses-allocated',
    says: /192\.0\.2\.100 belongs to shop\/web, which does not share it/,
    fault: (world) => pending(world, { loadBalancerIP: '192.0.2.100' }),
  },
  {
    name: 'a sharing key among the labels',
    code: 'F10',
    check: 'addresses-allocated',
    says: /stands among its labels/,
    fault: (world) => {
      pending(world, { loadBalancerIP: '192.0.2.100' })
      annotate(world, 'shop/web', { 'metallb.io/allow-shared-ip': 'one' })
      object(world, 'services', 'shop/new').metadata.labels['metallb.io/allow-shared-ip'] = 'one'
    },
  },
  {
    name: 'sharers that agree on the key and not on externalTrafficPolicy',
    code: 'F10',
    check: 'addresses-allocated',
    says: /192\.0\.2\.100 belongs to shop\/web, with externalTrafficPolicy Cluster and not Local, and both have port TCP\/80/,
    fault: (world) => {
      pending(world, { loadBalancerIP: '192.0.2.100', externalTrafficPolicy: 'Local' })
      for (const name of ['shop/web', 'shop/new'])
        annotate(world, name, { 'metallb.io/allow-shared-ip': 'one' })
    },
  },
  {
    name: 'a port that two sharers want',
    code: 'F10',
    check: 'addresses-allocated',
    says: /has port TCP\/80 there already/,
    fault: (world) => {
      pending(world, { loadBalancerIP: '192.0.2.100' })
      for (const name of ['shop/web', 'shop/new'])
        annotate(world, name, { 'metallb.io/allow-shared-ip': 'one' })
    },
  },
]
