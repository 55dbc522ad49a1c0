// One collection of an API server in memory, with what a real one does to its clients: versions, history that is compacted, pages of
// one moment, WatchList or none, bookmarks, refusals, cuts. The rules are those of the recorded answers.
import { LbctlError } from '../../../errors/lbctl-error.ts'
import type { Failure, Item, ObjectEvent, StreamEvent } from '../state.ts'

export interface Written {
  readonly key: string
  /** undefined: deleted */
  readonly value: string | undefined
  readonly version: number
}

export const failureOf = (kind: Failure['kind'], status?: number, retryAfterMs?: number): Failure => ({
  kind,
  status,
  retryAfterMs,
  error: new LbctlError('unreachable', `simulated ${kind}`),
})

export class SimulatedServer {
  watchList: boolean
  down = false
  version = 100
  readonly history: Written[] = []
  /** the next thing that is written is told in every watch as something that is no event; lists have it as it is */
  spoilNext = false
  readonly #spoiled = new WeakSet<Written>()
  #compacted = 0
  readonly #objects = new Map<string, Written>()

  constructor(watchList: boolean) {
    this.watchList = watchList
  }

  get objects(): ReadonlyMap<string, Written> {
    return this.#objects
  }

  write(key: string, value: string | undefined): Written | undefined {
    if (value === undefined && !this.#objects.has(key)) return undefined
    this.version += 1
    const written = { key, value, version: this.version }
    this.history.push(written)
    if (this.spoilNext) this.#spoiled.add(written)
    this.spoilNext = false
    if (value === undefined) this.#objects.delete(key)
    else this.#objects.set(key, written)
    return written
  }

  /** Another kind of object is written: the version moves and no watch of this kind hears of it. */
  moveOn(): void {
    this.version += 1
  }

  compact(): void {
    this.#compacted = this.version
  }

  /** etcd comes back from a backup: what was written last never happened. */
  restore(versions: number): void {
    this.version -= versions
    this.#compacted = Math.min(this.#compacted, this.version)
    this.#objects.clear()
    while ((this.history.at(-1)?.version ?? 0) > this.version) this.history.pop()
    for (const each of this.history)
      if (each.value === undefined) this.#objects.delete(each.key)
      else this.#objects.set(each.key, each)
  }

  told(written: Written): StreamEvent<string> {
    return this.#spoiled.has(written) ? { kind: 'error', failure: failureOf('unreadable') } : eventOf(written)
  }

  isTooOld(version: number): boolean {
    return version < this.#compacted
  }

  /** What there was at a version. */
  at(version: number): Item<string>[] {
    const objects = new Map<string, Written>()
    for (const each of this.history)
      if (each.version <= version) {
        if (each.value === undefined) objects.delete(each.key)
        else objects.set(each.key, each)
      }
    return [...objects.values()].sort((a, b) => (a.key < b.key ? -1 : 1)).map(itemOf)
  }

  since(version: number): ObjectEvent<string>[] {
    return this.history.filter((each) => each.version > version).map(eventOf)
  }
}

const itemOf = ({ key, value, version }: Written): Item<string> => ({ key, value, version: String(version) })

export const eventOf = (written: Written): ObjectEvent<string> => ({
  kind: written.value === undefined ? 'deleted' : 'set',
  item: itemOf(written),
})

export const bookmark = (version: number, initialEnd = false): StreamEvent<string> => ({
  kind: 'bookmark',
  version: String(version),
  initialEnd,
})
