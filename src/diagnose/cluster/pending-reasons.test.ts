// The smallest change that a pending Service is told really gets it an address: the text is carried out word by word, and the allocator asked again.
import { expect, it } from 'vitest'
import { adopt, converge } from '../../controller/converge/converge.ts'
import { serviceFact } from '../../controller/facts/facts-from-objects.ts'
import { Allocator } from '../../ipam/allocator.ts'
import { compilePools } from '../../ipam/pool.ts'
import { addressesAllocated } from './checks/addresses-allocated.ts'
import { healthyWorld, object, viewOf, type World } from './testing/world.ts'
import * as make from './testing/world-objects.ts'

const NEW = 'shop/new'
const KEY = 'metallb.io/allow-shared-ip'
const DUAL = { clusterIPs: ['10.96.1.1', 'fd00::10'], ipFamilies: ['IPv4', 'IPv6'] }
const REQUIRED = { ...DUAL, ipFamilyPolicy: 'RequireDualStack' }
const V6 = { clusterIP: 'fd00::10', clusterIPs: ['fd00::10'], ipFamilies: ['IPv6'] }

type Edit = (world: World, ...groups: string[]) => void
const poolOf = (world: World, name: string) => object(world, 'configuration', name, 'IPAddressPool')
const newOne = (world: World) => object(world, 'services', NEW)
const annotate = (world: World, key: string, value: string, name = NEW): void => {
  object(world, 'services', name).metadata.annotations[key] = value
}
const FREE: Readonly<Record<string, string>> = { lan: '192.0.2.110', routed: '198.51.100.9' }
const share: Edit = (world) => {
  for (const name of ['shop/web', NEW]) annotate(world, KEY, 'one', name)
  newOne(world).spec.ports[0].port = 8443
  for (const name of ['shop/web', NEW]) object(world, 'services', name).spec.externalTrafficPolicy = 'Cluster'
}

/** What a reader does who takes the text at its word. Every sentence has to be one of these. */
const CARRIED_OUT: readonly (readonly [RegExp, Edit])[] = [
  [
    /^Annotate the Service with metallb\.io\/address-pool=(\S+), or set autoAssign: true in the pool "\S+"$/,
    (world, pool = '') => annotate(world, 'metallb.io/address-pool', pool),
  ],
  [
    /^Add (\S+) to serviceAllocation\.namespaces of the pool "(\S+)"$/,
    (world, namespace = '', pool = '') => {
      const { serviceAllocation } = poolOf(world, pool).spec
      serviceAllocation.namespaces = [...(serviceAllocation.namespaces ?? []), namespace]
    },
  ],
  [
    /^Label the namespace (\S+) as serviceAllocation\.namespaceSelectors of the pool "(\S+)" wants it$/,
    (world, namespace = '', pool = '') => {
      const [{ matchLabels }] = poolOf(world, pool).spec.serviceAllocation.namespaceSelectors
      Object.assign(object(world, 'namespaces', namespace).metadata.labels, matchLabels)
    },
  ],
  [
    /^Label the Service as serviceAllocation\.serviceSelectors of the pool "(\S+)" wants it$/,
    (world, pool = '') => {
      const [{ matchLabels }] = poolOf(world, pool).spec.serviceAllocation.serviceSelectors
      Object.assign(newOne(world).metadata.labels, matchLabels)
    },
  ],
  [
    /^Add IPv([46]) addresses to the pool "([^"]+)"/,
    (world, family = '', pool = '') => {
      poolOf(world, pool).spec.addresses.push(family === '4' ? '203.0.113.0/28' : '2001:db8::/64')
    },
  ],
  [/^Ask for one of (\w+)/, (world, pool = '') => annotate(world, 'metallb.io/address-pool', pool)],
  [
    /^Ask for a free address of (\w+)/,
    (world, pool = '') => {
      newOne(world).spec.loadBalancerIP = FREE[pool]
    },
  ],
  [
    /^Ask for nothing in particular$/,
    (world) => {
      newOne(world).metadata.annotations = {}
      newOne(world).spec.loadBalancerIP = undefined
    },
  ],
  [
    /^(?:Annotate|Give) all of them (?:with )?the same value of metallb\.io\/allow-shared-ip, ports that differ/,
    share,
  ],
  [/^Give both (?:the same externalTrafficPolicy|externalTrafficPolicy: Cluster)/, share],
  [
    /^Give one of them another port/,
    (world) => {
      newOne(world).spec.ports[0].port = 8443
    },
  ],
  [
    /^Set ipFamilyPolicy: SingleStack/,
    (world) => {
      newOne(world).spec.ipFamilyPolicy = 'SingleStack'
    },
  ],
  [
    /^The class of a Service cannot be changed: make it anew with the class of MetalLB/,
    (world) => {
      newOne(world).spec.loadBalancerClass = undefined
    },
  ],
]

function carryOut(world: World, text: string): void {
  for (const sentence of text.replace(/\.$/, '').split(/\. (?=[A-Z])/)) {
    const found = CARRIED_OUT.flatMap(([words, edit]) => {
      const match = words.exec(sentence)
      return match === null ? [] : [{ edit, groups: match.slice(1) }]
    })
    const [only] = found
    if (only === undefined) throw new Error(`nobody can carry out "${sentence}"`)
    only.edit(world, ...only.groups)
  }
}

