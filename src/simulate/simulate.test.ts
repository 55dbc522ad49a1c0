// Single changes of one small cluster, with the outcome written out.
import { describe, expect, it } from 'vitest'
import { readObjects } from '../config/objects/read-objects.ts'
import { parseYaml } from '../config/source/parse.ts'
import { Source } from '../config/source/source.ts'
import { withApplied, withoutPools } from './changed-objects.ts'
import { drained } from './drained.ts'
import { simulate } from './simulate.ts'
import { type WorldSettings, worldOf } from './world.ts'

const SETTINGS: WorldSettings = {
  ...{ release: '0.16.1', loadBalancerClass: undefined },
  ...{
    placements: undefined,
    memberlist: true,
    weighsPreferences: false,
    ignoreExcludeLabel: false,
    servedEverywhere: true,
    elections: new Map(),
  },
}
const read = (text: string) => readObjects(parseYaml(new Source('x', text)).documents)
const pool = (name: string, range: string) => `---
apiVersion: metallb.io/v1beta1
kind: IPAddressPool
metadata: {name: ${name}, namespace: metallb-system}
spec: {addresses: ["${range}"]}
`
const service = (name: string, address: string, more = '') => `---
apiVersion: v1
kind: Service
metadata: {namespace: shop, name: ${name}}
spec: {type: LoadBalancer, clusterIPs: [10.96.0.9], ports: [{port: 80}]${more}}
status: {loadBalancer: {ingress: [{ip: ${address}}]}}
`
const OBJECTS = read(`${pool('lan', '192.0.2.10-192.0.2.11')}${pool('wan', '198.51.100.0/32')}
---
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: all, namespace: metallb-system}
---
apiVersion: v1
kind: Node
metadata: {name: worker-1}
---
apiVersion: v1
kind: Node
metadata: {name: worker-2}
${service('a', '192.0.2.10')}${service('b', '192.0.2.11')}${service('other', '203.0.113.1', ', loadBalancerClass: cloud')}`)

function world(objects: typeof OBJECTS, settings = SETTINGS) {
  const made = worldOf(objects, settings)
  if (!made.ok) throw new Error(made.error.map(({ message }) => message).join(' '))
  return made.value
}
const now = world(OBJECTS)
const effects = (then: typeof now, before = now) =>
  simulate(before, then).services.map(({ service: key, effect, after }) => [key, effect, after?.addresses])

it('hands the last free address to the oldest of those that lose theirs, and the others get none', () => {
  const simulation = simulate(now, world(withoutPools(OBJECTS, new Set(['lan']))))
  expect(simulation.services).toMatchObject([
    { service: 'shop/b', effect: 'loses-address', after: { addresses: [], why: 'no available IPs' } },
    { service: 'shop/a', effect: 'other-address', after: { addresses: ['198.51.100.0'], pool: 'wan' } },
  ])
  expect([simulation.harmed, simulation.unsettled]).toEqual([1, []])
})

it('keeps every address that the new pool holds, too', () => {
  const applied = read(pool('wide', '192.0.2.0/24'))
  expect(effects(world(withApplied(withoutPools(OBJECTS, new Set(['lan'])), applied)))).toEqual([
    ['shop/a', 'unchanged', ['192.0.2.10']],
    ['shop/b', 'unchanged', ['192.0.2.11']],
  ])
})

it('an applied Service keeps what the cluster wrote, and a new one gets an address', () => {
  const spec = 'spec: {type: LoadBalancer, ports: [{port: 81}]}'
  const applied = (name: string) =>
    read(`{apiVersion: v1, kind: Service, metadata: {namespace: shop, name: ${name}}, ${spec}}`)
  expect(effects(world(withApplied(OBJECTS, applied('a'))))[0]).toEqual([
    ...['shop/a', 'unchanged', ['192.0.2.10']],
  ])
  expect(effects(world(withApplied(OBJECTS, applied('new'))))[0]).toEqual([
    ...['shop/new', 'gains', ['198.51.100.0']],
  ])
})

it('names the owner before and afterwards, and who loses every candidate', () => {
  const owner = simulate(now, now).services[0]?.before?.layer2Owner ?? ''
  const one = simulate(now, drained(now, new Set([owner])))
  const other = owner === 'worker-1' ? 'worker-2' : 'worker-1'
  expect(one.services.find(({ service: key }) => key === 'shop/a')).toMatchObject({
    ...{ effect: 'other-owner', before: { layer2Owner: owner }, after: { layer2Owner: other } },
  })
  expect(one.harmed).toBe(0)
  const both = simulate(now, drained(now, new Set(['worker-1', 'worker-2'])))
  expect(both.services.map(({ effect }) => effect)).toEqual(['loses-announcement', 'loses-announcement'])
  expect(both.harmed).toBe(2)
})

