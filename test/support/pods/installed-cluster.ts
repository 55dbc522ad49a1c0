// A cluster in which nothing is installed yet: an empty API server, Nodes in network namespaces, and whoever plays kubelet and
// kube-controller-manager for what `lbctl install` brings. The image is that of the Dockerfile.
import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { type ApiServer, startApiServer } from '../../../src/lab/apiserver/api-server.ts'
import { type Outcome, type RunOptions, run, runJs } from '../cli.ts'
import { eventually } from '../namespaces.ts'
import { type LabHost, SpeakerLab } from '../speaker-lab/speaker-lab.ts'
import { unpackImage } from './image.ts'
import { type PlayedNode, PodPlayer } from './pod-player.ts'
import { type Stored, WorkloadControllers } from './workload-controllers.ts'

export const NAMESPACE = 'metallb-system'
export const IMAGE = 'registry.example.com/lbctl:1'
/** what IMAGE is upgraded to: the same files under another name */
export const NEXT_IMAGE = 'registry.example.com/lbctl:2'
const ACCOUNTS = ['lbctl-speaker', 'lbctl-controller'].map(
  (name) => `system:serviceaccount:${NAMESPACE}:${name}`,
)
const LOOK_AGAIN_MS = 50
const DEADLINE_MS = 60_000

export const INSTALLED_CLUSTER_PROGRAMS = ['kubectl', 'openssl', 'unshare', 'mount', 'timeout', 'arping']

export class InstalledCluster {
  readonly hosts: SpeakerLab
  readonly #place: LabHost
  readonly kubeconfig: string
  readonly #relays: Server[] = []
  #server: ApiServer | undefined
  #player: PodPlayer | undefined
  #timer: NodeJS.Timeout | undefined
  #pods = 0

  private constructor(hosts: SpeakerLab) {
    this.hosts = hosts
    this.#place = hosts.host('apiserver', 60)
    this.kubeconfig = join(hosts.folder, 'kubeconfig')
  }

  static async create(nodes: readonly string[] = ['node1', 'node2']): Promise<InstalledCluster> {
    const hosts = await SpeakerLab.create(nodes)
    try {
      const cluster = new InstalledCluster(hosts)
      await cluster.#begin()
      return cluster
    } catch (error) {
      await hosts.destroy()
      throw error
    }
  }

