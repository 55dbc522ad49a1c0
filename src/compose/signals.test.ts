import { afterEach, expect, it, vi } from 'vitest'
import { untilAborted } from './signals.ts'

afterEach(() => void vi.useRealTimers())

it('keeps the process up until the signal, and not after it', async () => {
  vi.useFakeTimers()
  const stop = new AbortController()
  const ended = untilAborted(stop.signal)
  expect(vi.getTimerCount()).toBe(1)
  stop.abort()
  await ended
  expect(vi.getTimerCount()).toBe(0)
})

it('leaves nothing behind where the signal came before', async () => {
  vi.useFakeTimers()
  await untilAborted(AbortSignal.abort())
  expect(vi.getTimerCount()).toBe(0)
})
