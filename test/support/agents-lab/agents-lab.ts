// A cluster to look at from several nodes: real speakers on a real link, an embedded API server, a kubelet of the lab that runs the Pods of
// agents in the namespaces of the nodes, and lbctl as a user starts it, from a client's place on the link.
import { writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { expect } from 'vitest'
import { customResourceDefinitions } from '../../../src/config/crds/custom-resource-definitions.ts'
import { drop, healthyWorld, type World } from '../../../src/diagnose/cluster/testing/world.ts'
import { type ApiServer, startApiServer } from '../../../src/lab/apiserver/api-server.ts'
import { type Outcome, type RunOptions, run, runJs } from '../cli.ts'
import { eventually } from '../namespaces.ts'
import { SpeakerLab } from '../speaker-lab/speaker-lab.ts'
import type { KubernetesObject } from '../speaker-lab/speaker-objects.ts'
import { LabJobs } from './lab-jobs.ts'
import { LabKubelet } from './lab-kubelet.ts'

export const NODES = ['node-a', 'node-b', 'node-c']
export const IMAGE = 'registry.test/lbctl:1'
export const BY_PODS = ['--agents', '--agent-image', IMAGE]
export const DEADLINE_MS = 60_000
/** of the Service shop/web, which is announced by layer 2 */
export const ADDRESS = '192.0.2.100'
/** of the Service shop/api, which is announced by BGP where there is a router */
export const ROUTED = '198.51.100.0'

const TOKENS = [
  { token: 'token-of-the-admin', user: 'admin', groups: ['system:masters'] },
  { token: 'token-of-a-reader', user: 'reader', groups: ['readers'] },
]

const mayRead = [
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'read-all' },
    rules: [{ apiGroups: ['*'], resources: ['*'], verbs: ['get', 'list', 'watch'] }],
  },
  {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'read-all' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'read-all' },
    subjects: [{ kind: 'User', name: 'reader', apiGroup: 'rbac.authorization.k8s.io' }],
  },
]

/** The healthy world with what is announced by layer 2 alone: no router stands in this lab. */
export function layer2World(): World {
  const made = healthyWorld()
  const isElsewhere = (name: string): boolean => /api|routed|webhook|BGPPeer|"tor"/.test(name)
  for (const plane of Object.keys(made.planes) as (keyof typeof made.planes)[])
    drop(made, plane, (each) =>
      isElsewhere(`${each.kind} ${JSON.stringify(each.metadata.name)} ${JSON.stringify(each['spec'] ?? '')}`),
    )
  return made
}

export interface Report {
  readonly findings: readonly {
    readonly code: string
    readonly check: string
    readonly title: string
    readonly severity: string
    readonly evidence: readonly string[]
    readonly fix: readonly { readonly text: string; readonly command?: string }[]
    readonly consequences: readonly { readonly code: string; readonly check: string }[]
  }[]
  readonly checks: readonly { readonly id: string; readonly result: string; readonly text: string }[]
  readonly notTested: readonly string[]
  readonly matrix: {
    readonly gossip: readonly { readonly from: string; readonly to: string; readonly outcome: string }[]
    readonly routers: readonly { readonly from: string; readonly to: string; readonly outcome: string }[]
  }
}

export const codesOf = (report: Report): readonly string[] =>
  report.findings.map(({ code, check }) => `${code} ${check}`)

export const reportOf = ({ stdout, stderr }: Outcome): Report => {
  expect(stderr).toBe('')
  return JSON.parse(stdout).reports[0]
}

export class AgentsLab {
  readonly hosts: SpeakerLab
  readonly api: ApiServer
  readonly kubelet: LabKubelet
  readonly jobs: LabJobs
  readonly #servers: Server[] = []

  private constructor(hosts: SpeakerLab, api: ApiServer, kubelet: LabKubelet) {
    this.hosts = hosts
    this.api = api
    this.kubelet = kubelet
    this.jobs = new LabJobs(api)
  }

