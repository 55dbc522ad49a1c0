// For tests: small worlds in which everything that a decision depends on happens often.
import fc from 'fast-check'
import type { LabelSelector } from '../../config/schema/field.ts'
import type { Release } from '../../config/schema/release.ts'
import type { Resource, Resources } from '../configuration/resources.ts'
import { EXCLUDE_LABEL } from '../decide/node-table.ts'
import type { EndpointSliceFact, NodeFact, ServiceFact } from '../facts/facts.ts'

export interface World {
  readonly release: Release
  readonly ignoreExcludeLabel: boolean
  readonly resources: Resources
  readonly nodes: readonly NodeFact[]
  readonly members: ReadonlySet<string> | undefined
  readonly service: ServiceFact
  readonly slices: readonly EndpointSliceFact[]
}

export const RELEASES: readonly Release[] = [
  '0.8.3',
  '0.9.6',
  '0.10.3',
  '0.12.1',
  '0.13.5',
  '0.13.7',
  '0.13.12',
  '0.14.1',
  '0.14.3',
  '0.14.4',
  '0.14.8',
  '0.14.9',
  '0.15.2',
  '0.16.1',
  'main',
]
export const NODES = ['node1', 'node2', 'iris1', 'iris2', 'kind-worker'] as const
const PEERS = ['tor-a', 'tor-b', 'spine'] as const
const POOLS = ['lan', 'wan'] as const

const key = fc.constantFrom('zone', 'rack')
const value = fc.constantFrom('a', 'b', 'c')
export const labels = fc.dictionary(key, value, { maxKeys: 2 })
const selector: fc.Arbitrary<LabelSelector> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ matchLabels: fc.dictionary(key, value, { minKeys: 1, maxKeys: 1 }) }) },
  fc.constant({}),
  fc.record({
    matchExpressions: fc.array(
      fc.oneof(
        fc.record({
          key,
          operator: fc.constantFrom('In', 'NotIn'),
          values: fc.uniqueArray(value, { minLength: 1, maxLength: 2 }),
        }),
        fc.record({ key, operator: fc.constantFrom('Exists', 'DoesNotExist') }),
      ),
      { minLength: 1, maxLength: 2 },
    ),
  }),
)
const selectors = fc.oneof(
  { weight: 2, arbitrary: fc.constant([]) },
  fc.array(selector, { minLength: 1, maxLength: 2 }),
)
const chosen = <T>(from: readonly T[], none = 3) =>
  fc.oneof({ weight: none, arbitrary: fc.constant<T[]>([]) }, fc.subarray([...from], { minLength: 1 }))

const named = <S>(kind: string, name: string, spec: S, own: Record<string, string> = {}): Resource<S> => ({
  kind,
  name,
  namespace: 'metallb-system',
  labels: own,
  spec: spec as Resource<S>['spec'],
})
const numbered = <S>(kind: string, spec: fc.Arbitrary<S>, maxLength: number) =>
  fc
    .array(spec, { maxLength })
    .map((specs) => specs.map((each, index) => named(kind, `${kind.toLowerCase()}-${index}`, each)))

const shared = {
  ipAddressPools: chosen(POOLS),
  ipAddressPoolSelectors: fc.oneof(
    { weight: 4, arbitrary: fc.constant([]) },
    fc.array(selector, { minLength: 1, maxLength: 1 }),
  ),
  nodeSelectors: selectors,
  serviceSelectors: selectors,
}
const l2 = fc.record({
  ...shared,
  interfaces: chosen(['eth0', 'eth1', 'bond0']),
  preferredNodeSelectors: fc.oneof(
    { weight: 2, arbitrary: fc.constant([]) },
    fc.array(fc.record({ weight: fc.constantFrom(1, 2, 50, 100), preference: selector }), {
      minLength: 1,
      maxLength: 2,
    }),
  ),
})
const bgp = fc.record(
  {
    ...shared,
    aggregationLength: fc.constantFrom(32, 24, 30),
    aggregationLengthV6: fc.constantFrom(128, 64),
    localPref: fc.constantFrom(0, 100, 200),
    communities: fc.uniqueArray(
      fc.constantFrom('65000:1', '1:2', 'no-export', 'large:1:2:3', 'large:1:2:1', 'big'),
      {
        maxLength: 3,
      },
    ),
    peers: chosen(PEERS),
  },
  {
    requiredKeys: [
      'ipAddressPools',
      'ipAddressPoolSelectors',
      'nodeSelectors',
      'serviceSelectors',
      'communities',
      'peers',
    ],
  },
)
const V4 = ['10.20.30.1', '10.20.30.2', '10.20.30.129', '192.168.1.240']
const V6 = ['fc00:f853:ccd:e799::1', 'fc00:f853:ccd:e799::2']
const pools = fc
  .tuple(labels, labels, fc.boolean(), fc.boolean())
  .map(([a, b, six, four]) => [
    named(
      'IPAddressPool',
      'lan',
      { addresses: ['10.20.30.0/24', ...(six ? ['fc00:f853:ccd:e799::/64'] : [])] },
      a,
    ),
    named('IPAddressPool', 'wan', { addresses: [four ? '192.168.1.1-192.168.1.254' : '2001:db8::/64'] }, b),
  ])
