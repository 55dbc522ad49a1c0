import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import type { RouterEvent, RouterSnapshot } from '../router/running.ts'
import { LiveDisplay, PlainDisplay, type RouterScreen } from './router-run-display.ts'

const snapshot: RouterSnapshot = {
  ...{ asn: 64512, routerId: { family: 4, value: 0xc0000201n }, peers: [], routes: { 4: [], 6: [] } },
}
const refused: RouterEvent = {
  ...{ atMs: 0, kind: 'refused', remote: { address: { family: 4, value: 0xc0000202n }, port: 1 } },
}
const routeEvent = (n: number): RouterEvent => {
  const prefix = { family: 4 as const, base: BigInt(0x0a000000 + n), length: 32 }
  return {
    atMs: 0,
    kind: 'route',
    change: { prefix, before: { prefix, paths: [], sinceMs: 0 }, after: undefined },
  }
}

let text: string
let screen: RouterScreen
beforeEach(() => {
  vi.useFakeTimers()
  text = ''
  const write = (more: string) => {
    text += more
  }
  screen = { write, colorLevel: 0, rows: () => 24, nowMs: () => 0 }
})
afterEach(() => void vi.useRealTimers())

describe('lines for a pipe', () => {
  it('name each route of a few, and count those of a flood', () => {
    const display = new PlainDisplay(screen, true)
    for (let n = 0; n < 20; n++) display.event(routeEvent(n))
    expect(text).toBe('')
    vi.advanceTimersByTime(100)
    expect(text.split('\n').length).toBe(20 + 1)
    text = ''
    for (let n = 0; n < 21; n++) display.event(routeEvent(n))
    vi.advanceTimersByTime(100)
    expect(text.slice(9)).toBe('routes: 21 gone\n')
  })
  it('keep the order of routes and sessions, and lose nothing at the end', () => {
    const display = new PlainDisplay(screen, true)
    display.event(routeEvent(1))
    display.event(refused)
    display.event(routeEvent(2))
    display.end(snapshot)
    expect([...text.matchAll(/10\.0\.0\.\d|was refused|router identifier/g)].map(([found]) => found)).toEqual(
      [...['10.0.0.1', 'was refused', '10.0.0.2', 'router identifier']],
    )
  })
  it('have no tables where there are none', () => {
    new PlainDisplay(screen, false).end(snapshot)
    expect(text).toBe('')
  })
})

describe('tables on a terminal', () => {
  it('are drawn in place when something happens and each second, and stay when it ends', () => {
    const display = new LiveDisplay(screen, () => snapshot)
    expect(text).toBe('\x1b[?1049h\x1b[?25l')
    text = ''
    display.event(refused)
    display.event(refused)
    vi.advanceTimersByTime(250)
    expect(text.split('\x1b[H').length).toBe(1 + 1)
    expect(text).toContain('192.0.2.2 was refused')
    expect(text.split('\n').length).toBeLessThanOrEqual(24)
    vi.advanceTimersByTime(2000)
    expect(text.split('\x1b[H').length).toBe(1 + 3)
    text = ''
    display.end(snapshot)
    expect(text.startsWith('\x1b[?25h\x1b[?1049lBGP router identifier')).toBe(true)
    text = ''
    vi.advanceTimersByTime(5000)
    expect(text).toBe('')
  })
})
