// Never two holders: whatever sleeps, however late answers come, and whatever the clocks say.
import fc from 'fast-check'
import { expect, it } from 'vitest'
import {
  type LeaseMemory,
  type LeaseRecord,
  leaseTiming,
  NOTHING_SEEN,
  nextStep,
  pauseMs,
  remember,
} from './machine.ts'

const timing = leaseTiming(8000)

/** One candidate, as lease-holder.ts behaves: reads, then writes guarded by the version, and believes himself from before he wrote. */
class Candidate {
  readonly name: string
  /** clocks of two machines have nothing to do with each other */
  readonly offsetMs: number
  memory: LeaseMemory = NOTHING_SEEN
  heldFromMs: number | undefined

  constructor(name: string, offsetMs: number) {
    this.name = name
    this.offsetMs = offsetMs
  }

  isHeld(nowMs: number): boolean {
    return this.heldFromMs !== undefined && nowMs - this.heldFromMs < timing.heldForMs
  }
}

const record = (version: number, holder: string): LeaseRecord => ({
  version: String(version),
  holder,
  durationMs: timing.durationMs,
  renewTime: '',
  acquireTime: '',
  transitions: 0,
})

const seldom = fc.nat({ max: 7 }).map((n) => n === 0)

/** Who acts, after what time, and how long he sleeps between reading, writing and hearing the answer. */
const turn = fc.record({
  who: fc.nat({ max: 2 }),
  // Around the ends of what is held, and in between.
  afterMs: fc.oneof(fc.nat({ max: 300 }), fc.nat({ max: 4000 }), fc.integer({ min: 7900, max: 8300 })),
  toWriteMs: fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 50 }) }, fc.nat({ max: 20_000 })),
  toAnswerMs: fc.oneof({ weight: 4, arbitrary: fc.nat({ max: 50 }) }, fc.nat({ max: 20_000 })),
  answerIsLost: seldom,
  givesUp: seldom,
})

it('of three candidates at most one believes that he holds the lease, at any time', () => {
  fc.assert(
    fc.property(
      fc.array(turn, { minLength: 20, maxLength: 60 }),
      fc.array(fc.nat(), { minLength: 3, maxLength: 3 }),
      (turns, offsets) => {
        const all = offsets.map((offset, index) => new Candidate(`c${index}`, offset))
        let version = 1
        let lease: LeaseRecord | undefined
        const events: { readonly atMs: number; readonly then: (atMs: number) => void }[] = []
        const at = (atMs: number, then: (atMs: number) => void): void => void events.push({ atMs, then })
        const busyUntil = new Map<Candidate, number>()
        let nowMs = 0
        for (const each of turns) {
          nowMs += each.afterMs
          const self = all[each.who] as Candidate
          const begin = Math.max(nowMs, busyUntil.get(self) ?? 0)
          const [writeMs, answerMs] = [begin + each.toWriteMs, begin + each.toWriteMs + each.toAnswerMs]
          busyUntil.set(self, answerMs + 1)
          at(begin, () => {
            self.memory = remember(self.memory, lease, begin + self.offsetMs)
            if (self.memory.record?.holder !== self.name) self.heldFromMs = undefined
            const step = nextStep(self.memory, self.name, begin + self.offsetMs)
            if (step.kind === 'wait') return
            const based = step.kind === 'create' ? undefined : step.record.version
            at(writeMs, () => {
              const written = lease?.version === based
              // A holder gives up only what he still holds, and has stopped by then.
              const holder = each.givesUp && self.isHeld(writeMs) ? '' : self.name
              if (written) lease = record(++version, holder)
              const mine = lease
              if (holder === '') self.heldFromMs = undefined
              at(answerMs, () => {
                if (each.answerIsLost || holder === '') return
                self.heldFromMs = written ? begin : undefined
                if (written) self.memory = remember(self.memory, mine, answerMs + self.offsetMs)
              })
            })
          })
        }
        while (events.length > 0) {
          events.sort((a, b) => a.atMs - b.atMs)
          const next = events.shift()
          next?.then(next.atMs)
          expect(all.filter((each) => each.isHeld(next?.atMs ?? 0)).length).toBeLessThanOrEqual(1)
        }
      },
    ),
  )
})

it('waits for the whole duration from when the record last changed, and takes at once what was given up', () => {
  const seen = remember(NOTHING_SEEN, record(5, 'other'), 1000)
  const kind = (memory: LeaseMemory, nowMs: number) => nextStep(memory, 'me', nowMs).kind
  expect([kind(seen, 9000), kind(remember(seen, record(5, 'other'), 8999), 9001)]).toEqual(['wait', 'take'])
  expect(kind(remember(seen, record(6, 'other'), 8999), 9001)).toBe('wait')
  expect(kind(remember(seen, record(6, ''), 1001), 1001)).toBe('take')
  expect(kind(remember(seen, record(6, 'me'), 1001), 1001)).toBe('renew')
})

it('a Lease that was deleted is believed for its duration by those who knew it', () => {
  const gone = remember(remember(NOTHING_SEEN, record(5, 'other'), 0), undefined, 1000)
  expect([8999, 9000].map((nowMs) => nextStep(gone, 'me', nowMs).kind)).toEqual(['wait', 'create'])
  expect(nextStep(NOTHING_SEEN, 'me', 0).kind).toBe('create')
})

it('who waits comes when the lease ends and not later; who has it, or cannot take it, comes when it is time', () => {
  const seen = remember(NOTHING_SEEN, record(5, 'other'), 1000)
  const pause = (memory: LeaseMemory, nowMs: number, random = 0.5) => pauseMs(memory, timing, nowMs, random)
  expect([pause(seen, 1000), pause(seen, 1000, 0)]).toEqual([1350, 1200])
  // As soon as it may be taken: not in the last moment in which it may not.
  expect([pause(seen, 8000), nextStep(seen, 'me', 8000 + pause(seen, 8000)).kind]).toEqual([1001, 'take'])
  expect(pause(seen, 9000)).toBe(1)
  expect(pause(seen, 9001)).toBe(1350)
  expect(pause(NOTHING_SEEN, 500)).toBe(1350)
  const gone = remember(seen, undefined, 2000)
  expect([pause(gone, 9900), nextStep(gone, 'me', 9900 + pause(gone, 9900)).kind]).toEqual([101, 'create'])
})
