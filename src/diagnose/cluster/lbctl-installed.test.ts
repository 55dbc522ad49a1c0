// A cluster that lbctl runs alone, as `lbctl install` makes it, or with its speakers beside MetalLB's.
import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../config/kube-object.ts'
import { installItems } from '../../install/install-objects.ts'
import { options } from '../../install/testing/options.ts'
import { CLUSTER_CHECKS } from './check-list.ts'
import { judgeCluster } from './judge-cluster.ts'
import { drop, healthyWorld, object, viewOf, type World } from './testing/world.ts'
import { onOne, readHosts } from './testing/world-hosts.ts'

const NODES = ['node-a', 'node-b', 'node-c']

/** As the cluster would have made them of a workload. */
const podsOf = (workload: KubeObject, nodes: readonly string[]): KubeObject[] => {
  // biome-ignore lint/suspicious/noExplicitAny: JSON of any shape
  const { template } = (workload as any).spec
  return nodes.map((node) => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: `${workload.metadata.name}-${node}`,
      namespace: 'metallb-system',
      labels: template.metadata.labels,
    },
    spec: { ...template.spec, nodeName: node },
    status: {
      phase: 'Running',
      podIP: '10.0.0.1',
      conditions: [{ type: 'Ready', status: 'True' }],
      containerStatuses: [],
    },
  }))
}

function install(world: World, nodes: readonly string[], more: Parameters<typeof options>[0] = {}): void {
  const objects = installItems(options({ namespace: 'metallb-system', ...more })).map((item) => item.object)
  for (const each of objects)
    if (each.kind === 'DaemonSet') {
      const status = { desiredNumberScheduled: nodes.length, numberReady: nodes.length }
      world.planes.daemonSets.push({ ...each, status } as KubeObject)
      world.planes.pods.push(...podsOf(each, nodes))
    } else if (each.kind === 'Deployment') {
      world.planes.deployments.push({ ...each, status: { readyReplicas: 2 } } as KubeObject)
      world.planes.pods.push(...podsOf(each, nodes.slice(0, 2)))
    }
}

function withoutMetallb(): World {
  const world = healthyWorld()
  const isMetallbs = ({ metadata: { labels } }: KubeObject) =>
    labels?.['app'] === 'metallb' || labels?.['app.kubernetes.io/name'] === 'metallb'
  for (const plane of ['daemonSets', 'deployments', 'pods', 'webhooks'] as const)
    drop(world, plane, isMetallbs)
  return world
}

const judged = (world: World) =>
  judgeCluster(viewOf(world), { checks: CLUSTER_CHECKS, failOn: 'warning' }).findings.map(
    ({ code, title }) => `${code} ${title}`,
  )

describe('lbctl alone', () => {
  it('is an installation like another one, of no release of MetalLB', () => {
    const world = withoutMetallb()
    install(world, NODES)
    const view = viewOf(world)
    expect(view.installation).toMatchObject({
      namespace: 'metallb-system',
      speaker: { maker: 'lbctl', release: undefined },
      controller: { maker: 'lbctl', release: undefined },
      memberlist: true,
      mode: 'native',
    })
    expect(view.speakerPods).toHaveLength(3)
    expect(view.controllerPods).toHaveLength(2)
    expect(judged(world).filter((each) => /^F0[24]/.test(each))).toEqual([])
  })

  it('that is not there is what F04 says', () => {
    expect(judged(withoutMetallb())[0]).toContain('F04 There is no MetalLB in this cluster, and no lbctl')
  })

  it('weighs preferences among nodes, unless it was told to decide as a release of MetalLB', () => {
    const world = withoutMetallb()
    install(world, NODES)
    expect(viewOf(world).rules.preferences).toBe(true)
    const speaker = object(world, 'daemonSets', 'lbctl-speaker')
    speaker.spec.template.spec.containers[0].args.push('--compat-version=0.15.2')
    expect(viewOf(world).rules.preferences).toBe(false)
    expect(viewOf(world).release).toBe('0.15.2')
  })

  it('whose speakers are not ready is found', () => {
    const world = withoutMetallb()
    install(world, NODES)
    object(world, 'daemonSets', 'lbctl-speaker').status.numberReady = 1
    expect(judged(world)[0]).toContain('F04 DaemonSet metallb-system/lbctl-speaker has 1 of 3 Pods ready')
  })
})

describe('the sessions of lbctl', () => {
  const withSession = (program: string): World => {
    const world = withoutMetallb()
    install(world, NODES)
    const session = { local: '192.0.2.11:40001', remote: '192.0.2.1:179', state: 'established', program }
    readHosts(
      world,
      onOne('node-a', (host) => ({ ...host, sessions: [session] })),
    )
    return world
  }
  const ofSessions = (world: World) => judged(world).filter((each) => each.startsWith('F40'))

  it('are its own, whatever its runtime is called', () => {
    expect(ofSessions(withSession('node'))).toEqual([])
    expect(ofSessions(withSession('MainThread'))).toEqual([])
  })

  it.each(['bird', 'bgpd'])('may be kept by %s', (program) => {
    expect(ofSessions(withSession(program))[0]).toContain(`${program} on node-a has the session`)
  })
})

describe('speakers of lbctl beside those of MetalLB', () => {
  it('count among the speakers, and decide as MetalLB does', () => {
    const world = healthyWorld()
    install(world, ['node-c'])
    drop(
      world,
      'pods',
      ({ metadata, ...pod }) =>
        metadata.labels?.['component'] === 'speaker' &&
        (pod['spec'] as { nodeName?: string }).nodeName === 'node-c',
    )
    const view = viewOf(world)
    expect(view.release).toBe('0.15.2')
    expect(view.rules.preferences).toBe(false)
    expect(view.speakerPods.map(({ metadata }) => metadata.name)).toContain('lbctl-speaker-node-c')
    expect(view.speakerPods).toHaveLength(3)
  })
})
