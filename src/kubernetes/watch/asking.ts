// The steps that a watch is made of: what is asked, what is made of a whole list, and what is tried again when. Pure.
import type { Failure, Item, Next, WatchEffect, WatchState } from './state.ts'
import { COLLECTING_SILENCE_MS, PAGE_SIZE, retryMs, STUCK_SLACK_MS, watchSeconds } from './timing.ts'

export interface Moment {
  /** of a clock that never goes back */
  readonly nowMs: number
  /** 0 ≤ x < 1 */
  readonly random: number
}

export interface Step<T> {
  readonly state: WatchState<T>
  readonly effects: readonly WatchEffect<T>[]
}

/** One step after another. */
export function after<T>(first: Step<T>, then: (state: WatchState<T>) => Step<T>): Step<T> {
  const second = then(first.state)
  return { state: second.state, effects: [...first.effects, ...second.effects] }
}

/** Begins to find out all that there is; what is known stays known. */
export function sync<T>(state: WatchState<T>, at: Moment): Step<T> {
  const fresh = { ...state, collected: [], token: undefined }
  if (state.watchList === 'refused') return list({ ...fresh, unpaged: false })
  return {
    state: { ...fresh, phase: 'collecting', next: 'sync', openedAtMs: at.nowMs, open: false, heard: false },
    effects: [
      { kind: 'watch', version: undefined, timeoutSeconds: watchSeconds(at.random) },
      { kind: 'arm', timer: 'stuck', ms: COLLECTING_SILENCE_MS },
    ],
  }
}

/** The next page, or the first. */
export const list = <T>(state: WatchState<T>): Step<T> => ({
  state: { ...state, phase: 'listing', next: 'list', open: false },
  effects: [{ kind: 'list', limit: state.unpaged ? undefined : PAGE_SIZE, continueToken: state.token }],
})

/** Everything was told: only now does what was known before give way. */
export function known<T>(state: WatchState<T>, version: string): Step<T> {
  const items = new Map<string, Item<T>>()
  for (const { kind, item } of state.collected) {
    if (kind === 'set') items.set(item.key, item)
    else items.delete(item.key)
  }
  const effects: WatchEffect<T>[] = [{ kind: 'replace', items: [...items.values()] }]
  if (!state.synced) effects.push({ kind: 'report', report: { kind: 'synced' } })
  const done = { ...state, version, collected: [], token: undefined, unpaged: false, synced: true }
  return after({ state: done, effects }, resumed)
}

export function watch<T>(state: WatchState<T>, at: Moment): Step<T> {
  const timeoutSeconds = watchSeconds(at.random)
  return {
    state: { ...state, phase: 'watching', next: 'watch', openedAtMs: at.nowMs, open: false, heard: false },
    effects: [{ kind: 'watch', version: state.version, timeoutSeconds }, armStuck(timeoutSeconds)],
  }
}

export const armStuck = <T>(timeoutSeconds: number): WatchEffect<T> => ({
  kind: 'arm',
  timer: 'stuck',
  ms: timeoutSeconds * 1000 + STUCK_SLACK_MS,
})

/**
 * Asks for one object: does the server still count on from our version? After etcd came back from a backup it does not, and a watch
 * from a version that it has yet to reach is silent, and then has a gap.
 */
export const probe = <T>(state: WatchState<T>): Step<T> => ({
  state: { ...state, phase: 'probing', next: 'watch', open: false },
  effects: [{ kind: 'list', limit: 1, continueToken: undefined }],
})

export function pause<T>(
  state: WatchState<T>,
  next: Next,
  { random }: Moment,
  retryAfterMs: number | undefined,
): Step<T> {
  const failures = state.failures + 1
  return {
    state: { ...state, phase: 'waiting', next, failures },
    effects: [{ kind: 'arm', timer: 'retry', ms: retryMs(failures, random, retryAfterMs) }],
  }
}

export function proceed<T>(state: WatchState<T>, next: Next, at: Moment): Step<T> {
  if (next === 'list') return list(state)
  if (next === 'sync' || state.version === undefined) return sync(state, at)
  return next === 'watch' ? watch(state, at) : probe(state)
}

export function interrupted<T>(state: WatchState<T>, failure: Failure): Step<T> {
  const { kind } = failure
  const now = { ...state, lastFailure: kind }
  // A server that is coming up says 403 to rightful accounts until it has read its RBAC rules.
  const premature = kind === 'forbidden' && state.trouble !== undefined && state.lastFailure !== 'forbidden'
  if (state.trouble === kind || premature) return { state: now, effects: [] }
  return {
    state: { ...now, trouble: kind },
    effects: [{ kind: 'report', report: { kind: 'interrupted', failure } }],
  }
}

export function resumed<T>(state: WatchState<T>): Step<T> {
  const now = { ...state, trouble: undefined, lastFailure: undefined }
  if (state.trouble === undefined) return { state: now, effects: [] }
  return { state: now, effects: [{ kind: 'report', report: { kind: 'resumed' } }] }
}

export const close = <T>(state: WatchState<T>): Step<T> => ({
  state,
  effects: [{ kind: 'close' }, { kind: 'disarm', timer: 'stuck' }],
})
