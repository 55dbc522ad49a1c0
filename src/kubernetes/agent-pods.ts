// Pods of agents over the API: created, looked at, read, deleted. The one thing that a diagnosis writes, and only when it is told to.
import type { KubeObject } from '../config/kube-object.ts'
import { notAdmitted } from '../diagnose/agents/admission.ts'
import { AGENT_CONTAINER, AGENT_SELECTOR, RUN_LABEL } from '../diagnose/agents/agent-pod.ts'
import type { AgentContainer, AgentPodFact, AgentPods, Done, Refusal } from '../diagnose/agents/ports.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import { ApiClient } from './client.ts'
import { type ConnectionOptions, openConnection } from './connection.ts'
import { listPages } from './lists.ts'
import { asNumber, asRecord, asText } from './status.ts'

/** A result is some tens of kilobytes. */
const MOST_LOG_BYTES = 4 * 1024 * 1024
/** After Ctrl-C there are 10 seconds for everything. */
const CLIENT = { timeoutMs: 5000, attempts: 3, maxDelayMs: 2000 }

interface Need {
  readonly verb: 'create' | 'list' | 'delete' | 'get'
  readonly subresource?: 'log'
}
const NEEDS: readonly Need[] = [
  { verb: 'create' },
  { verb: 'list' },
  { verb: 'delete' },
  { verb: 'get', subresource: 'log' },
]

/** @throws LbctlError for a kubeconfig that cannot be used */
export function openAgentPods(options: ConnectionOptions, namespace: string): AgentPods {
  const connection = openConnection(options)
  const client = new ApiClient(connection, CLIENT)
  const pods = `/api/v1/namespaces/${encodeURIComponent(namespace)}/pods`
  const jobs = `/apis/batch/v1/namespaces/${encodeURIComponent(namespace)}/jobs`
  const one = (name: string): string => `${pods}/${encodeURIComponent(name)}`
  return {
    close: () => connection.close(),
    allowed: () =>
      done(namespace, async () => {
        for (const need of NEEDS) await requireRight(client, namespace, need)
        return undefined
      }),
    create: (pod: KubeObject) =>
      done(namespace, async () => {
        const { body } = await client.call({ method: 'POST', path: pods, body: pod }, { repeatable: false })
        return createdAtMs(asRecord(asRecord(body)['metadata']))
      }),
    list: () =>
      done(namespace, async () => {
        const pages = await listPages(client, { path: pods, query: { labelSelector: AGENT_SELECTOR } })
        return pages.flatMap(({ items }) => (Array.isArray(items) ? items.map(factOf) : []))
      }),
    log: (name) =>
      done(namespace, async () => {
        const query = { container: AGENT_CONTAINER, limitBytes: String(MOST_LOG_BYTES) }
        const answer = await client.call(
          { method: 'GET', path: `${one(name)}/log`, query, accept: 'text/plain, */*' },
          { repeatable: true },
        )
        return typeof answer.body === 'string' ? answer.body : ''
      }),
    remove: (name, uid, force) =>
      done(namespace, async () => {
        const body = {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          ...(uid === undefined ? {} : { preconditions: { uid } }),
          ...(force ? { gracePeriodSeconds: 0 } : {}),
        }
        // 409: the uid is of a successor.
        await client.call(
          { method: 'DELETE', path: one(name), body },
          { repeatable: true, expect: [404, 409] },
        )
        return undefined
      }),
    keep: (job: KubeObject) =>
      done(namespace, async () => {
        const { body } = await client.call({ method: 'POST', path: jobs, body: job }, { repeatable: false })
        const { name, uid } = asRecord(asRecord(body)['metadata'])
        return { name: asText(name), uid: asText(uid) }
      }),
    letGo: ({ name, uid }) =>
      done(namespace, async () => {
        const body = {
          apiVersion: 'v1',
          kind: 'DeleteOptions',
          preconditions: { uid },
          propagationPolicy: 'Background',
        }
        const path = `${jobs}/${encodeURIComponent(name)}`
        await client.call({ method: 'DELETE', path, body }, { repeatable: true, expect: [404, 409] })
        return undefined
      }),
  }
}

