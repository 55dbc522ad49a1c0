// Each kind of change that breaks an address is named, with what it was and what it is, and nothing beside it.
import { describe, expect, it } from 'vitest'
import { CLUSTER_CHECKS } from '../cluster/check-list.ts'
import { ClusterView } from '../cluster/cluster-view.ts'
import type { HostFacts } from '../cluster/host-facts.ts'
import { judgeCluster } from '../cluster/judge-cluster.ts'
import { drop, factsOf, healthyWorld, object, type World } from '../cluster/testing/world.ts'
import { readHosts } from '../cluster/testing/world-hosts.ts'
import { type BundleComparison, compareBundles, type Side } from './compare.ts'

const sideOf = (change: (world: World) => void, takenAt: string): Side => {
  const world = healthyWorld()
  readHosts(world)
  change(world)
  const view = new ClusterView({ ...factsOf(world), takenAt })
  return { facts: view.facts, view, verdict: judgeCluster(view, { checks: CLUSTER_CHECKS, failOn: 'error' }) }
}
const nothing = (): void => undefined
const compared = (
  change: (world: World) => void,
  before: (world: World) => void = nothing,
): BundleComparison =>
  compareBundles(sideOf(before, '2026-03-01T12:00:00Z'), sideOf(change, '2026-03-02T12:00:00Z'))
const told = ({ objects }: BundleComparison): string[] =>
  objects.flatMap(({ change, kind, object: id, to, fields }) => {
    const head = `${change} ${kind} ${id}${to === undefined ? '' : ` to ${to}`}`
    return fields.length === 0
      ? [head]
      : fields.map(
          ({ path, before, after }) =>
            `${head}: ${path}: ${JSON.stringify(before)} to ${JSON.stringify(after)}`,
        )
  })

const onNodeA =
  (change: (host: HostFacts) => HostFacts) =>
  (world: World): void =>
    readHosts(world, (host) => (host.node === 'node-a' ? change(host) : host))

