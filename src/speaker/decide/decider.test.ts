// Decisions, each on the smallest world that shows it; the breadth is in second-opinion.test.ts.
import { describe, expect, it } from 'vitest'
import { readObjects } from '../../config/objects/read-objects.ts'
import type { Release } from '../../config/schema/release.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import { formatPrefix } from '../../net/prefix.ts'
import { readConfiguration } from '../configuration/read-configuration.ts'
import { factsFromObjects } from '../facts/facts-from-objects.ts'
import { Decider } from './decider.ts'
import { summarize } from './endpoints.ts'
import { DEFAULT_RELEASE, releaseRules } from './release-rules.ts'

const BASE = `
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: lan, namespace: metallb-system, labels: {site: home}}
spec: {addresses: [10.20.30.0/24, "fc00:f853:ccd:e799::/64"]}
---
apiVersion: v1
kind: Service
metadata: {name: web, namespace: shop, labels: {app: web}}
spec: {type: LoadBalancer, externalTrafficPolicy: POLICY}
status: {loadBalancer: {ingress: [{ip: 10.20.30.1}, {ip: "fc00:f853:ccd:e799::1"}]}}
---
apiVersion: discovery.k8s.io/v1
kind: EndpointSlice
metadata: {name: web-1, namespace: shop, labels: {kubernetes.io/service-name: web}}
addressType: IPv4
endpoints:
- {nodeName: iris1, addresses: [10.1.1.1], conditions: {ready: true}}
- {nodeName: node3, addresses: [10.1.1.2], conditions: {ready: false, serving: true, terminating: true}}
---
`
const node = (name: string, extra = '') =>
  `apiVersion: v1\nkind: Node\nmetadata: {name: ${name}, labels: {zone: ${name.slice(0, 4)}}}\n${extra}\n---\n`
const NODES = node('iris1') + node('iris2') + node('node3')
const metal = (kind: string, spec: string, name = kind.toLowerCase()) =>
  `apiVersion: metallb.io/v1beta1\nkind: ${kind}\nmetadata: {name: ${name}, namespace: metallb-system}\nspec: {${spec}}\n---\n`

function world(yaml: string, policy = 'Cluster', release: Release = DEFAULT_RELEASE, members?: string[]) {
  const { documents, diagnostics } = parseYaml(new Source('test.yaml', BASE.replace('POLICY', policy) + yaml))
  expect(diagnostics).toEqual([])
  const facts = factsFromObjects(readObjects(documents), { outsideCluster: false })
  if (!facts.configuration.ok)
    throw new Error(JSON.stringify(facts.configuration.error.map((e) => e.message)))
  const rules = releaseRules(release)
  const decider = new Decider(
    { configuration: facts.configuration.value, nodes: facts.nodes, members: members && new Set(members) },
    { rules, ignoreExcludeLabel: false },
  )
  const service = facts.services.get('shop/web')!
  const endpoints = summarize(facts.slices.values(), rules.canServe)
  return {
    decider,
    service,
    endpoints,
    matrix: decider.matrix(service, endpoints),
    on: (name: string) => decider.decide(service, endpoints, name),
  }
}

