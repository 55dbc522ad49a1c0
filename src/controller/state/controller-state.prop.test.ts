// Whatever happens in whatever order: no address has two owners that may not share, nobody waits for an address that is free, a
// restart writes nothing, and the outcome of a first list does not depend on its order.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { parseIp } from '../../net/ip.ts'
import {
  clusterFamilies,
  familiesOf,
  requestOf,
  wantedAddresses,
  wantedFamilies,
  wantedPool,
} from '../converge/wish.ts'
import type { FactChange, ServiceFact } from '../facts/facts.ts'
import { Cluster } from '../testing/cluster.ts'
import { poolsChange, serviceOf } from '../testing/service-of.ts'

const KEYS = ['red/a', 'red/b', 'red/c', 'blue/d', 'blue/e', 'blue/f', 'green/g', 'green/h']
const POOLS = {
  small: { addresses: ['192.0.2.0-192.0.2.1', '2001:db8::1-2001:db8::2'] },
  four: { addresses: ['198.51.100.255/32', '198.51.100.1-198.51.100.2'] },
  six: { addresses: ['2001:db8:1::/127'] },
}

const annotation = (key: string, values: readonly string[]) =>
  fc
    .option(fc.constantFrom(...values), { nil: undefined, freq: 2 })
    .map((value) => (value === undefined ? {} : { [key]: value }))
const annotations = fc
  .tuple(
    annotation('metallb.io/loadBalancerIPs', ['192.0.2.1', '2001:db8::1', '192.0.2.0,2001:db8::2', 'x', '']),
    annotation('metallb.io/address-pool', ['small', 'four', 'six', 'none']),
    annotation('metallb.io/allow-shared-ip', ['k', 'l']),
    annotation('metallb.universe.tf/allow-shared-ip', ['k']),
  )
  .map((all) => Object.assign({}, ...all) as Record<string, string>)

const spec: fc.Arbitrary<Partial<ServiceFact>> = fc.record({
  type: fc.constantFrom('LoadBalancer', 'LoadBalancer', 'LoadBalancer', 'ClusterIP'),
  labels: fc.constantFrom({}, { team: 'x' }),
  annotations,
  clusterIPs: fc.constantFrom(
    ['10.0.0.1'],
    ['fd00::1'],
    ['10.0.0.1', 'fd00::1'],
    ['fd00::1', '10.0.0.1'],
    [],
  ),
  ipFamilyPolicy: fc.constantFrom('SingleStack', 'PreferDualStack', 'RequireDualStack'),
  ipFamilies: fc.constantFrom(['IPv4', 'IPv6'], ['IPv6', 'IPv4']),
  localTraffic: fc.boolean(),
  ports: fc
    .subarray([80, 443, 53], { minLength: 1 })
    .map((all) => all.map((port) => ({ protocol: 'TCP', port }))),
  createdAt: fc.constantFrom('2026-01-01T00:00:00Z', '2026-02-01T00:00:00Z'),
})
const key = fc.constantFrom(...KEYS)
const service = fc.tuple(key, spec).map(([name, changes]) => serviceOf(name, changes))
const ingress = fc.constantFrom(
  [],
  [],
  ['192.0.2.1'],
  ['2001:db8::1'],
  ['192.0.2.0', '2001:db8::1'],
  ['203.0.113.9'],
  ['x'],
)

const pools = fc
  .record({
    names: fc.subarray(Object.keys(POOLS) as (keyof typeof POOLS)[]),
    avoidBuggyIPs: fc.boolean(),
    autoAssign: fc.boolean(),
    serviceAllocation: fc.constantFrom(
      undefined,
      { priority: 1 },
      { namespaces: ['red'] },
      { namespaceSelectors: [{ matchLabels: { team: 'x' } }] },
      { serviceSelectors: [{ matchLabels: { team: 'x' } }], priority: 2 },
    ),
  })
  .map(
    ({ names, avoidBuggyIPs, autoAssign, serviceAllocation }): FactChange =>
      poolsChange(
        Object.fromEntries(
          names.map((name, index) => [
            name,
            {
              addresses: [...POOLS[name].addresses],
              avoidBuggyIPs,
              autoAssign: index > 0 || autoAssign,
              ...(index > 0 || serviceAllocation === undefined ? {} : { serviceAllocation }),
            },
          ]),
        ),
      ),
  )
const namespace: fc.Arbitrary<FactChange> = fc.record({
  kind: fc.constant('namespace' as const),
  name: fc.constantFrom('red', 'blue'),
  labels: fc.constantFrom({}, { team: 'x' }),
})
const change: fc.Arbitrary<FactChange> = fc.oneof(
  { weight: 6, arbitrary: service.map((each) => ({ kind: 'service' as const, service: each })) },
  { weight: 2, arbitrary: key.map((name): FactChange => ({ kind: 'service-deleted', ...serviceOf(name) })) },
  { weight: 1, arbitrary: pools },
  { weight: 1, arbitrary: namespace },
)

