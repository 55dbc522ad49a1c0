// `lbctl install` waiting: the laboratory's API server has no kubelet, so the test says what kubelet, scheduler and admission would.
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { lbctl, type Outcome } from '../support/cli.ts'
import { KubectlCluster } from '../support/kubectl-cluster.ts'
import { eventually } from '../support/namespaces.ts'

const NS = 'metallb-system'
const DEADLINE_MS = 20_000
let cluster: KubectlCluster

beforeEach(async () => {
  cluster = await KubectlCluster.start()
})
afterEach(() => cluster.remove())

const pod = (component: string, name: string, status: object, node = 'node1') => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: NS,
    labels: { 'app.kubernetes.io/name': 'lbctl', 'app.kubernetes.io/component': component },
  },
  spec: { nodeName: node, containers: [{ name: component, image: 'lbctl' }] },
  status,
})
const notReady = { conditions: [{ type: 'Ready', status: 'False' }] }
const waiting = (reason: string, message: string, lastState: object = {}) => ({
  ...notReady,
  containerStatuses: [{ name: 'c', ready: false, state: { waiting: { reason, message } }, lastState }],
})
const failedCreate = (kind: string, name: string, message: string) => ({
  apiVersion: 'v1',
  kind: 'Event',
  metadata: { name: `${name}.1`, namespace: NS },
  involvedObject: { kind, name, namespace: NS },
  reason: 'FailedCreate',
  message,
  type: 'Warning',
})

/** What the controllers of workloads would write. */
function report(ready: boolean): void {
  const { store } = cluster.server
  const set = (resource: string, name: string, status: object): void =>
    cluster.server.applyObjects([
      { ...store.get(`${resource}.apps`, `${NS}/${name}`), status: { observedGeneration: 1, ...status } },
    ])
  const count = ready ? 2 : 0
  set('daemonsets', 'lbctl-speaker', {
    desiredNumberScheduled: 2,
    updatedNumberScheduled: 2,
    numberReady: count,
  })
  set('deployments', 'lbctl-controller', { replicas: 2, updatedReplicas: 2, availableReplicas: count })
}

/** Starts an installation; when it waits, `act` is called, with what it has said so far. */
async function install(
  flags: readonly string[],
  act: (said: () => string, pid: number) => Promise<void>,
): Promise<Outcome> {
  const heard: string[] = []
  return lbctl(['install', '--kubeconfig', cluster.kubeconfig, ...flags], {
    onStderr: (text) => void heard.push(text),
    whileRunning: async (pid) => {
      await eventually('it waits', () => heard.join('').includes('Waiting until'), DEADLINE_MS)
      await act(() => heard.join(''), pid)
    },
  })
}

describe('lbctl install waits', { timeout: 60_000 }, () => {
  it('shows what comes up, and ends well when everything is ready', async () => {
    const done = await install(['--timeout', '1m'], async (said) => {
      report(false)
      await eventually('progress', () => said().includes('0 of 2 nodes are ready'), DEADLINE_MS)
      report(true)
    })
    expect(done.stderr).toContain(`DaemonSet ${NS}/lbctl-speaker: 2 of 2 nodes are ready`)
    expect(done.stderr).toContain(`Deployment ${NS}/lbctl-controller: 2 of 2 replicas are ready`)
    expect({ code: done.code, stdout: done.stdout }).toEqual({ code: 0, stdout: '' })
  })

  it('names what keeps Pods from coming up, and what to do, when the time is over', async () => {
    const done = await install(['--timeout', '6s'], async () => {
      report(false)
      cluster.server.applyObjects([
        pod('speaker', 'lbctl-speaker-a', waiting('ImagePullBackOff', 'Back-off pulling image "lbctl"')),
        pod(
          'controller',
          'lbctl-controller-a',
          waiting('CrashLoopBackOff', 'back-off', { terminated: { exitCode: 3, reason: 'Error' } }),
        ),
      ])
    })
    expect(done.code).toBe(4)
    expect(done.stdout).toBe('')
    const [progress = '', end = ''] = done.stderr.split('Not ready after 6s')
    for (const part of [progress, end]) {
      expect(part).toContain('lbctl-speaker-a on node1: ImagePullBackOff, Back-off pulling image "lbctl"')
      expect(part).toContain('lbctl-controller-a on node1: CrashLoopBackOff, ended with exit code 3')
    }
    expect(end).toContain(`kubectl -n ${NS} logs lbctl-controller-a --previous`)
    expect(end).toContain(`kubectl -n ${NS} get pod lbctl-speaker-a`)
    expect(end).toContain('run the same command again')
  })

  it('says that Pods are refused, or fit no node', async () => {
    const scheduled = { type: 'PodScheduled', status: 'False', message: '0/1 nodes are available: 1 taint' }
    const refusal =
      'Error creating: pods "lbctl-speaker-" is forbidden: violates PodSecurity "baseline:latest"'
    const done = await install(['--timeout', '6s'], async () => {
      report(false)
      cluster.server.applyObjects([
        failedCreate('DaemonSet', 'lbctl-speaker', refusal),
        failedCreate('ReplicaSet', 'other-6d4f', 'of somebody else'),
        pod('controller', 'lbctl-controller-a', { conditions: [...notReady.conditions, scheduled] }, ''),
      ])
    })
    const [, end = ''] = done.stderr.split('Not ready after 6s')
    expect(end).toContain(refusal)
    expect(end).toContain('pod-security.kubernetes.io/enforce=privileged')
    expect(end).toContain('lbctl-controller-a fits no node: 0/1 nodes are available: 1 taint')
    expect(end).not.toContain('of somebody else')
  })

  it('stops at a signal, and says that everything is applied', async () => {
    const done = await install(['--timeout', '1m'], async (said, pid) => {
      report(false)
      await eventually('progress', () => said().includes('0 of 2 nodes are ready'), DEADLINE_MS)
      process.kill(pid, 'SIGINT')
    })
    expect(done.code).toBe(130)
    expect(done.stderr).toContain('Waiting was stopped; everything is applied. Not ready yet:')
    expect(done.stdout).toBe('')
  })
})