describe('layer 2', () => {
  it('has one owner, chosen by the hash of the first address, and says of the others that they lost', () => {
    const { matrix } = world(NODES + metal('L2Advertisement', ''))
    expect(Object.fromEntries([...matrix.nodes].map(([name, { layer2 }]) => [name, layer2]))).toEqual({
      iris1: { announces: false, reason: 'notOwner', detail: 'lost-election' },
      iris2: { announces: true },
      node3: { announces: false, reason: 'notOwner', detail: 'lost-election' },
    })
    expect(matrix.succession.map((each) => each.node)).toEqual(['iris2', 'node3', 'iris1'])
    expect(matrix.pool).toBe('lan')
  })

  it('counts what serves while it terminates with Local, from 0.14.2 on', () => {
    expect(world(NODES + metal('L2Advertisement', ''), 'Local').on('node3').layer2.owner).toBe('node3')
    expect(world(NODES + metal('L2Advertisement', ''), 'Local', '0.14.1').on('node3').layer2.owner).toBe(
      'iris1',
    )
    expect(world(NODES + metal('L2Advertisement', ''), 'Local').on('iris2').layer2.verdict).toEqual({
      announces: false,
      reason: 'notOwner',
      detail: 'no-local-endpoint',
    })
  })

  it('keeps out nodes without a speaker, without a network, with the exclude label', () => {
    const nodes =
      node('iris1', 'status: {conditions: [{type: NetworkUnavailable, status: "True"}]}') +
      node('iris2').replace('zone: iris', 'node.kubernetes.io/exclude-from-external-load-balancers: ""') +
      node('node3')
    const { matrix } = world(nodes + metal('L2Advertisement', ''), 'Cluster', DEFAULT_RELEASE, [
      'iris1',
      'iris2',
    ])
    const details = [...matrix.nodes.values()].map(({ layer2 }) => !layer2.announces && layer2.detail)
    expect(details).toEqual(['network-unavailable', 'excluded-by-label', 'no-speaker'])
    expect(matrix.succession).toEqual([])
  })

  it('announces on the union of the interfaces of the advertisements for the node', () => {
    const two =
      metal('L2Advertisement', 'interfaces: [eth1, eth0]', 'a') +
      metal(
        'L2Advertisement',
        'interfaces: [eth2, eth0], nodeSelectors: [{matchLabels: {zone: iris}}]',
        'b',
      ) +
      metal('L2Advertisement', 'nodeSelectors: [{matchLabels: {zone: node}}]', 'c')
    expect(world(NODES + two).on('iris2').layer2.interfaces).toEqual(['eth0', 'eth1', 'eth2'])
    expect(world(NODES + two).on('node3').layer2.interfaces).toBeUndefined()
  })

  it('prefers nodes by weight on main, and not before', () => {
    const prefers = metal(
      'L2Advertisement',
      'preferredNodeSelectors: [{weight: 5, preference: {matchLabels: {zone: node}}}]',
    )
    expect(world(NODES + prefers, 'Cluster', 'main').on('iris2').layer2).toMatchObject({
      owner: 'node3',
      verdict: { reason: 'notOwner', detail: 'less-preferred' },
    })
    expect(world(NODES + prefers).on('iris2').layer2.owner).toBe('iris2')
  })

  it('hashed the name of the Service before 0.11', () => {
    const advert = metal('L2Advertisement', '')
    expect(world(NODES + advert, 'Cluster', '0.10.3').matrix.succession.map((each) => each.node)).toEqual([
      'iris1',
    ])
    expect(world(NODES + advert, 'Cluster', '0.12.0').matrix.succession[0]?.node).toBe('iris2')
  })
})

describe('BGP', () => {
  it('aggregates by family, resolves aliases, sorts communities, and keeps the peers of each advertisement', () => {
    const adverts =
      metal(
        'BGPAdvertisement',
        'aggregationLength: 26, aggregationLengthV6: 64, communities: [no-export, "64500:1", "large:1:2:3"], localPref: 100, peers: [tor]',
        'a',
      ) +
      metal('BGPAdvertisement', '', 'b') +
      metal('Community', 'communities: [{name: no-export, value: "65535:65281"}]')
    const { verdict, routes } = world(NODES + adverts).on('node3').bgp
    expect(verdict).toEqual({ announces: true })
    expect(
      routes.map(({ route, peers }) => [formatPrefix(route.prefix), route.localPreference, peers]),
    ).toEqual([
      ['10.20.30.0/26', 100, ['tor']],
      ['10.20.30.1/32', undefined, []],
      ['fc00:f853:ccd:e799::/64', 100, ['tor']],
      ['fc00:f853:ccd:e799::1/128', undefined, []],
    ])
    expect(routes[0]?.route.communities).toEqual([64500 * 65536 + 1, 0xffffff01])
    expect(routes[0]?.route.largeCommunities).toEqual([{ global: 1, local1: 2, local2: 3 }])
  })

  it('refuses two local preferences for one route on a node, where they are for some Services only', () => {
    const conflict =
      metal('BGPAdvertisement', 'localPref: 100, serviceSelectors: [{matchLabels: {app: web}}]', 'a') +
      metal(
        'BGPAdvertisement',
        'localPref: 200, nodeSelectors: [{matchLabels: {zone: iris}}], peers: [tor]',
        'b',
      )
    expect(world(NODES + conflict).on('iris1').bgp.verdict).toEqual({
      announces: false,
      reason: 'conflictingAdvertisements',
    })
    expect(world(NODES + conflict).on('node3').bgp.verdict).toEqual({ announces: true })
  })
})

