// What changed between two states of a cluster: what matters comes first, what changes by itself is not there.
import { expect, it } from 'vitest'
import { compareBundles, type Side } from '../../diagnose/bundle/compare.ts'
import { fieldChanges } from '../../diagnose/bundle/field-changes.ts'
import { CLUSTER_CHECKS } from '../../diagnose/cluster/check-list.ts'
import { ClusterView } from '../../diagnose/cluster/cluster-view.ts'
import { judgeCluster } from '../../diagnose/cluster/judge-cluster.ts'
import { drop, factsOf, healthyWorld, object, type World } from '../../diagnose/cluster/testing/world.ts'
import { renderComparison } from './comparison.ts'

const nothing = (): void => undefined
const sideOf = (change: (world: World) => void, takenAt: string): Side => {
  const world = healthyWorld()
  change(world)
  const view = new ClusterView({ ...factsOf(world), takenAt })
  return {
    facts: view.facts,
    view,
    verdict: judgeCluster(view, { checks: CLUSTER_CHECKS, failOn: 'error' }),
  }
}
const compared = (before: (world: World) => void, after: (world: World) => void) =>
  compareBundles(sideOf(before, '2026-03-01T12:00:00Z'), sideOf(after, '2026-03-02T12:00:00Z'))

const brokenOvernight = (world: World): void => {
  drop(world, 'configuration', ({ kind }) => kind === 'L2Advertisement')
  const node = object(world, 'nodes', 'node-a')
  node.metadata.labels['node.kubernetes.io/exclude-from-external-load-balancers'] = ''
  node.status.conditions[0].lastTransitionTime = '2026-03-02T00:00:00Z'
  node.metadata.resourceVersion = '77'
  object(world, 'daemonSets', 'speaker').spec.template.spec.containers[0].image =
    'quay.io/metallb/speaker:v0.15.3'
}

it('says nothing about two moments of the same', () => {
  const comparison = compared(nothing, (world) => {
    object(world, 'nodes', 'node-a').metadata.resourceVersion = '9'
    object(world, 'nodes', 'node-a').status.conditions[0].lastHeartbeatTime = '2026-03-02T00:00:00Z'
  })
  expect(comparison).toMatchObject({ appeared: [], gone: [], owners: [], objects: [] })
})

it('names the finding, the configuration, the version and the label, in this order', () => {
  const comparison = compared(nothing, brokenOvernight)
  expect(comparison.appeared.map(({ code }) => code)).toContain('F01')
  expect(comparison.gone).toEqual([])
  expect(comparison.objects.map(({ change, kind, object: id }) => `${change} ${kind} ${id}`)).toEqual([
    'removed L2Advertisement metallb-system/lan',
    'changed DaemonSet metallb-system/speaker',
    'changed Node node-a',
  ])
  expect(comparison.objects[1]?.fields).toEqual([
    {
      path: 'spec.template.spec.containers[speaker].image',
      before: 'quay.io/metallb/speaker:v0.15.2',
      after: 'quay.io/metallb/speaker:v0.15.3',
    },
  ])
  expect(comparison.objects[2]?.fields).toEqual([
    {
      path: 'metadata.labels[node.kubernetes.io/exclude-from-external-load-balancers]',
      before: undefined,
      after: '',
    },
  ])
})

it('is the mirror image the other way round', () => {
  const there = compared(nothing, brokenOvernight)
  const back = compared(brokenOvernight, nothing)
  expect(back.gone).toEqual(there.appeared)
  expect(back.appeared).toEqual(there.gone)
  expect(back.objects[0]).toMatchObject({ change: 'added', kind: 'L2Advertisement' })
})

it('tells whose address went to another node', () => {
  const healthy = compared(nothing, nothing)
  expect(healthy.owners).toEqual([])
  const view = sideOf(nothing, '2026-03-01T12:00:00Z').view
  const [service] = view.servicesWithAddress
  if (service === undefined) throw new Error('the healthy world has no Service with an address')
  const order = view.matrixOf(service)?.succession.map(({ node }) => node) ?? []
  const [first = '', second = ''] = order
  const { owners } = compared(nothing, (world) => {
    object(world, 'nodes', first).metadata.labels['node.kubernetes.io/exclude-from-external-load-balancers'] =
      ''
  })
  expect(owners).toEqual([{ service: 'shop/web', before: first, after: second }])
})

it('does not take what could not be read for removed', () => {
  const after = sideOf(nothing, '2026-03-02T12:00:00Z')
  const pods = { status: 'not-read', reason: 'eve may not', wanted: true } as const
  const comparison = compareBundles(sideOf(nothing, '2026-03-01T12:00:00Z'), {
    ...after,
    facts: { ...after.facts, pods },
  })
  expect(comparison.objects).toEqual([])
  expect(comparison.notCompared).toEqual(['pods: not read after, eve may not'])
})

it('compares items of lists by their names, and finds keys in any order the same', () => {
  expect(fieldChanges({ a: { x: 1, y: [{ b: 1, c: 2 }] } }, { a: { y: [{ c: 2, b: 1 }], x: 1 } })).toEqual([])
  expect(
    fieldChanges(
      {
        status: {
          conditions: [
            { type: 'A', status: 'True' },
            { type: 'Ready', status: 'True' },
          ],
        },
      },
      {
        status: {
          conditions: [
            { type: 'Ready', status: 'False' },
            { type: 'A', status: 'True' },
          ],
        },
      },
    ),
  ).toEqual([{ path: 'status.conditions[Ready].status', before: 'True', after: 'False' }])
})

it('fits 80 columns', async () => {
  const text = renderComparison(compared(nothing, brokenOvernight), {
    width: 80,
    colorLevel: 0,
    verbose: false,
  })
  for (const line of text.split('\n')) expect(line.length).toBeLessThanOrEqual(80)
  await expect(text).toMatchFileSnapshot('../../../test/golden/bundle/diff.txt')
})
