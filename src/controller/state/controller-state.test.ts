// What becomes of a Service: MetalLB's behaviour case by case, and what is promised beyond it.
import { describe, expect, it } from 'vitest'
import type { FactChange } from '../facts/facts.ts'
import { Cluster } from '../testing/cluster.ts'
import { DUAL, poolsChange, serviceChange } from '../testing/service-of.ts'
import { ControllerState } from './controller-state.ts'

const COMPLETE = { kind: 'complete' } as const
const POOL = poolsChange({ lan: ['192.0.2.1-192.0.2.3'] })
const ask = (value: string) => ({ annotations: { 'metallb.io/loadBalancerIPs': value } })
const fromPool = (value: string) => ({ annotations: { 'metallb.io/address-pool': value } })

function cluster(...changes: readonly FactChange[]): Cluster {
  const made = new Cluster()
  made.apply(POOL, COMPLETE, ...changes)
  return made
}

describe('before everything is known', () => {
  it('nothing is assigned, and nothing released', () => {
    const made = new Cluster()
    made.apply(POOL, serviceChange('shop/new'), serviceChange('shop/old', { ingress: ['198.51.100.1'] }))
    expect(made.written).toEqual([])
    made.apply(COMPLETE)
    expect(made.addressesOf('shop/new')).not.toEqual([])
    expect(made.addressesOf('shop/old')).toEqual(['192.0.2.1'])
  })

  it('without valid pools neither', () => {
    const made = new Cluster()
    made.apply(serviceChange('shop/old', { ingress: ['198.51.100.1'] }), COMPLETE)
    made.apply({ kind: 'pools', pools: { ok: false, error: [] } })
    expect(made.written).toEqual([])
    expect(made.effects).toEqual([{ kind: 'configuration', ok: false, problems: [] }])
  })

  it('pools that become invalid leave everything as it is', () => {
    const made = cluster(serviceChange('shop/a'))
    made.apply({ kind: 'pools', pools: { ok: false, error: [] } })
    made.apply(serviceChange('shop/b'))
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
    expect(made.addressesOf('shop/b')).toEqual(['192.0.2.2'])
  })
})