  /** @param besides what stands on the link before the speakers start */
  static async create(
    { planes }: World,
    besides: (hosts: SpeakerLab) => Promise<void> | void = () => undefined,
  ): Promise<AgentsLab> {
    const hosts = await SpeakerLab.create(NODES)
    const kubelet = new LabKubelet({
      nodes: new Map(hosts.nodes.map(({ name, host }) => [name, host.namespace])),
      images: new Set([IMAGE]),
    })
    const place = hosts.host('apiserver', 60)
    const api = await hosts.net.inside(place.namespace, () =>
      startApiServer({ host: place.address4, port: 0, tokens: TOKENS, podLog: kubelet.log }),
    )
    const lab = new AgentsLab(hosts, api, kubelet)
    try {
      await besides(hosts)
      hosts.write([
        ...planes.nodes,
        ...planes.configuration,
        ...planes.services,
        ...planes.endpointSlices,
      ] as unknown as KubernetesObject[])
      const speakers = hosts.startAll()
      for (const name of NODES) await lab.#serviceOn(name)
      api.applyObjects([...customResourceDefinitions(), ...Object.values(planes).flat(), ...mayRead])
      for (const { user } of TOKENS) writeFileSync(lab.#kubeconfigOf(user), api.kubeconfig(user))
      kubelet.serve(api)
      await speakers
    } catch (error) {
      await lab.destroy()
      throw error
    }
    return lab
  }

  async destroy(): Promise<void> {
    this.kubelet.stop()
    this.jobs.stop()
    for (const server of this.#servers) server.close()
    await this.hosts.destroy()
    await this.api.kill()
  }

  /** The node that answers for the address. */
  owner(): Promise<string> {
    return eventually(
      'one owner',
      async () => {
        const [only, ...more] = await this.hosts.owners('shop/web')
        return more.length === 0 ? only : undefined
      },
      DEADLINE_MS,
    )
  }

  namespaceOf(node: string): string {
    return this.hosts.node(node).host.namespace
  }

  #kubeconfigOf(user: string): string {
    return join(this.hosts.folder, `kubeconfig-${user}`)
  }

  /** What kube-proxy does for the address, and an endpoint on the node itself. */
  async #serviceOn(name: string): Promise<void> {
    const namespace = this.namespaceOf(name)
    this.#nft(
      namespace,
      `table ip proxy {
      chain arriving { type nat hook prerouting priority -100; ip daddr { ${ADDRESS}, ${ROUTED} } tcp dport 80 redirect to :8080; }
    }`,
    )
    this.#servers.push(await this.listening(namespace, 8080))
  }

  /** Accepts, and closes without a byte. */
  listening(namespace: string, port: number): Promise<Server> {
    return this.hosts.net.inside(
      namespace,
      () =>
        new Promise<Server>((resolve, reject) => {
          const made = createServer((socket) => socket.on('error', () => undefined).end())
          made.on('error', reject)
          made.listen(port, '0.0.0.0', () => resolve(made))
        }),
    )
  }

  /** Pods of agents that are there. */
  agentPods(): readonly string[] {
    return this.kubelet.pods
      .filter(({ metadata }) => metadata.labels?.['app.kubernetes.io/component'] === 'agent')
      .map(({ metadata }) => metadata.name)
  }

  /** From the client's place on the link, which is no node. */
  diagnose(words: readonly string[], options: RunOptions = {}, user = 'admin'): Promise<Outcome> {
    return this.lbctl(['diagnose', ...words], options, user)
  }

  lbctl(words: readonly string[], options: RunOptions = {}, user = 'admin'): Promise<Outcome> {
    return run(
      'ip',
      [
        ...['netns', 'exec', this.hosts.client.namespace, process.execPath, runJs, ...words],
        ...['--kubeconfig', this.#kubeconfigOf(user)],
      ],
      options,
    )
  }

  #nft(namespace: string, rules: string): void {
    const file = join(this.hosts.folder, 'rules.nft')
    writeFileSync(file, rules)
    this.hosts.net.run(namespace, 'nft', '-f', file)
  }

  /** A table of nftables in a namespace, for as long as the work goes on. */
  async withRules<T>(namespace: string, rules: string, work: () => Promise<T>): Promise<T> {
    this.#nft(namespace, rules)
    try {
      return await work()
    } finally {
      this.hosts.net.run(namespace, 'nft', 'delete', 'table', rules.split(' ')[1] ?? '', 'lab')
    }
  }
}
