// Scenarios of the controller, by name: which address a Service gets, keeps and gives back.
import { expect, it } from 'vitest'
import type { ClusterLab } from '../support/cluster-lab/cluster-lab.ts'
import { loadBalancer, requestedPool, shared } from '../support/cluster-lab/user-objects.ts'
import { pool } from '../support/speaker-lab/speaker-objects.ts'

type Spec = Readonly<Record<string, unknown>>
const FIRST = '192.0.2.100'
const only = (name: string, address: string, spec: Spec = {}) => {
  const made = pool(name, `${address}/32`)
  return { ...made, spec: { ...(made['spec'] as Spec), ...spec } }
}

export function assignmentScenarios(lab: () => ClusterLab): void {
  const { kubectl, apply } = verbs(lab)
  const assigned = (name: string, ...addresses: readonly string[]) =>
    lab().cluster.assigned(name, ...addresses)
  const refused = (name: string) =>
    lab().until(`${name} is refused`, () => {
      const said = lab().cluster.eventsOf(name)
      return (
        lab().cluster.addressesOf(name).length === 0 &&
        said.some(({ reason }) => reason === 'AllocationFailed')
      )
    })
  const emptied = (name: string) =>
    lab().until(`${name} has no address`, () => lab().cluster.addressesOf(name).length === 0)

  it('an address is free when the type becomes ClusterIP, and goes to the Service that waits', () =>
    lab().scenario([only('one', FIRST), loadBalancer('first')], async () => {
      await assigned('first', FIRST)
      await apply(loadBalancer('second'))
      await refused('second')
      await kubectl('patch', 'service', 'first', '-n', 'shop', '-p', '{"spec":{"type":"ClusterIP"}}')
      await assigned('second', FIRST)
      expect(lab().cluster.addressesOf('first')).toEqual([])
    }))

  it('an address is free when its Service is deleted, and goes to the Service that waits', () =>
    lab().scenario([only('one', FIRST), loadBalancer('first')], async () => {
      await assigned('first', FIRST)
      await apply(loadBalancer('second'))
      await refused('second')
      await kubectl('delete', 'service', 'first', '-n', 'shop')
      await assigned('second', FIRST)
    }))

  it('the same addresses after a restart of the controller', () =>
    lab().scenario(
      [pool('link', `${FIRST}-192.0.2.110`), ...['a', 'b', 'c'].map((name) => loadBalancer(name))],
      async () => {
        for (const name of ['a', 'b', 'c']) await assigned(name)
        // A hole, which one that had forgotten everything would fill.
        await kubectl('delete', 'service', 'a', '-n', 'shop')
        const before = ['b', 'c'].map(
          (name) => lab().cluster.object('services', `shop/${name}`)?.metadata.resourceVersion,
        )
        expect(await lab().controller.stop()).toBe(143)
        await lab().startController()
        await apply(loadBalancer('d'))
        await assigned('d')
        expect(
          ['b', 'c'].map(
            (name) => lab().cluster.object('services', `shop/${name}`)?.metadata.resourceVersion,
          ),
        ).toEqual(before)
      },
    ))

  it('Services that share an address are looked at again when the key or the traffic policy changes', () => {
    const sharer = (name: string, port: number, key: string, policy = 'Cluster') =>
      loadBalancer(name, {
        ...{ annotations: shared(key), ports: [[port, 'TCP']], selector: { app: 'same' } },
        spec: { externalTrafficPolicy: policy },
      })
    return lab().scenario([only('one', FIRST), sharer('first', 80, 'a')], async () => {
      await assigned('first', FIRST)
      await apply(sharer('second', 443, 'b'))
      await refused('second')
      await apply(sharer('first', 80, 'b'))
      await assigned('second', FIRST)
      // Local and Cluster never share; who changed is the one that loses.
      await kubectl('delete', 'events', '--all', '-n', 'shop')
      await apply(sharer('second', 443, 'b', 'Local'))
      await emptied('second')
      await assigned('first', FIRST)
      await apply(sharer('first', 80, 'b', 'Local'))
      await assigned('second', FIRST)
    })
  })

  it('all pools are removed: the status is emptied', () =>
    lab().scenario([only('one', FIRST), loadBalancer('web')], async () => {
      await assigned('web', FIRST)
      await kubectl('delete', 'ipaddresspool', 'one', '-n', 'metallb-system')
      await emptied('web')
      await apply(only('one', FIRST))
      await assigned('web', FIRST)
    }))

  it('a pool is deleted: its Services move to another one', () =>
    lab().scenario([only('one', FIRST), loadBalancer('web')], async () => {
      await assigned('web', FIRST)
      await apply(only('two', '192.0.2.120'))
      await kubectl('delete', 'ipaddresspool', 'one', '-n', 'metallb-system')
      await assigned('web', '192.0.2.120')
      expect(lab().cluster.object('services', 'shop/web')?.metadata.annotations).toMatchObject({
        'metallb.io/ip-allocated-from-pool': 'two',
      })
    }))

  it('load balancer class: a Service with a class gets no address', () =>
    lab().scenario(
      [only('one', FIRST), loadBalancer('other', { spec: { loadBalancerClass: 'example.com/other' } })],
      async () => {
        await apply(loadBalancer('web'))
        await assigned('web', FIRST)
        expect(lab().cluster.addressesOf('other')).toEqual([])
        expect(lab().cluster.eventsOf('other')).toEqual([])
      },
    ))
}

