// Directories in which the kernel tells what happens to names.
import { type FSWatcher, watch } from 'node:fs'
import { resolve } from 'node:path'

export class WatchedDirectories {
  /** by absolute path */
  readonly #watchers = new Map<string, FSWatcher>()
  readonly #onEvent: (directory: string, name: string | undefined) => void

  /** @param onEvent gets an absolute path, and the name if it is known */
  constructor(onEvent: (directory: string, name: string | undefined) => void) {
    this.#onEvent = onEvent
  }

  has(path: string): boolean {
    return this.#watchers.has(path)
  }

  /** Watches these from now on, and no others. */
  follow(directories: readonly string[]): void {
    const wanted = new Set(directories.map((directory) => resolve(directory)))
    for (const [directory, watcher] of this.#watchers)
      if (!wanted.has(directory)) {
        watcher.close()
        this.#watchers.delete(directory)
      }
    for (const directory of wanted) {
      if (this.#watchers.has(directory)) continue
      try {
        const watcher = watch(directory, (_, name) => this.#onEvent(directory, name ?? undefined))
        // The directory went away, or the limit of watches is reached: the slow poll goes on.
        watcher.on('error', () => this.#onEvent(directory, undefined))
        this.#watchers.set(directory, watcher)
      } catch {
        // As above.
      }
    }
  }
}
