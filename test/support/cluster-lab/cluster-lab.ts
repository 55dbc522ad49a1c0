// A cluster in network namespaces: one API server, our controller, our speaker on each node, kubectl as the user, a client on the link.
// See the README of this folder.

import { createServer, type Server } from 'node:net'
import { RunningController } from '../controller-lab/running-controller.ts'
import { eventually } from '../namespaces.ts'
import { RouterOfLab } from '../speaker-lab/router-of-lab.ts'
import { DEADLINE_MS, type RunningSpeaker } from '../speaker-lab/running-speaker.ts'
import { type LabHost, SpeakerLab } from '../speaker-lab/speaker-lab.ts'
import type { KubernetesObject } from '../speaker-lab/speaker-objects.ts'
import { connectTo } from '../speaker-lab/traffic.ts'
import { CLUSTER_PROGRAMS, ServedCluster } from './served-cluster.ts'

export const CLUSTER_LAB_PROGRAMS = [...CLUSTER_PROGRAMS, 'arping', 'ndisc6', 'nft', 'sysctl']

export interface ClusterLabOptions {
  readonly nodes?: readonly string[]
  /** words of `controller run` and of each `speaker run`, besides where the cluster is */
  readonly controller?: readonly string[]
  readonly speaker?: readonly string[]
}

/** Where a connection to port 80 of an address ends, as kube-proxy leads it to a Pod: a listener that tells the name of its node. */
const PORT = 8080
const CONFIGURATION = [
  'ipaddresspools',
  'l2advertisements',
  'bgpadvertisements',
  'bgppeers',
  'communities',
  'bfdprofiles',
].map((plural) => `${plural}.metallb.io`)

export class ClusterLab {
  readonly hosts: SpeakerLab
  readonly cluster: ServedCluster
  readonly #place: LabHost
  readonly #options: ClusterLabOptions
  readonly #servers: Server[] = []
  #controller: RunningController | undefined
  #router: RouterOfLab | undefined

  private constructor(hosts: SpeakerLab, cluster: ServedCluster, place: LabHost, options: ClusterLabOptions) {
    this.hosts = hosts
    this.cluster = cluster
    this.#place = place
    this.#options = options
  }

  /** Resolves when the controller leads and all speakers know each other. */
  static async create(options: ClusterLabOptions = {}): Promise<ClusterLab> {
    const hosts = await SpeakerLab.create(options.nodes)
    try {
      const place = hosts.host('apiserver', 60)
      const cluster = await ServedCluster.start(
        {
          address: place.address4,
          prefix: ['ip', 'netns', 'exec', place.namespace],
          inside: (work) => hosts.net.inside(place.namespace, work),
        },
        hosts.folder,
      )
      const lab = new ClusterLab(hosts, cluster, place, options)
      await lab.#begin()
      return lab
    } catch (error) {
      await hosts.destroy()
      throw error
    }
  }

  async #begin(): Promise<void> {
    this.cluster.load(...this.hosts.nodeObjects())
    await Promise.all([this.startController(), this.#podsBehindNodes()])
    await this.startSpeakers()
  }

  async #podsBehindNodes(): Promise<void> {
    const rules = `add table inet proxy; add chain inet proxy in { type nat hook prerouting priority dstnat; }; add rule inet proxy in tcp dport 80 redirect to :${PORT}`
    for (const { name, host } of this.hosts.nodes) {
      this.hosts.net.run(host.namespace, 'nft', rules)
      await this.hosts.net.inside(host.namespace, async () => {
        const server = createServer((socket) => socket.on('error', () => undefined).end(name))
        this.#servers.push(server)
        await new Promise<void>((resolve) => server.listen(PORT, '::', resolve))
      })
    }
  }

