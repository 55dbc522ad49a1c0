// An API server on loopback with MetalLB's definitions, and controllers fed by it. It is this process that serves, so that every write
// can be looked at.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { customResourceDefinitions } from '../../../src/config/crds/custom-resource-definitions.ts'
import { allItems } from '../../../src/install/install-objects.ts'
import { type ApiServer, startApiServer } from '../../../src/lab/apiserver/api-server.ts'
import type { Attributes } from '../../../src/lab/apiserver/auth/authorizer.ts'
import { eventually } from '../namespaces.ts'
import { DEADLINE_MS, RunningController } from './running-controller.ts'

export interface LiveService {
  readonly metadata: { readonly name: string; readonly annotations?: Readonly<Record<string, string>> }
  readonly status?: { readonly loadBalancer?: { readonly ingress?: readonly { readonly ip: string }[] } }
}

const SERVICES = '/api/v1/namespaces/shop/services'
const TOKEN = 'token-of-the-lab'
/** What the controller may is what `lbctl install` gives it, and nothing else. */
const ACCOUNT = 'system:serviceaccount:metallb-system:lbctl-controller'
const READS = ['get', 'list', 'watch']
const RIGHTS = ['Role', 'RoleBinding', 'ClusterRole', 'ClusterRoleBinding', 'ServiceAccount', 'Deployment']

export class ControllerLab {
  readonly folder = mkdtempSync(join(tmpdir(), 'lbctl-controller-'))
  readonly #controllers: RunningController[] = []
  /** addresses that two Services had at one moment */
  readonly doubles: string[] = []
  /** what controllers asked to have written, as the server counted it: `patch services/status` → how often; the lease apart */
  readonly asked = new Map<string, number>()
  /** how often each Service was changed after it was made */
  readonly writes = new Map<string, number>()
  readonly #holders = new Map<string, string[]>()
  #server: ApiServer | undefined
  #port = 0

  static async create(addresses: string): Promise<ControllerLab> {
    const lab = new ControllerLab()
    await lab.up()
    lab.server.applyObjects([
      ...customResourceDefinitions(),
      ...['metallb-system', 'shop'].map((name) => ({
        apiVersion: 'v1',
        kind: 'Namespace',
        metadata: { name },
      })),
    ])
    lab.server.applyObjects([
      pool('lan', addresses),
      ...allItems('metallb-system')
        .map(({ object }) => object)
        .filter(({ kind }) => RIGHTS.includes(kind)),
    ])
    writeFileSync(lab.kubeconfig, lab.server.kubeconfig(ACCOUNT))
    return lab
  }

  get kubeconfig(): string {
    return join(this.folder, 'kubeconfig')
  }

  get server(): ApiServer {
    if (this.#server === undefined) throw new Error('the API server is not running')
    return this.#server
  }

  async up(): Promise<void> {
    this.#server = await startApiServer({
      port: this.#port,
      tokens: [
        { token: TOKEN, user: 'admin', groups: ['system:masters'] },
        { token: 'token-of-the-controller', user: ACCOUNT },
      ],
      persistTo: join(this.folder, 'state'),
      audit: ({ user, asked }) => {
        if (user === ACCOUNT) this.#count(asked)
      },
    })
    this.#port = this.#server.port
    this.#server.store.listen('services', ({ type, key, object }) => {
      if (type === 'MODIFIED') this.writes.set(key, (this.writes.get(key) ?? 0) + 1)
      this.#look(key, type === 'DELETED' ? undefined : (object as unknown as LiveService))
    })
  }

  #count({ verb, resource = '', subresource = '' }: Attributes): void {
    if (READS.includes(verb) || resource === 'leases') return
    const what = `${verb} ${[resource, subresource].filter((word) => word !== '').join('/')}`
    this.asked.set(what, (this.asked.get(what) ?? 0) + 1)
  }

  #look(key: string, service: LiveService | undefined): void {
    const addresses = service?.status?.loadBalancer?.ingress?.map(({ ip }) => ip) ?? []
    for (const [other, theirs] of this.#holders)
      if (other !== key) this.doubles.push(...addresses.filter((ip) => theirs.includes(ip)))
    this.#holders.set(key, addresses)
  }

  async down(): Promise<void> {
    await this.server.kill()
    this.#server = undefined
  }

  controller(...args: readonly string[]): RunningController {
    // Tests have no time for the lease of a real installation.
    const lease = args.includes('--lease-duration') ? [] : ['--lease-duration', '2s']
    const made = new RunningController([
      ...['--kubeconfig', this.kubeconfig, '-n', 'metallb-system', ...lease],
      ...args,
    ])
    this.#controllers.push(made)
    return made
  }

  async request(method: string, path: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.server.url}${path}`, {
      method,
      headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json', connection: 'close' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text}`)
    return JSON.parse(text)
  }

  async createServices(...names: readonly string[]): Promise<void> {
    await Promise.all(names.map((name) => this.request('POST', SERVICES, service(name))))
  }

  async deleteService(name: string): Promise<void> {
    await this.request('DELETE', `${SERVICES}/${name}`)
  }

  /** Names and addresses, sorted by name. */
  async addresses(): Promise<Readonly<Record<string, string>>> {
    const { items } = (await this.request('GET', SERVICES)) as { items: readonly LiveService[] }
    return Object.fromEntries(
      items.map(({ metadata, status }) => [metadata.name, status?.loadBalancer?.ingress?.[0]?.ip ?? '']),
    )
  }

  async untilAssigned(...names: readonly string[]): Promise<Readonly<Record<string, string>>> {
    let now: Readonly<Record<string, string>> = {}
    await eventually(
      `addresses of ${names.join(', ')}`,
      async () => {
        now = await this.addresses()
        return names.every((name) => now[name] !== undefined && now[name] !== '')
      },
      DEADLINE_MS,
    )
    return now
  }

  /** Versions of all objects of a path. */
  async versions(path: string): Promise<readonly string[]> {
    const { items } = (await this.request('GET', path)) as {
      items: readonly { readonly metadata: { readonly name: string; readonly resourceVersion: string } }[]
    }
    return items.map(({ metadata }) => `${metadata.name} ${metadata.resourceVersion}`)
  }

  async remove(): Promise<void> {
    await Promise.all(this.#controllers.map((each) => each.end()))
    await this.#server?.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}

export const pool = (name: string, ...addresses: readonly string[]) => ({
  apiVersion: 'metallb.io/v1beta1',
  kind: 'IPAddressPool',
  metadata: { name, namespace: 'metallb-system' },
  spec: { addresses },
})

const service = (name: string) => ({
  apiVersion: 'v1',
  kind: 'Service',
  metadata: { name, namespace: 'shop' },
  spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80, protocol: 'TCP' }] },
})
