// Facts for the controller from the API server. Nothing is told before every kind is known; while the server is away everything stays as
// it was, and what was deleted meanwhile is told when it is back.
import type { KubeObject } from '../../config/kube-object.ts'
import type { FactChange, FactSource } from '../../controller/facts/facts.ts'
import { poolsFact } from '../../controller/facts/facts-from-objects.ts'
import { sameValue } from '../../speaker/facts/same-value.ts'
import type { ClusterConfiguration } from '../../webhook/ports.ts'
import type { ApiClient } from '../client.ts'
import type { WatchTrouble } from '../facts/cluster-facts.ts'
import { CONFIGURATION, configuration, NODES, projectWritten, SERVICES } from '../facts/watched-kinds.ts'
import { WrittenConfiguration } from '../facts/written-configuration.ts'
import { listPages } from '../lists.ts'
import { METALLB_GROUP, pathOf } from '../resources.ts'
import { asRecord } from '../status.ts'
import { ResourceWatch } from '../watch/resource-watch.ts'
import type { WatchReport } from '../watch/state.ts'
import type { ViewChange } from '../watch/view.ts'
import { itemOf, type Project } from '../watch/watch-line.ts'
import { NewestListed } from './newest-listed.ts'
import { type KnownService, projectService } from './project-service.ts'

export interface ControllerFactsOptions {
  /** for lists; watches use its connection */
  readonly client: ApiClient
  /** where MetalLB's resources are */
  readonly namespace: string
  readonly onTrouble: (trouble: WatchTrouble) => void
}

type Raw = Readonly<Record<string, unknown>>

/** What comes within this time is one step. */
const TOGETHER_MS = 5
const CONFIGURATION_STATES = { group: METALLB_GROUP, version: 'v1beta1', resource: 'configurationstates' }
/** As MetalLB's controller calls its own (metallb.md §2.8). */
const OWN_STATE = 'controller'
const NAMESPACES = { path: pathOf({ group: '', version: 'v1', resource: 'namespaces' }) }
const POOL = 'IPAddressPool'
/** Pools first, and Services when everything about them is known. */
const ORDER: readonly FactChange['kind'][] = [
  'state-missing',
  'namespace',
  'namespace-deleted',
  'service-deleted',
  'service',
]

export class ControllerFacts implements FactSource {
  readonly #options: ControllerFactsOptions
  readonly #watches: ResourceWatch<never>[] = []
  readonly #written: ResourceWatch<KubeObject>[] = []
  readonly #configuration = new WrittenConfiguration()
  readonly #pending = new Map<string, FactChange>()
  readonly #listed = new NewestListed()
  readonly #poolStatus = new Map<string, Raw>()
  readonly #first: Promise<void>
  #onFirst: () => void = () => undefined
  #services: ResourceWatch<KnownService> | undefined
  #namespaces: ResourceWatch<KubeObject> | undefined
  #nodes: ResourceWatch<KubeObject> | undefined
  #state: ResourceWatch<string> | undefined
  #rewritten = true
  #timer: NodeJS.Timeout | undefined
  #told = false
  #onChanges: ((changes: readonly FactChange[]) => void) | undefined