  get controller(): RunningController {
    if (this.#controller === undefined) throw new Error('the controller was not started')
    return this.#controller
  }

  /** In the place of one that has ended, or for the first time. */
  async startController(): Promise<RunningController> {
    const words = ['--kubeconfig', this.cluster.kubeconfig('controller'), '-n', 'metallb-system']
    const own = ['--ml-secret-name', 'memberlist', '--deployment', 'lbctl-controller']
    this.#controller = new RunningController(
      [...words, ...own, '--lease-duration', '3s', ...(this.#options.controller ?? [])],
      ['ip', 'netns', 'exec', this.#place.namespace],
    )
    await this.#controller.until('leading')
    await eventually(
      'the controller makes the key of the gossip',
      () => this.cluster.object('secrets', 'metallb-system/memberlist') !== undefined,
      DEADLINE_MS,
    )
    return this.#controller
  }

  speaker(node: string): RunningSpeaker {
    return this.hosts.node(node).running
  }

  /** Does not wait until it runs. */
  spawnSpeaker(
    node: string,
    words: readonly string[] = [],
    env: Readonly<Record<string, string>> = {},
  ): RunningSpeaker {
    const kubeconfig = ['--kubeconfig', this.cluster.kubeconfig('speaker'), '--node-name', node]
    const log = ['--log-level', 'debug', '--log-format', 'json']
    const own = [...kubeconfig, ...log, '--ml-bindaddr', this.hosts.node(node).host.address4]
    return this.hosts.node(node).spawnWith([...own, ...(this.#options.speaker ?? []), ...words], { env })
  }

  /** Those that do not run; resolves when all are members of each other. */
  async startSpeakers(): Promise<void> {
    const ended = this.hosts.nodes.filter(
      ({ speaker }) => speaker === undefined || speaker.exit !== undefined,
    )
    await Promise.all(ended.map(({ name }) => this.spawnSpeaker(name).started()))
    await this.hosts.allMembers()
  }

  /** frr beside the nodes, at 192.0.2.1, set up by `lbctl router config` for the BGPPeers that are named. */
  async startRouter(objects: readonly KubernetesObject[], peers: readonly string[]): Promise<RouterOfLab> {
    const all = [...this.hosts.nodeObjects(), ...objects]
    this.#router = await RouterOfLab.start('frr', this.hosts, all, peers)
    return this.#router
  }

  /** A scenario: what kubectl applies for it, what happens, and the world as it was. */
  async scenario(objects: readonly object[], work: () => Promise<void>): Promise<void> {
    try {
      if (objects.length > 0) await this.cluster.apply(...objects)
      await work()
    } finally {
      await this.reset()
    }
  }

  /** No configuration, no Services, Nodes as at first, every speaker alive. */
  async reset(): Promise<void> {
    for (const resource of ['services', 'endpointslices.discovery.k8s.io', 'events'])
      this.cluster.clear(resource, 'shop')
    for (const resource of CONFIGURATION) this.cluster.clear(resource, 'metallb-system')
    for (const { metadata } of this.cluster.objects('nodes'))
      if (this.hosts.nodes.every(({ name }) => name !== metadata.name))
        this.cluster.server.store.remove('nodes', metadata.name)
    this.cluster.load(...this.hosts.nodeObjects())
    await this.startSpeakers()
    for (const { running } of this.hosts.nodes)
      await running.statusThat('it knows no Service', ({ services }) => services.length === 0)
  }

  /** Waits until exactly the speakers of these nodes answer for the address on the client's link, by ARP or neighbour discovery. */
  async answeredBy(address: string, ...nodes: readonly string[]): Promise<void> {
    await this.#answers(address, nodes)
  }

  /** The same of another client, and by hardware addresses. */
  async answeredOn(client: LabHost, address: string, ...macs: readonly string[]): Promise<void> {
    await this.#answers(address, macs, client)
  }

  async #answers(address: string, nodes: readonly string[], client?: LabHost): Promise<void> {
    let last: readonly string[] = []
    await eventually(
      `${address} is answered for by ${nodes.join(' and ') || 'nobody'}`,
      async () => {
        last = await this.whoAnswers(address, client)
        return String(last) === String([...nodes].sort())
      },
      DEADLINE_MS,
    ).catch((error: Error) => {
      throw new Error(`${error.message}, but by ${last.join(' and ') || 'nobody'}`)
    })
  }

  /** Names of the nodes that answer for the address now, ascending; the hardware address of a card that is not `eth0`. */
  async whoAnswers(address: string, client: LabHost = this.hosts.client): Promise<readonly string[]> {
    const { hosts } = this
    const [program, ...words] = address.includes(':')
      ? ['ndisc6', '-q', '-m', '-r', '1', '-w', '400', address, client.link]
      : ['arping', '-r', '-c', '1', '-w', '0.4', '-i', client.link, address]
    const { output } = await hosts.net.start(client.namespace, program ?? '', ...words)
    const macs = output.toLowerCase().match(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g) ?? []
    return [...new Set(macs.map((mac) => hosts.nameOf(mac)))].sort()
  }

  until<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
    return eventually(what, probe, DEADLINE_MS)
  }

  /** Waits until one node alone answers, and not that of `not`. @returns its name */
  async theOneWhoAnswers(address: string, not?: string): Promise<string> {
    return eventually(
      `${address} is answered for by one node`,
      async () => {
        const [one, ...others] = await this.whoAnswers(address)
        return others.length === 0 && one !== not ? one : undefined
      },
      DEADLINE_MS,
    )
  }

  /** What the client hears from port 80 of the address: the name of the node that the connection came to, or a code of an error. */
  reached(address: string): Promise<string> {
    return connectTo(this.hosts.net, this.hosts.client, address, 80)
  }

  /** The page of metrics of the controller. */
  async controllerMetrics(): Promise<string> {
    return (await this.hosts.net.inside(this.#place.namespace, () => this.controller.get('/metrics'))).text
  }

  async destroy(): Promise<void> {
    for (const server of this.#servers) server.close()
    await this.#router?.stop()
    await this.#controller?.end()
    await this.hosts.destroy()
    await this.cluster.kill()
  }
}