async function requireRight(client: ApiClient, namespace: string, need: Need): Promise<void> {
  const resourceAttributes = { namespace, group: '', resource: 'pods', ...need }
  const answer = await client.call(
    {
      method: 'POST',
      path: '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews',
      body: {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes },
      },
    },
    { repeatable: true },
  )
  if (asRecord(asRecord(answer.body)['status'])['allowed'] === true) return
  const resource = need.subresource === undefined ? 'pods' : `pods/${need.subresource}`
  throw new LbctlError(
    'permission',
    `This user may not ${need.verb} ${resource} in namespace ${namespace}, so no Pod was created.`,
    {
      hints: [
        `Missing RBAC rule in a Role or ClusterRole: apiGroups: [""], resources: ["${resource}"], verbs: ["${need.verb}"]; docs/agents.md has all that --agents needs.`,
      ],
    },
  )
}

async function done<T>(namespace: string, work: () => Promise<T>): Promise<Done<T>> {
  try {
    return { ok: true, value: await work() }
  } catch (error) {
    if (!(error instanceof LbctlError)) throw error
    return { ok: false, refusal: refusalOf(error, namespace) }
  }
}

function refusalOf(error: LbctlError, namespace: string): Refusal {
  const { kind } = error
  const answer = error.facts['answer']
  // RBAC refuses with the name of the user; what refuses otherwise is admission, which looks at the Pod.
  const admission = kind === 'permission' && answer !== undefined ? notAdmitted(answer, namespace) : undefined
  return {
    reason:
      admission?.reason ?? `${error.message.replace(/\.$/, '')}${answer === undefined ? '' : ` (${answer})`}`,
    remedy: admission?.remedy ?? error.hints[0],
    // Pods differ in their node alone.
    forAll: kind === 'permission' || kind === 'input',
    uncertain: kind === 'timeout' || kind === 'unreachable',
  }
}

const createdAtMs = (metadata: Readonly<Record<string, unknown>>): number =>
  Date.parse(asText(metadata['creationTimestamp'])) || 0

function factOf(value: unknown): AgentPodFact {
  const pod = asRecord(value)
  const metadata = asRecord(pod['metadata'])
  const spec = asRecord(pod['spec'])
  const status = asRecord(pod['status'])
  const unscheduled = listOf(status['conditions']).find(
    ({ type, status: holds }) => type === 'PodScheduled' && holds === 'False',
  )
  return {
    name: asText(metadata['name']),
    uid: asText(metadata['uid']),
    run: asText(asRecord(metadata['labels'])[RUN_LABEL]),
    node: asText(spec['nodeName']),
    phase: asText(status['phase']),
    reason: asText(status['reason']) || asText(unscheduled?.['reason']),
    message: asText(status['message']) || asText(unscheduled?.['message']),
    createdAtMs: createdAtMs(metadata),
    deadlineSeconds: asNumber(spec['activeDeadlineSeconds']) ?? 0,
    container: containerOf(status),
  }
}

const STATES = ['terminated', 'running', 'waiting'] as const

function containerOf(status: Readonly<Record<string, unknown>>): AgentContainer | undefined {
  const found = listOf(status['containerStatuses']).find(({ name }) => name === AGENT_CONTAINER)
  const all = asRecord(found?.['state'])
  const state = STATES.find((each) => all[each] !== undefined)
  if (state === undefined) return undefined
  const detail = asRecord(all[state])
  return {
    state,
    reason: asText(detail['reason']),
    message: asText(detail['message']),
    exitCode: asNumber(detail['exitCode']),
  }
}

const listOf = (value: unknown): readonly Readonly<Record<string, unknown>>[] =>
  Array.isArray(value) ? value.map(asRecord) : []