const resources: fc.Arbitrary<Resources> = fc
  .record({
    pools,
    l2Advertisements: numbered('L2Advertisement', l2, 3),
    bgpAdvertisements: numbered('BGPAdvertisement', bgp, 3),
  })
  .map((some) => ({
    ...some,
    peers: [],
    bfdProfiles: [],
    communities: [
      named('Community', 'names', {
        communities: [
          { name: 'no-export', value: '65535:65281' },
          { name: 'big', value: 'large:4294967295:0:7' },
        ],
      }),
    ],
    password: () => undefined,
  }))

export const serviceFacts: fc.Arbitrary<ServiceFact> = fc.record({
  namespace: fc.constant('shop'),
  name: fc.constantFrom('web', 'mail', 'dns'),
  labels,
  type: fc.oneof({ weight: 12, arbitrary: fc.constant('LoadBalancer') }, fc.constant('ClusterIP')),
  loadBalancerClass: fc.constant(undefined),
  localTraffic: fc.boolean(),
  sharesAddress: fc.boolean(),
  ingress: fc.oneof(
    { weight: 6, arbitrary: fc.constantFrom(...V4).map((one) => [one]) },
    { weight: 2, arbitrary: fc.constantFrom(...V6).map((one) => [one]) },
    {
      weight: 4,
      arbitrary: fc.tuple(fc.constantFrom(...V4), fc.constantFrom(...V6)).map((both) => [...both]),
    },
    {
      weight: 1,
      arbitrary: fc
        .constantFrom<string[][]>(
          [],
          [''],
          ['10.20.30.999'],
          ['::ffff:10.20.30.1'],
          ['FC00:F853:CCD:E799:0::1'],
          ['172.16.0.1'],
          ['10.20.30.1', '172.16.0.1'],
        )
        .map((x) => x as unknown as string[]),
    },
  ),
})
const condition = fc.constantFrom(true, false, undefined)
export const sliceFacts = (service: string, name: string): fc.Arbitrary<EndpointSliceFact> =>
  fc.record({
    namespace: fc.constant('shop'),
    name: fc.constant(name),
    service: fc.constant(service),
    endpoints: fc.array(
      fc.record({
        nodeName: fc.constantFrom(...NODES, 'elsewhere', undefined),
        ready: condition,
        serving: condition,
        hasAddress: fc.boolean(),
      }),
      { maxLength: 4 },
    ),
  })
const seldom = fc.integer({ min: 0, max: 6 }).map((n) => n === 0)
export const nodeFact = (name: string): fc.Arbitrary<NodeFact> =>
  fc.tuple(labels, seldom, seldom, seldom).map(([own, networkUnavailable, unschedulable, excluded]) => ({
    name,
    labels: excluded ? { ...own, [EXCLUDE_LABEL]: '' } : own,
    networkUnavailable,
    unschedulable,
    addresses: [],
  }))

export const memberSets = fc.oneof(
  fc.constant(undefined),
  fc.subarray([...NODES, 'stranger']).map((names) => new Set<string>(names)),
)
export const resourceSets = resources

export const worlds: fc.Arbitrary<World> = serviceFacts.chain((service) =>
  fc.record({
    release: fc.constantFrom(...RELEASES, '0.16.1', 'main' as const),
    ignoreExcludeLabel: fc.boolean(),
    resources,
    nodes: fc
      .subarray([...NODES], { minLength: 1 })
      .chain((names) => fc.tuple(...names.map((name) => nodeFact(name)))),
    members: memberSets,
    service: fc.constant(service),
    slices: fc.tuple(sliceFacts(service.name, 'one'), sliceFacts(service.name, 'two')),
  }),
)
