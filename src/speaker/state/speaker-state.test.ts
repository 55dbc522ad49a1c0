// What the speaker does about single changes, and how little.
import { describe, expect, it } from 'vitest'
import { readObjects } from '../../config/objects/read-objects.ts'
import { parseYaml } from '../../config/source/parse.ts'
import { Source } from '../../config/source/source.ts'
import { formatIp, parseIp } from '../../net/ip.ts'
import { formatPrefix } from '../../net/prefix.ts'
import { readConfiguration } from '../configuration/read-configuration.ts'
import type {
  ConfigurationFact,
  EndpointSliceFact,
  FactChange,
  NodeFact,
  ServiceFact,
} from '../facts/facts.ts'
import { unweighed } from '../report/preference-records.ts'
import type { Effect } from './effects.ts'
import { type SpeakerOptions, SpeakerState } from './speaker-state.ts'

const OPTIONS: SpeakerOptions = {
  nodeName: 'iris2',
  loadBalancerClass: undefined,
  ignoreExcludeLabel: false,
  compatVersion: '0.16.1',
  outsideCluster: false,
}
const metal = (kind: string, spec: string, name = kind.toLowerCase(), version = 'v1beta1') =>
  `apiVersion: metallb.io/${version}\nkind: ${kind}\nmetadata: {name: ${name}, namespace: metallb-system}\nspec: {${spec}}\n---\n`
const POOL = metal('IPAddressPool', 'addresses: [10.20.0.0/16, "fc00::/64"]')
const PEER = metal('BGPPeer', 'myASN: 64500, peerASN: 64501, peerAddress: 10.0.0.1', 'tor', 'v1beta2')
const L2 = metal('L2Advertisement', '')
const BGP = metal('BGPAdvertisement', '')

const read = (yaml: string): ConfigurationFact =>
  readConfiguration(readObjects(parseYaml(new Source('config.yaml', yaml)).documents))
const configure = (yaml: string): FactChange => ({ kind: 'configuration', configuration: read(yaml) })
const node = (name: string, more: Partial<NodeFact> = {}): FactChange => ({
  kind: 'node',
  node: { name, labels: {}, networkUnavailable: false, unschedulable: false, addresses: [], ...more },
})
const service = (name: string, ingress: string[], more: Partial<ServiceFact> = {}): FactChange => ({
  kind: 'service',
  service: {
    namespace: 'shop',
    name,
    labels: {},
    type: 'LoadBalancer',
    loadBalancerClass: undefined,
    localTraffic: false,
    sharesAddress: false,
    ingress,
    ...more,
  },
})
const slice = (name: string, nodeName = 'iris1', ready = true): FactChange => {
  const endpoint = { nodeName, ready, serving: undefined, hasAddress: true }
  const fact: EndpointSliceFact = {
    namespace: 'shop',
    name: `${name}-1`,
    service: name,
    endpoints: [endpoint],
  }
  return { kind: 'slice', slice: fact }
}

/** One line for each effect, so that a test reads like a log. */
const lines = (effects: readonly Effect[]): string[] => effects.map(line)

function line(effect: Effect): string {
  switch (effect.kind) {
    case 'announce-layer2':
      return `announce ${effect.service} ${formatIp(effect.address)} on ${effect.interfaces}`
    case 'withdraw-layer2':
      return `withdraw ${effect.service} ${formatIp(effect.address)}: ${effect.reason}`
    case 'peers':
      return `peers ${effect.peers.map(({ name }) => name)}`
    case 'routes':
      return `routes ${effect.peer} +${effect.announce.map(({ prefix }) => formatPrefix(prefix))} -${effect.withdraw.map(formatPrefix)}`
    case 'verdict': {
      const { verdict } = effect
      const what = verdict === undefined ? 'gone' : verdict.announces ? 'announces' : verdict.reason
      return `${effect.protocol} ${effect.service} ${what}`
    }
    case 'layer2-status':
      return `l2status ${effect.service} ${effect.interfaces ?? 'none'}`
    case 'bgp-status':
      return `bgpstatus ${effect.service} ${effect.peers ?? 'none'}`
    case 'event':
      return `${effect.event.reason}: ${effect.event.message}`
    case 'configuration':
      return effect.ok ? 'configuration' : `invalid: ${effect.problems.map(({ subject }) => subject?.field)}`
  }
}

function speaker(
  yaml: string,
  more: readonly FactChange[] = [],
  options: Partial<SpeakerOptions> = {},
): SpeakerState {
  const state = new SpeakerState({ ...OPTIONS, ...options })
  state.apply([
    configure(yaml),
    node('iris1'),
    node('iris2'),
    { kind: 'interfaces', names: new Set(['eth0']) },
    ...more,
  ])
  return state
}
const WEB = [service('web', ['10.20.30.1', 'fc00::1']), slice('web')]

