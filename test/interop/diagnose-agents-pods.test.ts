// What can become of the Pods of `diagnose --agents`, each tried on a cluster of three nodes: whatever happens, none is left.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest'
import { newCredentials } from '../../src/compose/lab-apiserver-credentials.ts'
import {
  AgentsLab,
  BY_PODS,
  codesOf,
  DEADLINE_MS,
  IMAGE,
  layer2World,
  NODES,
  reportOf,
} from '../support/agents-lab/agents-lab.ts'
import { unwrapped } from '../support/cli.ts'
import { describeInterop, eventually } from '../support/namespaces.ts'

describeInterop('Pods of agents', ['nft'], () => {
  let lab: AgentsLab
  const servers: Server[] = []

  beforeAll(async () => {
    lab = await AgentsLab.create(layer2World())
    await lab.owner()
  }, DEADLINE_MS)
  afterAll(async () => {
    for (const server of servers) server.close()
    await lab?.destroy()
  })
  afterEach(() => {
    Object.assign(lab.kubelet, { fate: 'run', secondMs: 1000, cutLogs: 0 })
    lab.jobs.secondMs = 1000
    lab.api.faults.clear()
    expect([lab.agentPods(), lab.jobs.names]).toEqual([[], []])
  })

  const service = (...words: readonly string[]) => ['service', 'shop/web', '--no-probe', ...words]
  const ONE = ['--agent-nodes', 'node-a']
  const notTested = async (words: readonly string[], user?: string): Promise<string> =>
    reportOf(await lab.diagnose([...service(...words), '-o', 'json'], {}, user)).notTested.join('\n')
  const podsRun = (more: number, before: number) =>
    eventually('the Pods run', () => lab.kubelet.started.length >= before + more || undefined, 30_000)

  it(
    'an image that cannot be pulled is named, with its remedy, and the diagnosis goes on',
    async () => {
      const words = service('--agents', '--agent-image', 'nowhere.test/lbctl:2')
      const { code, stdout } = await lab.diagnose(words)
      expect(code).toBe(3)
      const said = unwrapped(stdout)
      expect(said).toMatch(/from node-a: its image cannot be pulled \(ImagePullBackOff/)
      expect(said).toContain('Name an image that the nodes can pull with --agent-image')
      expect(said).toMatch(/endpoints: some can serve/)
    },
    DEADLINE_MS,
  )

  it(
    'a log that was cut is noticed',
    async () => {
      lab.kubelet.cutLogs = 40
      expect(await notTested([...BY_PODS, ...ONE])).toMatch(/from node-a: the result in the log is cut off/)
    },
    DEADLINE_MS,
  )

  it(
    'a Pod that is evicted is named with the words of kubelet',
    async () => {
      lab.kubelet.fate = 'evict'
      expect(await notTested([...BY_PODS, ...ONE])).toMatch(
        /from node-a: kubelet of the node refused or ended its Pod \(Evicted: The node was low on resource: memory\.\)/,
      )
    },
    DEADLINE_MS,
  )

  it(
    'on a node that is NotReady none is made, and the others answer',
    async () => {
      const ready = lab.api.store.get('nodes', 'node-c')
      const conditions = [{ type: 'Ready', status: 'Unknown', reason: 'NodeStatusUnknown' }]
      lab.api.applyObjects([
        {
          apiVersion: 'v1',
          kind: 'Node',
          ...ready,
          status: { ...(ready?.['status'] as object), conditions },
        },
      ])
      try {
        const before = lab.kubelet.started.length
        expect(await notTested(BY_PODS)).toMatch(/from node-c: the node is not Ready/)
        expect(
          lab.kubelet.started
            .slice(before)
            .map(({ spec }) => spec.nodeName)
            .sort(),
        ).toEqual(['node-a', 'node-b'])
      } finally {
        lab.api.applyObjects([{ apiVersion: 'v1', kind: 'Node', ...ready }])
      }
    },
    DEADLINE_MS,
  )

  it(
    'for a user who could not delete it none is made, and the rule is named',
    async () => {
      const before = lab.kubelet.started.length
      expect(unwrapped(await notTested(BY_PODS, 'reader'))).toContain(
        'This user may not create pods in namespace metallb-system, so no Pod was created.',
      )
      expect(lab.kubelet.started.length).toBe(before)
    },
    DEADLINE_MS,
  )

  it(
    'a namespace that enforces PodSecurity "restricted" is named, with the label that it needs',
    async () => {
      const before = lab.kubelet.started.length
      const webhook = await admission()
      try {
        const said = unwrapped(await notTested([...BY_PODS, '--agent-namespace', 'shop']))
        expect(said).toContain('from node-a: namespace shop enforces PodSecurity "restricted"')
        expect(said).toContain('host namespaces (hostNetwork=true)')
        expect(said).toContain(
          'kubectl label --overwrite namespace shop pod-security.kubernetes.io/enforce=privileged',
        )
        expect(lab.kubelet.started.length).toBe(before)
        expect(webhook.asked).toBeGreaterThan(0)
      } finally {
        lab.api.store.remove('validatingwebhookconfigurations.admissionregistration.k8s.io', 'pod-security')
      }
    },
    DEADLINE_MS,
  )

  /** Refuses Pods of agents with what the built-in admission says, word for word, and its status. */
  async function admission(): Promise<{ readonly asked: number }> {
    const seen = { asked: 0 }
    const { key, cert, ca } = newCredentials(Date.now())
    const server = createServer({ key, cert }, (request, response) => void answer(request, response))
    const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
      const { request: review } = JSON.parse(await text(request))
      seen.asked += 1
      const message = `pods "${review.name}" is forbidden: violates PodSecurity "restricted:latest": host namespaces (hostNetwork=true), unrestricted capabilities (container "agent" must not include "NET_RAW" in securityContext.capabilities.add), runAsNonRoot != true (pod or container "agent" must set securityContext.runAsNonRoot=true), runAsUser=0 (pod must not set runAsUser=0)`
      const status = { message, reason: 'Forbidden', code: 403 }
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({
          apiVersion: 'admission.k8s.io/v1',
          kind: 'AdmissionReview',
          response: { uid: review.uid, allowed: false, status },
        }),
      )
    }
    servers.push(server)
    await new Promise<void>((resolve) => server.listen(0, 'localhost', resolve))
    const { port } = server.address() as AddressInfo
    lab.api.applyObjects([
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingWebhookConfiguration',
        metadata: { name: 'pod-security' },
        webhooks: [
          {
            name: 'pod-security.lab',
            clientConfig: { url: `https://localhost:${port}/`, caBundle: Buffer.from(ca).toString('base64') },
            rules: [{ operations: ['CREATE'], apiGroups: [''], apiVersions: ['v1'], resources: ['pods'] }],
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'shop' } },
            admissionReviewVersions: ['v1'],
            sideEffects: 'None',
            failurePolicy: 'Fail',
          },
        ],
      },
    ])
    return seen
  }

  it(
    'an API server that does not answer for a while is asked again, and all Pods are deleted',
    async () => {
      const before = lab.kubelet.started.length
      const { code, stdout } = await lab.diagnose([...service(...BY_PODS), '-o', 'json'], {
        whileRunning: async () => {
          await podsRun(1, before)
          lab.api.faults.answerNext({
            kind: 'cut',
            times: 12,
            only: / \/api\/v1\/namespaces\/metallb-system\/pods/,
          })
        },
      })
      expect([code, codesOf(JSON.parse(stdout).reports[0])]).toEqual([0, []])
    },
    DEADLINE_MS,
  )

  it(
    'when it does not come back before the user gives up, each Pod is named with how to delete it, and ends by itself',
    async () => {
      lab.kubelet.fate = 'stick'
      const before = lab.kubelet.started.length
      const { code, stdout, stderr } = await lab.diagnose(service(...BY_PODS), {
        whileRunning: async (pid) => {
          await podsRun(3, before)
          lab.api.faults.answerNext({
            kind: 'cut',
            times: 10_000,
            only: /namespaces\/metallb-system\/(pods|jobs)/,
          })
          process.kill(pid, 'SIGINT')
        },
      })
      expect([code, stdout]).toEqual([130, ''])
      expect(unwrapped(stderr)).toMatch(
        /Pod metallb-system\/lbctl-agent-[0-9a-f]{12}-0 on node-[abc] may be there still: /,
      )
      expect(unwrapped(stderr)).toContain('kubectl -n metallb-system delete pods,jobs -l ')
      expect(lab.agentPods().length).toBe(3)
      lab.api.faults.clear()
      Object.assign(lab.jobs, { secondMs: 10 })
      await eventually(
        'no Pod and no Job',
        () => lab.agentPods().length + lab.jobs.names.length === 0 || undefined,
      )
    },
    DEADLINE_MS,
  )

  it(
    'when lbctl is killed, the cluster ends the Pods, and deletes them by the Job that owns them',
    async () => {
      lab.kubelet.fate = 'stick'
      const before = lab.kubelet.started.length
      const outcome = await lab.diagnose(service(...BY_PODS), {
        whileRunning: async (pid) => {
          await podsRun(3, before)
          process.kill(pid, 'SIGKILL')
        },
      })
      expect(outcome.signal).toBe('SIGKILL')
      const [job] = lab.jobs.names
      expect(lab.agentPods().length).toBe(3)
      for (const pod of lab.kubelet.pods)
        if (pod.metadata.labels?.['app.kubernetes.io/component'] === 'agent')
          expect(pod.metadata.ownerReferences).toEqual([
            { apiVersion: 'batch/v1', kind: 'Job', name: job, uid: expect.any(String) },
          ])
      lab.kubelet.secondMs = 1
      await eventually('every container was ended by its deadline', () => {
        const reasons = lab.kubelet.pods
          .filter(({ metadata }) => lab.agentPods().includes(metadata.name))
          .map(({ status }) => status.reason)
        return reasons.every((each) => each === 'DeadlineExceeded') || undefined
      })
      lab.jobs.secondMs = 1
      await eventually(
        'no Pod and no Job',
        () => lab.agentPods().length + lab.jobs.names.length === 0 || undefined,
      )
    },
    DEADLINE_MS,
  )

  it(
    'Ctrl-C deletes them all, and on the way what an earlier run left behind is swept',
    async () => {
      lab.kubelet.fate = 'stick'
      const before = lab.kubelet.started.length
      lab.api.applyObjects([leftOver()])
      const outcome = await lab.diagnose(['all', ...BY_PODS], {
        whileRunning: async (pid) => {
          await podsRun(3, before)
          process.kill(pid, 'SIGINT')
        },
      })
      expect([outcome.code, outcome.stdout]).toEqual([130, ''])
    },
    DEADLINE_MS,
  )

  /** Of a run whose process was killed, two hours ago, on a node that is gone, in a cluster that had no Job for it. */
  const leftOver = (): object => ({
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: {
      name: 'lbctl-agent-older1-0',
      namespace: 'metallb-system',
      creationTimestamp: new Date(Date.now() - 7_200_000).toISOString().replace(/\.\d+/, ''),
      labels: {
        'app.kubernetes.io/name': 'lbctl',
        'app.kubernetes.io/component': 'agent',
        'app.kubernetes.io/managed-by': 'lbctl',
        'lbctl.dev/agent-run': 'older1',
      },
    },
    spec: { nodeName: 'node-z', activeDeadlineSeconds: 90, containers: [{ name: 'agent', image: IMAGE }] },
    status: { phase: 'Pending' },
  })

  it(
    'two runs at the same time leave each other alone',
    async () => {
      const both = await Promise.all([1, 2].map(() => lab.diagnose([...service(...BY_PODS), '-o', 'json'])))
      for (const outcome of both) {
        expect([outcome.code, codesOf(reportOf(outcome))]).toEqual([0, []])
        expect(reportOf(outcome).notTested.join('\n')).not.toMatch(/from node-[abc]: /)
      }
    },
    DEADLINE_MS,
  )

  it(
    'of a large cluster so many nodes take part, and that is said before and after',
    async () => {
      const some = lab.api.store.get('nodes', 'node-c')
      const names = Array.from({ length: 197 }, (_, index) => `rack-${String(index).padStart(3, '0')}`)
      // kubelet does not take up Pods of nodes that there are not: with two seconds each is enough.
      lab.api.applyObjects(
        names.map((name) => ({ apiVersion: 'v1', kind: 'Node', ...some, metadata: { name, labels: {} } })),
      )
      try {
        const plan = unwrapped((await lab.diagnose(['all', ...BY_PODS, '--explain-plan'])).stdout)
        expect(plan).toContain('20 of 200 nodes take part; --agent-nodes names others')
        expect(plan).toContain('10 Pods at a time: at most 120 s for 20 nodes')
        const said = await notTested([...BY_PODS, '--agent-timeout', '5s'])
        expect(said).toContain('4 of 200 nodes were asked to look; --agent-nodes names others')
      } finally {
        for (const name of names) lab.api.store.remove('nodes', name)
      }
      expect(lab.api.store.list('nodes').length).toBe(NODES.length)
    },
    DEADLINE_MS,
  )
})