describe('a Service gets', () => {
  it('the first free address, its pool as annotation, and one event', () => {
    const made = cluster(serviceChange('shop/a'))
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
    expect(made.poolOf('shop/a')).toBe('lan')
    expect(made.takeEvents()).toEqual(['IPAllocated: Assigned IP ["192.0.2.1"]'])
    expect(made.written).toHaveLength(1)
  })

  it('what it asks for, by either prefix of the annotation or by the field; the new prefix wins, even when it is empty', () => {
    const legacy = 'metallb.universe.tf/loadBalancerIPs'
    const made = cluster(
      serviceChange('shop/a', ask(' 192.0.2.3 ')),
      serviceChange('shop/b', { loadBalancerIP: '192.0.2.2' }),
      serviceChange('shop/c', {
        annotations: { [legacy]: '192.0.2.99', 'metallb.io/loadBalancerIPs': '' },
      }),
    )
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.3'])
    expect(made.addressesOf('shop/b')).toEqual(['192.0.2.2'])
    expect(made.addressesOf('shop/c')).toEqual(['192.0.2.1'])
    expect(made.takeEvents()).toContain(`deprecatedAnnotation: Service uses deprecated annotation ${legacy}`)
  })

  it.each([
    [ask('192.0.2.9'), '["192.0.2.9"] is not allowed in config'],
    [ask('nonsense'), 'invalid metallb.io/loadBalancerIPs: "nonsense"'],
    [
      ask('2001:db8::1'),
      'requested loadBalancer IP(s) ["2001:db8::1"] does not match the ipFamily of the service',
    ],
    [{ loadBalancerIP: '192.0.2' }, 'invalid spec.loadBalancerIP "192.0.2"'],
    [
      { ...ask('192.0.2.1'), loadBalancerIP: '192.0.2.1' },
      'service can not have both metallb.io/loadBalancerIPs and svc.Spec.LoadBalancerIP',
    ],
    [
      { annotations: { 'metallb.io/loadBalancerIPs': '192.0.2.1', 'metallb.io/address-pool': 'wan' } },
      'requested loadBalancer IP(s) ["192.0.2.1"] is not compatible with requested address pool wan',
    ],
    [fromPool('wan'), 'unknown pool "wan"'],
    [
      { clusterIPs: ['fd00::1'], ...fromPool('lan') },
      'no available IPs in pool "lan" (pool "lan": it has no IPv6 addresses)',
    ],
    [{ clusterIPs: ['fd00::1'] }, 'no available IPs (pool "lan": it has no IPv6 addresses)'],
  ])('nothing for %j, and is told why', (changes, words) => {
    const made = cluster(serviceChange('shop/a', changes))
    expect(made.takeEvents()).toEqual([`AllocationFailed: Failed to allocate IP for "shop/a": ${words}`])
    expect(made.written).toEqual([])
    expect(made.state.waiting.has('shop/a')).toBe(true)
    // The same again is no news.
    made.edit('shop/a', {})
    expect(made.takeEvents()).toEqual([])
  })

  it('nothing while it is no LoadBalancer, or has no cluster address', () => {
    const made = cluster(
      serviceChange('shop/a', { type: 'ClusterIP' }),
      serviceChange('shop/b', { clusterIPs: [] }),
    )
    expect(made.written).toEqual([])
    expect(made.takeEvents()).toEqual([])
  })

  it('nothing from us when it is of another class; its status is left alone', () => {
    const made = cluster(serviceChange('shop/a', { loadBalancerClass: 'x/y', ingress: ['203.0.113.1'] }))
    expect(made.addressesOf('shop/a')).toEqual(['203.0.113.1'])
    const ours = new Cluster({ loadBalancerClass: 'x/y' })
    ours.apply(POOL, COMPLETE, serviceChange('shop/a', { loadBalancerClass: 'x/y' }), serviceChange('shop/b'))
    expect([ours.addressesOf('shop/a'), ours.addressesOf('shop/b')]).toEqual([['192.0.2.1'], []])
  })
})