describe('layer 2', () => {
  it('announces every address of a Service that this node won, and says so', () => {
    const state = speaker(POOL + L2)
    expect(lines(state.apply(WEB))).toEqual([
      'announce shop/web 10.20.30.1 on all',
      'announce shop/web fc00::1 on all',
      'l2status shop/web all',
      'nodeAssigned: announcing from node "iris2" with protocol "layer2"',
      'layer2 shop/web announces',
      'bgp shop/web notOwner',
    ])
  })

  it('withdraws what the Service lost, and leaves the rest alone', () => {
    const state = speaker(POOL + L2, WEB)
    expect(
      lines(state.apply([service('web', ['10.20.30.1'])])).filter((each) => !/^(layer2|bgp) /.test(each)),
    ).toEqual(['withdraw shop/web fc00::1: loadBalancerIPChanged'])
    expect(lines(state.apply([slice('web', 'iris1', false)]))).toEqual([
      'withdraw shop/web 10.20.30.1: notOwner',
      'l2status shop/web none',
      'layer2 shop/web notOwner',
    ])
    expect(lines(state.apply([slice('web')]))[0]).toBe('announce shop/web 10.20.30.1 on all')
    expect(lines(state.apply([{ kind: 'service-deleted', namespace: 'shop', name: 'web' }]))).toEqual([
      'withdraw shop/web 10.20.30.1: serviceDeleted',
      'l2status shop/web none',
      'layer2 shop/web gone',
      'bgp shop/web gone',
    ])
  })

  it('hands over when its speaker leaves, and takes over when the owner does', () => {
    const both = new Set(['iris1', 'iris2'])
    const state = speaker(POOL + L2, [...WEB, { kind: 'members', members: both }])
    expect(lines(state.apply([{ kind: 'members', members: new Set(['iris1']) }]))).toContain(
      'withdraw shop/web 10.20.30.1: notOwner',
    )
    expect(lines(state.apply([{ kind: 'members', members: both }]))).toContain(
      'announce shop/web 10.20.30.1 on all',
    )
    const loser = speaker(POOL + L2, [...WEB, { kind: 'members', members: both }], { nodeName: 'iris1' })
    expect(loser.layer2Announcements()).toEqual([])
    expect(lines(loser.apply([{ kind: 'members', members: new Set(['iris1']) }]))).toContain(
      'announce shop/web 10.20.30.1 on all',
    )
  })

  it('announces nothing where none of the interfaces is there, until one is', () => {
    const state = speaker(POOL + metal('L2Advertisement', 'interfaces: [eth7, eth8]'))
    expect(lines(state.apply([service('web', ['10.20.30.1']), slice('web')]))).toEqual([
      'announceFailed: the interfaces specified by LB IP "10.20.30.1" doesn\'t exist in assigned node "iris2" with protocol "layer2"',
      'nodeAssigned: announcing from node "iris2" with protocol "layer2"',
      'layer2 shop/web announces',
      'bgp shop/web notOwner',
    ])
    expect(lines(state.apply([{ kind: 'interfaces', names: new Set(['eth0', 'eth8']) }]))).toEqual([
      'announce shop/web 10.20.30.1 on eth7,eth8',
      'l2status shop/web eth7,eth8',
    ])
    const before = state.decisionCount
    expect(state.apply([{ kind: 'interfaces', names: new Set(['eth8', 'eth9']) }])).toEqual([])
    expect(state.decisionCount).toBe(before)
  })

  it('leaves Services of another class alone, and lets go of one that becomes another’s', () => {
    const state = speaker(POOL + L2, WEB)
    expect(
      state.apply([service('mail', ['10.20.30.2'], { loadBalancerClass: 'example.com/other' })]),
    ).toEqual([])
    expect(lines(state.apply([service('web', ['10.20.30.1'], { loadBalancerClass: 'other' })]))).toContain(
      'withdraw shop/web 10.20.30.1: serviceDeleted',
    )
    const classed = speaker(POOL + L2, WEB, { loadBalancerClass: 'mine' })
    expect(classed.layer2Announcements()).toEqual([])
  })
})

