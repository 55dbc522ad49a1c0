// ConfigurationState of this speaker: whether the configuration can be used, and why not (metallb.md §2.8, §4.9).
import type { LbctlError } from '../../errors/lbctl-error.ts'
import { sameValue } from '../../speaker/facts/same-value.ts'
import type { ApiClient } from '../client.ts'
import { METALLB_GROUP, pathOf } from '../resources.ts'
import { secondsText } from '../times.ts'
import { ResourceWatch, realClock } from '../watch/resource-watch.ts'
import type { OwnerReference } from './owner.ts'
import { WriteQueue } from './write-queue.ts'

export interface ConfigurationStateOptions {
  readonly client: ApiClient
  readonly namespace: string
  readonly node: string
  readonly owner: OwnerReference | undefined
  readonly onTrouble: (error: LbctlError) => void
}

const RESOURCE = { group: METALLB_GROUP, version: 'v1beta1', resource: 'configurationstates' }
const APPLY = 'application/apply-patch+yaml'
/** Field owner and condition, as MetalLB's speaker has them. */
const RECONCILER = 'configReconciler'

export class ConfigurationState {
  readonly #options: ConfigurationStateOptions
  readonly #queue: WriteQueue<'state'>
  readonly #watch: ResourceWatch<string>
  /** undefined: nothing is known yet; empty: valid */
  #problems: readonly string[] | undefined

  constructor(options: ConfigurationStateOptions) {
    this.#options = options
    const { client, namespace, onTrouble } = options
    this.#queue = new WriteQueue({
      write: () => this.#write(),
      onTrouble,
      random: Math.random,
      after: realClock.after,
    })
    this.#watch = new ResourceWatch<string>({
      connection: client.connection,
      path: pathOf(RESOURCE, { namespace }),
      query: { fieldSelector: `metadata.name=${this.#name}` },
      project: () => '',
      same: sameValue,
      onChanges: () => this.#check(),
      onReport: (report) => {
        if (report.kind === 'resumed') this.#queue.resume()
        // Releases before 0.15.3 have no such kind, and then there is nothing to say.
        if (report.kind === 'interrupted' && report.failure.kind === 'forbidden')
          onTrouble(report.failure.error)
      },
    })
  }

  get #name(): string {
    return `speaker-${this.#options.node}`
  }

  start(): void {
    this.#watch.start()
  }

  /** @param problems what is wrong, each a sentence; none: it can be used */
  set(problems: readonly string[]): void {
    this.#problems = problems
    if (this.#watch.synced) this.#queue.add('state')
  }

  /** @param remove nobody else will */
  async cleanUp(remove: boolean): Promise<void> {
    const there = this.#watch.view.size > 0
    this.#queue.stop()
    this.#watch.stop()
    if (!remove || !there) return
    const { client, namespace } = this.#options
    const path = pathOf(RESOURCE, { namespace, name: this.#name })
    await client.call({ method: 'DELETE', path }, { repeatable: true, expect: [404] })
  }

  /** Written anew when somebody deleted it. */
  #check(): void {
    if (this.#watch.synced && this.#watch.view.size === 0 && this.#problems !== undefined)
      this.#queue.add('state')
  }

  async #write(): Promise<void> {
    const { client, namespace, node, owner } = this.#options
    const problems = this.#problems ?? []
    const path = pathOf(RESOURCE, { namespace, name: this.#name })
    const identity = { apiVersion: `${METALLB_GROUP}/v1beta1`, kind: 'ConfigurationState' }
    const labels = { 'metallb.io/component-type': 'speaker', 'metallb.io/node-name': node }
    const ownerReferences = owner === undefined ? {} : { ownerReferences: [owner] }
    const metadata = { name: this.#name, namespace }
    const apply = { method: 'PATCH', contentType: APPLY } as const
    await client.call(
      {
        ...apply,
        path,
        query: { fieldManager: 'lbctl', force: 'true' },
        body: { ...identity, metadata: { ...metadata, labels, ...ownerReferences } },
      },
      { repeatable: true },
    )
    const status = stateOf(problems, Date.now())
    await client.call(
      {
        ...apply,
        path: `${path}/status`,
        query: { fieldManager: RECONCILER, force: 'true' },
        body: { ...identity, metadata, status },
      },
      { repeatable: true },
    )
  }
}

/** @param nowMs the time of day */
export function stateOf(problems: readonly string[], nowMs: number) {
  const valid = problems.length === 0
  const message = valid ? '' : `configuration error: ${problems.join('\n')}`
  const condition = {
    type: `${RECONCILER}Valid`,
    status: valid ? 'True' : 'False',
    reason: valid ? 'Reconciled' : 'ConfigurationError',
    message,
    lastTransitionTime: secondsText(nowMs),
  }
  return { result: valid ? 'Valid' : 'Invalid', errorSummary: message, conditions: [condition] }
}
