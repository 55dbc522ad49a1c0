// Keeps the statuses of one kind as the speaker wants them, whoever changes or deletes them meanwhile.
import type { LbctlError } from '../../errors/lbctl-error.ts'
import { sameValue } from '../../speaker/facts/same-value.ts'
import type { ApiClient } from '../client.ts'
import type { ApiAnswer } from '../exchange.ts'
import { METALLB_GROUP, pathOf } from '../resources.ts'
import { asRecord } from '../status.ts'
import { ResourceWatch, realClock } from '../watch/resource-watch.ts'
import type { ViewChange } from '../watch/view.ts'
import { AnsweredRecords } from './answered-records.ts'
import type { OwnerReference } from './owner.ts'
import {
  type StatusAction,
  type StatusKind,
  type StatusRecord,
  statusActions,
  statusBody,
  statusLabels,
  statusRecord,
} from './status-records.ts'
import { WriteQueue } from './write-queue.ts'

export interface StatusKeeperOptions {
  readonly client: ApiClient
  readonly kind: StatusKind
  /** MetalLB's */
  readonly namespace: string
  readonly node: string
  readonly owner: OwnerReference | undefined
  readonly onTrouble: (error: LbctlError) => void
}

type Service = string

export class StatusKeeper {
  readonly #options: StatusKeeperOptions
  readonly #wanted = new Map<Service, readonly string[]>()
  readonly #present = new Map<Service, Map<string, StatusRecord>>()
  readonly #answered = new AnsweredRecords({
    after: realClock.after,
    onUnseen: (service) => this.#queue.add(service),
  })
  readonly #queue: WriteQueue<Service>
  readonly #watch: ResourceWatch<StatusRecord>
  #stopped = false

  constructor(options: StatusKeeperOptions) {
    this.#options = options
    const { client, kind, namespace, onTrouble } = options
    this.#queue = new WriteQueue({
      write: (service) => this.#write(service),
      onTrouble,
      random: Math.random,
      after: realClock.after,
    })
    this.#watch = new ResourceWatch<StatusRecord>({
      connection: client.connection,
      path: pathOf({ group: METALLB_GROUP, version: 'v1beta1', resource: kind.resource }, { namespace }),
      project: statusRecord,
      same: sameValue,
      onChanges: (changes) => this.#seen(changes),
      onReport: (report) => {
        if (report.kind === 'resumed') this.#queue.resume()
        if (report.kind === 'interrupted') this.#onInterrupted(report.failure.kind, report.failure.error)
      },
    })
  }

  start(): void {
    this.#watch.start()
  }

  /** @param content undefined: nothing is to be said of the Service */
  set(service: Service, content: readonly string[] | undefined): void {
    if (content === undefined) this.#wanted.delete(service)
    else this.#wanted.set(service, content)
    if (this.#watch.synced) this.#queue.add(service)
  }

  /** Everything is written as far as is known. */
  get settled(): boolean {
    return this.#watch.synced && this.#queue.idle
  }

  /** Removes what this node said, as far as that can be done at once. Nothing is written afterwards. */
  async cleanUp(): Promise<void> {
    this.#stopped = true
    this.#queue.stop()
    this.#watch.stop()
    this.#answered.stop()
    const { node } = this.#options
    const services = new Set([...this.#present.keys(), ...this.#wanted.keys()])
    const own = [...services].flatMap((service) => this.#known(service).filter((each) => each.node === node))
    const deletions = own.map(({ name, uid, service }) =>
      this.#perform(service, { kind: 'delete', name, uid }),
    )
    await Promise.allSettled(deletions)
  }

  /** Older releases have no such kind, and then there is nothing to say. */
  #onInterrupted(kind: string, error: LbctlError): void {
    if (kind === 'forbidden') this.#options.onTrouble(error)
  }

  #seen(changes: readonly ViewChange<StatusRecord>[]): void {
    for (const { kind, value } of changes) {
      const records = this.#present.get(value.service) ?? new Map<string, StatusRecord>()
      if (kind === 'set') records.set(value.name, value)
      else records.delete(value.name)
      this.#answered.seen(value, kind)
      if (records.size === 0) this.#present.delete(value.service)
      else this.#present.set(value.service, records)
    }
    const first = changes.length === 0 ? [] : changes.map(({ value }) => value.service)
    for (const service of new Set([...first, ...this.#notYetThere()])) this.#queue.add(service)
  }

  /** What was wanted before it was known what there is. */
  *#notYetThere(): Iterable<Service> {
    for (const service of this.#wanted.keys()) if (!this.#present.has(service)) yield service
  }

  #known(service: Service): StatusRecord[] {
    const known = new Map(this.#present.get(service))
    for (const record of this.#answered.of(service)) known.set(record.name, record)
    return [...known.values()]
  }

  async #write(service: Service): Promise<void> {
    const { node, kind } = this.#options
    for (const action of statusActions(this.#known(service), this.#wanted.get(service), node, kind))
      if (!this.#stopped) await this.#perform(service, action)
  }

  async #perform(service: Service, action: StatusAction): Promise<void> {
    const { client, kind, namespace } = this.#options
    const resource = { group: METALLB_GROUP, version: 'v1beta1', resource: kind.resource }
    if (action.kind === 'create') {
      await this.#create(service)
      return
    }
    const path = pathOf(resource, { namespace, name: action.name })
    if (action.kind === 'delete') {
      const body = { apiVersion: 'v1', kind: 'DeleteOptions', preconditions: { uid: action.uid } }
      // Gone, or another one of its name: either way this one is no more.
      await client.call({ method: 'DELETE', path, body }, { repeatable: true, expect: [404, 409] })
      this.#forget(service, action.name)
      return
    }
    const status = statusBody(kind, this.#options.node, service, action.content)
    const answer = await client.call(
      {
        method: 'PATCH',
        path: `${path}/status`,
        contentType: 'application/merge-patch+json',
        body: { status },
      },
      { repeatable: true, expect: [404] },
    )
    if (answer.status === 404) this.#forget(service, action.name)
    else this.#remember(answer)
  }

  async #create(service: Service): Promise<void> {
    const { client, kind, namespace, node, owner } = this.#options
    const [serviceNamespace = '', serviceName = ''] = service.split('/')
    const metadata = {
      generateName: kind.prefix,
      namespace,
      labels: statusLabels(node, serviceNamespace, serviceName),
      ...(owner === undefined ? {} : { ownerReferences: [owner] }),
    }
    const answer = await client.call(
      {
        method: 'POST',
        path: pathOf({ group: METALLB_GROUP, version: 'v1beta1', resource: kind.resource }, { namespace }),
        body: { apiVersion: `${METALLB_GROUP}/v1beta1`, kind: kind.kind, metadata, spec: {} },
      },
      { repeatable: false },
    )
    this.#remember(answer)
    // The status that comes with an object is dropped; it has to be written by itself.
    this.#queue.add(service)
  }

  #remember(answer: ApiAnswer): void {
    const record = statusRecord(asRecord(answer.body))
    if (record !== undefined && !this.#stopped) this.#answered.take(record)
  }

  #forget(service: Service, name: string): void {
    this.#answered.forget(name)
    this.#present.get(service)?.delete(name)
  }
}
