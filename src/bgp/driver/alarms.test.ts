import { describe, expect, it } from 'vitest'
import { VirtualClock } from '../testing/virtual-clock.ts'
import { Alarms } from './alarms.ts'

describe('alarms', () => {
  const setup = () => {
    const clock = new VirtualClock()
    const rang: string[] = []
    const alarms = new Alarms(clock)
    const set = (name: string, atMs: number) =>
      alarms.set(name, atMs, () => rang.push(`${name} ${clock.nowMs()}`))
    return { clock, rang, alarms, set }
  }

  it('ring once, at their time', () => {
    const { clock, rang, set } = setup()
    set('hold', 100)
    set('keepalive', 30)
    clock.advance(99)
    expect(rang).toEqual(['keepalive 30'])
    clock.advance(1_000)
    expect(rang).toEqual(['keepalive 30', 'hold 100'])
  })

  it('that are put off cost no new timer, and ring at the later time', () => {
    const { clock, rang, set } = setup()
    set('hold', 100)
    for (let i = 1; i <= 50; i++) set('hold', 100 + i)
    expect(clock.waiting).toBe(1)
    clock.advance(140)
    expect(rang).toEqual([])
    clock.advance(100)
    expect(rang).toEqual(['hold 150'])
  })

  it('that are put forward ring at the earlier time', () => {
    const { clock, rang, set } = setup()
    set('idle-hold', 1_000)
    set('idle-hold', 10)
    clock.advance(2_000)
    expect(rang).toEqual(['idle-hold 10'])
  })

  it('that are cleared do not ring', () => {
    const { clock, rang, alarms, set } = setup()
    set('a', 10)
    set('b', 20)
    alarms.clear('a')
    alarms.clearAll()
    clock.advance(100)
    expect([rang, clock.waiting]).toEqual([[], 0])
  })

  it('let what waits be read first: a peer is not silent because we were busy', () => {
    const { clock, rang, set } = setup()
    set('hold', 100)
    // It is read in the turn of the loop in which the timer is seen.
    clock.after(100, () => set('hold', 300))
    clock.advance(250)
    expect(rang).toEqual([])
    clock.advance(100)
    expect(rang).toEqual(['hold 300'])
  })
})
