import fc from 'fast-check'
import { expect, it } from 'vitest'
import { OwnerTimeline } from './owner-timeline.ts'

it('a failover: who, when, and how long nobody answered', () => {
  const timeline = new OwnerTimeline(1000)
  for (let probe = 0; probe < 5; probe++) timeline.sent()
  expect(timeline.answer(0, 'a', 100, 1001)).toEqual({ kind: 'first', mac: 'a', atMs: 1, silenceMs: 1 })
  expect(timeline.answer(1, 'a', 300, 1101)).toBeUndefined()
  expect(timeline.answer(4, 'b', 200, 1401)).toEqual({
    kind: 'change',
    from: 'a',
    mac: 'b',
    atMs: 401,
    silenceMs: 300,
  })
  expect(timeline.summary(1500)).toEqual({
    sent: 5,
    answered: 3,
    answeredPercent: 60,
    rttMicroseconds: { min: 100, average: 200, p95: 300, max: 300 },
    owners: [
      { mac: 'a', fromMs: 1, toMs: 101, answers: 2 },
      { mac: 'b', fromMs: 401, toMs: 401, answers: 1 },
    ],
    changes: 1,
    severalAtOnce: false,
    longestSilenceMs: 300,
    elapsedMs: 500,
  })
})

it('silence counts from the start and to the end', () => {
  const timeline = new OwnerTimeline(0)
  timeline.sent()
  expect(timeline.summary(700)).toMatchObject({
    answered: 0,
    rttMicroseconds: undefined,
    longestSilenceMs: 700,
  })
  timeline.answer(0, 'a', 1, 800)
  expect(timeline.summary(2000).longestSilenceMs).toBe(1200)
})

it('two answers to one probe are two owners, told once, and no change of owner', () => {
  const timeline = new OwnerTimeline(0)
  const events = [0, 1, 2].flatMap((probe) => [
    timeline.answer(probe, 'a', 1, probe * 10),
    timeline.answer(probe, 'b', 1, probe * 10 + 1),
  ])
  expect(events.filter((event) => event !== undefined).map(({ kind }) => kind)).toEqual(['first', 'second'])
  expect(timeline.summary(30)).toMatchObject({ changes: 0, severalAtOnce: true })
})

it('percentiles are values that were measured, in order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 1e6 }), { minLength: 1, maxLength: 200 }), (rtts) => {
      const timeline = new OwnerTimeline(0)
      rtts.forEach((rtt, probe) => {
        timeline.sent()
        timeline.answer(probe, 'a', rtt, probe)
      })
      const { rttMicroseconds: stats, answeredPercent } = timeline.summary(rtts.length)
      if (stats === undefined) throw new Error('no statistics')
      expect(answeredPercent).toBe(100)
      expect([stats.min, stats.max]).toEqual([Math.min(...rtts), Math.max(...rtts)])
      expect(rtts).toContain(stats.p95)
      expect(rtts.filter((rtt) => rtt <= stats.p95).length).toBeGreaterThanOrEqual(rtts.length * 0.95)
    }),
  )
})
