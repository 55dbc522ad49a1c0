import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../config/kube-object.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { exitCodeOf } from '../../migrate/apply/outcome.ts'
import { refText } from '../../migrate/apply/plan.ts'
import { installItems } from '../install-objects.ts'
import type { InstallOptions } from '../options.ts'
import { FakeCluster } from '../testing/fake-cluster.ts'
import { options } from '../testing/options.ts'
import { applyInstall } from './apply-install.ts'
import { planInstall } from './plan.ts'
import { readinessOf } from './readiness.ts'
import { planRemoval, removeAll } from './removal.ts'
import { supersededBy } from './superseded.ts'
import { waitReady } from './wait-ready.ts'

const objects = installItems(options()).map(({ object }) => object)
const crds = objects.filter(({ kind }) => kind === 'CustomResourceDefinition')

async function install(cluster: FakeCluster, { takeOver = false, checkOnly = false } = {}) {
  const plan = await planInstall(cluster.writer, objects, { takeOver, keepsConversion: false })
  return { plan, outcome: await applyInstall(cluster.writer, plan, { checkOnly, superseded: [] }) }
}

describe('install', () => {
  it('makes everything in order in an empty cluster, and nothing the second time', async () => {
    const cluster = new FakeCluster()
    const { outcome } = await install(cluster)
    expect(outcome.kind).toBe('done')
    expect(cluster.writes).toHaveLength(objects.length)
    expect(cluster.writes.indexOf('apply Namespace lb')).toBeLessThan(
      cluster.writes.indexOf('apply Role lb/lbctl-speaker'),
    )
    const again = await install(cluster)
    expect(again.outcome.kind).toBe('nothing to do')
    expect(cluster.writes).toHaveLength(objects.length)
  })

  it('stores nothing when it is only to check', async () => {
    const cluster = new FakeCluster()
    const { outcome } = await install(cluster, { checkOnly: true })
    expect(outcome).toMatchObject({ kind: 'checked' })
    expect(cluster.writes).toEqual([])
  })

  it('leaves CRDs of others alone, and replaces them when told to', async () => {
    const cluster = new FakeCluster()
    for (const crd of crds) cluster.put(crd, 'helm')
    const { plan } = await install(cluster)
    expect(plan.kept).toHaveLength(9)
    expect(cluster.writes.some((write) => write.includes('CustomResourceDefinition'))).toBe(false)

    const other = new FakeCluster()
    const peers = 'CustomResourceDefinition bgppeers.metallb.io'
    for (const crd of crds) other.put({ ...crd, extra: crd.metadata.name }, 'helm')
    other.conflicts.set(peers, [{ field: '.spec.versions', manager: 'helm' }])
    const taken = await install(other, { takeOver: true })
    expect(taken.plan.kept).toEqual([])
    expect(other.writes).toContain(`apply ${peers}`)
  })

  it('refuses CRDs that lack a version, and writes nothing', async () => {
    const cluster = new FakeCluster()
    const peers = crds.find(({ metadata }) => metadata.name.startsWith('bgppeers')) as KubeObject
    const old = peers['spec'] as { versions: { name: string }[] }
    cluster.put(
      { ...peers, spec: { ...old, versions: old.versions.filter(({ name }) => name === 'v1beta1') } },
      'kubectl',
    )
    const { outcome } = await install(cluster)
    expect(outcome).toMatchObject({ kind: 'refused' })
    if (outcome.kind === 'refused')
      expect(outcome.refusals[0]?.error.message).toContain('does not serve v1beta2')
    expect(cluster.writes).toEqual([])
    expect(exitCodeOf(outcome)).toBe(1)
  })

  it('names the fields of others, and writes nothing at all', async () => {
    const cluster = new FakeCluster()
    cluster.put({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'lb' } }, 'kubectl')
    cluster.conflicts.set('DaemonSet lb/lbctl-speaker', [{ field: '.spec.template', manager: 'argocd' }])
    const { outcome } = await install(cluster)
    expect(outcome.kind === 'refused' && outcome.refusals[0]?.error.facts).toEqual({
      '.spec.template': 'set by "argocd"',
    })
    expect(cluster.writes).toEqual([])
  })

  it('says what is done and what is not when a write fails, and goes on from there', async () => {
    const cluster = new FakeCluster()
    const failing = 'DaemonSet lb/lbctl-speaker'
    cluster.failures.set(failing, new LbctlError('unreachable', 'gone'))
    const { outcome } = await install(cluster)
    if (outcome.kind !== 'stopped') throw new Error(outcome.kind)
    expect(outcome.failed).toMatchObject({ written: 'unknown' })
    const named = [...outcome.done.map(({ ref }) => ref), ...outcome.remaining].map(refText)
    expect([...named, failing].sort()).toEqual(objects.map((o) => refText({ ...o, ...o.metadata })).sort())
    expect(exitCodeOf(outcome)).toBe(4)
    cluster.failures.clear()
    expect((await install(cluster)).outcome.kind).toBe('done')
    expect(new Set(cluster.writes).size).toBe(cluster.writes.length)
  })
})