describe('an address is kept', () => {
  it('over a restart, without a single write, whatever the order of the facts', () => {
    const made = cluster(serviceChange('shop/a'), serviceChange('shop/b'), serviceChange('shop/c'))
    made.apply(
      { kind: 'service-deleted', namespace: 'shop', name: 'a' },
      serviceChange('shop/z', { clusterIPs: [] }),
    )
    expect(made.restart()).toBe(0)
    expect(made.restart((changes) => changes.reverse())).toBe(0)
    expect(made.addressesOf('shop/c')).toEqual(['192.0.2.3'])
  })

  it('over a restart, though a Service that comes before it would like another address and finds this one not taken yet', () => {
    const made = new Cluster()
    made.apply(poolsChange({ lan: ['192.0.2.1-192.0.2.2', '2001:db8::1/128'] }), COMPLETE)
    made.apply(serviceChange('shop/b'))
    made.apply(serviceChange('shop/c'))
    made.apply(serviceChange('shop/a', { ...DUAL, ipFamilyPolicy: 'PreferDualStack' }))
    expect(made.addressesOf('shop/a')).toEqual(['2001:db8::1'])
    expect(made.restart()).toBe(0)
  })

  it('and not written, when it is given up and taken again in one step', () => {
    const made = new Cluster()
    const found = { ingress: ['192.0.2.1'], annotations: { 'metallb.io/ip-allocated-from-pool': 'lan' } }
    made.apply(POOL, serviceChange('shop/a', { ...found, loadBalancerIP: '192.0.2.1' }))
    // Comes first by its age, has the same, and may not keep it.
    made.apply(serviceChange('red/z', { ...found, createdAt: '', clusterIPs: [] }), COMPLETE)
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
    expect(made.written.map(({ service }) => service)).toEqual(['red/z'])
    expect(made.takeEvents().filter((each) => each.startsWith('AllocationFailed'))).toEqual([])
  })

  it('when its pool is renamed or widened; the annotation follows', () => {
    const made = cluster(serviceChange('shop/a', ask('192.0.2.2')))
    made.apply(poolsChange({ wide: ['192.0.2.0/24'] }))
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.2'])
    expect(made.poolOf('shop/a')).toBe('wide')
  })

  it('while what it asks for cannot be understood', () => {
    const made = cluster(serviceChange('shop/a'))
    made.takeEvents()
    made.edit('shop/a', ask('1.2.3'))
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
    expect(made.takeEvents()).toEqual([
      'LoadBalancerFailed: invalid requested loadbalancer IPs: invalid metallb.io/loadBalancerIPs: "1.2.3"',
    ])
  })

  it('when a Service is told as it was before the address was written', () => {
    const state = new ControllerState({
      loadBalancerClass: undefined,
      coolDownMs: 0,
      probeBlockMs: undefined,
    })
    const service = (version: string, changes = {}): FactChange =>
      serviceChange('shop/b', { version, ...changes })
    state.apply([POOL, COMPLETE, serviceChange('shop/a'), service('7')], 0)
    const status = state.pendingWrite('shop/b')?.status ?? { ingress: [], pool: undefined }
    expect(status.ingress).toEqual(['192.0.2.2'])
    // On its way: what comes now is older than what will be.
    state.apply([{ kind: 'service-deleted', namespace: 'shop', name: 'a' }, service('8')], 0)
    expect(state.pendingWrite('shop/b')).toMatchObject({ status, basedOn: '8' })
    state.apply([{ kind: 'written', service: 'shop/b', status, version: '11' }], 0)
    expect(state.apply([service('9')], 0)).toEqual([])
    expect(state.pendingWrite('shop/b')).toBeUndefined()
    // Taken from it for good, in a version that knows of the write: it gets one anew.
    state.apply([service('12')], 0)
    expect(state.pendingWrite('shop/b')?.status.ingress).toEqual(['192.0.2.1'])
  })
})

