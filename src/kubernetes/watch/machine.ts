// List and watch of one kind as a step machine (README.md): it decides what to ask next, when, and what is known for sure. Pure.
import {
  after,
  armStuck,
  close,
  interrupted,
  known,
  list,
  type Moment,
  pause,
  probe,
  proceed,
  resumed,
  type Step,
  sync,
  watch,
} from './asking.ts'
import {
  type Failure,
  initialState,
  type Next,
  type ObjectEvent,
  type StreamEvent,
  type WatchEffect,
  type WatchEvent,
  type WatchState,
} from './state.ts'
import {
  COLLECTING_SILENCE_MS,
  LASTING_WATCH_MS,
  relistMs,
  retryMs,
  SHORT_WATCH_MS,
  wakeMs,
  watchSeconds,
} from './timing.ts'

/** A server that refuses to go on from our version, for reasons of its own, is asked for everything after so many times. */
const REFUSALS_BEFORE_RELIST = 3

export function step<T>(state: WatchState<T>, event: WatchEvent<T>, at: Moment): Step<T> {
  if (state.phase === 'stopped') return nothing(state)
  switch (event.kind) {
    case 'start':
      return state.phase === 'idle' ? sync(state, at) : nothing(state)
    case 'stop':
      return stop()
    case 'page':
      return state.phase === 'probing' ? probed(state, event.version, at) : page(state, event, at)
    case 'opened':
      return opened(state, at)
    case 'heard':
      return state.phase === 'collecting' ? collect(state, event.events, at) : hear(state, event.events, at)
    case 'ended':
      return ended(state, at)
    case 'failed':
      return failed(state, event.failure, at)
    case 'reached':
      return woken(state, at)
    case 'timer':
      return event.timer === 'retry' ? retried(state, at) : stuck(state, at)
  }
}

const nothing = <T>(state: WatchState<T>): Step<T> => ({ state, effects: [] })

const stop = <T>(): Step<T> => ({
  state: { ...initialState<T>(), phase: 'stopped' },
  effects: [{ kind: 'close' }, { kind: 'disarm', timer: 'retry' }, { kind: 'disarm', timer: 'stuck' }],
})

function page<T>(
  state: WatchState<T>,
  { items, version, continueToken }: Extract<WatchEvent<T>, { kind: 'page' }>,
  at: Moment,
): Step<T> {
  if (state.phase !== 'listing') return nothing(state)
  const collected = [...state.collected, ...items.map((item) => ({ kind: 'set', item }) as const)]
  const more = { ...state, collected, token: continueToken, failures: 0, renewed: false }
  // All pages of one token are of one moment, that of the first.
  if (continueToken !== undefined) return list(more)
  return after(known(more, version), (done) => watch(done, at))
}

function collect<T>(state: WatchState<T>, events: readonly StreamEvent<T>[], at: Moment): Step<T> {
  const collected: ObjectEvent<T>[] = [...state.collected]
  for (const [index, event] of events.entries()) {
    if (event.kind === 'error') return failed(state, event.failure, at)
    if (event.kind !== 'bookmark') collected.push(event)
    // The version of the last object does not count: the first objects are told by name.
    else if (event.initialEnd) {
      const whole: WatchState<T> = { ...state, collected, watchList: 'served', phase: 'watching' }
      const fresh: WatchState<T> = { ...whole, next: 'watch', failures: 0, renewed: false, heard: true }
      const told = known(fresh, event.version)
      const effects = [...told.effects, armStuck<T>(watchSeconds(at.random))]
      return after({ state: told.state, effects }, (now) => hear(now, events.slice(index + 1), at))
    }
  }
  const stillThere: WatchEffect<T> = { kind: 'arm', timer: 'stuck', ms: COLLECTING_SILENCE_MS }
  return { state: { ...state, collected }, effects: [stillThere] }
}

function opened<T>(state: WatchState<T>, at: Moment): Step<T> {
  const now = { ...state, openedAtMs: at.nowMs, open: true, renewed: false }
  // A first telling is a success when it is whole.
  return state.phase === 'watching' ? resumed(now) : nothing(now)
}

function hear<T>(state: WatchState<T>, events: readonly StreamEvent<T>[], at: Moment): Step<T> {
  if (state.phase !== 'watching') return nothing(state)
  const changes: ObjectEvent<T>[] = []
  let { version } = state
  let failure: Failure | undefined
  for (const event of events) {
    if (event.kind === 'error') {
      failure = event.failure
      break
    }
    version = event.kind === 'bookmark' ? event.version : event.item.version
    if (event.kind !== 'bookmark') changes.push(event)
  }
  const effects: WatchEffect<T>[] = changes.length === 0 ? [] : [{ kind: 'update', events: changes }]
  const good = events.length > 0 && events[0]?.kind !== 'error'
  const now = good ? { ...state, version, heard: true, failures: 0, relists: 0 } : state
  if (failure === undefined) return { state: now, effects }
  const error = failure
  return after({ state: now, effects }, (told) => failed(told, error, at))
}

function ended<T>(state: WatchState<T>, at: Moment): Step<T> {
  const disarmed: Step<T> = { state, effects: [{ kind: 'disarm', timer: 'stuck' }] }
  if (state.phase === 'collecting')
    // In order, and without having said that all was told: a server that knows the words and not the meaning.
    return after(disarmed, (now) => pause({ ...now, watchList: 'refused' }, 'sync', at, undefined))
  if (state.phase !== 'watching') return disarmed
  if (at.nowMs - state.openedAtMs < SHORT_WATCH_MS)
    return after(disarmed, (now) => pause(now, 'watch', at, undefined))
  const good = { ...state, failures: 0, relists: 0 }
  return after({ ...disarmed, state: good }, (now) => (now.heard ? watch(now, at) : probe(now)))
}

