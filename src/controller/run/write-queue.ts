// Writes that are to be made: each thing once, some at a time, again after a while when it failed. What is written is found out when its
// turn comes, so a thing that changes ten times while it waits is written once.
import type { ControllerClock, WriteOutcome } from '../ports.ts'

/** Enough to keep a server busy over a slow line, few enough not to be throttled by it. */
const AT_ONCE = 8
const FIRST_RETRY_MS = 500
const LONGEST_RETRY_MS = 60_000
/** A conflict ends as soon as the watch told what is new. */
const CONFLICT_RETRY_MS = 50
const LONGEST_CONFLICT_MS = 5_000

export interface QueueParts {
  /** undefined: there is nothing to write any more */
  readonly perform: (what: string) => Promise<WriteOutcome> | undefined
  readonly mayWrite: () => boolean
  readonly clock: ControllerClock
  readonly random: () => number
  readonly onFailed: (what: string, message: string, attempts: number, nextMs: number) => void
  readonly onRecovered: (what: string, attempts: number) => void
}

interface Trouble {
  readonly attempts: number
  readonly conflicts: number
  readonly cancel: () => void
}

export class WriteQueue {
  readonly #parts: QueueParts
  readonly #ready = new Set<string>()
  readonly #running = new Set<string>()
  readonly #troubles = new Map<string, Trouble>()
  #isStopped = false
  #written = 0
  #failed = 0

  constructor(parts: QueueParts) {
    this.#parts = parts
  }

  get numbers(): { readonly written: number; readonly failed: number } {
    return { written: this.#written, failed: this.#failed }
  }

  /** How many things are not written yet. */
  get length(): number {
    return new Set([...this.#ready, ...this.#running, ...this.#troubles.keys()]).size
  }

  /** A thing that failed and waits keeps waiting: it is written with what is new then. */
  add(what: string): void {
    const trouble = this.#troubles.get(what)
    if (trouble !== undefined && !this.#running.has(what) && !this.#ready.has(what)) return
    this.#ready.add(what)
    this.#go()
  }

  /** A conflict is over for what was told anew. */
  refreshed(what: string): void {
    const trouble = this.#troubles.get(what)
    if (trouble === undefined || trouble.conflicts === 0 || this.#running.has(what)) return
    trouble.cancel()
    this.#ready.add(what)
    this.#go()
  }

  /** Nothing is begun any more; what is on its way has no consequences. */
  stop(): void {
    this.#isStopped = true
    this.#ready.clear()
    for (const { cancel } of this.#troubles.values()) cancel()
    this.#troubles.clear()
  }

  #go(): void {
    for (const what of this.#ready) {
      if (this.#isStopped || this.#running.size >= AT_ONCE) return
      // It is on its way with what was known before.
      if (this.#running.has(what)) continue
      this.#ready.delete(what)
      if (!this.#parts.mayWrite()) continue
      const outcome = this.#parts.perform(what)
      if (outcome === undefined) {
        this.#troubles.delete(what)
        continue
      }
      this.#running.add(what)
      void outcome.then((done) => this.#done(what, done))
    }
  }

  #done(what: string, outcome: WriteOutcome): void {
    this.#running.delete(what)
    if (this.#isStopped) return
    if (outcome.kind === 'written' || outcome.kind === 'gone') {
      if (outcome.kind === 'written') this.#written++
      const attempts = this.#troubles.get(what)?.attempts ?? 0
      this.#troubles.delete(what)
      if (attempts > 0) this.#parts.onRecovered(what, attempts)
    } else this.#again(what, outcome)
    this.#go()
  }

  #again(what: string, outcome: Extract<WriteOutcome, { kind: 'conflict' | 'failed' }>): void {
    this.#failed++
    const { clock, random, onFailed } = this.#parts
    const before = this.#troubles.get(what)
    const isConflict = outcome.kind === 'conflict'
    const attempts = (before?.attempts ?? 0) + (isConflict ? 0 : 1)
    const conflicts = isConflict ? (before?.conflicts ?? 0) + 1 : 0
    const wait = isConflict
      ? Math.min(CONFLICT_RETRY_MS * 2 ** Math.min(conflicts - 1, 20), LONGEST_CONFLICT_MS)
      : Math.min(FIRST_RETRY_MS * 2 ** Math.min(attempts - 1, 20), LONGEST_RETRY_MS)
    // Half of it by chance, so that what failed together is not tried again together.
    const jittered = wait / 2 + (wait / 2) * random()
    const nextMs = Math.max(jittered, outcome.kind === 'failed' ? (outcome.retryAfterMs ?? 0) : 0)
    this.#ready.delete(what)
    const cancel = clock.after(nextMs, () => {
      this.#ready.add(what)
      this.#go()
    })
    this.#troubles.set(what, { attempts, conflicts, cancel })
    if (outcome.kind === 'failed') onFailed(what, outcome.message, attempts, nextMs)
  }
}
