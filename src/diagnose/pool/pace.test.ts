import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { Pace } from './pace.ts'

/** When each of `count` probes was sent, with wake-ups after the given sleeps. */
function sentAt(rate: number, count: number, lateMs: (wakeUp: number) => number): number[] {
  const pace = new Pace(rate, 0)
  const times: number[] = []
  for (let nowMs = 0, wakeUp = 0; times.length < count; wakeUp++) {
    const due = pace.due(nowMs)
    pace.took(due)
    for (let i = 0; i < due; i++) times.push(nowMs)
    nowMs += Math.max(1, pace.waitMs(nowMs)) + lateMs(wakeUp)
  }
  return times.slice(0, count)
}

describe('Pace', () => {
  it('sends the first at once, and the last when the rate says so', () => {
    const times = sentAt(100, 101, () => 0)
    expect(times[0]).toBe(0)
    expect(times[100]).toBeCloseTo(1000, -1)
  })

  it('makes up for a short delay, and drops what a long one has missed', () => {
    const short = new Pace(1000, 0)
    short.took(short.due(0))
    expect(short.due(20)).toBe(20)
    const long = new Pace(1000, 0)
    long.took(long.due(0))
    expect(long.due(60_000)).toBe(50)
    long.took(50)
    // The minute is gone; the rate goes on from here.
    expect(long.due(60_000)).toBe(0)
    expect(long.due(60_010)).toBe(10)
  })

  it('never sends more within a second than the rate and one burst, however late it is woken', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 5000 }),
        fc.array(fc.integer({ min: 0, max: 400 }), { minLength: 1, maxLength: 20 }),
        (rate, delays) => {
          const times = sentAt(
            rate,
            Math.min(rate * 3, 4000),
            (wakeUp) => delays[wakeUp % delays.length] ?? 0,
          )
          const burst = Math.max(1, Math.ceil(rate * 0.05))
          for (let first = 0, last = 0; last < times.length; last++) {
            while ((times[last] ?? 0) - (times[first] ?? 0) >= 1000) first++
            expect(last - first + 1).toBeLessThanOrEqual(rate + burst + 1)
          }
        },
      ),
      { numRuns: 50 },
    )
  })
})