  constructor(options: ControllerFactsOptions) {
    this.#options = options
    this.#first = new Promise<void>((resolve) => {
      this.#onFirst = resolve
    })
  }

  /** Resolves when all is known; that can be long after. Never rejects: what is wrong is told to `onTrouble`. */
  async start(onChanges: (changes: readonly FactChange[]) => void): Promise<void> {
    const { namespace } = this.#options
    this.#onChanges = onChanges
    this.#services = this.#watch(SERVICES, projectService, (changes) => {
      for (const change of changes) this.#takeService(change)
    })
    this.#namespaces = this.#watch(NAMESPACES, projectLabels('Namespace'), (changes) => {
      for (const change of changes) this.#pending.set(`namespace ${change.key}`, namespaceFact(change))
    })
    // Allocation needs no Nodes; reviews of the webhooks do.
    this.#nodes = this.#watch(NODES, projectLabels('Node'), () => undefined)
    for (const kind of CONFIGURATION) this.#watchWritten(kind, namespace)
    for (const watch of this.#watches) watch.start()
    this.#state = this.#watchState(namespace)
    this.#state.start()
    await this.#first
  }

  /** Nobody waits for it: releases before 0.15.3 have no such kind, and the right to look may be missing. */
  #watchState(namespace: string): ResourceWatch<string> {
    const watch: ResourceWatch<string> = new ResourceWatch<string>({
      connection: this.#options.client.connection,
      path: pathOf(CONFIGURATION_STATES, { namespace }),
      query: { fieldSelector: `metadata.name=${OWN_STATE}` },
      project: () => '',
      same: sameValue,
      onChanges: () => {
        if (!watch.synced || watch.view.size > 0) return
        this.#pending.set('state', { kind: 'state-missing' })
        this.#timer ??= setTimeout(() => this.#flush(), TOGETHER_MS)
      },
      onReport: () => undefined,
    })
    return watch
  }

  async stop(): Promise<void> {
    this.#onChanges = undefined
    clearTimeout(this.#timer)
    for (const watch of this.#watches) watch.stop()
    this.#state?.stop()
  }

  /** All that reviews are judged by; undefined: not everything is known yet. */
  known(): ClusterConfiguration | undefined {
    const [nodes, namespaces] = [this.#nodes, this.#namespaces]
    if (!this.#told || nodes === undefined || namespaces === undefined) return undefined
    return {
      configuration: this.#written.flatMap(({ view }) => view.values()),
      nodes: nodes.view.values(),
      namespaces: namespaces.view.values(),
    }
  }

  /** What an IPAddressPool says of itself, as it was last heard of. */
  poolStatus(pool: string): Raw | undefined {
    return this.#poolStatus.get(pool)
  }

  uidOf(service: string): string | undefined {
    return this.#services?.view.get(service)?.value.uid
  }

  /**
   * Asks for all Services anew and tells what is newer than what the watch told: who begins to lead has to know what was written until
   * then, and watches may lag behind. Waits for the first lists. @throws LbctlError
   */
  async refresh(): Promise<void> {
    await this.#first
    for (const page of await listPages(this.#options.client, SERVICES))
      for (const each of Array.isArray(page['items']) ? page['items'] : []) this.#takeListed(each)
    this.#flush()
  }

  #takeListed(object: unknown): void {
    const item = itemOf(object, projectService)
    if (item?.value === undefined) return
    const { key, version, value } = item
    if (!this.#listed.take(key, version, this.#services?.view.get(key)?.version)) return
    this.#pending.set(`service ${key}`, { kind: 'service', service: value.service })
  }

  #takeService({ kind, key, value: { service } }: ViewChange<KnownService>): void {
    if (!this.#listed.isNews(key, service.version)) return
    const [namespace = '', name = ''] = key.split('/')
    this.#pending.set(
      `service ${key}`,
      kind === 'set' ? { kind: 'service', service } : { kind: 'service-deleted', namespace, name },
    )
  }

  #watchWritten({ kind, ...place }: (typeof CONFIGURATION)[number], namespace: string): void {
    const apiVersion = `${METALLB_GROUP}/${place.version}`
    const project: Project<KubeObject> = (raw) => {
      const object = projectWritten(raw, apiVersion, kind)
      // Not part of what is told: a change of it would be read as one of the configuration.
      if (kind === POOL) this.#poolStatus.set(object.metadata.name, asRecord(raw['status']))
      return object
    }
    const watch = this.#watch(configuration({ kind, ...place } as never, namespace), project, (changes) => {
      this.#rewritten = true
      for (const change of changes)
        if (kind === POOL && change.kind === 'deleted') this.#poolStatus.delete(change.value.metadata.name)
    })
    this.#written.push(watch)
  }

  #watch<T>(
    place: { readonly path: string; readonly query?: Readonly<Record<string, string>> },
    project: Project<T>,
    onChanges: (changes: readonly ViewChange<T>[]) => void,
  ): ResourceWatch<T> {
    const watch: ResourceWatch<T> = new ResourceWatch<T>({
      connection: this.#options.client.connection,
      ...place,
      project,
      same: sameValue,
      onChanges: (changes) => {
        onChanges(changes)
        this.#timer ??= setTimeout(() => this.#flush(), TOGETHER_MS)
      },
      onReport: (report) => this.#report(place.path, report, watch.synced),
    })
    this.#watches.push(watch as unknown as ResourceWatch<never>)
    return watch
  }

  #report(path: string, report: WatchReport, synced: boolean): void {
    if (report.kind === 'synced') return
    this.#options.onTrouble({
      resource: path.slice(path.lastIndexOf('/') + 1),
      error: report.kind === 'interrupted' ? report.failure.error : undefined,
      starting: !synced,
    })
  }

  #flush(): void {
    clearTimeout(this.#timer)
    this.#timer = undefined
    if (this.#onChanges === undefined) return
    if (!this.#told && !this.#watches.every(({ synced }) => synced)) return
    const changes = [...this.#pending.values()].sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    this.#pending.clear()
    if (this.#rewritten) {
      this.#rewritten = false
      const objects = this.#written.flatMap(({ view }) => view.values())
      changes.unshift({ kind: 'pools', pools: poolsFact(this.#configuration.readAll(objects)) })
    }
    if (!this.#told) changes.push({ kind: 'complete' })
    if (changes.length > 0) this.#onChanges(changes)
    if (this.#told) return
    this.#told = true
    this.#onFirst()
  }
}

const projectLabels =
  (kind: 'Node' | 'Namespace'): Project<KubeObject> =>
  ({ metadata }) =>
    projectWritten({ metadata }, 'v1', kind)

const namespaceFact = ({ kind, key, value }: ViewChange<KubeObject>): FactChange =>
  kind === 'deleted'
    ? { kind: 'namespace-deleted', name: key }
    : { kind: 'namespace', name: key, labels: labelsOf(value) }

const labelsOf = ({ metadata }: KubeObject): Record<string, string> =>
  Object.fromEntries(Object.entries(asRecord(metadata['labels'])).map(([key, value]) => [key, String(value)]))