export function serviceAllocationScenarios(lab: () => ClusterLab): void {
  const { kubectl, apply } = verbs(lab)
  const assigned = (name: string, ...addresses: readonly string[]) =>
    lab().cluster.assigned(name, ...addresses)
  const plain = only('plain', '192.0.2.110')
  const pinned = (serviceAllocation: Spec) => only('pinned', FIRST, { serviceAllocation })
  const gold = { serviceSelectors: [{ matchLabels: { tier: 'gold' } }] }
  const goldWeb = (name = 'gold') => loadBalancer(name, { labels: { tier: 'gold' } })

  it('serviceAllocation: by namespace', () =>
    lab().scenario([plain, pinned({ priority: 10, namespaces: ['shop'] }), loadBalancer('web')], async () => {
      await assigned('web', FIRST)
      await apply(loadBalancer('more'))
      await assigned('more', '192.0.2.110')
    }))

  it('serviceAllocation: by priority only', () =>
    lab().scenario(
      [
        only('late', '192.0.2.105', { serviceAllocation: { priority: 20 } }),
        pinned({ priority: 10 }),
        only('last', '192.0.2.110', { serviceAllocation: { priority: 0 } }),
        loadBalancer('a'),
      ],
      async () => {
        await assigned('a', FIRST)
        await apply(loadBalancer('b'))
        await assigned('b', '192.0.2.105')
        await apply(loadBalancer('c'))
        await assigned('c', '192.0.2.110')
      },
    ))

  it('serviceAllocation: by namespace and labels', () =>
    lab().scenario(
      [plain, pinned({ priority: 10, namespaces: ['shop'], ...gold }), loadBalancer('web')],
      async () => {
        await assigned('web', '192.0.2.110')
        await apply(goldWeb())
        await assigned('gold', FIRST)
      },
    ))

  it('serviceAllocation: by a label of the Service', () =>
    lab().scenario([plain, pinned({ priority: 10, ...gold }), goldWeb()], async () => {
      await assigned('gold', FIRST)
      await apply(loadBalancer('web'))
      await assigned('web', '192.0.2.110')
    }))

  it('serviceAllocation: a pool for others is refused also to who asks for it', () =>
    lab().scenario(
      [
        plain,
        pinned({ namespaces: ['default'] }),
        loadBalancer('web', { annotations: requestedPool('pinned') }),
      ],
      async () => {
        await lab().until('it is told why', () =>
          lab()
            .cluster.eventsOf('web')
            .some(({ message }) => message.includes('pinned') && message.includes('not compatible')),
        )
        expect(lab().cluster.addressesOf('web')).toEqual([])
      },
    ))

  it('serviceAllocation: by namespaceSelectors', () =>
    lab().scenario(
      [plain, pinned({ priority: 10, namespaceSelectors: [{ matchLabels: { team: 'blue' } }] })],
      async () => {
        await apply(loadBalancer('before'))
        await assigned('before', '192.0.2.110')
        await kubectl('label', 'namespace', 'shop', 'team=blue')
        try {
          await apply(loadBalancer('web'))
          await assigned('web', FIRST)
        } finally {
          await kubectl('label', 'namespace', 'shop', 'team-')
        }
      },
    ))
}

function verbs(lab: () => ClusterLab) {
  return {
    kubectl: (...words: readonly string[]) => lab().cluster.kubectl(words),
    apply: (...objects: readonly object[]) => lab().cluster.apply(...objects),
  }
}
