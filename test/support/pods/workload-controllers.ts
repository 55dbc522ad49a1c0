// What kube-controller-manager does with a DaemonSet and a Deployment: Pods of their template, one after the other replaced when it
// changes, and a status that says how many are ready. Looks at the store of the embedded API server again and again.
import { createHash } from 'node:crypto'
import type { ApiServer } from '../../../src/lab/apiserver/api-server.ts'

// biome-ignore lint/suspicious/noExplicitAny: objects as they are stored, of any shape
export type Stored = any

const HASH = 'pod-template-hash'

export class WorkloadControllers {
  readonly #api: ApiServer
  /** nodes on which Pods of Deployments are put, in turn */
  readonly #nodes: readonly string[]
  #made = 0

  constructor(api: ApiServer, nodes: readonly string[]) {
    this.#api = api
    this.#nodes = nodes
  }

  look(): void {
    for (const set of this.#ofLbctl('daemonsets.apps')) this.#daemonSet(set)
    for (const deployment of this.#ofLbctl('deployments.apps')) this.#deployment(deployment)
  }

  /** Others' workloads stand there for what they are, and never run. */
  #ofLbctl(resource: string): readonly Stored[] {
    const all: readonly Stored[] = this.#api.store.list(resource)
    return all.filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/name'] === 'lbctl')
  }

  #daemonSet(set: Stored): void {
    const { nodeSelector = {} } = set.spec.template.spec
    const nodes = (this.#api.store.list('nodes') as readonly Stored[])
      .filter(({ metadata }) =>
        Object.entries(nodeSelector).every(([key, value]) => metadata.labels?.[key] === value),
      )
      .map(({ metadata }) => metadata.name as string)
    const pods = this.#podsOf(set)
    for (const pod of pods) if (!nodes.includes(pod.spec.nodeName)) this.#end(pod)
    for (const node of nodes)
      if (pods.every(({ spec }) => spec.nodeName !== node))
        this.#start(set, node, `${set.metadata.name}-${node}`)
    this.#replaceOne(set, pods)
    const ready = pods.filter(isReady)
    this.#report('DaemonSet', set, {
      desiredNumberScheduled: nodes.length,
      currentNumberScheduled: pods.length,
      numberReady: ready.length,
      updatedNumberScheduled: pods.filter((pod) => isOf(pod, set)).length,
      numberAvailable: ready.length,
    })
  }

  #deployment(deployment: Stored): void {
    const pods = this.#podsOf(deployment)
    const wanted = deployment.spec.replicas ?? 1
    for (const pod of pods.slice(wanted)) this.#end(pod)
    for (let missing = wanted - pods.length; missing > 0; missing--) {
      const name = `${deployment.metadata.name}-${++this.#made}`
      this.#start(deployment, this.#nodes[this.#made % this.#nodes.length] ?? '', name)
    }
    this.#replaceOne(deployment, pods)
    const updated = pods.filter((pod) => isOf(pod, deployment))
    this.#report('Deployment', deployment, {
      replicas: pods.length,
      updatedReplicas: updated.length,
      readyReplicas: pods.filter(isReady).length,
      availableReplicas: pods.filter(isReady).length,
    })
  }

  /** maxUnavailable: 1, as both manifests have it. */
  #replaceOne(owner: Stored, pods: readonly Stored[]): void {
    const old = pods.find((pod) => !isOf(pod, owner))
    if (old !== undefined && pods.every((pod) => isReady(pod) || pod === old)) this.#end(old)
  }

  #podsOf(owner: Stored): readonly Stored[] {
    return (this.#api.store.list('pods') as readonly Stored[]).filter(({ metadata }) =>
      metadata.ownerReferences?.some(({ uid }: Stored) => uid === owner.metadata.uid),
    )
  }

  #start(owner: Stored, nodeName: string, name: string): void {
    const { template } = owner.spec
    const { kind, apiVersion, metadata } = owner
    const ownerReferences = [{ apiVersion, kind, name: metadata.name, uid: metadata.uid, controller: true }]
    this.#api.applyObjects([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: {
          ...{ name, namespace: metadata.namespace, ownerReferences },
          labels: { ...template.metadata.labels, [HASH]: hashOf(owner) },
        },
        spec: { ...template.spec, nodeName },
      },
    ])
  }

  #end(pod: Stored): void {
    if (pod.metadata.deletionTimestamp !== undefined) return
    const deletionTimestamp = new Date().toISOString()
    this.#api.applyObjects([{ ...pod, metadata: { ...pod.metadata, deletionTimestamp } }])
  }

  #report(kind: string, object: Stored, status: object): void {
    const next = { observedGeneration: object.metadata.generation ?? 1, ...status }
    if (JSON.stringify(object.status) === JSON.stringify(next)) return
    this.#api.applyObjects([{ ...object, apiVersion: 'apps/v1', kind, status: next }])
  }
}

const hashOf = ({ spec }: Stored): string =>
  createHash('sha256').update(JSON.stringify(spec.template)).digest('hex').slice(0, 10)
const isOf = (pod: Stored, owner: Stored): boolean => pod.metadata.labels[HASH] === hashOf(owner)
const isReady = ({ metadata, status }: Stored): boolean =>
  metadata.deletionTimestamp === undefined &&
  status?.conditions?.some(({ type, status: is }: Stored) => type === 'Ready' && is === 'True')
