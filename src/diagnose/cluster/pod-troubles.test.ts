import { describe, expect, it } from 'vitest'
import type { KubeObject } from '../../config/kube-object.ts'
import { podTroubles, remedyFor } from './pod-troubles.ts'

const WORKLOAD: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'DaemonSet',
  metadata: { name: 'speaker', namespace: 'lb' },
}
const pod = (status: object, metadata: object = {}): KubeObject => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: { name: 'speaker-x', namespace: 'lb', ...metadata },
  spec: { nodeName: 'node-a' },
  status: { conditions: [{ type: 'Ready', status: 'False' }], ...status },
})
const container = (state: object, lastState: object = {}) =>
  pod({ containerStatuses: [{ name: 'speaker', state, lastState }] })
const waiting = (reason: string, message?: string) => ({ waiting: { reason, message } })
const ended = (exitCode: number, reason = 'Error', message?: string) => ({
  terminated: { exitCode, reason, message },
})

describe('podTroubles', () => {
  it.each([
    [
      'an image that cannot be pulled',
      container(waiting('ImagePullBackOff', 'Back-off pulling image "lbctl:9"')),
      { kind: 'image', text: 'speaker-x on node-a: ImagePullBackOff, Back-off pulling image "lbctl:9"' },
      /get pod speaker-x/,
    ],
    [
      'a loop of crashes',
      container(waiting('CrashLoopBackOff', 'back-off 40s'), ended(2)),
      { kind: 'crash', text: 'speaker-x on node-a: CrashLoopBackOff, ended with exit code 2' },
      /logs speaker-x --previous/,
    ],
    [
      'too little memory',
      container(waiting('CrashLoopBackOff'), ended(137, 'OOMKilled')),
      { kind: 'crash', text: expect.stringContaining('exit code 137 (OOMKilled)') as string },
      /--previous/,
    ],
    [
      'the moment between two starts',
      container(ended(1, 'Error', 'no route\n')),
      { kind: 'crash', text: 'speaker-x on node-a: ended with exit code 1 (no route)' },
      /--previous/,
    ],
    [
      'a Secret that is not there',
      container(waiting('CreateContainerConfigError', 'secret "a" not found')),
      { kind: 'container', text: 'speaker-x on node-a: CreateContainerConfigError, secret "a" not found' },
      /describe daemonset speaker/,
    ],
    [
      'no node',
      pod({ conditions: [{ type: 'PodScheduled', status: 'False', message: '0/3 nodes are available' }] }),
      { kind: 'unschedulable', text: 'speaker-x fits no node: 0/3 nodes are available' },
      /describe pod speaker-x/,
    ],
    [
      'a node that threw it out',
      pod({ phase: 'Failed', reason: 'Evicted', message: 'disk' }),
      { kind: 'crash', text: 'speaker-x on node-a: failed: Evicted, disk' },
      /logs speaker-x$/,
    ],
    [
      'one that does not answer yet',
      container({ running: {} }),
      { kind: 'not ready', text: 'speaker-x on node-a: runs, and is not ready' },
      /logs speaker-x$/,
    ],
  ] as const)('names %s, and what to do', (_, object, trouble, command) => {
    const troubles = podTroubles(WORKLOAD, [], [object])
    expect(troubles).toEqual([expect.objectContaining(trouble)])
    expect(remedyFor(WORKLOAD, troubles).command).toMatch(command)
  })

  it('says nothing of Pods that are ready, leave, or have only begun', () => {
    const ready = pod({ conditions: [{ type: 'Ready', status: 'True' }] })
    const leaving = pod({ phase: 'Failed' }, { deletionTimestamp: '2026-01-01T00:00:00Z' })
    const creating = container(waiting('ContainerCreating'))
    expect(podTroubles(WORKLOAD, [], [ready, leaving, creating, pod({ phase: 'Pending' })])).toEqual([])
  })

  it('names who refuses the Pods of a DaemonSet by an event, and those of a Deployment by its condition', () => {
    const words = 'pods "speaker-" is forbidden: violates PodSecurity "baseline:latest"'
    const event = podTroubles(WORKLOAD, [words, words], [])
    expect(event).toEqual([expect.objectContaining({ kind: 'refused', text: words })])
    expect(remedyFor(WORKLOAD, event).command).toMatch(/label --overwrite namespace lb .*enforce=privileged/)
    const conditions = [{ type: 'ReplicaFailure', status: 'True', message: 'exceeded quota: pods' }]
    const condition = podTroubles({ ...WORKLOAD, kind: 'Deployment', status: { conditions } }, [], [])
    expect(condition).toEqual([expect.objectContaining({ kind: 'refused', text: 'exceeded quota: pods' })])
    expect(remedyFor(WORKLOAD, condition).command).toMatch(/reason=FailedCreate/)
  })
})
