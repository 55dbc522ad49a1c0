// An API server over TLS with MetalLB's definitions and the rights of an installation, persisted to a file, and kubectl as its user.
// It is this process that serves; what a test polls for is read from the store, and what a user does is done by kubectl.
import { execFileSync, spawn } from 'node:child_process'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { customResourceDefinitions } from '../../../src/config/crds/custom-resource-definitions.ts'
import { allItems } from '../../../src/install/install-objects.ts'
import { type ApiServer, startApiServer } from '../../../src/lab/apiserver/api-server.ts'
import { cleanEnv, runJs } from '../cli.ts'
import { eventually } from '../namespaces.ts'

/** Where the API server listens and kubectl runs. */
export interface Place {
  readonly address: string
  /** what stands before a program that runs there */
  readonly prefix: readonly string[]
  inside<T>(work: () => Promise<T>): Promise<T>
}

export const LOOPBACK: Place = { address: '127.0.0.1', prefix: [], inside: (work) => work() }

export interface Stored {
  readonly kind: string
  readonly metadata: {
    readonly name: string
    readonly namespace?: string
    readonly uid: string
    readonly resourceVersion: string
    readonly labels?: Readonly<Record<string, string>>
    readonly annotations?: Readonly<Record<string, string>>
  }
  readonly spec?: Readonly<Record<string, unknown>>
  readonly status?: Readonly<Record<string, unknown>>
}

export interface Said {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

export const CLUSTER_PROGRAMS = ['kubectl', 'openssl']

const ACCOUNTS = {
  admin: 'admin',
  controller: 'system:serviceaccount:metallb-system:lbctl-controller',
  speaker: 'system:serviceaccount:metallb-system:lbctl-speaker',
} as const
export type Account = keyof typeof ACCOUNTS
const RIGHTS = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'ServiceAccount', 'Deployment']

/** As kubectl reads several from one stream. */
export const documents = (objects: readonly object[]): string =>
  objects.map((each) => JSON.stringify(each)).join('\n---\n')

export class ServedCluster {
  readonly #place: Place
  readonly #folder: string
  #server: ApiServer | undefined
  #port = 0

  private constructor(place: Place, folder: string) {
    this.#place = place
    this.#folder = folder
  }

