import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { formatIp, type Ip, ip, parseIp } from '../net/ip.ts'
import { type Mac, parseMac } from '../net/mac.ts'
import { ASKER_MS, ASKERS_REMEMBERED, Askers } from './askers.ts'
import { FRAMES_PER_TURN, NeighborRefresh, OTHERS_REMEMBERED, TURN_MS } from './neighbor-refresh.ts'

const at = (text: string): Ip => parseIp(text)!
const mac = (last: number): Mac => parseMac(`02:00:00:00:00:${last.toString(16).padStart(2, '0')}`)!
const asker = (last: number) => ({ address: at(`192.0.2.${last}`), mac: mac(last) })
const VIP = at('192.0.2.100')
const INTERVAL_MS = 30_000

describe('askers', () => {
  it('are the latest few, each once, at the hardware address that it had last', () => {
    const askers = new Askers()
    for (let last = 1; last <= ASKERS_REMEMBERED + 2; last++) askers.add(asker(last), last)
    askers.add({ ...asker(5), mac: mac(99) }, 20)
    const current = askers.current(30)
    expect(current).toHaveLength(ASKERS_REMEMBERED)
    expect(current.map(({ address }) => formatIp(address)).slice(0, 2)).toEqual(['192.0.2.3', '192.0.2.4'])
    expect(current.at(-1)).toEqual({ ...asker(5), mac: mac(99) })
  })

  it('are forgotten when they have not asked for long', () => {
    const askers = new Askers()
    askers.add(asker(1), 0)
    askers.add(asker(2), 1_000)
    expect(askers.current(ASKER_MS)).toEqual([asker(2)])
    expect(askers.current(ASKER_MS + 1_000)).toEqual([])
  })
})

