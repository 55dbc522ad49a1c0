// What a watch is told, what it wants done, and what it remembers. T is what is kept of an object.
import type { LbctlError } from '../../errors/lbctl-error.ts'

export interface Item<T> {
  /** `namespace/name`, or the name of what has no namespace */
  readonly key: string
  /** metadata.resourceVersion */
  readonly version: string
  /** undefined: an object that nobody here is interested in */
  readonly value: T | undefined
}

export type ObjectEvent<T> =
  | { readonly kind: 'set'; readonly item: Item<T> }
  | { readonly kind: 'deleted'; readonly item: Item<T> }

export type StreamEvent<T> =
  | ObjectEvent<T>
  /** `initialEnd`: all that there was when the watch began has been told */
  | { readonly kind: 'bookmark'; readonly version: string; readonly initialEnd: boolean }
  | { readonly kind: 'error'; readonly failure: Failure }

/** Why a request did not bring what was asked for. `error` says it in words. */
export type Failure = {
  readonly kind:
    | 'gone' // 410: the version, or the token of a page, is too old
    | 'unauthorized' // 401
    | 'forbidden' // 403
    | 'missing' // 404: the kind is not served
    | 'busy' // 429, 503, 504
    | 'unreachable' // no answer, or none that can be read
    | 'unreadable' // an event of a watch that is none
    | 'refused' // any other status
  readonly error: LbctlError
  /** of the answer's Retry-After */
  readonly retryAfterMs?: number | undefined
  /** of the answer, where there was one */
  readonly status?: number | undefined
}

export type WatchEvent<T> =
  | { readonly kind: 'start' }
  | { readonly kind: 'stop' }
  | {
      readonly kind: 'page'
      readonly items: readonly Item<T>[]
      readonly version: string
      readonly continueToken: string | undefined
    }
  /** the headers of a watch came, and they are good */
  | { readonly kind: 'opened' }
  | { readonly kind: 'heard'; readonly events: readonly StreamEvent<T>[] }
  /** the server ended the watch in order */
  | { readonly kind: 'ended' }
  | { readonly kind: 'failed'; readonly failure: Failure }
  | { readonly kind: 'timer'; readonly timer: Timer }
  /** somebody else got a good answer of the server */
  | { readonly kind: 'reached' }

/** `retry`: what failed is tried again; `stuck`: the running watch should have ended long ago */
export type Timer = 'retry' | 'stuck'

export type WatchEffect<T> =
  /** `limit` undefined: everything in one answer */
  | {
      readonly kind: 'list'
      readonly limit: number | undefined
      readonly continueToken: string | undefined
    }
  /** `version` undefined: with all that there is first (WatchList) */
  | { readonly kind: 'watch'; readonly version: string | undefined; readonly timeoutSeconds: number }
  /** gives up the request that is running; nothing of it is told any more */
  | { readonly kind: 'close' }
  | { readonly kind: 'arm'; readonly timer: Timer; readonly ms: number }
  | { readonly kind: 'disarm'; readonly timer: Timer }
  /** this is all that there is */
  | { readonly kind: 'replace'; readonly items: readonly Item<T>[] }
  | { readonly kind: 'update'; readonly events: readonly ObjectEvent<T>[] }
  | { readonly kind: 'renew-credentials' }
  | { readonly kind: 'report'; readonly report: WatchReport }

export type WatchReport =
  /** all that there is is known, for the first time */
  | { readonly kind: 'synced' }
  /** nothing new is heard; what was known stays. Told once for each kind of failure until `resumed` */
  | { readonly kind: 'interrupted'; readonly failure: Failure }
  | { readonly kind: 'resumed' }

/** What is done after a pause. */
export type Next = 'sync' | 'list' | 'watch' | 'probe'

export interface WatchState<T> {
  readonly phase:
    | 'idle'
    /** pages come */
    | 'listing'
    /** a watch tells first what there is */
    | 'collecting'
    | 'watching'
    /** asks whether the server still counts on from our version */
    | 'probing'
    | 'waiting'
    | 'stopped'
  readonly next: Next
  /** where a watch goes on; undefined before the first whole list */
  readonly version: string | undefined
  /** WatchList: not known yet, or whether this server has it */
  readonly watchList: 'untried' | 'served' | 'refused'
  readonly collected: readonly ObjectEvent<T>[]
  readonly token: string | undefined
  /** the token of a page became too old: the list is asked for in one piece */
  readonly unpaged: boolean
  /** in a row */
  readonly failures: number
  /** how often in a row the version was too old before anything was heard */
  readonly relists: number
  /** since the last success the credentials were read again */
  readonly renewed: boolean
  /** the server answered the running watch, at `openedAtMs`; before that it is when the watch was asked for */
  readonly open: boolean
  readonly openedAtMs: number
  /** the running watch told something */
  readonly heard: boolean
  /** told and not resumed */
  readonly trouble: Failure['kind'] | undefined
  /** the last failure, told or not */
  readonly lastFailure: Failure['kind'] | undefined
  readonly synced: boolean
}

export const initialState = <T>(): WatchState<T> => ({
  phase: 'idle',
  next: 'sync',
  version: undefined,
  watchList: 'untried',
  collected: [],
  token: undefined,
  unpaged: false,
  failures: 0,
  relists: 0,
  renewed: false,
  open: false,
  openedAtMs: 0,
  heard: false,
  trouble: undefined,
  lastFailure: undefined,
  synced: false,
})