describe('an address is given up', () => {
  it('when the Service goes or becomes another type, and then it goes to the one that waits longest', () => {
    const made = cluster(
      serviceChange('shop/a'),
      serviceChange('shop/b'),
      serviceChange('shop/c'),
      serviceChange('shop/young', { createdAt: '2026-02-01T00:00:00Z' }),
      serviceChange('shop/old', { createdAt: '2026-01-01T00:00:00Z' }),
    )
    // Services without a time come first here.
    expect(made.state.waiting.size).toBe(2)
    made.edit('shop/b', { type: 'ClusterIP' })
    expect(made.addressesOf('shop/b')).toEqual([])
    expect(made.poolOf('shop/b')).toBeUndefined()
    expect(made.addressesOf('shop/old')).toEqual(['192.0.2.2'])
    made.apply({ kind: 'service-deleted', namespace: 'shop', name: 'c' })
    expect(made.addressesOf('shop/young')).toEqual(['192.0.2.3'])
  })

  it('when all pools are removed', () => {
    const made = cluster(serviceChange('shop/a'))
    made.apply(poolsChange({}))
    expect(made.addressesOf('shop/a')).toEqual([])
    expect(made.poolOf('shop/a')).toBeUndefined()
  })

  it('when its pool is removed, for one of another', () => {
    const made = cluster(serviceChange('shop/a'))
    made.takeEvents()
    made.apply(poolsChange({ other: ['198.51.100.7/32'] }))
    expect(made.addressesOf('shop/a')).toEqual(['198.51.100.7'])
    expect(made.takeEvents()).toEqual([
      'ClearAssignment: current IP for "shop/a" not allowed by config, will attempt for new IP assignment: ["192.0.2.1"] is not allowed in config',
      'IPAllocated: Assigned IP ["198.51.100.7"]',
    ])
  })

  it('when the pool is for others now', () => {
    const made = cluster(serviceChange('shop/a'))
    made.takeEvents()
    made.apply(
      poolsChange({
        lan: { addresses: ['192.0.2.1-192.0.2.3'], serviceAllocation: { namespaces: ['bank'] } },
      }),
    )
    expect(made.addressesOf('shop/a')).toEqual([])
    expect(made.takeEvents()).toEqual([
      'ClearAssignment: current IP for "shop/a" not allowed by config, will attempt for new IP assignment: pool lan not compatible for ip assignment',
      'AllocationFailed: Failed to allocate IP for "shop/a": no available IPs (pool "lan": it is reserved for other namespaces)',
    ])
  })

  it('when addresses that end in .0 are avoided from now on', () => {
    const made = new Cluster()
    made.apply(poolsChange({ lan: ['192.0.2.0/30'] }), COMPLETE, serviceChange('shop/a'))
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.0'])
    made.apply(poolsChange({ lan: { addresses: ['192.0.2.0/30'], avoidBuggyIPs: true } }))
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
  })

  it('when another pool or address is asked for', () => {
    const made = new Cluster()
    made.apply(poolsChange({ a: ['192.0.2.1/32'], b: ['192.0.2.8/30'] }), COMPLETE, serviceChange('shop/a'))
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
    made.edit('shop/a', fromPool('b'))
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.8'])
    made.edit('shop/a', ask('192.0.2.10'))
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.10'])
  })

  it('of two Services that claim the same address, the younger one has to look for another', () => {
    const at = (createdAt: string) => ({ createdAt, ingress: ['192.0.2.1'] })
    const made = new Cluster()
    made.apply(
      serviceChange('shop/a', at('2026-02-01T00:00:00Z')),
      serviceChange('shop/b', at('2026-01-01T00:00:00Z')),
      POOL,
      COMPLETE,
    )
    expect([made.addressesOf('shop/a'), made.addressesOf('shop/b')]).toEqual([['192.0.2.2'], ['192.0.2.1']])
  })

  it('an entry without an address is replaced', () => {
    const made = cluster(serviceChange('shop/a', { ingressWithoutAddress: 1 }))
    expect(made.services.get('shop/a')).toMatchObject({ ingress: ['192.0.2.1'], ingressWithoutAddress: 0 })
  })
})

describe('dual stack', () => {
  const both = poolsChange({
    a: ['192.0.2.1/32'],
    b: ['2001:db8::1/128'],
    c: ['198.51.100.1/32', '2001:db8:1::1/128'],
  })

  it('takes both addresses from one pool, IPv4 first', () => {
    const made = new Cluster()
    made.apply(both, COMPLETE, serviceChange('shop/a', DUAL))
    expect(made.addressesOf('shop/a')).toEqual(['198.51.100.1', '2001:db8:1::1'])
  })

  it('Require without two cluster addresses is refused, and told', () => {
    const made = cluster(serviceChange('shop/a', { ipFamilyPolicy: 'RequireDualStack' }))
    expect(made.takeEvents()).toEqual([
      'not enough clusterips: Service requires dual stack but not enough clusterips [10.96.0.1]',
    ])
  })

  it('Prefer takes one family where there is no pool of both, the first of the Service rather', () => {
    const prefer = { ...DUAL, ipFamilyPolicy: 'PreferDualStack' }
    const made = new Cluster()
    made.apply(poolsChange({ a: ['192.0.2.1/32'], b: ['2001:db8::1/128'] }), COMPLETE)
    made.apply(serviceChange('shop/a', { ...prefer, ipFamilies: ['IPv6', 'IPv4'] }))
    made.apply(serviceChange('shop/b', { ...prefer, ipFamilies: ['IPv6', 'IPv4'] }))
    expect(made.addressesOf('shop/a')).toEqual(['2001:db8::1'])
    expect(made.addressesOf('shop/b')).toEqual(['192.0.2.1'])
    made.takeEvents()
    // Its pool gets the other family: the address is added, and not one of another pool.
    made.apply(poolsChange({ a: ['192.0.2.1/32'], b: ['2001:db8::1/128', '198.51.100.9/32'] }))
    expect(made.addressesOf('shop/a')).toEqual(['2001:db8::1', '198.51.100.9'])
    expect(made.takeEvents()).toContain('IPAllocated: Assigned additional IP "198.51.100.9"')
  })

  it('a Service that has one of two is told once, and gets the other when one becomes free', () => {
    const made = new Cluster()
    made.apply(poolsChange({ a: ['192.0.2.1-192.0.2.2', '2001:db8::1/128'] }), COMPLETE)
    made.apply(serviceChange('shop/six', { clusterIPs: ['fd00::5'] }))
    made.apply(serviceChange('shop/a', { ...DUAL, ipFamilyPolicy: 'PreferDualStack' }))
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
    made.edit('shop/a', { labels: { x: 'y' } })
    made.edit('shop/a', { labels: { x: 'z' } })
    expect(made.takeEvents().filter((each) => each.startsWith('Additional'))).toEqual([
      'AdditionalAssignFailed: cannot assign additional IP in PreferDualStack: no available IPs in pool "a" (pool "a": all its IPv6 addresses are in use)',
    ])
    made.apply({ kind: 'service-deleted', namespace: 'shop', name: 'six' })
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1', '2001:db8::1'])
  })

  it('a status of another family than the Service has is replaced', () => {
    const made = new Cluster()
    made.apply(both, COMPLETE, serviceChange('shop/a', { ingress: ['2001:db8::1'] }))
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
  })
})