function probed<T>(state: WatchState<T>, theirs: string, at: Moment): Step<T> {
  const ours = state.version ?? ''
  const goesOn = /^\d+$/.test(ours) && /^\d+$/.test(theirs) && BigInt(theirs) >= BigInt(ours)
  // That it answers is no success yet: a watch that breaks as soon as it begins would be asked for without a pause.
  const now = { ...state, renewed: false }
  return after(resumed(now), (done) => (goesOn ? watch(done, at) : sync(done, at)))
}

function stuck<T>(state: WatchState<T>, at: Moment): Step<T> {
  if (state.phase === 'collecting')
    return after(close(state), (now) => sync({ ...now, watchList: 'refused' }, at))
  if (state.phase !== 'watching') return nothing(state)
  return after(close(state), (now) => pause(now, 'probe', at, undefined))
}

const retried = <T>(state: WatchState<T>, at: Moment): Step<T> =>
  state.phase === 'waiting' ? proceed(state, state.next, at) : nothing(state)

/** For one that could not be reached; that it says 403 while it is coming up makes no difference. */
export const waitsForServer = <T>({ phase, trouble, lastFailure }: WatchState<T>): boolean =>
  phase === 'waiting' && (trouble === 'unreachable' || lastFailure === 'unreachable')

/** The row of failures is over. Not all ask in the same moment. */
function woken<T>(state: WatchState<T>, at: Moment): Step<T> {
  if (!waitsForServer(state)) return nothing(state)
  return {
    state: { ...state, failures: 0 },
    effects: [{ kind: 'arm', timer: 'retry', ms: wakeMs(at.random) }],
  }
}

function failed<T>(state: WatchState<T>, failure: Failure, at: Moment): Step<T> {
  const { phase } = state
  if (phase === 'idle' || phase === 'waiting') return nothing(state)
  const { effects } = close(state)
  if (phase === 'collecting' && (failure.status === 422 || failure.status === 400))
    return after({ state: { ...state, watchList: 'refused' }, effects }, (now) => sync(now, at))
  if (failure.kind === 'gone') return after({ state, effects }, (now) => gone(now, failure, at))
  if (failure.kind === 'unreadable') return after({ state, effects }, (now) => unreadable(now, failure, at))
  const renewing: WatchEffect<T>[] = failure.kind === 'unauthorized' ? [{ kind: 'renew-credentials' }] : []
  // Once at once; a token that is not renewed yet is asked for again after each pause.
  if (failure.kind === 'unauthorized' && !state.renewed)
    return after({ state: { ...state, renewed: true }, effects: [...effects, ...renewing] }, (now) =>
      proceed(now, nextOf(now), at),
    )
  // A watch that went on for a while ends a row of failures, though it had nothing to tell.
  const lasted = state.open && at.nowMs - state.openedAtMs >= LASTING_WATCH_MS
  const row = lasted ? { ...state, failures: 0 } : state
  return after(
    after({ state: row, effects: [...effects, ...renewing] }, (now) => interrupted(now, failure)),
    (now) => pause(now, nextOf(now, failure), at, failure.retryAfterMs),
  )
}

function nextOf<T>(state: WatchState<T>, failure?: Failure): Next {
  const { phase, failures } = state
  if (phase === 'collecting') return 'sync'
  if (phase === 'listing') return nextPageOf(state, failure)
  if (failure?.kind === 'refused' && failures + 1 >= REFUSALS_BEFORE_RELIST) return 'sync'
  // Who knows what happened to the server meanwhile.
  return phase === 'probing' || failure?.kind === 'unreachable' ? 'probe' : 'watch'
}

/**
 * A page is asked for again. But a server that came back from a backup never has the moment of our token, and says so with 500 or 504; and
 * a list in one piece that did not come in time will not do so the next time.
 */
function nextPageOf<T>({ token, unpaged, failures }: WatchState<T>, failure: Failure | undefined): Next {
  if (failure === undefined) return 'list'
  const refused = failure.status !== undefined && failure.status !== 429
  const stale = token !== undefined && refused && failures + 1 >= REFUSALS_BEFORE_RELIST
  return unpaged || stale ? 'sync' : 'list'
}

/** The same event would end each watch from our version, so a list has to lead past it. */
function unreadable<T>(state: WatchState<T>, failure: Failure, at: Moment): Step<T> {
  const asked = state.phase === 'collecting' ? { ...state, watchList: 'refused' as const } : state
  return after(interrupted(asked, failure), (now) => gone(now, failure, at))
}

/** 410, as the status of the answer or inside of a watch. What was known stays until the new list is whole. */
function gone<T>(state: WatchState<T>, failure: Failure, at: Moment): Step<T> {
  if (state.phase === 'listing' && state.token !== undefined)
    // The token in a 410 goes on at another moment than that of the first page: what happened between them would be missed.
    return list({ ...state, collected: [], token: undefined, unpaged: true })
  const { relists } = state
  const ms = relists === 0 ? relistMs(at.random) : retryMs(relists, at.random, failure.retryAfterMs)
  return {
    state: { ...state, phase: 'waiting', next: 'sync', failures: 0, relists: relists + 1 },
    effects: [{ kind: 'arm', timer: 'retry', ms }],
  }
}
