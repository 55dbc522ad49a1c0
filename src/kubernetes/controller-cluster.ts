// The door of this wing for the controller: one connection to the API server, what is read and written there, and who leads.
// Importing it loads client-node, so compose does it only when a controller runs.
import type { MetallbController } from '../controller/coexistence/beside.ts'
import type { LeaderLease, StatusWriter } from '../controller/ports.ts'
import type { ControllerEvent } from '../controller/state/effects.ts'
import { LbctlError } from '../errors/lbctl-error.ts'
import type { OwnerReference } from '../install/memberlist-secret.ts'
import type { ObjectStore } from '../webhook/ports.ts'
import { ApiClient } from './client.ts'
import { type Connection, openConnection } from './connection.ts'
import { ControllerFacts } from './controller/controller-facts.ts'
import { GuardedWrites } from './controller/guarded-write.ts'
import { type ListeningSpeaker, listeningSpeakers, metallbControllers } from './controller/pods.ts'
import { ClusterStatusWriter } from './controller/status-writer.ts'
import type { WatchTrouble } from './facts/cluster-facts.ts'
import { Leadership } from './lease/leadership.ts'
import { LeaseHolder } from './lease/lease-holder.ts'
import { leaseWatch } from './lease/lease-watch.ts'
import { leaseTiming } from './lease/machine.ts'
import { EventRecorder } from './reports/event-recorder.ts'
import { pathOf } from './resources.ts'
import { asRecord, asText } from './status.ts'
import type { ResourceWatch } from './watch/resource-watch.ts'
import { ApiWriter } from './writer.ts'

export interface ControllerClusterOptions {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  /** MetalLB's; undefined: that of the Pod, or metallb-system */
  readonly namespace: string | undefined
  /** the Deployment to which belongs what is made here */
  readonly deployment: string | undefined
  readonly leaseName: string
  readonly leaseDurationMs: number
  /** of this process: no other has ever had it */
  readonly identity: string
  /** where this runs, for events */
  readonly host: string
  /** aborts when the controller shall stop */
  readonly signal: AbortSignal
  readonly onTrouble: (trouble: WatchTrouble) => void
  /** undefined: the lease can be read and written again */
  readonly onLeaseTrouble: (error: LbctlError | undefined) => void
  readonly onUnwritten: (error: LbctlError) => void
}

/** One for each kind that is watched, some for writes. */
const SOCKETS = 32
const RETRY_MS = 2000
/** A stop takes no longer for what is on its way, and then for the lease. */
const SETTLE_MS = 800
const GIVE_UP_MS = 700
/** What client-node calls the context of a Pod's service account. */
const IN_CLUSTER = 'inClusterContext'

export class ControllerCluster {
  readonly facts: ControllerFacts
  readonly namespace: string
  readonly writer: StatusWriter
  /** for Secrets and the like, apart from what only the leader writes */
  readonly store: ObjectStore
  readonly #options: ControllerClusterOptions
  readonly #connection: Connection
  readonly #client: ApiClient
  readonly #leadership: Leadership
  readonly #holder: LeaseHolder
  readonly #leaseWatch: ResourceWatch<string>
  readonly #writes: GuardedWrites
  readonly #events: EventRecorder
  #owner: { readonly found: OwnerReference | undefined } | undefined