describe('sharing', () => {
  const sharing = (port: number, key = 'k') => ({
    annotations: { 'metallb.io/allow-shared-ip': key },
    ports: [{ protocol: 'TCP', port }],
  })

  it('is by key, ports and traffic policy', () => {
    const made = cluster(
      serviceChange('shop/a', sharing(80)),
      serviceChange('shop/b', sharing(443)),
      serviceChange('shop/c', sharing(80)),
      serviceChange('shop/d', { ...sharing(53), localTraffic: true }),
    )
    const all = ['a', 'b', 'c', 'd'].map((name) => made.addressesOf(`shop/${name}`)[0])
    expect(all).toEqual(['192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.3'])
  })

  it('a Service that waits is looked at again when a key changes', () => {
    const made = new Cluster()
    made.apply(poolsChange({ lan: ['192.0.2.1/32'] }), COMPLETE)
    made.apply(serviceChange('shop/a', sharing(80, 'other')), serviceChange('shop/b', sharing(443)))
    expect(made.addressesOf('shop/b')).toEqual([])
    made.edit('shop/a', sharing(80))
    expect(made.addressesOf('shop/b')).toEqual(['192.0.2.1'])
  })
})

describe('counters of a pool', () => {
  it('are told when they change', () => {
    const made = cluster(serviceChange('shop/a'))
    made.apply(serviceChange('shop/b'))
    const counters = { assignedIPv4: 2, assignedIPv6: 0, availableIPv4: 1n, availableIPv6: 0n }
    expect(made.state.apply([], 0)).toEqual([])
    expect(made.lastPoolStatus).toEqual({ kind: 'pool-status', pool: 'lan', counters })
  })

  it('never run over', () => {
    const made = new Cluster()
    made.apply(poolsChange({ six: ['2001:db8::/64', '2001:db8:1::/64'] }), COMPLETE)
    expect(made.lastPoolStatus?.counters.availableIPv6).toBe(9223372036854775807n)
  })
})

describe('a freed address', () => {
  it('cools down before another Service gets it, and the one that had it may have it again', () => {
    const made = new Cluster({ coolDownMs: 1000 })
    made.apply(poolsChange({ lan: ['192.0.2.1/32'] }), COMPLETE, serviceChange('shop/a'))
    made.apply({ kind: 'service-deleted', namespace: 'shop', name: 'a' }, serviceChange('shop/b'))
    expect(made.addressesOf('shop/b')).toEqual([])
    expect(made.takeEvents().at(-1)).toContain('were freed a moment ago')
    expect(made.state.nextWakeMs).toBe(1000)
    made.nowMs = 999
    made.apply()
    expect(made.addressesOf('shop/b')).toEqual([])
    made.nowMs = 1000
    made.apply()
    expect(made.addressesOf('shop/b')).toEqual(['192.0.2.1'])
  })

  it('an address that was never announced does not', () => {
    const made = new Cluster({ coolDownMs: 1000, probeBlockMs: 5000 })
    made.apply(poolsChange({ lan: ['192.0.2.1/32'] }), COMPLETE, serviceChange('shop/a'))
    made.apply({ kind: 'service-deleted', namespace: 'shop', name: 'a' })
    expect(made.state.nextWakeMs).toBeUndefined()
  })
})

