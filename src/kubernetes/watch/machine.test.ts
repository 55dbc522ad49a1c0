import { expect, it } from 'vitest'
import { step } from './machine.ts'
import { initialState, type WatchEffect, type WatchEvent, type WatchState } from './state.ts'
import { failureOf } from './testing/simulated-server.ts'
import { ResourceView } from './view.ts'

type Kind = WatchEffect<string>['kind']

/** Plays events one second apart; random numbers are ½. */
function play(events: readonly WatchEvent<string>[], from: WatchState<string> = initialState()) {
  let state = from
  let effects: readonly WatchEffect<string>[] = []
  for (const [index, event] of events.entries())
    ({ state, effects } = step(state, event, { nowMs: index * 1000, random: 0.5 }))
  return { state, effects, kinds: effects.map(({ kind }): Kind => kind) }
}

const start: WatchEvent<string> = { kind: 'start' }
const failed = (...of: Parameters<typeof failureOf>): WatchEvent<string> => ({
  kind: 'failed',
  failure: failureOf(...of),
})
const noWatchList = failed('refused', 422)
const page = (version: string, ...keys: string[]): WatchEvent<string> => ({
  kind: 'page',
  items: keys.map((key) => ({ key, version, value: key })),
  version,
  continueToken: undefined,
})
const listed = [start, noWatchList, page('7', 'a'), { kind: 'opened' }] as const
const retry: WatchEvent<string> = { kind: 'timer', timer: 'retry' }
const wait = (effects: readonly WatchEffect<string>[]): number | undefined =>
  effects.flatMap((effect) => (effect.kind === 'arm' && effect.timer === 'retry' ? effect.ms : []))[0]

it('a page whose token is too old begins again in one piece', () => {
  const first = {
    ...(page('7', 'a') as Extract<WatchEvent<string>, { kind: 'page' }>),
    continueToken: 'next',
  }
  const { effects } = play([start, noWatchList, first, failed('gone', 410)])
  expect(effects.at(-1)).toEqual({ kind: 'list', limit: undefined, continueToken: undefined })
  expect(play([start, noWatchList, first, failed('unreachable'), retry]).effects).toEqual([
    { kind: 'list', limit: 500, continueToken: 'next' },
  ])
})

it('a page that is refused again and again is given up for a list from the start', () => {
  const first = {
    ...(page('7', 'a') as Extract<WatchEvent<string>, { kind: 'page' }>),
    continueToken: 'of before the backup',
  }
  // What a server says that counts from less than our token does: etcd's 500, or 504 of its cache.
  for (const refusal of [failed('refused', 500), failed('busy', 504)]) {
    const row = [start, noWatchList, first, refusal, retry, refusal, retry, refusal, retry]
    expect(play(row.slice(0, -2)).effects).toEqual([
      { kind: 'list', limit: 500, continueToken: 'of before the backup' },
    ])
    expect(play(row).effects).toEqual([{ kind: 'list', limit: 500, continueToken: undefined }])
  }
  // A busy server, or none, is no reason to begin anew, for however long.
  for (const busy of [failed('busy', 429), failed('unreachable')]) {
    const row = Array.from({ length: 9 }, () => [busy, retry]).flat()
    expect(play([start, noWatchList, first, ...row]).effects).toEqual([
      { kind: 'list', limit: 500, continueToken: 'of before the backup' },
    ])
  }
})

it('a list in one piece that does not come is given up for pages', () => {
  const first = {
    ...(page('7', 'a') as Extract<WatchEvent<string>, { kind: 'page' }>),
    continueToken: 'next',
  }
  const late = [start, noWatchList, first, failed('gone', 410), failed('unreachable'), retry]
  expect(play(late).effects).toEqual([{ kind: 'list', limit: 500, continueToken: undefined }])
})

