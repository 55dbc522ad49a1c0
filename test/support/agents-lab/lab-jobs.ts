// Plays what Kubernetes does with a Job that starts no Pods: it runs into its deadline, and is deleted when that has passed
// (ttlSecondsAfterFinished: 0). What it owns is deleted by the garbage collector of the embedded API server.
import type { ApiServer } from '../../../src/lab/apiserver/api-server.ts'

const LOOK_AGAIN_MS = 50

export class LabJobs {
  readonly #api: ApiServer
  readonly #timer: NodeJS.Timeout
  readonly #since = new Map<string, number>()
  /** how long a second of activeDeadlineSeconds lasts */
  secondMs = 1000
  /** Jobs as they were made */
  // biome-ignore lint/suspicious/noExplicitAny: objects as they are stored, of any shape
  readonly seen: any[] = []

  constructor(api: ApiServer) {
    this.#api = api
    this.#timer = setInterval(() => this.#look(), LOOK_AGAIN_MS)
  }

  get names(): readonly string[] {
    return this.#api.store.list('jobs.batch').map(({ metadata }) => String(metadata['name']))
  }

  stop(): void {
    clearInterval(this.#timer)
  }

  #look(): void {
    // biome-ignore lint/suspicious/noExplicitAny: objects as they are stored, of any shape
    for (const job of this.#api.store.list('jobs.batch') as readonly any[]) {
      const { uid, namespace, name } = job.metadata
      if (!this.#since.has(uid)) this.seen.push(structuredClone(job))
      const since = this.#since.get(uid) ?? Date.now()
      this.#since.set(uid, since)
      const { activeDeadlineSeconds, ttlSecondsAfterFinished, parallelism } = job.spec
      const isOver = Date.now() - since > activeDeadlineSeconds * this.secondMs
      if (isOver && ttlSecondsAfterFinished === 0 && parallelism === 0)
        this.#api.store.remove('jobs.batch', `${namespace}/${name}`)
    }
  }
}