describe('BGP', () => {
  it('tells each peer its routes, and the status their names', () => {
    const state = speaker(POOL + BGP + PEER)
    expect(lines(state.apply(WEB))).toEqual([
      'layer2 shop/web noMatchingAdvertisement',
      'bgp shop/web announces',
      'nodeAssigned: announcing from node "iris2" with protocol "bgp"',
      'routes tor +10.20.30.1/32,fc00::1/128 -',
      'bgpstatus shop/web tor',
    ])
    expect(lines(state.apply([service('web', ['10.20.30.1'], { type: 'ClusterIP' })]))).toEqual([
      'layer2 shop/web notLoadBalancer',
      'bgp shop/web notLoadBalancer',
      'routes tor + -10.20.30.1/32,fc00::1/128',
      'bgpstatus shop/web none',
    ])
  })

  it('does not touch a session when a peer changes in what does not concern this node', () => {
    const selecting = (zone: string) =>
      metal(
        'BGPPeer',
        `myASN: 64500, peerASN: 64501, peerAddress: 10.0.0.1, nodeSelectors: [{}, {matchLabels: {zone: ${zone}}}]`,
        'tor',
        'v1beta2',
      )
    const elsewhere = metal(
      'BGPPeer',
      'myASN: 64500, peerASN: 64501, peerAddress: 10.0.0.2, nodeSelectors: [{matchLabels: {zone: far}}]',
      'far',
      'v1beta2',
    )
    const state = speaker(POOL + BGP + selecting('a'), WEB)
    expect(lines(state.apply([configure(POOL + BGP + selecting('b') + elsewhere)]))).toEqual([
      'configuration',
    ])
    expect(lines(state.apply([node('iris2', { labels: { zone: 'far' } })]))).toEqual([
      'peers tor,far',
      'routes far +10.20.30.1/32,fc00::1/128 -',
      'bgpstatus shop/web far,tor',
    ])
    expect(lines(state.apply([node('iris2')]))).toEqual(['peers tor', 'bgpstatus shop/web tor'])
  })

  it('finds the router of an unnumbered peer when it is seen', () => {
    const state = speaker(
      POOL + BGP + metal('BGPPeer', 'myASN: 64500, peerASN: 64501, interface: eth0', 'un', 'v1beta2'),
    )
    expect(state.peers[0]?.options).toBeUndefined()
    state.apply([{ kind: 'routers', byInterface: new Map([['eth0', parseIp('fe80::7')!]]) }])
    expect(state.peers[0]?.options?.remote).toMatchObject({ zone: 'eth0', address: parseIp('fe80::7') })
  })
})

it('preferences count while all speakers weigh them, and the election is held anew when that changes', () => {
  const nodes = ['iris1', 'iris2', 'node1']
  const prefers = metal(
    'L2Advertisement',
    'preferredNodeSelectors: [{weight: 5, preference: {matchLabels: {tier: edge}}}]',
  )
  const state = new SpeakerState(OPTIONS)
  const members = (weighing: boolean): FactChange => ({ kind: 'members', members: new Set(nodes), weighing })
  const web = [service('web', ['10.20.30.1']), slice('web')]
  // By the hash alone it is node1, as the matrix without a cluster shows.
  const all = nodes.map((name) => node(name, { labels: name === 'iris2' ? { tier: 'edge' } : {} }))
  state.apply([configure(POOL + prefers), members(false), ...all, ...web])
  const owner = () => state.decisions.get('shop/web')?.layer2.owner
  expect([owner(), state.weighs, unweighed(state)]).toEqual(['node1', false, ['l2advertisement']])
  state.apply([members(true)])
  expect([owner(), state.weighs, unweighed(state)]).toEqual(['iris2', true, []])
  expect(state.matrix('shop/web')?.succession[0]?.node).toBe('iris2')
  state.apply([members(false)])
  expect(owner()).toBe('node1')
})

