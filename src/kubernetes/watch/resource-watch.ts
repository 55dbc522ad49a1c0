// Performs what the machine wants: asks the API server, keeps the timers, and hands on what is different.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { Connection } from '../connection.ts'
import { type ApiAnswer, type ApiRequest, ExchangeError, exchange } from '../exchange.ts'
import { asRecord, asText } from '../status.ts'
import { type OpenStream, openStream } from '../stream.ts'
import { failureOfAnswer, failureOfConnection } from './failure.ts'
import { LineSplitter } from './lines.ts'
import { step, waitsForServer } from './machine.ts'
import {
  type Item,
  initialState,
  type Timer,
  type WatchEffect,
  type WatchEvent,
  type WatchReport,
  type WatchState,
} from './state.ts'
import { ResourceView, type ViewChange } from './view.ts'
import { itemOf, type Project, readWatchLine } from './watch-line.ts'

export interface ResourceWatchOptions<T> {
  readonly connection: Connection
  /** of the collection, as `pathOf` gives it */
  readonly path: string
  /** selectors */
  readonly query?: Readonly<Record<string, string>>
  readonly project: Project<T>
  /** whether two values say the same to those who are interested */
  readonly same: (a: T, b: T) => boolean
  /** The first call holds all that there is, though it be nothing. */
  readonly onChanges: (changes: readonly ViewChange<T>[]) => void
  readonly onReport: (report: WatchReport) => void
  readonly clock?: WatchClock
}

export interface WatchClock {
  /** of a clock that never goes back */
  readonly nowMs: () => number
  readonly random: () => number
  /** calls back after a time; gives back how to call it off */
  readonly after: (ms: number, call: () => void) => () => void
}

export const realClock: WatchClock = {
  nowMs: () => performance.now(),
  random: Math.random,
  after: (ms, call) => {
    const timer = setTimeout(call, ms)
    return () => clearTimeout(timer)
  },
}

/** To the last byte of a page, and to the first one of a watch. */
const ANSWER_WITHIN_MS = 60_000
const MAX_PAGE_BYTES = 512 * 1024 * 1024
/** etcd takes 1.5 MB for an object; managedFields come on top. */
const MAX_LINE_BYTES = 16 * 1024 * 1024

export class ResourceWatch<T> {
  readonly view: ResourceView<T>
  readonly #options: ResourceWatchOptions<T>
  readonly #clock: WatchClock
  readonly #timers = new Map<Timer, () => void>()
  #state: WatchState<T> = initialState()
  /** the request that is running: what an earlier one still says is not listened to */
  #running: object | undefined
  #stream: OpenStream | undefined
  #abort: AbortController | undefined
  #forget: (() => void) | undefined

  constructor(options: ResourceWatchOptions<T>) {
    this.#options = options
    this.#clock = options.clock ?? realClock
    this.view = new ResourceView(options.same)
  }

