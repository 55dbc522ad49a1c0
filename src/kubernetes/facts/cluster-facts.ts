// Facts from the API server. The first list comes when every kind is known; until then nobody is told anything, and what is missing is
// said. While the server is away everything stays as it was.
import type { KubeObject } from '../../config/kube-object.ts'
import type { LbctlError } from '../../errors/lbctl-error.ts'
import type { JudgingNode } from '../../speaker/configuration/configuration.ts'
import type { FactChange, FactSource, NodeFact, ServiceKey } from '../../speaker/facts/facts.ts'
import { sameValue } from '../../speaker/facts/same-value.ts'
import type { Connection } from '../connection.ts'
import { METALLB_GROUP } from '../resources.ts'
import { ResourceWatch } from '../watch/resource-watch.ts'
import type { WatchReport } from '../watch/state.ts'
import type { ViewChange } from '../watch/view.ts'
import type { Project } from '../watch/watch-line.ts'
import { type KnownService, projectKnownService, projectNode, projectSlice } from './project.ts'
import {
  CONFIGURATION,
  configuration,
  NODES,
  passwords,
  projectWritten,
  SERVICES,
  SLICES,
  type WatchedPlace,
} from './watched-kinds.ts'
import { WrittenConfiguration } from './written-configuration.ts'

export interface ClusterFactsOptions {
  readonly connection: Connection
  /** where MetalLB's resources are */
  readonly namespace: string
  readonly onTrouble: (trouble: WatchTrouble) => void
}

/** One kind of object is not heard of any more, or again. */
export interface WatchTrouble {
  /** `services` */
  readonly resource: string
  /** undefined: over */
  readonly error: LbctlError | undefined
  /** it was never heard of */
  readonly starting: boolean
}

/** What comes within this time is one step: a Service and its endpoints come over different connections. */
const TOGETHER_MS = 5
/** Configuration first, and Services when everything about them is known. */
const ORDER: readonly FactChange['kind'][] = [
  'configuration',
  'node',
  'node-deleted',
  'slice',
  'slice-deleted',
  'service',
  'service-deleted',
]

export class ClusterFacts implements FactSource {
  readonly #options: ClusterFactsOptions
  readonly #watches: ResourceWatch<never>[] = []
  readonly #written: ResourceWatch<KubeObject>[] = []
  readonly #configuration = new WrittenConfiguration()
  /** by what they are about: the later one counts */
  readonly #pending = new Map<string, FactChange>()
  /** Services that are load balancers, or were */
  readonly #balanced = new Set<ServiceKey>()
  #services: ResourceWatch<KnownService> | undefined
  #nodes: ResourceWatch<NodeFact> | undefined
  /** undefined: for every node */
  #judge: JudgingNode | undefined
  #rewritten = true
  #timer: NodeJS.Timeout | undefined
  #told = false
  #onChanges: ((changes: readonly FactChange[]) => void) | undefined
  #onFirst: (() => void) | undefined

  constructor(options: ClusterFactsOptions) {
    this.#options = options
  }

  /** Before the start: the configuration is judged by what is for this node alone. */
  judgeFor(nodeName: string): void {
    this.#judge = { name: nodeName, labels: {} }
  }