describe('with probes', () => {
  const probe = (made: Cluster) => made.effects.flatMap((each) => (each.kind === 'probe' ? each : []))[0]
  const parse = (value: bigint) => ({ family: 4, value }) as const
  const first = 0xc0000201n

  it('an address is written when nobody answers for it', () => {
    const made = new Cluster({ probeBlockMs: 5000 })
    made.apply(POOL, COMPLETE, serviceChange('shop/a'))
    const asked = probe(made)
    expect(asked).toMatchObject({ service: 'shop/a', addresses: [parse(first)] })
    expect(made.written).toEqual([])
    expect(made.takeEvents()).toEqual([])
    // Meanwhile nobody else gets it, and the question is not asked again.
    made.apply(serviceChange('shop/a', { labels: { x: 'y' } }), serviceChange('shop/b'))
    expect(made.effects.flatMap((each) => (each.kind === 'probe' ? each.addresses : []))).toEqual([
      parse(first + 1n),
    ])
    made.apply({ kind: 'probed', token: asked?.token ?? 0, outcome: { kind: 'free' } })
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
    expect(made.takeEvents()).toEqual(['IPAllocated: Assigned IP ["192.0.2.1"]'])
  })

  it('an address that somebody has is passed over for a while, and told', () => {
    const made = new Cluster({ probeBlockMs: 5000 })
    made.apply(POOL, COMPLETE, serviceChange('shop/a', ask('192.0.2.1')), serviceChange('shop/b'))
    const token = (service: string) =>
      made.effects.flatMap((each) =>
        each.kind === 'probe' && each.service === service ? each.token : [],
      )[0] ?? 0
    const inUse = { kind: 'in-use', address: parse(first), by: '00:00:5e:00:53:01' } as const
    made.apply({ kind: 'probed', token: token('shop/a'), outcome: inUse })
    expect(made.takeEvents()).toEqual([
      'AddressInUse: "192.0.2.1" of pool "lan" is passed over: 00:00:5e:00:53:01 answers for it on the link',
      'AllocationFailed: Failed to allocate IP for "shop/a": "192.0.2.1" is in use on the link by somebody else',
    ])
    made.nowMs = 5000
    made.apply()
    expect(probe(made)).toMatchObject({ service: 'shop/a', addresses: [parse(first)] })
    made.apply({ kind: 'probed', token: token('shop/a'), outcome: { kind: 'unknown', why: 'nobody to ask' } })
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
  })

  it('what a Service has it keeps while another address is asked for', () => {
    const made = new Cluster({ probeBlockMs: 5000 })
    made.apply(poolsChange({ lan: ['192.0.2.1/32', '2001:db8::1-2001:db8::2'] }), COMPLETE)
    made.apply(
      serviceChange('shop/a', { ...DUAL, ipFamilyPolicy: 'PreferDualStack', ingress: ['192.0.2.1'] }),
    )
    const asked = probe(made)
    expect(asked?.addresses).toHaveLength(1)
    const [address] = asked?.addresses ?? []
    if (asked === undefined || address === undefined) throw new Error('nothing was asked')
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
    made.apply({ kind: 'probed', token: asked.token, outcome: { kind: 'in-use', address, by: undefined } })
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1'])
    made.apply({ kind: 'probed', token: probe(made)?.token ?? 0, outcome: { kind: 'free' } })
    expect(made.addressesOf('shop/a')).toEqual(['192.0.2.1', '2001:db8::2'])
  })
})
