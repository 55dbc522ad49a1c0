// What etcd and the watch cache are in a real server: every object, one counter for all writes, and the writes of the
// recent past. Objects are handed out as they are stored, so nobody may change them.
import type { KubeObject } from '../resource-kind.ts'

export interface StoreEvent {
  readonly revision: number
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly resource: string
  readonly key: string
  /** As it is after the write; of a deleted object the last state, with the version of the deletion. */
  readonly object: KubeObject
  readonly previous: KubeObject | undefined
}

export interface StoredState {
  readonly revision: number
  readonly tables: ReadonlyMap<string, ReadonlyMap<string, KubeObject>>
}

interface Table {
  readonly objects: Map<string, KubeObject>
  /** In the order of etcd, that is of the bytes of the key; undefined after a key came or went. */
  sorted: string[] | undefined
  history: StoreEvent[]
  /** Nothing before this revision can be replayed. */
  floor: number
  /** Up to which revision readers of this kind know the state: an own event, or a consistent list. */
  known: number
  readonly listeners: Set<(event: StoreEvent) => void>
}

/** A real server has used up a few revisions before a client sees it: so 1 is always too old. */
const FIRST_REVISION = 3

export class ObjectStore {
  #revision = FIRST_REVISION
  #compacted = 0
  /** Kinds that nobody asked about yet have everything since here: nothing happened to them. */
  #floor = FIRST_REVISION
  readonly #tables = new Map<string, Table>()
  readonly #historyLimit: number
  readonly #journal: ((event: StoreEvent) => void) | undefined

  constructor(options: {
    /** How many writes of one kind can be replayed. */
    readonly historyLimit?: number
    readonly state?: StoredState
    /** Told of every write before it is answered. */
    readonly journal?: (event: StoreEvent) => void
  }) {
    this.#historyLimit = options.historyLimit ?? 20_000
    this.#journal = options.journal
    if (options.state === undefined) return
    this.#revision = Math.max(FIRST_REVISION, options.state.revision)
    this.#compacted = this.#revision
    this.#floor = this.#revision
    for (const [resource, objects] of options.state.tables) {
      const table = this.#table(resource)
      for (const [key, object] of objects) table.objects.set(key, object)
    }
  }

  get revision(): number {
    return this.#revision
  }

  /** Lists at a revision before this one are refused. */
  get compacted(): number {
    return this.#compacted
  }

  get(resource: string, key: string): KubeObject | undefined {
    return this.#table(resource).objects.get(key)
  }

  resources(): readonly string[] {
    return [...this.#tables.keys()]
  }

  size(resource: string): number {
    return this.#table(resource).objects.size
  }

  /** Stores an object and gives it the next version. The object is the store's from here on. */
  put(resource: string, key: string, object: KubeObject): KubeObject {
    const table = this.#table(resource)
    const previous = table.objects.get(key)
    this.#revision += 1
    object.metadata['resourceVersion'] = String(this.#revision)
    if (previous === undefined) table.sorted = undefined
    table.objects.set(key, object)
    this.#record(table, {
      type: previous === undefined ? 'ADDED' : 'MODIFIED',
      resource,
      key,
      object,
      previous,
    })
    return object
  }

  /** Takes an object away; answers with its last state under the version of the deletion. */
  remove(resource: string, key: string): KubeObject | undefined {
    const table = this.#table(resource)
    const previous = table.objects.get(key)
    if (previous === undefined) return undefined
    this.#revision += 1
    table.objects.delete(key)
    table.sorted = undefined
    const object = {
      ...previous,
      metadata: { ...previous.metadata, resourceVersion: String(this.#revision) },
    }
    this.#record(table, { type: 'DELETED', resource, key, object, previous })
    return object
  }

  /** All objects whose key begins with `prefix`, in the order of their keys. A consistent read. */
  list(resource: string, prefix = ''): readonly KubeObject[] {
    const table = this.#table(resource)
    table.known = this.#revision
    return this.#keys(table, prefix).map((key) => table.objects.get(key) as KubeObject)
  }

  /** The state of a revision of the past; undefined when that is compacted away. */
  listAt(resource: string, revision: number, prefix = ''): readonly KubeObject[] | undefined {
    const table = this.#table(resource)
    if (revision < this.#compacted || revision < table.floor) return undefined
    const past = new Map<string, KubeObject | undefined>()
    for (let at = table.history.length - 1; at >= 0; at -= 1) {
      const event = table.history[at] as StoreEvent
      if (event.revision <= revision) break
      past.set(event.key, event.previous)
    }
    const keys = new Set(this.#keys(table, prefix))
    for (const [key, object] of past) {
      if (!key.startsWith(prefix)) continue
      if (object === undefined) keys.delete(key)
      else keys.add(key)
    }
    return [...keys].sort(byBytes).map((key) => (past.get(key) ?? table.objects.get(key)) as KubeObject)
  }

  /** What happened to one kind after a revision; undefined with the oldest usable revision when that is forgotten. */
  since(resource: string, revision: number): { events: readonly StoreEvent[] } | { floor: number } {
    const table = this.#table(resource)
    if (revision < table.floor) return { floor: table.floor }
    let first = table.history.length
    while (first > 0 && (table.history[first - 1] as StoreEvent).revision > revision) first -= 1
    return { events: table.history.slice(first) }
  }

  /** The revision up to which a reader of this kind has been told everything. */
  knownRevision(resource: string): number {
    return this.#table(resource).known
  }

  listen(resource: string, listener: (event: StoreEvent) => void): () => void {
    const { listeners } = this.#table(resource)
    listeners.add(listener)
    return () => listeners.delete(listener)
  }

  /**
   * Forgets the past: lists of old revisions end in 410. Watches go on from the cache of their kind as in a real server,
   * unless `watchesToo`, which is what a restart after a compaction does.
   */
  compact(watchesToo: boolean): void {
    this.#compacted = this.#revision
    if (!watchesToo) return
    this.#floor = this.#revision
    for (const table of this.#tables.values()) {
      table.history = []
      table.floor = this.#revision
    }
  }

  state(): StoredState {
    return {
      revision: this.#revision,
      tables: new Map([...this.#tables].map(([resource, table]) => [resource, table.objects])),
    }
  }

  /** A kind that is served no more. Its objects are gone already; its past goes with it. */
  drop(resource: string): void {
    this.#tables.delete(resource)
  }

  #table(resource: string): Table {
    let table = this.#tables.get(resource)
    if (table === undefined) {
      table = {
        objects: new Map(),
        sorted: undefined,
        history: [],
        floor: this.#floor,
        known: this.#floor,
        listeners: new Set(),
      }
      this.#tables.set(resource, table)
    }
    return table
  }

  #keys(table: Table, prefix: string): readonly string[] {
    table.sorted ??= [...table.objects.keys()].sort(byBytes)
    return prefix === '' ? table.sorted : table.sorted.filter((key) => key.startsWith(prefix))
  }

  #record(table: Table, event: Omit<StoreEvent, 'revision'>): void {
    const full = { ...event, revision: this.#revision }
    table.history.push(full)
    table.known = this.#revision
    if (table.history.length > this.#historyLimit) {
      const gone = table.history.splice(0, Math.ceil(this.#historyLimit / 10))
      table.floor = gone.at(-1)?.revision ?? table.floor
    }
    this.#journal?.(full)
    for (const listener of table.listeners) listener(full)
  }
}

// Names and namespaces are ASCII, so the order of UTF-16 units is that of bytes.
const byBytes = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