it('pauses double up to half a minute, and are as long as the server asks', () => {
  const waits = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((times) => {
    const row = Array.from({ length: times }, () => [failed('unreachable'), retry]).flat()
    return wait(play([...listed, ...row.slice(0, -1)]).effects)
  })
  expect(waits).toEqual([375, 750, 1500, 3000, 6000, 12_000, 22_500, 22_500, 22_500])
  expect(wait(play([...listed, failed('busy', 429, 20_000)]).effects)).toBeGreaterThanOrEqual(20_000)
  expect(wait(play([...listed, failed('busy', 503, 86_400_000)]).effects)).toBeLessThan(150_000)
})

it('who waits for the server is woken by whoever got through, and begins a new row of pauses', () => {
  const row = Array.from({ length: 9 }, () => [failed('unreachable'), retry])
    .flat()
    .slice(0, -1)
  const reached: WatchEvent<string> = { kind: 'reached' }
  const woken = play([...listed, ...row, reached])
  expect(woken.effects).toEqual([{ kind: 'arm', timer: 'retry', ms: 250 }])
  expect(play([...listed, ...row, reached, retry]).effects).toEqual([
    { kind: 'list', limit: 1, continueToken: undefined },
  ])
  expect(wait(play([...listed, ...row, reached, retry, failed('unreachable')]).effects)).toBe(375)
  // A server that comes up says 403 first: it is the same wait.
  expect(play([...listed, ...row, retry, failed('forbidden', 403), reached]).kinds).toEqual(['arm'])
  // What the server refuses, or a watch that goes on, is no matter of an outage.
  expect(play([...listed, failed('busy', 429, 20_000), reached]).effects).toEqual([])
  expect(play([...listed, reached]).effects).toEqual([])
})

it('401 reads the credentials again, at once and then after each pause', () => {
  expect(play([...listed, failed('unauthorized', 401)]).kinds).toEqual([
    'close',
    'disarm',
    'renew-credentials',
    'watch',
    'arm',
  ])
  const twice = play([...listed, failed('unauthorized', 401), failed('unauthorized', 401)])
  expect(twice.kinds).toEqual(['close', 'disarm', 'renew-credentials', 'report', 'arm'])
})

it('after a broken connection the server is asked how far it is before a watch goes on', () => {
  const broken = [...listed, failed('unreachable'), retry]
  expect(play(broken).effects).toEqual([{ kind: 'list', limit: 1, continueToken: undefined }])
  expect(play([...broken, page('7', 'b')]).effects).toContainEqual({
    kind: 'watch',
    version: '7',
    timeoutSeconds: 450,
  })
  // A server that counts from less came back from a backup: nothing that we know of it is sure.
  expect(play([...broken, page('6', 'b')]).effects).toContainEqual({
    kind: 'list',
    limit: 500,
    continueToken: undefined,
  })
  expect(play([...broken, page('none', 'b')]).effects).toContainEqual({
    kind: 'list',
    limit: 500,
    continueToken: undefined,
  })
  // The one object of that question is no list.
  expect(play([...broken, page('7', 'b')]).kinds).not.toContain('replace')
})

it('a watch that told nothing to its end, or did not end in time, is followed by the same question', () => {
  const minutes: WatchEvent<string>[] = [
    ...listed,
    { kind: 'heard', events: [] },
    { kind: 'heard', events: [] },
  ]
  expect(play([...minutes, { kind: 'ended' }]).effects).toContainEqual({
    kind: 'list',
    limit: 1,
    continueToken: undefined,
  })
  const stuck = play([...listed, { kind: 'timer', timer: 'stuck' }])
  expect(stuck.kinds).toEqual(['close', 'disarm', 'arm'])
  expect(stuck.state.next).toBe('probe')
})

it('a watch that ends at once again and again does not spin', () => {
  const ended: WatchEvent<string>[] = [{ kind: 'opened' }, { kind: 'ended' }, retry]
  const once = play([start, noWatchList, page('7', 'a')]).state
  let state = once
  const waits: number[] = []
  for (let round = 0; round < 4; round++)
    for (const event of ended) {
      const next = step(state, event, { nowMs: 0, random: 0.5 })
      state = next.state
      waits.push(...[wait(next.effects)].flatMap((ms) => ms ?? []))
    }
  expect(waits).toEqual([375, 750, 1500, 3000])
})