  static async start(place: Place, folder: string): Promise<ServedCluster> {
    const cluster = new ServedCluster(place, folder)
    // kubectl sends its token over TLS only.
    const names = `subjectAltName=IP:127.0.0.1,IP:${place.address}`
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes']
    const files = ['-keyout', cluster.#file('tls.key'), '-out', cluster.#file('tls.crt'), '-days', '2']
    const subject = ['-subj', '/CN=lbctl-lab', '-addext', names]
    execFileSync('openssl', ['req', '-x509', ...key, ...files, ...subject], { stdio: 'ignore' })
    await cluster.up()
    cluster.load(
      ...customResourceDefinitions(),
      ...['metallb-system', 'shop'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      })),
    )
    // Each program may what an installation lets it, and nothing else.
    const items = allItems('metallb-system').map(({ object }) => object)
    cluster.load(...items.filter(({ kind }) => RIGHTS.includes(kind)))
    for (const account of Object.keys(ACCOUNTS) as Account[])
      writeFileSync(cluster.kubeconfig(account), cluster.server.kubeconfig(ACCOUNTS[account]))
    return cluster
  }

  #file(name: string): string {
    return join(this.#folder, name)
  }

  kubeconfig(account: Account): string {
    return this.#file(`kubeconfig.${account}`)
  }

  get server(): ApiServer {
    if (this.#server === undefined) throw new Error('the API server is not running')
    return this.#server
  }

  /** Starts it, or starts it again where it was, with its objects and without its past: old versions end in 410. */
  async up(): Promise<void> {
    this.#server = await this.#place.inside(() => this.#start(this.#place.address, this.#port))
    this.#port = this.#server.port
  }

  #start(host: string, port: number): Promise<ApiServer> {
    const cert = readFileSync(this.#file('tls.crt'), 'utf8')
    return startApiServer({
      ...{ host, port, persistTo: this.#file('state') },
      tls: { cert, key: readFileSync(this.#file('tls.key'), 'utf8'), ca: cert },
      tokens: Object.entries(ACCOUNTS).map(([name, user]) => ({
        ...{ token: `token-of-${name}`, user },
        groups: name === 'admin' ? ['system:masters'] : ['system:authenticated'],
      })),
    })
  }

  /** As by SIGKILL: every connection is reset. */
  async kill(): Promise<void> {
    await this.#server?.kill()
    this.#server = undefined
  }

  /**
   * While it is away for everybody else: starts it from its file where nobody but `work` finds it, as an API server behind a cut cable,
   * and ends it again. `kubectl` goes there meanwhile.
   */
  async elsewhere(work: () => Promise<void>): Promise<void> {
    if (this.#server !== undefined) throw new Error('the API server is not away')
    const kubeconfig = this.kubeconfig('admin')
    const usual = readFileSync(kubeconfig)
    this.#server = await this.#place.inside(() => this.#start('127.0.0.1', 0))
    try {
      writeFileSync(kubeconfig, this.#server.kubeconfig())
      await work()
    } finally {
      writeFileSync(kubeconfig, usual)
      await this.kill()
    }
  }

  /** Objects straight into the store, with their status. What a user does is done by `kubectl`. */
  load(...objects: readonly object[]): void {
    this.server.applyObjects(objects)
  }

  /** Standard output of kubectl; throws with what it says when it fails. */
  async kubectl(words: readonly string[], stdin = ''): Promise<string> {
    const { code, stdout, stderr } = await this.kubectlSays(words, stdin)
    if (code !== 0) throw new Error(`kubectl ${words.join(' ')}: exit code ${code}\n${stderr}${stdout}`)
    return stdout
  }

  kubectlSays(words: readonly string[], stdin = ''): Promise<Said> {
    return this.#asUser(['kubectl', ...words], stdin)
  }

  /** The built lbctl, as whoever runs kubectl. */
  lbctl(words: readonly string[]): Promise<Said> {
    return this.#asUser([process.execPath, runJs, ...words], '')
  }

  #asUser(words: readonly string[], stdin: string): Promise<Said> {
    const [program = '', ...args] = [...this.#place.prefix, ...words]
    const env = { ...cleanEnv(), HOME: this.#folder, KUBECONFIG: this.kubeconfig('admin') }
    return new Promise((resolve, reject) => {
      const child = spawn(program, args, { env, stdio: 'pipe' })
      let [stdout, stderr] = ['', '']
      child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
        stdout += chunk
      })
      child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
        stderr += chunk
      })
      child.on('error', reject)
      child.on('close', (code) => resolve({ code, stdout, stderr }))
      child.stdin.end(stdin)
    })
  }

  /** `kubectl apply -f -` of objects. */
  async apply(...objects: readonly object[]): Promise<void> {
    await this.kubectl(['apply', '-f', '-'], documents(objects))
  }

  /** What is stored now, such as of `services` or `ipaddresspools.metallb.io`. */
  objects(resource: string): readonly Stored[] {
    return this.server.store.list(resource) as unknown as readonly Stored[]
  }

  /** @param key `namespace/name`, or the name alone for what is in no namespace */
  object(resource: string, key: string): Stored | undefined {
    return this.server.store.get(resource, key) as unknown as Stored | undefined
  }

  /** Those of the status, in their order. */
  addressesOf(service: string): readonly string[] {
    const { loadBalancer } = (this.object('services', `shop/${service}`)?.status ?? {}) as {
      loadBalancer?: { ingress?: readonly { ip: string }[] }
    }
    return loadBalancer?.ingress?.map(({ ip }) => ip) ?? []
  }

  /** Waits until the Service of the namespace `shop` has exactly these addresses, or any where none is named. */
  async assigned(service: string, ...wanted: readonly string[]): Promise<readonly string[]> {
    return eventually(
      `${service} has ${wanted.join(' and ') || 'an address'}`,
      () => {
        const now = this.addressesOf(service)
        return (wanted.length === 0 ? now.length > 0 : String(now) === String(wanted)) ? now : undefined
      },
      ASSIGNED_MS,
    ).catch((error: Error) => {
      throw new Error(`${error.message}; it has ${this.addressesOf(service).join(' ') || 'none'}`)
    })
  }

  /** Reasons and messages of the events about a Service of the namespace `shop`. */
  eventsOf(service: string): readonly { readonly reason: string; readonly message: string }[] {
    type Said = { reason: string; message: string; involvedObject: { kind: string; name: string } }
    return (this.objects('events') as unknown as readonly Said[])
      .filter(({ involvedObject: { kind, name } }) => kind === 'Service' && name === service)
      .map(({ reason, message }) => ({ reason, message }))
  }

  /** Takes all objects of a kind away, as a user who deletes them all, and at once. */
  clear(resource: string, namespace: string): void {
    const { store } = this.server
    for (const { metadata } of store.list(resource, `${namespace}/`))
      store.remove(resource, `${namespace}/${String(metadata['name'])}`)
  }
}

/** Generous, for a machine that does other things. */
const ASSIGNED_MS = 30_000
