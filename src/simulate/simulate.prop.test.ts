// What holds for every change of every cluster, whatever is in it.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import { type ReadResult, readObjects } from '../config/objects/read-objects.ts'
import type { Release } from '../config/schema/release.ts'
import { parseYaml } from '../config/source/parse.ts'
import { Source } from '../config/source/source.ts'
import { withApplied, withoutPools } from './changed-objects.ts'
import { drained } from './drained.ts'
import { simulate } from './simulate.ts'
import { type World, worldOf } from './world.ts'

const NODES = ['node1', 'node2', 'iris1', 'kind-worker']
const POOLS = { lan: '192.0.2.10-192.0.2.12', wan: '198.51.100.0/31', six: '2001:db8::/126' }
const ADDRESSES = ['192.0.2.10', '192.0.2.11', '192.0.2.12', '198.51.100.0', '198.51.100.1', '203.0.113.1']

const metal = (kind: string, name: string, spec: object) => ({
  ...{ apiVersion: kind === 'BGPPeer' ? 'metallb.io/v1beta2' : 'metallb.io/v1beta1', kind },
  ...{ metadata: { name, namespace: 'metallb-system' }, spec },
})
const chosen = fc.subarray(Object.keys(POOLS))
const selectors = fc.subarray(NODES).map((names) => names.map((name) => ({ matchLabels: { name } })))
const adverts = fc
  .array(fc.record({ ipAddressPools: chosen, nodeSelectors: selectors, isBgp: fc.boolean() }), {
    maxLength: 3,
  })
  .map((all) =>
    all.map(({ isBgp, ...spec }, index) =>
      metal(isBgp ? 'BGPAdvertisement' : 'L2Advertisement', `advert-${index}`, spec),
    ),
  )
const service = (name: string) =>
  fc
    .record({
      address: fc.option(fc.constantFrom(...ADDRESSES), { nil: undefined }),
      six: fc.boolean(),
      port: fc.constantFrom(80, 443),
      shares: fc.boolean(),
      pool: fc.option(fc.constantFrom(...Object.keys(POOLS)), { nil: undefined }),
      local: fc.boolean(),
      endpoints: fc.subarray(NODES),
    })
    .map(({ address, six, port, shares, pool, local, endpoints }) => [
      {
        ...{ apiVersion: 'v1', kind: 'Service' },
        metadata: {
          ...{ namespace: 'shop', name },
          annotations: {
            ...(shares ? { 'metallb.io/allow-shared-ip': 'key' } : {}),
            ...(pool === undefined ? {} : { 'metallb.io/address-pool': pool }),
          },
        },
        spec: {
          ...{ type: 'LoadBalancer', ports: [{ port }], selector: { app: 'all' } },
          ...(six
            ? { clusterIPs: ['10.96.0.1', 'fd00::1'], ipFamilyPolicy: 'PreferDualStack' }
            : { clusterIPs: ['10.96.0.1'] }),
          ...(local ? { externalTrafficPolicy: 'Local' } : {}),
        },
        status: { loadBalancer: { ingress: address === undefined ? [] : [{ ip: address }] } },
      },
      {
        ...{ apiVersion: 'discovery.k8s.io/v1', kind: 'EndpointSlice', addressType: 'IPv4' },
        metadata: { namespace: 'shop', name, labels: { 'kubernetes.io/service-name': name } },
        endpoints: endpoints.map((nodeName) => ({ nodeName, addresses: ['10.244.0.1'] })),
      },
    ])
const clusters = fc
  .tuple(
    adverts,
    fc.subarray(['a', 'b', 'c', 'd', 'e']).chain((names) => fc.tuple(...names.map(service))),
  )
  .map(([announced, services]) => [
    ...Object.entries(POOLS).map(([name, range]) => metal('IPAddressPool', name, { addresses: [range] })),
    metal('BGPPeer', 'tor', { myASN: 64512, peerASN: 64500, peerAddress: '192.0.2.1' }),
    ...NODES.map((name) => ({ apiVersion: 'v1', kind: 'Node', metadata: { name, labels: { name } } })),
    ...announced,
    ...services.flat(),
  ])