it('a watch that breaks as soon as it begins does not spin, though the server answers in between', () => {
  let { state } = play([...listed])
  const waits: number[] = []
  const broken: WatchEvent<string>[] = [failed('unreachable'), retry, page('7', 'a'), { kind: 'opened' }]
  for (const event of Array.from({ length: 5 }, () => broken).flat()) {
    const next = step(state, event, { nowMs: 0, random: 0.5 })
    state = next.state
    waits.push(...[wait(next.effects)].flatMap((ms) => ms ?? []))
  }
  expect(waits).toEqual([375, 750, 1500, 3000, 6000])
})

it('an event that cannot be read is passed by with a list, for it comes again with every watch', () => {
  const heard: WatchEvent<string> = {
    kind: 'heard',
    events: [
      { kind: 'set', item: { key: 'b', version: '8', value: 'b' } },
      { kind: 'error', failure: failureOf('unreadable') },
    ],
  }
  const { effects } = play([...listed, heard])
  expect(effects.map(({ kind }) => kind)).toEqual(['update', 'close', 'disarm', 'report', 'arm'])
  expect(play([...listed, heard, retry]).effects).toEqual([
    { kind: 'list', limit: 500, continueToken: undefined },
  ])
  // What is told first can hold one as well, and then it is asked for in pages.
  expect(play([start, { kind: 'opened' }, heard, retry]).kinds).toEqual(['list'])
  const again = [retry, page('9', 'a', 'b'), { kind: 'opened' }, failed('unreadable')] as const
  const waits = [0, 1, 2, 3].map((times) =>
    wait(
      play([...listed, failed('unreadable'), ...Array.from({ length: times }, () => again).flat()]).effects,
    ),
  )
  expect(waits).toEqual([500, 375, 750, 1500])
})

it('a server that says 410 again and again is not asked for everything at once each time', () => {
  const gone = [failed('gone', 410), retry, page('8', 'a')] as const
  const waits = [0, 1, 2, 3].map((times) =>
    wait(play([...listed, ...Array.from({ length: times }, () => gone).flat(), gone[0]]).effects),
  )
  expect(waits).toEqual([500, 375, 750, 1500])
})

it('a first telling that ends without its mark is no list', () => {
  const some: WatchEvent<string> = {
    kind: 'heard',
    events: [{ kind: 'set', item: { key: 'a', version: '1', value: 'a' } }],
  }
  const { state, kinds } = play([start, { kind: 'opened' }, some, { kind: 'ended' }])
  expect(kinds).not.toContain('replace')
  expect([state.watchList, state.next]).toEqual(['refused', 'sync'])
})

it('after stop nothing is done any more', () => {
  const stopped = play([...listed, { kind: 'stop' }])
  expect(stopped.kinds).toEqual(['close', 'disarm', 'disarm'])
  expect(play([start, retry, page('9', 'z')], stopped.state).effects).toEqual([])
})

it('news that is older than what is known is no news; a list is, whatever its versions', () => {
  const view = new ResourceView<string>((a, b) => a === b)
  const item = (version: string, value: string) => ({ key: 'a', version, value })
  expect(view.update([{ kind: 'set', item: item('10', 'x') }])).toHaveLength(1)
  expect(
    view.update([
      { kind: 'set', item: item('9', 'old') },
      { kind: 'deleted', item: item('8', 'old') },
    ]),
  ).toEqual([])
  expect(view.update([{ kind: 'set', item: item('11', 'x') }])).toEqual([])
  expect(view.replace([item('2', 'backup')])).toEqual([{ kind: 'set', key: 'a', value: 'backup' }])
  expect(view.replace([])).toEqual([{ kind: 'deleted', key: 'a', value: 'backup' }])
})
