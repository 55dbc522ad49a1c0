// How speakers were started and where they run, as their workloads say it.
import { expect, it } from 'vitest'
import type { KubeObject } from '../config/kube-object.ts'
import { readPlane } from '../diagnose/cluster/cluster-facts.ts'
import { speakersOf } from './pool-speakers.ts'

const METALLB = { app: 'metallb', component: 'speaker' }
const LBCTL = { 'app.kubernetes.io/name': 'lbctl', 'app.kubernetes.io/component': 'speaker' }

const daemonSet = (namespace: string, labels: object, args: readonly string[], spec: object = {}) =>
  ({
    ...{ apiVersion: 'apps/v1', kind: 'DaemonSet' },
    metadata: { namespace, name: `speaker-${Object.values(labels)[0]}`, labels },
    spec: {
      template: { spec: { ...spec, containers: [{ name: 'speaker', image: 'speaker:v0.15.2', args }] } },
    },
  }) as unknown as KubeObject

const read = (objects: readonly KubeObject[], configured: readonly string[] = [], asked?: string) =>
  speakersOf(
    { daemonSets: readPlane(objects), deployments: readPlane<KubeObject>([]) },
    new Set(configured),
    asked,
  )

it('knows nothing of where they run without a DaemonSet', () => {
  expect(read([])).toEqual({
    ...{ release: undefined, loadBalancerClass: undefined, placements: undefined },
    ...{ ignoreExcludeLabel: false, weighsPreferences: false, memberlist: true },
  })
})

it('reads nodeSelector, required affinity and tolerations', () => {
  const terms = [
    { matchExpressions: [{ key: 'lbctl', operator: 'DoesNotExist' }] },
    { matchFields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] },
  ]
  const spec = {
    nodeSelector: { 'kubernetes.io/os': 'linux' },
    affinity: {
      nodeAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: terms } },
    },
    tolerations: [{ key: 'a', value: 'b', effect: 'NoSchedule' }, { operator: 'Exists' }],
  }
  expect(read([daemonSet('m', METALLB, [], spec)]).placements).toEqual([
    {
      nodeSelector: { 'kubernetes.io/os': 'linux' },
      required: [
        { labels: [{ key: 'lbctl', operator: 'DoesNotExist', values: [] }], fields: [] },
        { labels: [], fields: [{ key: 'metadata.name', operator: 'In', values: ['n'] }] },
      ],
      tolerations: [
        { key: 'a', operator: 'Equal', value: 'b', effect: 'NoSchedule' },
        { key: undefined, operator: 'Exists', value: '', effect: undefined },
      ],
    },
  ])
})

it('is of the installation that the configuration is for, or of the one for the class that is asked for', () => {
  const all = [
    daemonSet('a', METALLB, ['--lb-class=inner']),
    daemonSet('b', METALLB, []),
    daemonSet('c', METALLB, ['--lb-class=edge']),
  ]
  expect(read(all).loadBalancerClass).toBe('inner')
  expect(read(all, ['c']).loadBalancerClass).toBe('edge')
  expect(read(all, ['b', 'c']).loadBalancerClass).toBeUndefined()
  expect(read(all, ['b'], 'edge').loadBalancerClass).toBe('edge')
  expect(read(all, ['b'], 'nobody').loadBalancerClass).toBeUndefined()
})

it('side by side both have places, a flag of one counts, and preferences do not', () => {
  const ours = daemonSet('m', LBCTL, ['--ml-bindaddr=0.0.0.0', '--ignore-exclude-lb'], {
    nodeSelector: { lbctl: '' },
  })
  const theirs = daemonSet('m', METALLB, ['--ml-bindaddr=0.0.0.0'])
  expect(read([ours])).toMatchObject({
    weighsPreferences: true,
    ignoreExcludeLabel: true,
    release: undefined,
  })
  const both = read([ours, theirs])
  expect(both).toMatchObject({ weighsPreferences: false, ignoreExcludeLabel: true, release: '0.15.2' })
  expect(both.placements?.map(({ nodeSelector }) => nodeSelector)).toEqual([{ lbctl: '' }, {}])
})
