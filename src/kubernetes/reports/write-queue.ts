// Writes that have to succeed in the end: each key is written again until it was done, with growing pauses, never two writes of one key
// at a time. A write that keeps failing is told once for each reason, and goes on being tried.
import { LbctlError } from '../../errors/lbctl-error.ts'

export interface WriteQueueOptions<K> {
  /** brings what belongs to a key into order; looks at everything anew. Throws LbctlError when it could not be done */
  readonly write: (key: K) => Promise<void>
  readonly onTrouble: (error: LbctlError) => void
  readonly random: () => number
  /** calls back after a time; gives back how to call it off */
  readonly after: (ms: number, call: () => void) => () => void
}

const AT_A_TIME = 4
const FIRST_PAUSE_MS = 500
const LONGEST_PAUSE_MS = 60_000

export class WriteQueue<K> {
  readonly #options: WriteQueueOptions<K>
  readonly #waiting = new Set<K>()
  readonly #running = new Set<K>()
  /** written while it was wanted again */
  readonly #again = new Set<K>()
  readonly #pauses = new Map<K, () => void>()
  /** of these, the writes that the server did not answer */
  readonly #unanswered = new Set<K>()
  readonly #failures = new Map<K, number>()
  readonly #told = new Set<string>()
  #stopped = false

  constructor(options: WriteQueueOptions<K>) {
    this.#options = options
  }

  /** Something about the key is different. */
  add(key: K): void {
    if (this.#stopped || this.#pauses.has(key)) return
    if (this.#running.has(key)) this.#again.add(key)
    else this.#waiting.add(key)
    this.#pump()
  }

  /** The server answers again: what waits for it begins anew. */
  resume(): void {
    const keys = [...this.#unanswered]
    this.#unanswered.clear()
    for (const key of keys) {
      this.#pauses.get(key)?.()
      this.#pauses.delete(key)
      this.#failures.delete(key)
      this.add(key)
    }
  }

  get idle(): boolean {
    return this.#waiting.size === 0 && this.#running.size === 0 && this.#pauses.size === 0
  }

  /** What is running is let finish; nothing more begins. */
  stop(): void {
    this.#stopped = true
    this.#waiting.clear()
    for (const callOff of this.#pauses.values()) callOff()
    this.#pauses.clear()
  }

  #pump(): void {
    for (const key of this.#waiting) {
      if (this.#running.size >= AT_A_TIME || this.#stopped) return
      this.#waiting.delete(key)
      this.#running.add(key)
      void this.#run(key)
    }
  }

  async #run(key: K): Promise<void> {
    let failure: LbctlError | undefined
    try {
      await this.#options.write(key)
      this.#failures.delete(key)
    } catch (error) {
      if (!(error instanceof LbctlError)) throw error
      failure = error
    }
    this.#running.delete(key)
    const again = this.#again.delete(key)
    if (failure !== undefined) this.#pause(key, failure)
    else if (again) this.add(key)
    this.#pump()
  }

  #pause(key: K, failure: LbctlError): void {
    if (this.#stopped) return
    const failures = (this.#failures.get(key) ?? 0) + 1
    this.#failures.set(key, failures)
    if (failure.kind === 'unreachable' || failure.kind === 'timeout') this.#unanswered.add(key)
    if (!this.#told.has(failure.message)) {
      // Messages name objects, of which there can be thousands.
      if (this.#told.size >= 100) this.#told.clear()
      this.#told.add(failure.message)
      this.#options.onTrouble(failure)
    }
    const grown = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(failures - 1, 10))
    const ms = grown * (0.5 + this.#options.random() / 2)
    this.#pauses.set(
      key,
      this.#options.after(ms, () => {
        this.#pauses.delete(key)
        this.#unanswered.delete(key)
        this.add(key)
      }),
    )
  }
}