/** By the controller's own way, not by what the finding says. */
function isServed(world: World): boolean {
  const { services, objects } = viewOf(world)
  const pools = compilePools(objects.pools)
  const service = services.find(({ name }) => name === 'new')
  if (!pools.ok) throw new Error('the pools are refused')
  if (service === undefined) return false
  const allocator = new Allocator()
  allocator.setPools(pools.value, new Map(objects.namespaces.map(({ name, labels }) => [name, labels])))
  for (const each of services) adopt({ service: serviceFact(each), ingress: each.ingress, allocator })
  const { assignment } = converge({
    service: serviceFact(service),
    ingress: [],
    allocator,
    coolDownUntilMs: undefined,
  })
  return (assignment?.addresses.length ?? 0) > 0
}

function findingOf(world: World) {
  const result = addressesAllocated.evaluate(viewOf(world))
  const drafts = result.result === 'fail' ? result.findings : []
  return drafts.find(({ subject }) => subject === `Service ${NEW}`)
}

const pending = (world: World, spec: make.Spec = {}): void =>
  void world.planes.services.push(make.service(NEW, undefined, 'lan', spec))
const eachPool = (world: World, spec: make.Spec): void => {
  for (const name of ['lan', 'routed']) Object.assign(poolOf(world, name).spec, structuredClone(spec))
}
const full = (world: World, name: string): void => {
  poolOf(world, name).spec.addresses = [name === 'lan' ? '192.0.2.100/32' : '198.51.100.0/32']
}
const OTHERS = { serviceAllocation: { namespaces: ['elsewhere'] } }
const LABELS = { serviceAllocation: { serviceSelectors: [{ matchLabels: { tier: 'x' } }] } }
const BOTH = { serviceAllocation: { ...OTHERS.serviceAllocation, ...LABELS.serviceAllocation } }
const UNMATCHED = { serviceAllocation: { namespaceSelectors: [{ matchLabels: { team: 'x' } }] } }

const faults: readonly (readonly [string, Edit, make.Spec?])[] = [
  ['every pool is full', (world) => ['lan', 'routed'].forEach((name) => void full(world, name))],
  ['autoAssign is off', (world) => eachPool(world, { autoAssign: false })],
  [
    'the pool with autoAssign off is full as well, the other one only full',
    (world) => {
      for (const name of ['lan', 'routed']) full(world, name)
      poolOf(world, 'lan').spec.autoAssign = false
    },
  ],
  ['autoAssign is off, of the other family', (world) => eachPool(world, { autoAssign: false }), V6],
  ['autoAssign is off, for others', (world) => eachPool(world, { autoAssign: false, ...OTHERS })],
  ['for other namespaces', (world) => eachPool(world, OTHERS)],
  ['for other labels', (world) => eachPool(world, LABELS)],
  ['for other namespaces and labels', (world) => eachPool(world, BOTH)],
  ['no namespace has the labels', (world) => eachPool(world, UNMATCHED)],
  ['a pool that is not there', (world) => annotate(world, 'metallb.io/address-pool', 'lam')],
  [
    'a pool that is not there, and all others for other labels',
    (world) => {
      annotate(world, 'metallb.io/address-pool', 'lam')
      eachPool(world, LABELS)
    },
  ],
  [
    'the pool that is asked for is for others and full',
    (world) => {
      annotate(world, 'metallb.io/address-pool', 'lan')
      // For the one that has its only address: a pool that is not for its holder would look empty.
      poolOf(world, 'lan').spec.serviceAllocation = { serviceSelectors: [{ matchLabels: { app: 'web' } }] }
      full(world, 'lan')
    },
  ],
  ['an address outside every pool', () => undefined, { loadBalancerIP: '203.0.113.99' }],
  ['an address of another Service', () => undefined, { loadBalancerIP: '192.0.2.100' }],
  [
    'another sharing key',
    (world) => {
      annotate(world, KEY, 'one', 'shop/web')
      annotate(world, KEY, 'two')
    },
    { loadBalancerIP: '192.0.2.100' },
  ],
  [
    'the same sharing key, and another externalTrafficPolicy',
    (world) => {
      for (const name of ['shop/web', NEW]) annotate(world, KEY, 'one', name)
    },
    { loadBalancerIP: '192.0.2.100', externalTrafficPolicy: 'Local' },
  ],
  [
    'the same sharing key, Local, and another selector',
    (world) => {
      for (const name of ['shop/web', NEW]) annotate(world, KEY, 'one', name)
      object(world, 'services', 'shop/web').spec.externalTrafficPolicy = 'Local'
    },
    { loadBalancerIP: '192.0.2.100', externalTrafficPolicy: 'Local' },
  ],
  [
    'the same port',
    (world) => {
      for (const name of ['shop/web', NEW]) annotate(world, KEY, 'one', name)
    },
    { loadBalancerIP: '192.0.2.100' },
  ],
  ['two families of pools with one', () => undefined, REQUIRED],
  ['two families with one cluster address', () => undefined, { ipFamilyPolicy: 'RequireDualStack' }],
  ['another class', () => undefined, { loadBalancerClass: 'example.com/other' }],
  ['IPv6 of pools with IPv4', () => undefined, V6],
]

it.each(faults.map(([name, fault, spec]) => ({ name, fault, spec })))(
  '$name: what is suggested gets the Service its address',
  ({ fault, spec }) => {
    const world = healthyWorld()
    pending(world, spec)
    fault(world)
    expect(isServed(world)).toBe(false)
    const text = findingOf(world)?.fix[0]?.text ?? ''
    carryOut(world, text)
    expect(isServed(world), text).toBe(true)
  },
)
