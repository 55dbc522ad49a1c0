// A segment with nodes, a router and a client on one switch; each node runs the built speaker with files of its own.
import { mkdirSync, mkdtempSync, renameSync, writeFileSync } from 'node:fs'
import { get } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { NetLab } from '../namespaces.ts'
import { RunningSpeaker, type SpeakerCommand } from './running-speaker.ts'
import { type KubernetesObject, node, yamlText } from './speaker-objects.ts'

/** `eth0` of each is on the segment 192.0.2.0/24 and 2001:db8::/64; none can be reached from outside. */
export interface LabHost {
  readonly namespace: string
  readonly link: string
  readonly address4: string
  readonly address6: string
  readonly linkLocal: string
  readonly mac: string
  /** of the switch */
  readonly port: string
}

interface Link {
  readonly address: string
  readonly addr_info: readonly { readonly local: string }[]
}

export class SpeakerLab {
  readonly net: NetLab
  readonly switch: string
  readonly folder: string
  readonly nodes: readonly LabNode[]
  readonly router: LabHost
  readonly client: LabHost

  private constructor(net: NetLab, names: readonly string[]) {
    this.net = net
    this.folder = net.owns(mkdtempSync(join(tmpdir(), 'lbctl-speaker-')))
    this.switch = net.namespace()
    net.bridge(this.switch, 'br0', [])
    this.router = this.host('router', 1)
    this.client = this.host('client', 50)
    this.nodes = names.map((name, i) => new LabNode(this, name, this.host(name, 11 + i)))
  }

  static async create(names: readonly string[] = ['node1', 'node2', 'node3']): Promise<SpeakerLab> {
    return new SpeakerLab(await NetLab.create(), names)
  }

  /** One more host on the segment, with the addresses .number and ::number. */
  host(name: string, number: number): LabHost {
    const { net } = this
    const namespace = net.namespace()
    const port = `p-${name}`
    net.connect([namespace, 'eth0'], [this.switch, port])
    net.ip(this.switch, `link set ${port} master br0`)
    const [address4, address6] = [`192.0.2.${number}`, `2001:db8::${number}`]
    net.ip(namespace, `addr add ${address4}/24 dev eth0`)
    net.ip(namespace, `addr add ${address6}/64 dev eth0`)
    const [link] = net.ipJson<Link[]>(namespace, 'addr show dev eth0')
    const linkLocal = link?.addr_info.find(({ local }) => local.startsWith('fe80:'))?.local ?? ''
    return { namespace, link: 'eth0', address4, address6, linkLocal, mac: link?.address ?? '', port }
  }

  /** The Nodes as objects, with labels by name. */
  nodeObjects(labels: Readonly<Record<string, Readonly<Record<string, string>>>> = {}): KubernetesObject[] {
    return this.nodes.map(({ name, host }) => node(name, [host.address4, host.address6], labels[name]))
  }

  node(name: string): LabNode {
    const found = this.nodes.find((one) => one.name === name)
    if (found === undefined) throw new Error(`the lab has no node ${name}`)
    return found
  }

  /** Writes the same objects into the files of every node. */
  write(objects: readonly KubernetesObject[], file = 'all.yaml'): void {
    for (const one of this.nodes) one.write(objects, file)
  }

  /** Starts the speakers of all nodes, at once; resolves when all of them are members of each other. */
  async startAll(args: readonly string[] = []): Promise<void> {
    await Promise.all(this.nodes.map((one) => one.start(args)))
    await this.allMembers()
  }

  async allMembers(count = this.nodes.length): Promise<void> {
    for (const { speaker } of this.nodes)
      if (speaker?.exit === undefined)
        await speaker?.statusThat(
          'all speakers are members',
          ({ members }) => members?.filter(({ state }) => state === 'alive').length === count,
        )
  }

  /** Names of the nodes whose speakers say that they announce the Service by layer 2. */
  async owners(service: string): Promise<readonly string[]> {
    const names = await Promise.all(
      this.nodes.map(async ({ name, speaker }) => {
        if (speaker === undefined || speaker.exit !== undefined) return []
        const { services } = await speaker.status()
        return services.some((one) => one.service === service && one.layer2.announces) ? [name] : []
      }),
    )
    return names.flat()
  }

  nameOf(mac: string): string {
    return this.nodes.find(({ host }) => host.mac === mac)?.name ?? mac
  }

  /** The node with this address, or else the address. */
  nameAt(address: string): string {
    const found = this.nodes.find(({ host }) =>
      [host.address4, host.address6, host.linkLocal].includes(address),
    )
    return found?.name ?? address
  }

  async destroy(): Promise<void> {
    // In order, so that a speaker that hangs while it stops is seen.
    await Promise.all(this.nodes.map((one) => one.stop()))
    this.net.destroy()
  }
}

export class LabNode {
  readonly #lab: SpeakerLab
  readonly name: string
  readonly host: LabHost
  readonly directory: string
  readonly stateDirectory: string
  #speaker: RunningSpeaker | undefined

  constructor(lab: SpeakerLab, name: string, host: LabHost) {
    this.#lab = lab
    this.name = name
    this.host = host
    this.directory = join(lab.folder, name)
    this.stateDirectory = join(lab.folder, `${name}.state`)
    mkdirSync(this.directory)
  }

  /** The newest, also when it has ended. */
  get speaker(): RunningSpeaker | undefined {
    return this.#speaker
  }

  get running(): RunningSpeaker {
    if (this.#speaker === undefined) throw new Error(`the speaker of ${this.name} was not started`)
    return this.#speaker
  }

  write(objects: readonly KubernetesObject[], file = 'all.yaml'): void {
    this.writeText(yamlText(objects), file)
  }

  /** At once, as a careful program writes it: a new file that takes the place of the old one. */
  writeText(text: string, file = 'all.yaml'): void {
    const written = join(this.#lab.folder, `${this.name}.new`)
    writeFileSync(written, text)
    renameSync(written, join(this.directory, file))
  }

  /** Does not wait until it runs. */
  spawn(args: readonly string[] = [], how: Pick<SpeakerCommand, 'prefix' | 'env'> = {}): RunningSpeaker {
    const own = ['-f', this.directory, '--node-name', this.name, '--log-level', 'debug']
    return this.spawnWith([...own, ...args], how)
  }

  /** With these words alone. */
  spawnWith(args: readonly string[], how: Pick<SpeakerCommand, 'prefix' | 'env'> = {}): RunningSpeaker {
    const { namespace } = this.host
    this.#speaker = new RunningSpeaker({ ...how, namespace, stateDirectory: this.stateDirectory, args })
    return this.#speaker
  }

  /** With gossip on its IPv4 address. */
  start(args: readonly string[] = []): Promise<RunningSpeaker> {
    return this.spawn(['--ml-bindaddr', this.host.address4, ...args]).started()
  }

  /** The page of its metrics. */
  metrics(): Promise<string> {
    const page = () =>
      new Promise<string>((resolve, reject) => {
        // Without an agent, which would use a connection to the same address in another namespace.
        get({ host: '127.0.0.1', port: 7472, path: '/metrics', agent: false }, (response) => {
          text(response).then(resolve, reject)
        }).on('error', reject)
      })
    return this.#lab.net.inside(this.host.namespace, page)
  }

  async stop(): Promise<void> {
    const speaker = this.#speaker
    if (speaker === undefined || speaker.exit !== undefined) return
    const late = setTimeout(() => speaker.signal('SIGKILL'), 10_000)
    await speaker.stop()
    clearTimeout(late)
  }
}