describe('removal', () => {
  it('takes away what was installed in the reverse order, and keeps CRDs and the namespace', async () => {
    const cluster = new FakeCluster()
    await install(cluster)
    const plan = await planRemoval(cluster.writer, objects, { namespace: 'lb', deleteCrds: false })
    expect(plan.keep.map(({ ref }) => ref.kind).sort()).toEqual([
      ...Array.from({ length: 9 }, () => 'CustomResourceDefinition'),
      'Namespace',
    ])
    expect(plan.remove[0]?.kind).toBe('ValidatingWebhookConfiguration')
    expect(cluster.writes.some((write) => write.startsWith('remove'))).toBe(false)
    expect((await removeAll(cluster.writer, plan)).kind).toBe('done')
    expect([...cluster.objects.values()].map(({ kind }) => kind).sort()).toEqual(
      plan.keep.map(({ ref }) => ref.kind).sort(),
    )
    expect(
      (await planRemoval(cluster.writer, objects, { namespace: 'lb', deleteCrds: false })).remove,
    ).toEqual([])
  })

  it('first tells the CRD that stays, whose objects the controller converted; it can be installed again', async () => {
    const cluster = new FakeCluster()
    await install(cluster)
    const peers = 'CustomResourceDefinition bgppeers.metallb.io'
    const before = cluster.writes.length
    const plan = await planRemoval(cluster.writer, objects, { namespace: 'lb', deleteCrds: false })
    await removeAll(cluster.writer, plan)
    expect(cluster.writes[before]).toBe(`patch ${peers}`)
    expect(cluster.objects.get(peers)?.['spec']).toMatchObject({ conversion: { strategy: 'None' } })
    const none = await planRemoval(cluster.writer, objects, { namespace: 'lb', deleteCrds: false })
    expect([none.detach, (await removeAll(cluster.writer, none)).kind]).toEqual([[], 'nothing to do'])
    // What the removal wrote is lbctl's own under another entry.
    cluster.conflicts.set(peers, [{ field: '.spec.conversion.strategy', manager: 'lbctl' }])
    expect((await install(cluster)).outcome.kind).toBe('done')
  })

  it('leaves the conversion of another installation alone', async () => {
    const cluster = new FakeCluster()
    await install(cluster)
    const plan = await planRemoval(cluster.writer, [...crds], { namespace: 'other', deleteCrds: false })
    expect(plan.detach).toEqual([])
  })

  it('removes CRDs only on demand, and never what does not carry the label', async () => {
    const cluster = new FakeCluster()
    await install(cluster)
    const pools = crds.find(({ metadata }) => metadata.name.startsWith('ipaddresspools')) as KubeObject
    cluster.put({ ...pools, metadata: { name: pools.metadata.name } }, 'helm')
    const plan = await planRemoval(cluster.writer, objects, { namespace: 'lb', deleteCrds: true })
    expect(plan.remove.filter(({ kind }) => kind === 'CustomResourceDefinition')).toHaveLength(8)
    expect(plan.keep).toContainEqual({
      ref: expect.objectContaining({ name: pools.metadata.name }),
      why: 'was not made by lbctl',
    })
  })

  it('says what is left when it cannot go on', async () => {
    const cluster = new FakeCluster()
    await install(cluster)
    cluster.failures.set('Deployment lb/lbctl-controller', new LbctlError('permission', 'no'))
    const plan = await planRemoval(cluster.writer, objects, { namespace: 'lb', deleteCrds: false })
    const outcome = await removeAll(cluster.writer, plan)
    if (outcome.kind !== 'stopped') throw new Error(outcome.kind)
    expect(outcome.failed?.ref.kind).toBe('Deployment')
    expect(outcome.done.length + 1 + outcome.remaining.length).toBe(
      1 + plan.detach.length + plan.remove.length,
    )
  })
})