  /** Reads the kubeconfig; connects later. @throws LbctlError when there is none, or the context is not in it */
  constructor(options: ControllerClusterOptions) {
    this.#options = options
    const { kubeconfig, context, signal, onTrouble, onUnwritten } = options
    this.#connection = openConnection({ kubeconfig, context, sockets: SOCKETS })
    this.#client = new ApiClient(this.#connection, { signal })
    const { identity } = this.#connection
    this.namespace =
      options.namespace ?? (identity.context === IN_CLUSTER ? identity.namespace : 'metallb-system')
    this.facts = new ControllerFacts({ client: this.#client, namespace: this.namespace, onTrouble })
    this.#leadership = new Leadership({
      catchUp: () => this.facts.refresh(),
      onTrouble: onUnwritten,
      retryMs: RETRY_MS,
    })
    this.#holder = this.#createHolder()
    this.#leadership.follow(this.#holder)
    const lease = { namespace: this.namespace, name: options.leaseName }
    this.#leaseWatch = leaseWatch(this.#connection, lease, (version) => this.#holder.heard(version))
    this.#writes = new GuardedWrites(this.#connection, () => this.#leadership.isHeld)
    this.writer = new ClusterStatusWriter({
      writes: this.#writes,
      readState: (path) => this.#readOrNothing(path),
      poolStatus: (pool) => this.facts.poolStatus(pool),
      namespace: this.namespace,
      owner: () => this.findOwner(),
    })
    this.store = new ApiWriter(this.#client)
    this.#events = new EventRecorder({
      client: this.#client,
      component: 'metallb-controller',
      host: options.host,
      onTrouble: onUnwritten,
    })
  }

  #createHolder(): LeaseHolder {
    const { leaseName, leaseDurationMs, identity, onLeaseTrouble } = this.#options
    const timing = leaseTiming(leaseDurationMs)
    return new LeaseHolder({
      client: new ApiClient(this.#connection, { attempts: 1, timeoutMs: timing.heldForMs / 2 }),
      namespace: this.namespace,
      name: leaseName,
      identity,
      timing,
      onChange: (isHeld) => this.#leadership.changed(isHeld),
      onTrouble: onLeaseTrouble,
    })
  }

  get lease(): LeaderLease {
    return this.#leadership
  }

  /** Who leads, as far as it is known. */
  get leader(): string {
    return this.#holder.holder
  }

  record({ service, type, reason, message }: ControllerEvent): void {
    const uid = this.facts.uidOf(service)
    if (uid === undefined) return
    const [namespace = '', name = ''] = service.split('/')
    this.#events.record({ namespace, name, uid, type, reason, message })
  }

  /** The Deployment, so that what is made here goes with it; undefined where it cannot be read. Asked for until it is known. @throws LbctlError */
  async findOwner(): Promise<OwnerReference | undefined> {
    const { deployment } = this.#options
    this.#owner ??= { found: deployment === undefined ? undefined : await this.#ownerOf(deployment) }
    return this.#owner.found
  }

  async #ownerOf(name: string): Promise<OwnerReference | undefined> {
    const path = pathOf(
      { group: 'apps', version: 'v1', resource: 'deployments' },
      { namespace: this.namespace, name },
    )
    const answer = await this.#client.call({ method: 'GET', path }, { repeatable: true, expect: [403, 404] })
    const uid = asText(asRecord(asRecord(answer.body)['metadata'])['uid'])
    return answer.status === 200 && uid !== ''
      ? { apiVersion: 'apps/v1', kind: 'Deployment', name, uid }
      : undefined
  }

  /** Those that listen for questions, by labels of their Pods and the name of the port. @throws LbctlError */
  listeningSpeakers(
    labels: Readonly<Record<string, string>>,
    port: string,
  ): Promise<readonly ListeningSpeaker[]> {
    return listeningSpeakers(this.#client, this.namespace, labels, port)
  }

  /** MetalLB's controllers that run. @throws LbctlError */
  metallbControllers(): Promise<readonly MetallbController[]> {
    return metallbControllers(this.#client, this.namespace)
  }

  /** One value of a Secret of the namespace. @throws LbctlError */
  async secretOf(name: string, field: string): Promise<Uint8Array | undefined> {
    const path = pathOf(
      { group: '', version: 'v1', resource: 'secrets' },
      { namespace: this.namespace, name },
    )
    const answer = await this.#client.call({ method: 'GET', path }, { repeatable: true, expect: [404] })
    const value = asText(asRecord(asRecord(answer.body)['data'])[field])
    return answer.status === 404 || value === '' ? undefined : Buffer.from(value, 'base64')
  }

  get server(): string {
    return this.#connection.identity.server
  }

  /** Wants to lead from now on. */
  lead(): void {
    this.#holder.start()
    this.#leaseWatch.start()
  }

  /** To be called when nothing more is decided. Gives the lease up when nothing is on its way any more; resolves within two seconds. */
  async stop(): Promise<void> {
    this.#events.stop()
    this.#leaseWatch.stop()
    await this.facts.stop()
    const settled = await this.#writes.settled(SETTLE_MS)
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, GIVE_UP_MS)
    })
    await Promise.race([settled ? this.#holder.stop() : this.#holder.abandon(), late])
    clearTimeout(timer)
    this.#connection.close()
  }

  async #readOrNothing(path: string): Promise<unknown> {
    try {
      const answer = await this.#client.call(
        { method: 'GET', path },
        { repeatable: true, expect: [403, 404] },
      )
      return answer.status === 200 ? answer.body : undefined
    } catch (error) {
      if (!(error instanceof LbctlError)) throw error
      return undefined
    }
  }
}
