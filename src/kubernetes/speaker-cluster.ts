// The door of this wing for the speaker: one connection to the API server, and what the speaker reads and writes there.
// Importing it loads client-node, so compose does it only when a speaker runs in a cluster.
import { LbctlError } from '../errors/lbctl-error.ts'
import type { SpeakerInstance } from '../speaker/coexistence/beside.ts'
import { ApiClient } from './client.ts'
import { type Connection, openConnection } from './connection.ts'
import { ClusterFacts, type WatchTrouble } from './facts/cluster-facts.ts'
import { METALLB_SPEAKER_LABELS, speakerInstance } from './facts/speaker-pod.ts'
import { listPages } from './lists.ts'
import { findOwner } from './reports/owner.ts'
import { SpeakerReports } from './reports/speaker-reports.ts'
import { pathOf } from './resources.ts'
import { asRecord, asText } from './status.ts'

export interface SpeakerClusterOptions {
  readonly kubeconfig: string | undefined
  readonly context: string | undefined
  /** MetalLB's; undefined: that of the Pod, or metallb-system */
  readonly namespace: string | undefined
  readonly podName: string | undefined
  readonly nodeName: string
  /** aborts when the speaker shall stop */
  readonly signal: AbortSignal
  readonly onTrouble: (trouble: WatchTrouble) => void
  /** what is written to the cluster cannot be written */
  readonly onUnwritten: (error: LbctlError) => void
}

/** What the Secret is called by the manifests, and by the Helm chart (metallb.md §7.6). */
const MEMBERLIST_SECRETS = ['memberlist', 'metallb-memberlist']
/** One for each kind that is watched, some for writes. */
const SOCKETS = 32
const BETWEEN_TRIES_MS = 1000
const core = (resource: string) => ({ group: '', version: 'v1', resource })

export class SpeakerCluster {
  readonly facts: ClusterFacts
  readonly namespace: string
  readonly #options: SpeakerClusterOptions
  readonly #connection: Connection
  readonly #client: ApiClient
  #reports: SpeakerReports | undefined

  /** Reads the kubeconfig; connects later. @throws LbctlError when there is none, or the context is not in it */
  constructor(options: SpeakerClusterOptions) {
    const { kubeconfig, context, onTrouble } = options
    this.#options = options
    this.#connection = openConnection({ kubeconfig, context, sockets: SOCKETS })
    this.#client = new ApiClient(this.#connection, { signal: options.signal })
    const { identity } = this.#connection
    this.namespace =
      options.namespace ?? (identity.context === IN_CLUSTER ? identity.namespace : 'metallb-system')
    this.facts = new ClusterFacts({ connection: this.#connection, namespace: this.namespace, onTrouble })
  }

  get server(): string {
    return this.#connection.identity.server
  }

  /** MetalLB's speakers. Waits for the API server, for as long as it takes. */
  metallbSpeakers(): Promise<readonly SpeakerInstance[]> {
    return this.#untilAnswered('pods', async () => {
      const found = new Map<string, SpeakerInstance>()
      for (const labelSelector of METALLB_SPEAKER_LABELS) {
        const path = pathOf(core('pods'), { namespace: this.namespace })
        for (const page of await listPages(this.#client, { path, query: { labelSelector } }))
          for (const item of Array.isArray(page['items']) ? page['items'] : []) {
            const instance = speakerInstance(asRecord(item))
            found.set(instance.pod, instance)
          }
      }
      return [...found.values()]
    })
  }

  /** The key of the gossip of MetalLB's speakers, as they read it from a file; undefined: they talk in the clear. */
  gossipKey(): Promise<Uint8Array | undefined> {
    return this.#untilAnswered('secrets', async () => {
      for (const name of MEMBERLIST_SECRETS) {
        const path = pathOf(core('secrets'), { namespace: this.namespace, name })
        const answer = await this.#client.call({ method: 'GET', path }, { repeatable: true, expect: [404] })
        const key = asText(asRecord(asRecord(answer.body)['data'])['secretkey'])
        if (answer.status !== 404 && key !== '') return Buffer.from(key, 'base64')
      }
      return undefined
    })
  }

  /** Begins to write. @throws LbctlError */
  async startReports(): Promise<SpeakerReports> {
    const { podName, nodeName, onUnwritten } = this.#options
    const owner = await this.#untilAnswered('pods', () =>
      findOwner(this.#client, { namespace: this.namespace, podName, nodeName }),
    )
    // What is removed at the end has to be removed although everything is being aborted.
    const client = new ApiClient(this.#connection)
    this.#reports = new SpeakerReports({
      client,
      namespace: this.namespace,
      node: nodeName,
      owner,
      uidOf: (service) => this.facts.uidOf(service),
      onTrouble: onUnwritten,
    })
    return this.#reports
  }

  async stop(): Promise<void> {
    await this.facts.stop()
    await this.#reports?.stop()
    this.#connection.close()
  }

  async #untilAnswered<T>(resource: string, ask: () => Promise<T>): Promise<T> {
    const { signal, onTrouble } = this.#options
    let troubled = false
    for (;;) {
      try {
        const answer = await ask()
        if (troubled) onTrouble({ resource, error: undefined, starting: true })
        return answer
      } catch (error) {
        if (!(error instanceof LbctlError) || signal.aborted) throw error
        if (!troubled) onTrouble({ resource, error, starting: true })
        troubled = true
        await pause(signal)
      }
    }
  }
}

/** What client-node calls the context of a Pod's service account. */
const IN_CLUSTER = 'inClusterContext'

const pause = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, BETWEEN_TRIES_MS)
    signal.addEventListener('abort', end)
  })