it('believes the order that was written down where addresses are pseudonyms, and goes on in it', () => {
  for (const order of [
    ['worker-1', 'worker-2'],
    ['worker-2', 'worker-1'],
  ]) {
    const settings = { ...SETTINGS, elections: new Map([['shop/a', order]]) }
    const recorded = world(OBJECTS, settings)
    const ownerOf = (then: typeof now) =>
      simulate(recorded, then).services.find(({ service: key }) => key === 'shop/a')
    expect(ownerOf(recorded)).toMatchObject({ effect: 'unchanged', before: { layer2Owner: order[0] } })
    expect(ownerOf(drained(recorded, new Set([order[0] ?? ''])))).toMatchObject({
      ...{ effect: 'other-owner', after: { layer2Owner: order[1] } },
    })
  }
})

it('looks at one class of Services alone', () => {
  const cloud = world(OBJECTS, { ...SETTINGS, loadBalancerClass: 'cloud' })
  const { services, unsettled } = simulate(cloud, cloud)
  expect(services.map(({ service: key }) => key)).toEqual(['shop/other'])
  expect(unsettled).toEqual(['shop/other'])
})

describe('nodes without a speaker', () => {
  const onOne = { nodeSelector: { speaks: 'yes' }, required: undefined, tolerations: [] }
  const labelled = read('{apiVersion: v1, kind: Node, metadata: {name: worker-2, labels: {speaks: "yes"}}}')
  const some = withApplied(OBJECTS, labelled)
  const everybody = withApplied(
    some,
    read('{apiVersion: v1, kind: Node, metadata: {name: worker-1, labels: {speaks: "yes"}}}'),
  )
  const settings = { ...SETTINGS, placements: [onOne] }

  it('own nothing, and take over from nobody', () => {
    const before = world(some, settings)
    const owners = simulate(before, before).services.map(({ before: state }) => state?.layer2Owner)
    expect(owners).toEqual(['worker-2', 'worker-2'])
    const { services } = simulate(before, drained(before, new Set(['worker-2'])))
    expect(services.map(({ effect }) => effect)).toEqual(['loses-announcement', 'loses-announcement'])
    expect(services[0]?.after?.reasons).toContain('no-speaker')
  })

  it('announce nothing by BGP', () => {
    const bgp = read(`
apiVersion: metallb.io/v1beta1
kind: BGPAdvertisement
metadata: {name: all, namespace: metallb-system}
---
apiVersion: metallb.io/v1beta2
kind: BGPPeer
metadata: {name: tor, namespace: metallb-system}
spec: {peerAddress: 198.51.100.1, peerASN: 64512, myASN: 64513}
`)
    const from = (placements: (typeof settings)['placements'] | undefined) => {
      const then = world(withApplied(some, bgp), { ...SETTINGS, placements })
      return simulate(then, then).services.map(({ after }) => after?.bgpNodes)
    }
    expect(from(undefined)[0]).toEqual(['worker-1', 'worker-2'])
    expect(from([onOne])[0]).toEqual(['worker-2'])
  })

  it('are candidates once an applied label brings a speaker there', () => {
    const owners = (then: typeof now) =>
      simulate(world(some, settings), then).services.map(({ after }) => after?.layer2Owner)
    const unrestricted = simulate(now, now).services.map(({ after }) => after?.layer2Owner)
    expect(owners(world(everybody, settings)).sort()).toEqual(unrestricted.sort())
  })

  it('are elected where the speakers do not tell each other who is alive, and then nobody answers', () => {
    const alone = world(some, { ...settings, memberlist: false })
    const found = simulate(alone, alone).services.map(({ after }) => after?.layer2Owner)
    const elected = simulate(now, now).services.map(({ after }) => after?.layer2Owner)
    expect(found).toEqual(elected.map((owner) => (owner === 'worker-2' ? owner : null)))
  })
})

it.each([
  [true, 'the preferred node owns what it would not own by its hash'],
  [false, 'the hash alone decides'],
])('where preferences count (%s), %s', (weighsPreferences, _) => {
  const unpreferred = simulate(now, now).services.map(({ after }) => after?.layer2Owner ?? '')
  const [first = ''] = unpreferred
  const other = first === 'worker-1' ? 'worker-2' : 'worker-1'
  const preferring = read(`
apiVersion: metallb.io/v1beta1
kind: L2Advertisement
metadata: {name: all, namespace: metallb-system}
spec: {preferredNodeSelectors: [{weight: 100, preference: {matchLabels: {like: "yes"}}}]}
---
apiVersion: v1
kind: Node
metadata: {name: ${other}, labels: {like: "yes"}}
`)
  const then = world(withApplied(OBJECTS, preferring), { ...SETTINGS, weighsPreferences })
  const owners = simulate(then, then).services.map(({ after }) => after?.layer2Owner ?? '')
  expect(owners).toEqual(weighsPreferences ? [other, other] : unpreferred)
})
