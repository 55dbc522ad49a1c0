// What a test can do to the server while it runs: the things that go wrong with a real one.
import type { ObjectStore } from './storage/object-store.ts'

export interface FaultyAnswer {
  /** 429 of priority and fairness (text), 503 of a server that is coming up, 403 before RBAC is loaded, 500, or no answer at all. */
  readonly kind: 'too-many-requests' | 'unavailable' | 'forbidden' | 'internal-error' | 'cut'
  /** How many requests get it. */
  readonly times: number
  /** Seconds for the Retry-After header where the kind has one. */
  readonly retryAfterSeconds?: number
  /** Only requests whose "METHOD /path" matches. */
  readonly only?: RegExp
}

export class Faults {
  /** Each request waits this long before it is looked at. */
  latencyMs = 0
  /** sendInitialEvents is served; off by default, as in Kubernetes 1.33. */
  watchList = false
  /** After how long a watch that asked for bookmarks gets one. */
  bookmarkIntervalMs = 60_000
  readonly #planned: { answer: FaultyAnswer; left: number }[] = []
  readonly #watches = new Set<() => void>()
  readonly #store: ObjectStore

  constructor(store: ObjectStore) {
    this.#store = store
  }

  /** Forgets the past at once: old versions end in 410, those of running watches too once they come back. */
  compact(options: { readonly watchesToo?: boolean } = {}): void {
    this.#store.compact(options.watchesToo ?? true)
  }

  /** Ends the connection of every watch in the middle; answers how many there were. */
  cutWatches(): number {
    const cut = [...this.#watches]
    for (const one of cut) one()
    return cut.length
  }

  get openWatches(): number {
    return this.#watches.size
  }

  /** The next requests that match get this answer. */
  answerNext(answer: FaultyAnswer): void {
    this.#planned.push({ answer, left: answer.times })
  }

  /** Everything is as usual again. */
  clear(): void {
    this.#planned.length = 0
    this.latencyMs = 0
  }

  /** For the server: the fault that this request meets. */
  take(method: string, path: string): FaultyAnswer | undefined {
    const plan = this.#planned.find(
      ({ answer, left }) => left > 0 && (answer.only?.test(`${method} ${path}`) ?? true),
    )
    if (plan === undefined) return undefined
    plan.left -= 1
    return plan.answer
  }

  /** For the server: how a running watch is cut; the answer takes it off the list. */
  watchOpened(cut: () => void): () => void {
    this.#watches.add(cut)
    return () => this.#watches.delete(cut)
  }
}