  async #begin(): Promise<void> {
    const { folder, net, nodes } = this.hosts
    const tls = this.#certificate()
    this.#server = await net.inside(this.#place.namespace, () =>
      startApiServer({
        host: this.#place.address4,
        tls: { ...tls, ca: tls.cert },
        tokens: [
          { token: 'token-of-the-admin', user: 'admin', groups: ['system:masters'] },
          ...ACCOUNTS.map((user) => ({ token: `token-of-${user}`, user, groups: ['system:authenticated'] })),
        ],
        serviceAddress: (_, name) => (name === 'lbctl-webhook' ? this.#relayed : undefined),
      }),
    )
    writeFileSync(this.kubeconfig, this.server.kubeconfig())
    this.load(...this.hosts.nodeObjects(labelsOf(nodes.map(({ name }) => name))))
    const root = join(folder, 'image')
    unpackImage(root)
    const volumes = join(folder, 'volumes')
    mkdirSync(volumes)
    const places = nodes.map(({ name, host }) => [name, placeOf(host)] as const)
    this.#player = new PodPlayer({
      ...{ api: this.server, apiAddress: this.#place.address4, ca: tls.cert, root, folder: volumes },
      nodes: new Map(places),
      images: new Set([IMAGE, NEXT_IMAGE]),
      podNetwork: () => placeOf(this.hosts.host(`pod${++this.#pods}`, 70 + this.#pods)),
    })
    await this.#relay()
    const controllers = new WorkloadControllers(
      this.server,
      nodes.map(({ name }) => name),
    )
    this.#timer = setInterval(() => {
      controllers.look()
      this.player.look()
    }, LOOK_AGAIN_MS)
  }

  /** kubectl and Pods check the name of the server, which is its address. */
  #certificate(): { readonly cert: string; readonly key: string } {
    const [keyFile, certFile] = [join(this.hosts.folder, 'tls.key'), join(this.hosts.folder, 'tls.crt')]
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', keyFile]
    const subject = ['-subj', '/CN=lab', '-addext', `subjectAltName=IP:${this.#place.address4}`]
    execFileSync('openssl', ['req', '-x509', ...key, '-out', certFile, '-days', '2', ...subject], {
      stdio: 'ignore',
    })
    return { cert: readFileSync(certFile, 'utf8'), key: readFileSync(keyFile, 'utf8') }
  }

  /** What kube-proxy does for the Service of the webhooks: from the API server's process to a Pod that is ready. */
  async #relay(): Promise<void> {
    const relay = createServer((socket) => {
      const address = this.player.readyAddress('controller')
      if (address === undefined) {
        socket.destroy()
        return
      }
      const both = 'exec 3<>"/dev/tcp/$0/9443"; cat <&3 & cat >&3'
      const words = ['netns', 'exec', this.#place.namespace, 'bash', '-c', both, address]
      const child = spawn('ip', words, { stdio: ['pipe', 'pipe', 'ignore'] })
      const close = (): void => {
        socket.destroy()
        child.kill()
      }
      for (const end of [socket, child.stdin, child.stdout, child]) end.on('error', close)
      socket.on('close', close)
      socket.pipe(child.stdin)
      child.stdout.pipe(socket)
    })
    this.#relays.push(relay)
    await new Promise<void>((resolve) => relay.listen(0, '127.0.0.1', resolve))
  }

  get #relayed(): string | undefined {
    const address = this.#relays[0]?.address()
    return typeof address === 'object' && address !== null ? `127.0.0.1:${address.port}` : undefined
  }

  get server(): ApiServer {
    if (this.#server === undefined) throw new Error('the API server is not running')
    return this.#server
  }

  get player(): PodPlayer {
    if (this.#player === undefined) throw new Error('nobody plays kubelet')
    return this.#player
  }

  load(...objects: readonly object[]): void {
    this.server.applyObjects(objects)
  }

  object(resource: string, key: string): Stored | undefined {
    return this.server.store.get(resource, key)
  }

  objects(resource: string): readonly Stored[] {
    return this.server.store.list(resource)
  }

  /** `lbctl` on the machine of an administrator. */
  lbctl(words: readonly string[], options: RunOptions = {}): Promise<Outcome> {
    return this.#run([process.execPath, runJs, ...words, '--kubeconfig', this.kubeconfig], options)
  }

  kubectl(words: readonly string[], stdin: string | readonly object[] = ''): Promise<Outcome> {
    const text = typeof stdin === 'string' ? stdin : stdin.map((each) => JSON.stringify(each)).join('\n---\n')
    const env = { HOME: this.hosts.folder, KUBECONFIG: this.kubeconfig }
    return this.#run(['kubectl', ...words], { stdin: text, env })
  }

  #run(words: readonly string[], options: RunOptions): Promise<Outcome> {
    return run('ip', ['netns', 'exec', this.#place.namespace, ...words], options)
  }

  /** What is stored otherwise than at an earlier look: which objects, and how they were and are. */
  changesSince(before: ReadonlyMap<string, string>): readonly string[] {
    const now = this.content()
    const ids = [...new Set([...before.keys(), ...now.keys()])]
    return ids
      .filter((id) => before.get(id) !== now.get(id))
      .map((id) => `${id}: ${before.get(id) ?? 'not there'} → ${now.get(id) ?? 'gone'}`)
  }

  /** Definitions are served a moment after they are stored. */
  async served(): Promise<void> {
    await this.until('all definitions are served', () =>
      this.objects('customresourcedefinitions.apiextensions.k8s.io').every(({ status }) =>
        status?.conditions?.some((one: Stored) => one.type === 'Established' && one.status === 'True'),
      ),
    )
  }

  /** What is stored, by place and content, without Events, which end by themselves, and without what every namespace has. */
  content(): ReadonlyMap<string, string> {
    const kept = this.server.store.resources().filter((resource) => !/^events(\.|$)/.test(resource))
    const all = kept.flatMap((resource) =>
      (this.server.store.list(resource) as readonly Stored[])
        .filter(({ kind, metadata }) => kind !== 'ServiceAccount' || metadata.name !== 'default')
        .map(({ metadata, ...rest }): readonly [string, string] => {
          const { resourceVersion: _, managedFields: __, ...named } = metadata
          return [`${resource} ${metadata.namespace ?? ''}/${metadata.name}`, JSON.stringify([named, rest])]
        }),
    )
    return new Map(all.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  until<T>(what: string, probe: () => T | undefined | Promise<T | undefined>): Promise<T> {
    return eventually(what, probe, DEADLINE_MS).catch((error: Error) => {
      const said = this.player.containers.map(
        ({ name, container }) => `${name}: ${container.output.slice(-1500)}`,
      )
      throw new Error(`${error.message}\n${said.join('\n')}`)
    })
  }

  /** Names of the nodes that answer for the address on the client's link, ascending. */
  async whoAnswers(address: string): Promise<readonly string[]> {
    const { client, net } = this.hosts
    const words = ['-r', '-c', '1', '-w', '0.4', '-i', client.link, address]
    const { output } = await net.start(client.namespace, 'arping', ...words)
    const macs = output.toLowerCase().match(/([0-9a-f]{2}:){5}[0-9a-f]{2}/g) ?? []
    return [...new Set(macs.map((mac) => this.hosts.nameOf(mac)))].sort()
  }

  addressesOf(service: string): readonly string[] {
    const ingress = this.object('services', service)?.status?.loadBalancer?.ingress ?? []
    return ingress.map(({ ip }: Stored) => ip)
  }

  async destroy(): Promise<void> {
    clearInterval(this.#timer)
    await this.#player?.stop()
    for (const relay of this.#relays) relay.close()
    await this.hosts.destroy()
    await this.#server?.kill()
  }
}

const placeOf = ({ namespace, address4 }: LabHost): PlayedNode => ({ namespace, address: address4 })
const labelsOf = (names: readonly string[]) =>
  Object.fromEntries(
    names.map((name) => [name, { 'kubernetes.io/os': 'linux', 'kubernetes.io/hostname': name }]),
  )
