// An API server on a host of the lab, and the speakers of the lab's nodes fed by it. It is this process that serves.
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { customResourceDefinitions } from '../../../src/config/crds/custom-resource-definitions.ts'
import { installItems } from '../../../src/install/install-objects.ts'
import { selectorOf } from '../../../src/install/names.ts'
import { options } from '../../../src/install/testing/options.ts'
import { type ApiServer, startApiServer } from '../../../src/lab/apiserver/api-server.ts'
import { RightsLedger } from '../rights-ledger.ts'
import type { RunningSpeaker } from './running-speaker.ts'
import type { LabHost, LabNode, SpeakerLab } from './speaker-lab.ts'
import type { KubernetesObject } from './speaker-objects.ts'

export type Live = KubernetesObject & {
  readonly metadata: {
    readonly uid: string
    readonly ownerReferences?: readonly { readonly kind: string; readonly name: string }[]
  }
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
}

/** What a speaker may is what `lbctl install` gives it, and nothing else. */
const ACCOUNT = 'system:serviceaccount:metallb-system:lbctl-speaker'
const RIGHTS = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'ServiceAccount']
const TOKENS = [
  { token: 'token-of-the-lab', user: 'admin', groups: ['system:masters'] },
  { token: 'token-of-the-speakers', user: ACCOUNT },
]

export class ClusterOfLab {
  readonly kubeconfig: string
  /** what speakers asked for, over all lives of the server */
  readonly ledger = new RightsLedger(ACCOUNT, 'metallb-system')
  readonly #lab: SpeakerLab
  readonly #host: LabHost
  readonly #file: string
  #server: ApiServer | undefined
  #port = 0

  private constructor(lab: SpeakerLab) {
    this.#lab = lab
    this.#host = lab.host('apiserver', 60)
    this.#file = join(lab.folder, 'cluster.state')
    this.kubeconfig = join(lab.folder, 'kubeconfig')
  }

  static async start(lab: SpeakerLab): Promise<ClusterOfLab> {
    const cluster = new ClusterOfLab(lab)
    await cluster.up()
    cluster.apply(...customResourceDefinitions())
    for (const name of ['metallb-system', 'shop'])
      cluster.apply({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    const objects = installItems(options({ namespace: 'metallb-system' })).map(({ object }) => object)
    cluster.apply(...objects.filter(({ kind }) => RIGHTS.includes(kind)))
    writeFileSync(cluster.kubeconfig, cluster.server.kubeconfig(ACCOUNT))
    return cluster
  }

  get server(): ApiServer {
    if (this.#server === undefined) throw new Error('the API server is not running')
    return this.#server
  }

  /** Starts it, or starts it again where it was: with its objects, and without its past. */
  async up(): Promise<void> {
    this.#server = await this.#lab.net.inside(this.#host.namespace, () =>
      startApiServer({
        host: this.#host.address4,
        port: this.#port,
        tokens: TOKENS,
        persistTo: this.#file,
        audit: this.ledger.note,
      }),
    )
    this.#port = this.#server.port
  }

  /** As by SIGKILL. */
  async kill(): Promise<void> {
    await this.#server?.kill()
    this.#server = undefined
  }

  apply(...objects: readonly object[]): void {
    this.server.applyObjects(objects)
  }

  /** One request by the lab itself, over HTTP as everybody. */
  async request(
    method: string,
    path: string,
    body?: object,
  ): Promise<Live & { readonly items?: readonly Live[] }> {
    const { server } = this
    const response = await this.#lab.net.inside(this.#host.namespace, () =>
      fetch(`${server.url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${TOKENS[0]?.token ?? ''}`,
          'content-type': method === 'PATCH' ? 'application/merge-patch+json' : 'application/json',
          connection: 'close',
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      }),
    )
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text) as Live
  }

  async list(path: string): Promise<readonly Live[]> {
    return (await this.request('GET', path)).items ?? []
  }

  /** `metallb.io` objects of MetalLB's namespace. */
  metallb(resource: string): Promise<readonly Live[]> {
    return this.list(`/apis/metallb.io/v1beta1/namespaces/metallb-system/${resource}`)
  }

  /** As the Pod of a DaemonSet. */
  spawn(node: LabNode, args: readonly string[] = []): RunningSpeaker {
    const pod = `lbctl-speaker-${node.name}`
    // It was made before, where the server is away.
    this.#server?.applyObjects([
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: pod, namespace: 'metallb-system', labels: selectorOf('speaker') },
        spec: { nodeName: node.name, hostNetwork: true, containers: [{ name: 'speaker', image: 'lbctl' }] },
        status: { phase: 'Running', podIP: node.host.address4 },
      },
    ])
    return node.spawnWith([
      '--pod-name',
      pod,
      '--kubeconfig',
      this.kubeconfig,
      '--node-name',
      node.name,
      '--log-level',
      'debug',
      '--log-format',
      'json',
      '--ml-bindaddr',
      node.host.address4,
      ...args,
    ])
  }
}

/** The addresses that a Service asks for are those that it was given: no controller runs in the lab. */
export function assigned(service: KubernetesObject): KubernetesObject {
  const asked = service.metadata.annotations?.['metallb.io/loadBalancerIPs'] ?? ''
  return { ...service, status: { loadBalancer: { ingress: asked.split(',').map((ip) => ({ ip })) } } }
}

export const speakerPod = (name: string, nodeName: string, image: string): object => ({
  apiVersion: 'v1',
  kind: 'Pod',
  metadata: {
    name,
    namespace: 'metallb-system',
    labels: { app: 'metallb', component: 'speaker' },
  },
  spec: { nodeName, hostNetwork: true, containers: [{ name: 'speaker', image }] },
  status: { phase: 'Running', podIP: '192.0.2.99' },
})
