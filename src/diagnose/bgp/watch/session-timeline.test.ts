import { describe, expect, it } from 'vitest'
import { session } from '../testing/bgp-facts.ts'
import { type Look, SessionTimeline } from './session-timeline.ts'

const up = (atMs: number, localPort = 40_000): Look => ({
  atMs,
  session: session({ localPort }),
  reach: undefined,
})
const connecting = (atMs: number): Look => ({
  atMs,
  session: session({ state: 'syn-sent' }),
  reach: undefined,
})
const none = (atMs: number, reach?: string): Look => ({ atMs, session: undefined, reach })

function watched(hold: number, looks: readonly Look[]) {
  const timeline = new SessionTimeline(hold)
  const events = looks.flatMap((look) => timeline.look(look))
  return {
    events: events.map(({ kind, atMs }) => `${atMs} ${kind}`),
    all: events,
    ...timeline.summary(100_000),
  }
}

describe('a session that is watched', () => {
  it('is told once while nothing changes', () => {
    expect(watched(90, [up(0), up(1000), up(2000)])).toMatchObject({
      events: ['0 up'],
      downs: 0,
      pattern: 'stable',
    })
  })
  it('comes, goes, and comes again', () => {
    const found = watched(90, [
      connecting(0),
      connecting(500),
      up(1000),
      none(41_000, 'refused'),
      none(42_000, 'refused'),
      up(50_000),
      none(51_000),
    ])
    expect(found.events).toEqual([
      '0 connecting',
      '1000 up',
      '41000 down',
      '41000 none',
      '50000 up',
      '51000 down',
    ])
    expect(found).toMatchObject({ ups: 2, downs: 2, livedMs: [40_000, 1000], periodsMs: [10_000] })
  })
  it('is another one when its port is another one, though it was never seen to be down', () => {
    expect(watched(90, [up(0), up(1000, 40_001)]).events).toEqual(['0 up', '1000 down', '1000 up'])
  })
  it.each<[string, number, readonly Look[]]>([
    ['hold-time', 9, [up(0), none(9000), up(10_000), none(19_500)]],
    ['at-once', 90, [up(0), none(500), up(4000), none(4500)]],
    ['irregular', 90, [up(0), none(20_000), up(21_000), none(28_000)]],
    ['irregular', 0, [up(0), none(20_000)]],
    ['never-up', 90, [none(0, 'refused'), none(1000, 'refused')]],
  ])('has the pattern %s', (pattern, hold, looks) => {
    expect(watched(hold, looks).pattern).toBe(pattern)
  })
})
