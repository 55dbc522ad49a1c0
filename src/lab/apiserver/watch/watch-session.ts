// A running watch: what is replayed, what follows, bookmarks, and its end. Lines go out through a sink; time and timers
// come from outside.
import { objectAt } from '../json-value.ts'
import type { WatchOptions } from '../list/list-options.ts'
import type { ServedKind } from '../registry/served-kind.ts'
import { apiVersionOf, type KubeObject } from '../resource-kind.ts'
import { ApiRefusal, failure } from '../status.ts'
import type { ObjectStore, StoreEvent } from '../storage/object-store.ts'
import type { Presenter } from '../storage/presenter.ts'
import { seenEvent } from './watch-events.ts'

export interface WatchSink {
  /** One line, without its line break. */
  line(text: string): void
  /** A plain end of the body. */
  end(): void
}

export interface WatchTimers {
  /** Runs `action` after a while; the answer calls it off. */
  after(milliseconds: number, action: () => void): () => void
}

export interface WatchRequest {
  readonly served: ServedKind
  readonly namespace: string
  readonly options: WatchOptions
  /** How an object is written: plain, as a Table, or its metadata only. */
  write(object: KubeObject): string
  readonly bookmarkIntervalMs: number
}

const NO_TIMEOUT_MS = 45 * 60_000
/** The server tells where it is shortly before it ends a watch. */
const LAST_BOOKMARK_MS = 2_500

export class WatchSession {
  readonly #store: ObjectStore
  readonly #presenter: Presenter
  readonly #request: WatchRequest
  readonly #sink: WatchSink
  readonly #prefix: string
  readonly #undo: (() => void)[] = []
  #from = 0
  #ended = false
  /** What a webhook converts comes late; what follows waits for it. */
  #turn: Promise<void> = Promise.resolve()

  constructor(store: ObjectStore, presenter: Presenter, request: WatchRequest, sink: WatchSink) {
    this.#store = store
    this.#presenter = presenter
    this.#request = request
    this.#sink = sink
    this.#prefix = request.namespace === '' ? '' : `${request.namespace}/`
  }

  start(timers: WatchTimers): void {
    const { options, served } = this.#request
    this.#from = options.resourceVersion ?? 0
    const stateFirst = options.sendInitialEvents ?? this.#from === 0
    if (stateFirst) this.#sendState()
    else if (options.sendInitialEvents === false) this.#from ||= this.#store.revision
    else if (!this.#replay()) return
    this.#undo.push(this.#store.listen(served.storage, (event) => this.#heard(event)))
    const timeoutMs = options.timeoutSeconds > 0 ? options.timeoutSeconds * 1_000 : NO_TIMEOUT_MS
    this.#undo.push(timers.after(timeoutMs, () => this.end()))
    if (!options.bookmarks) return
    this.#bookmarkEvery(timers, this.#request.bookmarkIntervalMs)
    if (timeoutMs > LAST_BOOKMARK_MS * 1.5) {
      this.#undo.push(
        timers.after(timeoutMs - LAST_BOOKMARK_MS, () => this.#inTurn([], () => this.#bookmark())),
      )
    }
  }

  /** Ends plainly, as a server does whose time is up. */
  end(): void {
    if (this.#ended) return
    this.stop()
    this.#sink.end()
  }

  /** The other side is gone. */
  stop(): void {
    this.#ended = true
    for (const undo of this.#undo.splice(0)) undo()
  }

  #sendState(): void {
    const { served, options } = this.#request
    const objects = this.#store.list(served.storage, this.#prefix)
    this.#from = this.#store.revision
    for (const object of objects) {
      const shown = this.#presenter.show(served, object)
      if (options.selection.matches(shown)) this.#send('ADDED', shown)
    }
    // Without bookmarks the end of the initial events is not marked: that is how a real server does it.
    if (options.sendInitialEvents === true && options.bookmarks) {
      this.#bookmark({
        'k8s.io/initial-events-end': 'true',
        'kubernetes.io/initial-events-list-blueprint': this.#blueprint(),
      })
    }
  }

  /** False when the version is too old: an ERROR event and the end. */
  #replay(): boolean {
    const past = this.#store.since(this.#request.served.storage, this.#from)
    if ('events' in past) {
      for (const event of past.events) this.#heard(event)
      return true
    }
    // Events have no watch cache in front of etcd, so they are refused in etcd's words.
    const text =
      this.#request.served.storage === 'events'
        ? 'The resourceVersion for the provided watch is too old.'
        : `too old resource version: ${this.#from} (${past.floor})`
    this.#sink.line(`{"type":"ERROR","object":${JSON.stringify(failure(410, 'Expired', text).status)}}`)
    this.#ended = true
    this.#sink.end()
    return false
  }

  #heard(event: StoreEvent): void {
    const shown = event.previous === undefined ? [event.object] : [event.object, event.previous]
    this.#inTurn(shown, () => this.#follow(event))
  }

  #inTurn(objects: readonly KubeObject[], tell: () => void): void {
    const { served } = this.#request
    if (served.custom?.conversionWebhook === undefined) {
      tell()
      return
    }
    const told = this.#turn.then(() => this.#presenter.prepare(served, objects)).then(tell)
    this.#turn = told.catch((error: unknown) => this.#fail(error))
  }

  /** @throws what is no refusal */
  #fail(error: unknown): void {
    if (!(error instanceof ApiRefusal)) throw error
    if (this.#ended) return
    this.#sink.line(`{"type":"ERROR","object":${JSON.stringify(error.status)}}`)
    this.end()
  }

  #follow(event: StoreEvent): void {
    if (this.#ended || event.revision <= this.#from || !event.key.startsWith(this.#prefix)) return
    const { served, options } = this.#request
    const show = (object: KubeObject) => this.#presenter.show(served, object)
    const seen = seenEvent(event, options.selection, show)
    if (seen !== undefined) this.#send(seen.type, show(seen.object))
  }

  #send(type: string, shown: KubeObject): void {
    this.#sink.line(`{"type":"${type}","object":${this.#request.write(shown)}}`)
  }

  #bookmarkEvery(timers: WatchTimers, intervalMs: number): void {
    const next = timers.after(intervalMs, () => {
      this.#inTurn([], () => this.#bookmark())
      if (!this.#ended) this.#bookmarkEvery(timers, intervalMs)
    })
    this.#undo.push(next)
  }

  /** A kind whose cache was not moved by an event or a consistent list has nothing new to tell, and gets none. */
  #bookmark(annotations?: Record<string, string>): void {
    const { served } = this.#request
    const known = annotations === undefined ? this.#store.knownRevision(served.storage) : this.#store.revision
    if (this.#ended || (annotations === undefined && known <= this.#from)) return
    const builtin = served.custom === undefined ? { creationTimestamp: null } : {}
    const metadata = {
      resourceVersion: String(known),
      ...builtin,
      ...(annotations === undefined ? {} : { annotations }),
    }
    const { kind } = served.resource
    const object = {
      kind,
      apiVersion: apiVersionOf(served.resource),
      metadata,
      ...objectAt(served.rules, 'bookmark'),
    }
    this.#send('BOOKMARK', object)
  }

  /** An empty list of the kind, as Go's encoder writes it, line break and all. */
  #blueprint(): string {
    const { served } = this.#request
    const apiVersion = apiVersionOf(served.resource)
    const list =
      served.custom === undefined
        ? { kind: served.listKind, apiVersion, metadata: {}, items: null }
        : { apiVersion, items: [], kind: served.listKind }
    return Buffer.from(`${JSON.stringify(list)}\n`).toString('base64')
  }
}