/** A change of a Service leaves its status as it is. */
function perform(made: Cluster, each: FactChange): void {
  if (each.kind !== 'service') {
    made.apply(each)
    return
  }
  const name = `${each.service.namespace}/${each.service.name}`
  const before = made.services.get(name)
  if (before === undefined) made.apply(each)
  else made.edit(name, { ...each.service, ingress: before.ingress, ingressWithoutAddress: 0 })
}

function noAddressTwice(made: Cluster): void {
  const users = new Map<string, ServiceFact[]>()
  for (const each of made.services.values())
    for (const address of each.ingress) users.set(address, [...(users.get(address) ?? []), each])
  for (const [address, all] of users) {
    const requests = all.map(requestOf)
    const ports = requests.flatMap((each) => each.ports)
    expect(new Set(ports).size, `ports on ${address}`).toBe(ports.length)
    if (requests.length === 1) continue
    expect(requests.map(({ sharing }) => sharing)).not.toContain('')
    expect(new Set(requests.map(({ sharing, backend }) => `${sharing} ${backend}`)).size).toBe(1)
  }
}

/** Nobody waits for what is there: asked directly, the allocator refuses everybody who has nothing. */
function nobodyWaitsInVain({ services, state }: Cluster): void {
  for (const each of services.values()) {
    const families = clusterFamilies(each)
    const wanted = wantedAddresses(each)
    if (each.type !== 'LoadBalancer' || each.ingress.length > 0 || !families.ok || !wanted.ok) continue
    if (each.ipFamilyPolicy === 'RequireDualStack' && each.clusterIPs.length < 2) continue
    const request = requestOf(each)
    const pool = wantedPool(each)
    const wishes = wantedFamilies(each, families.value)
    const own = familiesOf(wanted.value)
    const got =
      wanted.value.length > 0
        ? own.ok && own.value === families.value
          ? state.allocator.assign(request, wanted.value)
          : undefined
        : pool === ''
          ? state.allocator.allocate(request, wishes)
          : state.allocator.allocateFrom(pool, request, wishes)
    const compatible = got?.ok !== true || pool === '' || got.value.pool === pool
    state.allocator.release(request.service)
    if (compatible) expect(got?.ok ?? false, `${request.service} could have an address`).toBe(false)
  }
}

it('nobody gets what another has, nobody waits for what is free, and a restart writes nothing', () => {
  fc.assert(
    fc.property(pools, fc.array(change, { maxLength: 40, size: 'max' }), (first, changes) => {
      const made = new Cluster()
      made.apply(first, { kind: 'complete' })
      for (const each of changes) perform(made, each)
      noAddressTwice(made)
      for (const each of made.services.values())
        for (const text of each.ingress)
          expect(made.state.allocator.holders(parseIp(text) ?? { family: 4, value: 0n })).toContain(
            `${each.namespace}/${each.name}`,
          )
      const before = [...made.services.values()].map(({ name, ingress: texts }) => [name, texts])
      expect(made.restart()).toBe(0)
      expect(made.restart((list) => list.reverse())).toBe(0)
      expect([...made.services.values()].map(({ name, ingress: texts }) => [name, texts])).toEqual(before)
      nobodyWaitsInVain(made)
    }),
    { numRuns: 500 },
  )
}, 120_000)

it('the outcome of what is found at a start does not depend on its order', () => {
  const found = fc.uniqueArray(
    fc.tuple(service, ingress).map(([each, texts]): ServiceFact => ({ ...each, ingress: texts })),
    { selector: ({ namespace: space, name }) => `${space}/${name}`, maxLength: 8, size: 'max' },
  )
  const orders = fc.tuple(pools, namespace, found).chain(([first, space, services]) => {
    const all: FactChange[] = [
      first,
      space,
      ...services.map((each) => ({ kind: 'service', service: each }) as const),
    ]
    return fc.tuple(fc.constant(all), fc.shuffledSubarray(all, { minLength: all.length }))
  })
  fc.assert(
    fc.property(orders, ([one, other]) => {
      const outcome = (list: readonly FactChange[]) => {
        const made = new Cluster()
        made.apply(...list)
        made.apply({ kind: 'complete' })
        return Object.fromEntries(KEYS.map((name) => [name, made.addressesOf(name)]))
      }
      expect(outcome(one)).toEqual(outcome(other))
    }),
    { numRuns: 500 },
  )
}, 120_000)