describe('a refresh', () => {
  const told = (refresh: NeighborRefresh, nowMs: number) =>
    refresh
      .take(nowMs)
      .map(({ address, to }) => `${formatIp(address)} to ${formatIp(to.address)} at ${to.mac}`)

  it('goes to those that asked for what is held, once in each interval', () => {
    const refresh = new NeighborRefresh(INTERVAL_MS)
    expect(refresh.nextMs).toBeUndefined()
    refresh.asked('eth0', VIP, asker(1), true, 1_000)
    refresh.asked('eth0', VIP, asker(2), true, 2_000)
    expect(refresh.nextMs).toBe(31_000)
    expect(told(refresh, 30_999)).toEqual([])
    const both = [
      '192.0.2.100 to 192.0.2.1 at 02:00:00:00:00:01',
      '192.0.2.100 to 192.0.2.2 at 02:00:00:00:00:02',
    ]
    expect(told(refresh, 31_000)).toEqual(both)
    expect(told(refresh, 31_010)).toEqual([])
    expect(refresh.nextMs).toBe(61_000)
    expect(told(refresh, 61_000)).toEqual(both)
  })

  it('ends when nobody has asked for long', () => {
    const refresh = new NeighborRefresh(INTERVAL_MS)
    refresh.asked('eth0', VIP, asker(1), true, 0)
    expect(told(refresh, ASKER_MS)).toEqual([])
    expect(refresh.nextMs).toBeUndefined()
  })

  it('goes at once, and in rounds, to those that asked while the address was another’s, when it is taken over', () => {
    const refresh = new NeighborRefresh(INTERVAL_MS)
    refresh.asked('eth0', VIP, asker(1), false, 0)
    refresh.asked('eth1', VIP, asker(2), false, 0)
    expect(refresh.nextMs).toBeUndefined()
    refresh.taken('eth0', VIP, 5_000)
    for (const round of [5_000, 6_100, 7_200, 8_300, 9_400]) {
      expect(refresh.nextMs).toBe(round)
      expect(told(refresh, round)).toEqual(['192.0.2.100 to 192.0.2.1 at 02:00:00:00:00:01'])
    }
    expect(refresh.nextMs).toBe(39_400)
  })

  it('is not sent any more once the address is given up, also where it waited for its turn', () => {
    const refresh = new NeighborRefresh(INTERVAL_MS)
    const many = Array.from({ length: FRAMES_PER_TURN }, (_, i) => ip(4, BigInt(0x0a000000 + i)))
    for (const each of many) {
      refresh.asked('eth0', each, asker(1), true, 0)
      refresh.asked('eth0', each, asker(2), true, 0)
    }
    expect(refresh.take(INTERVAL_MS)).toHaveLength(FRAMES_PER_TURN)
    for (const each of many) refresh.given('eth0', each)
    expect(refresh.take(INTERVAL_MS + TURN_MS)).toEqual([])
    // It comes back: those that asked here before are told.
    refresh.taken('eth0', many[0]!, 60_000)
    expect(refresh.take(60_000)).toHaveLength(2)
  })

  it('is for hosts that will send there: not for probes, announcements and groups', () => {
    const refresh = new NeighborRefresh(INTERVAL_MS)
    refresh.asked('eth0', VIP, { address: at('0.0.0.0'), mac: mac(1) }, true, 0)
    refresh.asked('eth0', VIP, { address: VIP, mac: mac(1) }, true, 0)
    refresh.asked('eth0', VIP, { address: at('192.0.2.1'), mac: parseMac('ff:ff:ff:ff:ff:ff')! }, true, 0)
    refresh.asked('eth0', VIP, { address: at('192.0.2.1'), mac: parseMac('01:00:5e:00:00:01')! }, true, 0)
    expect(refresh.nextMs).toBeUndefined()
  })

  it('of addresses of others is bounded, whatever is asked for', () => {
    const refresh = new NeighborRefresh(INTERVAL_MS)
    const all = Array.from({ length: OTHERS_REMEMBERED + 1 }, (_, i) => ip(4, BigInt(0x0a000000 + i)))
    for (const each of all) refresh.asked('eth0', each, asker(1), false, 0)
    refresh.taken('eth0', all[0]!, 1)
    expect(refresh.take(1)).toEqual([])
    refresh.taken('eth0', all[1]!, 1)
    expect(refresh.take(1)).toHaveLength(1)
  })

  it('reaches everybody in time, never too fast, and never for what is not held', () => {
    const address = fc.integer({ min: 1, max: 6 }).map((n) => ip(4, BigInt(n)))
    const event = fc.oneof(
      { weight: 6, arbitrary: fc.record({ asked: address, by: fc.integer({ min: 1, max: 12 }) }) },
      fc.record({ taken: address }),
      fc.record({ given: address }),
      { weight: 3, arbitrary: fc.record({ wait: fc.integer({ min: 1, max: 2 * INTERVAL_MS }) }) },
    )
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60 }), (events) => {
        const refresh = new NeighborRefresh(INTERVAL_MS)
        const held = new Set<bigint>()
        const lastTold = new Map<string, number>()
        let [nowMs, turnMs] = [0, Number.NEGATIVE_INFINITY]
        const until = (ms: number) => {
          for (let next = refresh.nextMs; next !== undefined && next <= ms; next = refresh.nextMs) {
            expect(next, 'the clock goes on').toBeGreaterThanOrEqual(turnMs)
            nowMs = Math.max(nowMs, next)
            const frames = refresh.take(nowMs)
            expect(frames.length).toBeLessThanOrEqual(FRAMES_PER_TURN)
            if (frames.length > 0) expect(nowMs - turnMs).toBeGreaterThanOrEqual(TURN_MS)
            if (frames.length > 0) turnMs = nowMs
            for (const { address, to } of frames) {
              expect(held.has(address.value)).toBe(true)
              lastTold.set(`${address.value} ${to.address.value}`, nowMs)
            }
          }
          nowMs = ms
        }
        for (const each of events) {
          if ('wait' in each) until(nowMs + each.wait)
          if ('taken' in each && !held.has(each.taken.value)) {
            held.add(each.taken.value)
            refresh.taken('eth0', each.taken, nowMs)
          }
          if ('given' in each && held.delete(each.given.value)) refresh.given('eth0', each.given)
          if ('asked' in each) {
            refresh.asked('eth0', each.asked, asker(each.by), held.has(each.asked.value), nowMs)
            // The last one of the list is always remembered.
            const key = `${each.asked.value} ${asker(each.by).address.value}`
            const before = lastTold.get(key)
            if (!held.has(each.asked.value)) continue
            const askedMs = nowMs
            until(nowMs + INTERVAL_MS + TURN_MS)
            expect(lastTold.get(key), `asked at ${askedMs}, told before at ${before}`).toBeGreaterThanOrEqual(
              askedMs,
            )
          }
        }
      }),
      { numRuns: 300 },
    )
  })
})