const releases = fc.constantFrom<Release>('0.8.3', '0.10.3', '0.13.12', '0.14.9', '0.16.1', 'main')

const read = (items: readonly object[]): ReadResult =>
  readObjects(parseYaml(new Source('x', JSON.stringify({ apiVersion: 'v1', kind: 'List', items }))).documents)

function world(objects: ReadResult, release: Release): World {
  const settings = {
    ...{
      loadBalancerClass: undefined,
      placements: undefined,
      memberlist: true,
      weighsPreferences: false,
      ignoreExcludeLabel: false,
      servedEverywhere: false,
    },
    elections: new Map(),
  }
  const made = worldOf(objects, { ...settings, release })
  if (!made.ok) throw new Error(made.error.map(({ message }) => message).join(' '))
  return made.value
}

/** each run reads a whole cluster from its text twice */
const RUNS = { numRuns: 60 }

it('simulating nothing changes nothing, also when everything there is is applied again', () => {
  fc.assert(
    fc.property(clusters, releases, (items, release) => {
      const objects = read(items)
      const now = world(objects, release)
      for (const then of [now, world(withApplied(objects, objects), release)]) {
        const { harmed, services, nodes, peers } = simulate(now, drained(then, new Set()))
        expect(harmed).toBe(0)
        expect(services.filter(({ effect }) => effect !== 'unchanged')).toEqual([])
        expect(services.map(({ after }) => after)).toEqual(services.map(({ before }) => before))
        for (const { before, after } of nodes) expect(after).toEqual(before)
        for (const { withdrawn, announced, moved } of peers)
          expect([withdrawn, announced, moved]).toEqual([[], [], []])
      }
    }),
    RUNS,
  )
}, 60_000)

it('a drained node that owns nothing and serves nothing changes no owner; no drain changes an address', () => {
  fc.assert(
    fc.property(clusters, releases, fc.constantFrom(...NODES), (items, release, node) => {
      const objects = read(items)
      const now = world(objects, release)
      const { services } = simulate(now, drained(now, new Set([node])))
      for (const { service: key, before, after } of services) {
        expect(after?.addresses).toEqual(before?.addresses)
        expect(after?.layer2Owner).not.toBe(node)
        expect(after?.bgpNodes).not.toContain(node)
        const name = key.split('/')[1]
        const serves = now.slices.some(
          (slice) => slice.service === name && slice.endpoints.some(({ nodeName }) => nodeName === node),
        )
        if (before?.layer2Owner !== node && !serves) expect(after?.layer2Owner).toBe(before?.layer2Owner)
      }
    }),
    RUNS,
  )
}, 60_000)

it('a deleted pool takes its address from every Service that has one of it, and from no other', () => {
  fc.assert(
    fc.property(clusters, releases, fc.constantFrom(...Object.keys(POOLS)), (items, release, pool) => {
      const objects = read(items)
      const now = world(objects, release)
      const { services } = simulate(now, world(withoutPools(objects, new Set([pool])), release))
      for (const { before, after } of services) {
        const had = before?.addresses ?? []
        if (before?.pool !== pool || had.length === 0) expect(after?.addresses).toEqual(had)
        else for (const address of had) expect(after?.addresses).not.toContain(address)
        expect(after?.pool).not.toBe(pool)
      }
    }),
    RUNS,
  )
}, 60_000)

it('a release alone moves no address, and the worst comes first', () => {
  fc.assert(
    fc.property(clusters, releases, releases, (items, old, next) => {
      const objects = read(items)
      const { services, harmed } = simulate(world(objects, old), world(objects, next))
      for (const { before, after } of services) expect(after?.addresses).toEqual(before?.addresses)
      const harms = services.map(({ effect }) => effect.startsWith('loses-'))
      expect(harms).toEqual([...harms].sort((a, b) => Number(b) - Number(a)))
      expect(harms.filter((isHarm) => isHarm).length).toBe(harmed)
    }),
    RUNS,
  )
}, 60_000)