const CASES: readonly (readonly [string, (world: World) => void, readonly (string | RegExp)[]])[] = [
  [
    'a pool with other addresses',
    (world) => {
      object(world, 'configuration', 'lan', 'IPAddressPool').spec.addresses = ['192.0.2.110-192.0.2.119']
    },
    [
      /changed IPAddressPool metallb-system\/lan: spec\.addresses: \["192\.0\.2\.100-192\.0\.2\.119"\] to \["192\.0\.2\.110/,
    ],
  ],
  [
    'an advertisement that is gone',
    (world) => drop(world, 'configuration', ({ kind }) => kind === 'BGPAdvertisement'),
    ['removed BGPAdvertisement metallb-system/routed'],
  ],
  [
    'a label of a node',
    (world) => {
      object(world, 'nodes', 'node-a').metadata.labels['example.com/rack'] = 'r2'
    },
    ['changed Node node-a: metadata.labels[example.com/rack]: undefined to "r2"'],
  ],
  [
    'a node that is not ready',
    (world) => {
      object(world, 'nodes', 'node-a').status.conditions[0].status = 'False'
    },
    ['changed Node node-a: status.conditions[Ready].status: "True" to "False"'],
  ],
  [
    'endpoints that are gone',
    (world) => {
      const slice = world.planes.endpointSlices.find(({ metadata }) => metadata.name === 'web-x1')
      Object.assign(slice ?? {}, { endpoints: [] })
    },
    [
      /changed EndpointSlice shop\/web-x1: endpoints\[node-a\]: .* to undefined/,
      /changed EndpointSlice shop\/web-x1: endpoints\[node-b\]: .* to undefined/,
    ],
  ],
  [
    'another address of a Service',
    (world) => {
      object(world, 'services', 'shop/web').status.loadBalancer.ingress = [{ ip: '192.0.2.101' }]
    },
    [
      /changed Service shop\/web: status\.loadBalancer\.ingress\[192\.0\.2\.100\]: .* to undefined/,
      /changed Service shop\/web: status\.loadBalancer\.ingress\[192\.0\.2\.101\]: undefined to/,
    ],
  ],
  [
    'another version of the speaker',
    (world) => {
      object(world, 'daemonSets', 'speaker').spec.template.spec.containers[0].image =
        'quay.io/metallb/speaker:v0.14.9'
    },
    [
      /changed DaemonSet metallb-system\/speaker: .*image: "quay\.io\/metallb\/speaker:v0\.15\.2" to ".*v0\.14\.9"/,
    ],
  ],
  [
    'a sysctl of a host',
    onNodeA((host) => ({ ...host, sysctls: { ...host.sysctls, 'net.ipv4.ip_forward': '0' } })),
    ['changed Host node-a: sysctls[net.ipv4.ip_forward]: "1" to "0"'],
  ],
  [
    'a route of a host',
    onNodeA((host) => ({
      ...host,
      routes: host.routes.map((each) =>
        each.destination === 'default' ? { ...each, gateway: '192.0.2.254' } : each,
      ),
    })),
    [/changed Host node-a: routes\[default, IPv4\]: "via 192\.0\.2\.1 dev \S+" to "via 192\.0\.2\.254/],
  ],
  [
    'a rule of nftables',
    onNodeA((host) => ({
      ...host,
      firewall: {
        followed: 2,
        notFollowed: [],
        refusals: [
          {
            ...{
              what: 'bgp',
              direction: 'out',
              protocol: 'tcp',
              port: 179,
              peer: '192.0.2.1',
              local: '192.0.2.11',
            },
            ...{ end: 'dropped', tool: 'nft inet', place: 'filter output', rule: 'tcp dport 179 drop' },
          },
        ],
      },
    })),
    [
      'changed Host node-a: firewall[nft inet filter output]: undefined to "tcp dport 179 drop (bgp dropped)"',
    ],
  ],
  [
    'a session of BGP that went away, on another port of its own',
    onNodeA((host) => ({
      ...host,
      sessions: [{ local: '192.0.2.11:55123', remote: '192.0.2.1:179', state: 'syn-sent', program: 'bgpd' }],
    })),
    [/changed Host node-a: sessions\[192\.0\.2\.11 with 192\.0\.2\.1\]: undefined to "syn-sent"/],
  ],
  [
    'a peer that is called otherwise',
    (world) => {
      object(world, 'configuration', 'tor').metadata.name = 'tor-1'
    },
    ['renamed BGPPeer metallb-system/tor to metallb-system/tor-1'],
  ],
]

describe('what changed', () => {
  it.each(CASES)('%s', (_, change, expected) => {
    const lines = told(compared(change))
    expect(lines).toHaveLength(expected.length)
    expected.forEach((each, index) => {
      if (typeof each === 'string') expect(lines[index]).toBe(each)
      else expect(lines[index]).toMatch(each)
    })
  })

  it.each(CASES)('is nothing between two bundles of the same: %s', (_, change) => {
    expect(told(compared(change, change))).toEqual([])
  })
})

it('does not tell what changes by itself', () => {
  const later = (world: World): void => {
    for (const each of Object.values(world.planes).flat())
      Object.assign(each.metadata, { resourceVersion: '99', uid: 'x', generation: 7 })
    Object.assign(object(world, 'services', 'shop/web').metadata.annotations, {
      'endpoints.kubernetes.io/last-change-trigger-time': '2026-03-02T00:00:00Z',
    })
    Object.assign(object(world, 'nodes', 'node-a').status, {
      images: [{ names: ['x'] }],
      volumesInUse: ['y'],
    })
    readHosts(world, (host) => ({
      ...host,
      neighbours: [{ address: '192.0.2.7', mac: undefined, interface: 'eth0', state: 'stale' }],
    }))
  }
  expect(told(compared(later))).toEqual([])
})

it('takes a Pod that its DaemonSet made anew for the same', () => {
  const named = (suffix: string) => (world: World) => {
    const { metadata } = object(world, 'pods', 'speaker-node-a')
    Object.assign(metadata, { generateName: 'speaker-', name: `speaker-${suffix}` })
  }
  expect(told(compared(named('abcde'), named('fghij')))).toEqual([
    'changed Pod metallb-system/speaker on node-a: metadata.name: "speaker-fghij" to "speaker-abcde"',
  ])
})

it('tells first what the new findings speak of', () => {
  const { objects, appeared } = compared((world) => {
    drop(world, 'configuration', ({ kind }) => kind === 'L2Advertisement')
    object(world, 'configuration', 'tor').spec.holdTime = '90s'
    object(world, 'nodes', 'node-b').metadata.labels['example.com/x'] = 'y'
  })
  expect(appeared.map(({ code }) => code)).toContain('F01')
  expect(objects.map(({ kind, explains }) => `${kind} ${explains.join()}`)).toEqual([
    'L2Advertisement F01',
    'BGPPeer ',
    'Node ',
  ])
})

it('knows that endpoints are those of their Service, and that an address is one of a pool', () => {
  const { objects } = compared((world) => {
    for (const { metadata, ...slice } of world.planes.endpointSlices)
      if (metadata.name === 'web-x1') Object.assign(slice['endpoints'] as object[], { length: 0 })
    object(world, 'configuration', 'routed', 'IPAddressPool').spec.addresses = ['198.51.100.8/29']
    object(world, 'nodes', 'node-b').metadata.labels['example.com/x'] = 'y'
  })
  const explaining = objects.filter(({ explains }) => explains.length > 0).map(({ kind }) => kind)
  expect(explaining).toEqual(['IPAddressPool', 'EndpointSlice'])
  expect(objects.at(-1)?.kind).toBe('Node')
})

it('says that the later one was given first', () => {
  const early = sideOf(nothing, '2026-03-01T12:00:00Z')
  const late = sideOf(nothing, '2026-03-02T12:00:00Z')
  expect([compareBundles(late, early).backwards, compareBundles(early, late).backwards]).toEqual([
    true,
    false,
  ])
})

it('says whose machine was read on one side only', () => {
  const { objects, notCompared } = compared((world) => {
    world.hosts = world.hosts?.filter(({ node }) => node !== 'node-c')
  })
  expect(objects).toEqual([])
  expect(notCompared).toEqual(['host node-c: read before only'])
})