describe('the configuration', () => {
  const read = (yaml: string) =>
    readConfiguration(readObjects(parseYaml(new Source('test.yaml', yaml)).documents))

  it('is refused as a whole, with object, field and place', () => {
    const result = read(`${BASE}${metal('BGPAdvertisement', 'aggregationLength: 16', 'wide')}`)
    if (result.ok) throw new Error('it was taken')
    expect(result.error).toHaveLength(1)
    expect(result.error[0]).toMatchObject({
      code: 'V603',
      subject: { kind: 'BGPAdvertisement', name: 'wide', field: 'spec.aggregationLength' },
    })
    expect(result.error[0]?.at?.source.locate(result.error[0].at.start)).toMatchObject({
      file: 'test.yaml',
      line: 24,
    })
  })

  it('is not refused for what is wrong with a Service or merely unwise', () => {
    const result = read(
      `${BASE.replace('spec: {type: LoadBalancer', 'spec: {loadBalancerIP: 1.2.3.4, type: LoadBalancer').replace('labels: {app: web}', 'annotations: {metallb.io/loadBalancerIPs: 1.2.3.4}')}`,
    )
    expect(result.ok).toBe(true)
  })
})

describe('Services of one pool', () => {
  const adverts = metal('L2Advertisement', '') + metal('BGPAdvertisement', '')
  const asked = (text: string, local: boolean, nodes: ReadonlySet<string>) => {
    const { decider, service, endpoints } = world(NODES + text)
    const one = decider.matrix(service, endpoints)
    const other = { ...service, localTraffic: local, labels: { app: 'other' } }
    return { one, other: decider.matrix(other, { ...endpoints, nodes, reachableNodes: nodes }) }
  }
  const EVERYWHERE = new Set(['iris1', 'iris2', 'node3'])

  it('that have the same owner share what is said of the nodes', () => {
    const { one, other } = asked(adverts, false, EVERYWHERE)
    expect(other.owner).toBe(one.owner)
    expect(other.nodes).toBe(one.nodes)
  })

  it('that need an endpoint on the node do not', () => {
    const { one, other } = asked(adverts, true, new Set(['iris2']))
    expect(other.owner).toBe(one.owner)
    expect(other.nodes.get('iris1')).toMatchObject({
      layer2: { detail: 'no-local-endpoint' },
      bgp: { reason: 'noLocalEndpoints' },
    })
    expect(one.nodes.get('iris1')?.bgp.announces).toBe(true)
  })

  it('do not where an advertisement selects Services', () => {
    const choosy = metal('BGPAdvertisement', 'serviceSelectors: [{matchLabels: {app: web}}]')
    const { one, other } = asked(metal('L2Advertisement', '') + choosy, false, EVERYWHERE)
    expect(other.owner).toBe(one.owner)
    expect(one.nodes.get('iris1')?.bgp.announces).toBe(true)
    expect(other.nodes.get('iris1')?.bgp).toMatchObject({ reason: 'noMatchingAdvertisement' })
  })
})
