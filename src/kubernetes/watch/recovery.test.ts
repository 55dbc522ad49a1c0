import { expect, it } from 'vitest'
import { Recovery } from './recovery.ts'

it('wakes those that wait, and not again and again', () => {
  let nowMs = 0
  const recovery = new Recovery(() => nowMs)
  let [waits, woken] = [false, 0]
  const forget = recovery.add(() => {
    if (waits) woken++
    return waits
  })
  // Nobody waits: an answer just before an outage does not take its end away.
  recovery.reached()
  waits = true
  nowMs = 1000
  recovery.reached()
  expect(woken).toBe(1)
  nowMs = 10_000
  recovery.reached()
  expect(woken).toBe(1)
  nowMs = 11_000
  recovery.reached()
  expect(woken).toBe(2)
  forget()
  nowMs = 60_000
  recovery.reached()
  expect(woken).toBe(2)
})