  start(): void {
    this.#forget ??= this.#options.connection.recovery.add(() => {
      const waits = waitsForServer(this.#state)
      if (waits) this.#handle({ kind: 'reached' })
      return waits
    })
    this.#handle({ kind: 'start' })
  }

  /** No call comes afterwards. */
  stop(): void {
    this.#forget?.()
    this.#handle({ kind: 'stop' })
  }

  get synced(): boolean {
    return this.#state.synced
  }

  #handle(event: WatchEvent<T>): void {
    const at = { nowMs: this.#clock.nowMs(), random: this.#clock.random() }
    const { state, effects } = step(this.#state, event, at)
    this.#state = state
    for (const effect of effects) this.#perform(effect)
  }

  #perform(effect: WatchEffect<T>): void {
    switch (effect.kind) {
      case 'list':
        void this.#list(effect)
        break
      case 'watch':
        this.#watch(effect)
        break
      case 'close':
        this.#close()
        break
      case 'arm':
        this.#disarm(effect.timer)
        this.#timers.set(
          effect.timer,
          this.#clock.after(effect.ms, () => this.#handle({ kind: 'timer', timer: effect.timer })),
        )
        break
      case 'disarm':
        this.#disarm(effect.timer)
        break
      case 'replace':
        this.#options.onChanges(this.view.replace(effect.items))
        break
      case 'update': {
        const changes = this.view.update(effect.events)
        if (changes.length > 0) this.#options.onChanges(changes)
        break
      }
      case 'renew-credentials':
        this.#options.connection.renew()
        break
      case 'report':
        this.#options.onReport(effect.report)
    }
  }

  #disarm(timer: Timer): void {
    this.#timers.get(timer)?.()
    this.#timers.delete(timer)
  }

  #close(): void {
    this.#running = undefined
    this.#stream?.close()
    this.#stream = undefined
    this.#abort?.abort()
    this.#abort = undefined
  }

  /** What comes of a request is told only while it is the one that runs. */
  #begin(): (event: WatchEvent<T>) => void {
    this.#close()
    const mine = {}
    this.#running = mine
    return (event) => {
      if (this.#running === mine) this.#handle(event)
    }
  }

  async #list({ limit, continueToken }: Extract<WatchEffect<T>, { kind: 'list' }>): Promise<void> {
    const { connection, path, query, project } = this.#options
    const tell = this.#begin()
    this.#abort = new AbortController()
    const request: ApiRequest = {
      method: 'GET',
      path,
      query: {
        ...query,
        ...(limit === undefined ? {} : { limit: String(limit) }),
        ...(continueToken === undefined ? {} : { continue: continueToken }),
      },
    }
    const limits = { timeoutMs: ANSWER_WITHIN_MS, maxBytes: MAX_PAGE_BYTES, signal: this.#abort.signal }
    try {
      const answer = await exchange(connection, request, limits)
      tell(answer.status === 200 ? this.#page(answer, request, project) : this.#refused(answer, request))
    } catch (error) {
      tell(this.#failed(error, request))
    }
  }

  #page(answer: ApiAnswer, request: ApiRequest, project: Project<T>): WatchEvent<T> {
    const body = asRecord(answer.body)
    const metadata = asRecord(body['metadata'])
    const version = asText(metadata['resourceVersion'])
    const listed = Array.isArray(body['items']) ? body['items'] : []
    const items: Item<T>[] = listed.flatMap((each) => itemOf(each, project) ?? [])
    // An answer that is no list must not be taken for one of nothing.
    if (version === '' || !Array.isArray(body['items']) || items.length < listed.length)
      return this.#failed(new ExchangeError('NOT_JSON'), request)
    return { kind: 'page', items, version, continueToken: asText(metadata['continue']) || undefined }
  }

  #watch({ version, timeoutSeconds }: Extract<WatchEffect<T>, { kind: 'watch' }>): void {
    const { connection, path, query, project } = this.#options
    const from =
      version === undefined
        ? { sendInitialEvents: 'true', resourceVersionMatch: 'NotOlderThan' }
        : { resourceVersion: version }
    const request: ApiRequest = {
      method: 'GET',
      path,
      query: {
        ...query,
        ...from,
        watch: 'true',
        allowWatchBookmarks: 'true',
        timeoutSeconds: String(timeoutSeconds),
      },
    }
    const tell = this.#begin()
    const lines = new LineSplitter(MAX_LINE_BYTES)
    this.#stream = openStream(
      connection,
      request,
      { openWithinMs: ANSWER_WITHIN_MS },
      {
        onOpen: () => tell({ kind: 'opened' }),
        onBytes: (bytes) => {
          const whole = lines.take(bytes)
          if (whole === undefined) {
            tell(this.#failed(new ExchangeError('TOO_LARGE'), request))
            return
          }
          const events = whole.map((line) => readWatchLine(line, project, request, connection.identity))
          if (events.length > 0) tell({ kind: 'heard', events })
        },
        onEnd: () => tell({ kind: 'ended' }),
        onRefusal: (answer) => tell(this.#refused(answer, request)),
        onFailure: (code) => tell(this.#failed(new ExchangeError(code), request)),
        onNoCredentials: (error) => tell(this.#failed(error, request)),
      },
    )
  }

  #refused(answer: ApiAnswer, request: ApiRequest): WatchEvent<T> {
    const { identity } = this.#options.connection
    return { kind: 'failed', failure: failureOfAnswer(answer, request, identity, Date.now()) }
  }

  /** @throws what is none of what can go wrong outside */
  #failed(error: unknown, request: ApiRequest): WatchEvent<T> {
    const { identity } = this.#options.connection
    if (error instanceof ExchangeError)
      return { kind: 'failed', failure: failureOfConnection(error.code, request, identity, ANSWER_WITHIN_MS) }
    if (!(error instanceof LbctlError)) throw error
    return { kind: 'failed', failure: { kind: 'unauthorized', error } }
  }
}
