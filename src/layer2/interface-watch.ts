// The interfaces as they are: read again soon after anything about them changed.
import type { Layer2Clock, LinkInterface, LinkInterfaces } from './ports.ts'

const RETRY_MS = 1_000

export interface InterfaceWatchEvents {
  readonly onInterfaces: (interfaces: readonly LinkInterface[]) => void
  readonly onError: (cause: unknown, retryMs: number) => void
}

export class InterfaceWatch {
  readonly #interfaces: LinkInterfaces
  readonly #clock: Layer2Clock
  readonly #events: InterfaceWatchEvents
  #stopWatching = (): void => undefined
  #cancelRetry = (): void => undefined
  #reading = false
  /** something changed while the list was read */
  #stale = false
  #stopped = false

  constructor(interfaces: LinkInterfaces, clock: Layer2Clock, events: InterfaceWatchEvents) {
    this.#interfaces = interfaces
    this.#clock = clock
    this.#events = events
  }

  /** Resolves after the first list; rejects when there is none to be had. */
  async start(): Promise<void> {
    // Watched first, so that no change falls between.
    const stop = await this.#interfaces.watch(() => this.look())
    if (this.#stopped) return stop()
    this.#stopWatching = stop
    const list = await this.#interfaces.list()
    if (!this.#stopped) this.#events.onInterfaces(list)
  }

  /** Reads the list again; once more when it is being read. */
  look(): void {
    if (this.#reading) this.#stale = true
    else void this.#read()
  }

  async #read(): Promise<void> {
    this.#reading = true
    this.#cancelRetry()
    do {
      this.#stale = false
      try {
        const list = await this.#interfaces.list()
        if (!this.#stopped) this.#events.onInterfaces(list)
      } catch (cause) {
        if (this.#stopped) break
        this.#events.onError(cause, RETRY_MS)
        this.#cancelRetry = this.#clock.after(RETRY_MS, () => this.look())
      }
    } while (this.#stale && !this.#stopped)
    this.#reading = false
  }

  stop(): void {
    this.#stopped = true
    this.#cancelRetry()
    this.#stopWatching()
  }
}