describe('an installation with other options over an earlier one', () => {
  const over = async (cluster: FakeCluster, changed: Partial<InstallOptions>) => {
    const wanted = options(changed)
    const items = installItems(wanted)
    const superseded = await supersededBy(cluster.writer, items, wanted)
    const keepsConversion = wanted.mode === 'speaker'
    const plan = await planInstall(
      cluster.writer,
      items.map(({ object }) => object),
      { takeOver: false, keepsConversion },
    )
    const outcome = await applyInstall(cluster.writer, plan, {
      ...{ checkOnly: false, superseded: superseded.remove },
    })
    return { superseded, outcome }
  }
  const has = (cluster: FakeCluster, name: string): boolean =>
    [...cluster.objects.keys()].some((id) => id.endsWith(name))
  const conversion = (cluster: FakeCluster) =>
    (
      cluster.objects.get('CustomResourceDefinition bgppeers.metallb.io')?.['spec'] as
        | { readonly conversion?: object }
        | undefined
    )?.conversion

  it('removes the webhooks that nobody answers any more, before anything else', async () => {
    const cluster = new FakeCluster()
    await over(cluster, {})
    const before = cluster.writes.length
    const { outcome } = await over(cluster, { webhooks: false, networkPolicies: false })
    expect(outcome.kind).toBe('done')
    expect(cluster.writes.slice(before, before + 3)).toEqual([
      'remove ValidatingWebhookConfiguration lbctl-webhook-configuration',
      'remove Service lb/lbctl-webhook',
      'remove NetworkPolicy lb/lbctl-controller',
    ])
    expect(conversion(cluster)).toBeUndefined()
    expect((await over(cluster, { webhooks: false, networkPolicies: false })).outcome.kind).toBe(
      'nothing to do',
    )
  })

  it('leaves the other component as it is, and the conversion with it', async () => {
    const cluster = new FakeCluster()
    await over(cluster, { mode: 'controller' })
    const { superseded } = await over(cluster, { mode: 'speaker' })
    expect(superseded.remove).toEqual([])
    expect(superseded.other.map(({ kind }) => kind)).toContain('Deployment')
    expect(has(cluster, 'lb/lbctl-controller') && has(cluster, 'lbctl-webhook')).toBe(true)
    expect(conversion(cluster)).toMatchObject({ strategy: 'Webhook' })
  })

  it('removes nothing that does not carry the label', async () => {
    const cluster = new FakeCluster()
    await over(cluster, {})
    const id = 'Service lb/lbctl-webhook'
    const service = cluster.objects.get(id) as KubeObject
    cluster.put({ ...service, metadata: { ...service.metadata, labels: {} } }, 'somebody')
    await over(cluster, { webhooks: false })
    expect(cluster.objects.has(id)).toBe(true)
  })
})

const base = { apiVersion: 'apps/v1', metadata: { name: 'x', generation: 2 } as KubeObject['metadata'] }
const workload = (kind: string, spec: object, status: object): KubeObject => ({ ...base, kind, spec, status })

describe('readiness', () => {
  it.each([
    ['nothing', undefined, false],
    [
      'a Deployment of the old template',
      workload(
        'Deployment',
        { replicas: 2 },
        { observedGeneration: 2, replicas: 3, updatedReplicas: 1, availableReplicas: 3 },
      ),
      false,
    ],
    [
      'a Deployment not looked at yet',
      workload(
        'Deployment',
        { replicas: 2 },
        { observedGeneration: 1, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
      ),
      false,
    ],
    [
      'a Deployment',
      workload(
        'Deployment',
        { replicas: 2 },
        { observedGeneration: 2, replicas: 2, updatedReplicas: 2, availableReplicas: 2 },
      ),
      true,
    ],
    [
      'a DaemonSet on its way',
      workload(
        'DaemonSet',
        {},
        { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 2 },
      ),
      false,
    ],
    [
      'a DaemonSet',
      workload(
        'DaemonSet',
        {},
        { observedGeneration: 2, desiredNumberScheduled: 3, updatedNumberScheduled: 3, numberReady: 3 },
      ),
      true,
    ],
    [
      'a DaemonSet without nodes',
      workload('DaemonSet', {}, { observedGeneration: 2, desiredNumberScheduled: 0 }),
      true,
    ],
    ['a DaemonSet without status', workload('DaemonSet', {}, {}), false],
    [
      'a CRD',
      workload('CustomResourceDefinition', {}, { conditions: [{ type: 'Established', status: 'True' }] }),
      true,
    ],
    ['a CRD at its start', workload('CustomResourceDefinition', {}, {}), false],
  ])('%s', (_, object, ready) => expect(readinessOf(object).ready).toBe(ready))

  it('is waited for, each change told once, and a cluster that is away for a moment is waited for too', async () => {
    const states = [
      workload('DaemonSet', {}, { observedGeneration: 2, desiredNumberScheduled: 2, numberReady: 0 }),
      new LbctlError('unreachable', 'gone'),
      workload(
        'DaemonSet',
        {},
        { observedGeneration: 2, desiredNumberScheduled: 2, updatedNumberScheduled: 2, numberReady: 2 },
      ),
    ]
    let now = 0
    const told: string[] = []
    const get = async () => {
      const state = states.shift()
      if (state instanceof LbctlError) throw state
      return state as never
    }
    const wait = (timeoutMs: number) =>
      waitReady({ get }, [{ apiVersion: 'apps/v1', kind: 'DaemonSet', name: 'x' }], {
        now: () => now,
        sleep: async (ms) => {
          now += ms
        },
        timeoutMs,
        why: async () => [],
        onChange: ({ readiness }) => void told.push(readiness.text),
      })
    expect(await wait(60_000)).toEqual([])
    expect(told).toEqual(['0 of 2 nodes are ready', '2 of 2 nodes are ready'])
    expect(await wait(3000)).toHaveLength(1)
  })
})