describe('the configuration', () => {
  const BROKEN = POOL + metal('BGPAdvertisement', 'aggregationLength: 8')

  it('that is invalid leaves the last good one in force, says what is wrong once, and recovers by itself', () => {
    const state = speaker(POOL + L2, WEB)
    expect(lines(state.apply([configure(BROKEN)]))).toEqual(['invalid: spec.aggregationLength'])
    expect(state.apply([configure(BROKEN)])).toEqual([])
    expect(state.configurationProblems[0]?.subject?.name).toBe('bgpadvertisement')
    expect(state.layer2Announcements()).toHaveLength(2)
    expect(lines(state.apply([service('mail', ['10.20.30.1']), slice('mail')]))).toContain(
      'announce shop/mail 10.20.30.1 on all',
    )
    const before = state.decisionCount
    expect(lines(state.apply([configure(POOL + L2)]))).toEqual(['configuration'])
    expect(state.configurationProblems).toEqual([])
    // It says what the one in force says.
    expect(state.decisionCount).toBe(before)
  })

  it('that other labels of this node make invalid leaves routes and sessions as they were', () => {
    const only = (rack: string, more: string) => `nodeSelectors: [{matchLabels: {${rack}: ""}}], ${more}`
    const yaml =
      POOL +
      metal('BGPAdvertisement', only('a', 'localPref: 100'), 'one') +
      metal('BGPAdvertisement', only('b', 'localPref: 200'), 'two') +
      metal('BGPPeer', only('a', 'myASN: 1, peerASN: 1, peerAddress: 10.0.0.1'), 'tor-a', 'v1beta2') +
      metal('BGPPeer', only('b', 'myASN: 1, peerASN: 1, peerAddress: 10.0.0.2'), 'tor-b', 'v1beta2')
    const relabelled = (labels: Readonly<Record<string, string>>): FactChange[] => [
      {
        kind: 'configuration',
        configuration: readConfiguration(readObjects(parseYaml(new Source('x', yaml)).documents), {
          name: 'iris2',
          labels,
        }),
      },
      node('iris2', { labels }),
    ]
    const state = new SpeakerState(OPTIONS)
    const preferences = (peer: string) => state.routesOf(peer).map(({ localPreference }) => localPreference)
    state.apply([...relabelled({ a: '' }), ...WEB])
    expect(state.peers.map(({ name }) => name)).toEqual(['tor-a'])
    expect(preferences('tor-a')).toEqual([100, 100])
    expect(lines(state.apply(relabelled({ a: '', b: '' })))).toEqual(['invalid: spec.localPref'])
    expect(state.peers.map(({ name }) => name)).toEqual(['tor-a'])
    expect(preferences('tor-a')).toEqual([100, 100])
    state.apply(relabelled({ b: '' }))
    expect(state.configurationProblems).toEqual([])
    expect(state.peers.map(({ name }) => name)).toEqual(['tor-b'])
    expect(preferences('tor-b')).toEqual([200, 200])
  })

  it('that is invalid from the start announces nothing until there is a good one', () => {
    const state = new SpeakerState(OPTIONS)
    expect(lines(state.apply([configure(BROKEN), node('iris2'), ...WEB]))).toEqual([
      'invalid: spec.aggregationLength',
    ])
    expect(state.decisionCount).toBe(0)
    expect(lines(state.apply([configure(POOL + L2)]))).toContain('announce shop/web 10.20.30.1 on all')
  })
})

describe('outside of a cluster', () => {
  it('members are nodes and Services are served everywhere, unless objects say otherwise', () => {
    const state = new SpeakerState({ ...OPTIONS, outsideCluster: true })
    state.apply([configure(POOL + L2), service('web', ['10.20.30.1'], { localTraffic: true })])
    expect(state.layer2Announcements()).toHaveLength(1)
    state.apply([{ kind: 'members', members: new Set(['iris1', 'iris2', 'node1']) }])
    expect(state.layer2Announcements()).toHaveLength(0)
    expect([...(state.matrix('shop/web')?.nodes.keys() ?? [])].sort()).toEqual(['iris1', 'iris2', 'node1'])
    expect(state.matrix('shop/web')?.succession.map((each) => each.node)).toEqual(['node1', 'iris2', 'iris1'])
    state.apply([slice('web', 'iris2')])
    expect(state.layer2Announcements()).toHaveLength(1)
  })
})

describe('with 10,000 Services', () => {
  const many = Array.from({ length: 10_000 }, (_, index): FactChange[] => {
    const address = `10.20.${index >> 8}.${index & 255}`
    return [service(`s${index}`, [address]), slice(`s${index}`)]
  }).flat()
  const names = Array.from({ length: 20 }, (_, index) => `node${index}`)
  const members = (of: readonly string[]): FactChange => ({ kind: 'members', members: new Set(of) })

  it('one change costs one decision, and a member one pass', () => {
    const state = speaker(POOL + L2 + BGP + PEER, [
      ...names.map((name) => node(name)),
      members([...names, 'iris2']),
      ...many,
    ])
    expect(state.decisionCount).toBe(10_000)
    const decisions = (...changes: FactChange[]): number => {
      const before = state.decisionCount
      state.apply(changes)
      return state.decisionCount - before
    }
    expect(decisions(service('s77', ['10.20.200.200']))).toBe(1)
    expect(decisions(slice('s77', 'node4'))).toBe(1)
    // Another endpoint on the same node changes nothing.
    expect(decisions(slice('s77', 'node4'))).toBe(0)
    expect(decisions(node('node3', { addresses: [parseIp('10.0.0.3')!] }))).toBe(0)
    expect(decisions(members(names.slice(1).concat('iris2')), node('node9', { labels: { a: 'b' } }))).toBe(
      10_000,
    )
    const effects = state.apply([members([...names, 'iris2'])])
    // Only those that the new member takes away are news.
    expect(effects.filter(({ kind }) => kind === 'verdict').length).toBeLessThan(2_000)
    expect(effects.filter(({ kind }) => kind === 'routes' || kind === 'peers')).toEqual([])
  }, 60_000)
})
