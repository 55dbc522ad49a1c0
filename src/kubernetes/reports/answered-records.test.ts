import { describe, expect, it } from 'vitest'
import { AnsweredRecords } from './answered-records.ts'
import type { StatusRecord } from './status-records.ts'

const record = (name: string, content?: readonly string[]): StatusRecord => ({
  name,
  uid: `uid-${name}`,
  node: 'me',
  service: 'shop/web',
  content,
})

describe('answers that the watch has not seen', () => {
  const answered = () => {
    const timers = new Set<() => void>()
    const unseen: string[] = []
    const records = new AnsweredRecords({
      after: (_, call) => {
        timers.add(call)
        return () => timers.delete(call)
      },
      onUnseen: (service) => unseen.push(service),
    })
    const pass = (): void => {
      for (const call of [...timers]) {
        timers.delete(call)
        call()
      }
    }
    return { records, timers, unseen, pass }
  }

  it('count until the watch tells of them', () => {
    const { records, timers, unseen, pass } = answered()
    records.take(record('l2-a'))
    records.take(record('l2-a', ['eth0']))
    expect(records.of('shop/web')).toEqual([record('l2-a', ['eth0'])])
    expect(records.of('shop/other')).toEqual([])
    records.seen(record('l2-a'), 'set')
    expect(records.of('shop/web')).toEqual([])
    expect(timers.size).toBe(0)
    pass()
    expect(unseen).toEqual([])
  })

  it('one that was on its way when the watch saw its object go says nothing of what is there', () => {
    const { records, pass } = answered()
    records.take(record('l2-a'))
    records.seen(record('l2-a'), 'deleted')
    records.take(record('l2-a', ['eth0']))
    expect(records.of('shop/web')).toEqual([])
    // Another object may have the name.
    records.take({ ...record('l2-a'), uid: 'another' })
    expect(records.of('shop/web')).toHaveLength(1)
    records.seen({ ...record('l2-a'), uid: 'another' }, 'set')
    pass()
    records.take(record('l2-a'))
    expect(records.of('shop/web')).toHaveLength(1)
  })

  it('one that is never seen is looked at again, and none after the end', () => {
    const { records, timers, unseen, pass } = answered()
    records.take(record('l2-a'))
    pass()
    expect(records.of('shop/web')).toEqual([])
    expect(unseen).toEqual(['shop/web'])
    records.take(record('l2-b'))
    records.seen(record('l2-c'), 'deleted')
    records.stop()
    expect(timers.size).toBe(0)
    expect(records.of('shop/web')).toHaveLength(1)
  })
})