  /** Resolves when all is known; that can be long after. Never rejects: what is wrong is told to `onTrouble`. */
  async start(onChanges: (changes: readonly FactChange[]) => void): Promise<void> {
    const { namespace } = this.#options
    this.#onChanges = onChanges
    const first = new Promise<void>((resolve) => {
      this.#onFirst = resolve
    })
    this.#services = this.#watch(SERVICES, projectKnownService, (each) => this.#serviceChange(each))
    this.#watch(SLICES, projectSlice, (each) =>
      each.kind === 'set'
        ? { kind: 'slice', slice: each.value }
        : { kind: 'slice-deleted', ...nameOf(each.key) },
    )
    this.#nodes = this.#watch(NODES, projectNode, (each) =>
      each.kind === 'set' ? { kind: 'node', node: each.value } : { kind: 'node-deleted', name: each.key },
    )
    for (const kind of CONFIGURATION)
      this.#watchWritten(configuration(kind, namespace), `${METALLB_GROUP}/${kind.version}`, kind.kind)
    this.#watchWritten(passwords(namespace), 'v1', 'Secret')
    for (const watch of this.#watches) watch.start()
    await first
  }

  /** Of a Service of type LoadBalancer, for what is written about it. */
  uidOf(service: ServiceKey): string | undefined {
    return this.#services?.view.get(service)?.value.uid
  }

  async stop(): Promise<void> {
    this.#onChanges = undefined
    clearTimeout(this.#timer)
    for (const watch of this.#watches) watch.stop()
  }

  #watch<T>(
    place: WatchedPlace,
    project: Project<T>,
    factOf: (change: ViewChange<T>) => FactChange | undefined,
  ): ResourceWatch<T> {
    return this.#add(place, project, (changes) => {
      for (const change of changes) {
        const fact = factOf(change)
        if (fact !== undefined) this.#pending.set(`${place.path} ${change.key}`, fact)
      }
    })
  }

  /** Most Services of a cluster are no load balancers and never were: of these nobody is told. */
  #serviceChange({ kind, key, value: { service } }: ViewChange<KnownService>): FactChange | undefined {
    if (kind === 'deleted')
      return this.#balanced.delete(key) ? { kind: 'service-deleted', ...nameOf(key) } : undefined
    if (service.type === 'LoadBalancer') this.#balanced.add(key)
    return this.#balanced.has(key) ? { kind: 'service', service } : undefined
  }

  #watchWritten(place: WatchedPlace, apiVersion: string, kind: string): void {
    const project = (raw: Readonly<Record<string, unknown>>) => projectWritten(raw, apiVersion, kind)
    const watch = this.#add(place, project, () => {
      this.#rewritten = true
    })
    this.#written.push(watch)
  }

  #add<T>(
    place: WatchedPlace,
    project: Project<T>,
    onChanges: (changes: readonly ViewChange<T>[]) => void,
  ): ResourceWatch<T> {
    const watch: ResourceWatch<T> = new ResourceWatch<T>({
      connection: this.#options.connection,
      ...place,
      project,
      same: sameValue,
      onChanges: (changes) => {
        onChanges(changes)
        this.#timer ??= setTimeout(() => this.#flush(), TOGETHER_MS)
      },
      onReport: (report) => this.#report(place, report, watch.synced),
    })
    this.#watches.push(watch as unknown as ResourceWatch<never>)
    return watch
  }

  #report({ path }: WatchedPlace, report: WatchReport, synced: boolean): void {
    if (report.kind === 'synced') return
    this.#options.onTrouble({
      resource: path.slice(path.lastIndexOf('/') + 1),
      error: report.kind === 'interrupted' ? report.failure.error : undefined,
      starting: !synced,
    })
  }

  #flush(): void {
    this.#timer = undefined
    if (!this.#told && !this.#watches.every(({ synced }) => synced)) return
    const changes = [...this.#pending.values()]
    this.#pending.clear()
    this.#look()
    if (this.#rewritten) {
      this.#rewritten = false
      const objects = this.#written.flatMap(({ view }) => view.values())
      changes.push({ kind: 'configuration', configuration: this.#configuration.read(objects, this.#judge) })
    }
    changes.sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    this.#onChanges?.(changes)
    if (this.#told) return
    this.#told = true
    this.#onFirst?.()
  }

  /** Other labels of this node may make a configuration right or wrong. */
  #look(): void {
    const judge = this.#judge
    if (judge === undefined) return
    const labels = this.#nodes?.view.get(judge.name)?.value.labels ?? {}
    if (sameValue(labels, judge.labels)) return
    this.#judge = { ...judge, labels }
    this.#rewritten = true
  }
}

function nameOf(key: string): { readonly namespace: string; readonly name: string } {
  const slash = key.indexOf('/')
  return { namespace: key.slice(0, slash), name: key.slice(slash + 1) }
}
