import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { type Ip, parseIp } from '../../net/ip.ts'
import {
  type DiscoveryEffect,
  type DiscoveryEvent,
  type DiscoveryState,
  NO_LINK,
  routerOf,
  stepDiscovery,
  wakeAtMs,
} from './machine.ts'

const ip = (text: string): Ip => parseIp(text)!
const OWN = ip('fe80::1')
const A = ip('fe80::a')
const B = ip('fe80::b')

interface Sent {
  readonly kind: DiscoveryEffect['kind']
  readonly atMs: number
}

/** Runs the machine with time events when it asks for them. */
class Run {
  state: DiscoveryState = NO_LINK
  nowMs = 0
  random = 0.5
  readonly sent: Sent[] = []

  event(event: DiscoveryEvent): this {
    const [state, effects] = stepDiscovery(this.state, event, { nowMs: this.nowMs, random: this.random })
    this.state = state
    this.sent.push(...effects.map(({ kind }) => ({ kind, atMs: this.nowMs })))
    return this
  }

  until(atMs: number): this {
    for (;;) {
      const wake = wakeAtMs(this.state)
      if (wake === undefined || wake > atMs) break
      this.nowMs = Math.max(this.nowMs, wake)
      this.event({ kind: 'time' })
    }
    this.nowMs = atMs
    return this
  }

  link(own: Ip | undefined): this {
    return this.event({ kind: 'link', own })
  }

  hears(source: Ip, message: 'router-advertisement' | 'router-solicitation' = 'router-advertisement'): this {
    return this.event({ kind: 'heard', message, source })
  }

  times(kind: Sent['kind']): number[] {
    return this.sent.filter((one) => one.kind === kind).map(({ atMs }) => atMs)
  }
}

describe('advertisements', () => {
  it('come at once, quickly three times, then at the long interval (RFC 4861 §6.2.4)', () => {
    expect(new Run().link(OWN).until(30_000).times('advertise')).toEqual([
      0, 3_000, 6_000, 12_650, 19_300, 25_950,
    ])
  })

  it('answer a solicitation after a random delay, from a host without address too', () => {
    const run = new Run().link(OWN).until(20_000)
    const before = run.times('advertise').length
    run.random = 0.4
    run.hears(ip('::'), 'router-solicitation').until(20_200)
    // The last one was at 19.3 s, and two are never closer than 3 s.
    expect(run.times('advertise').length).toBe(before)
    run.until(22_300)
    expect(run.times('advertise').at(-1)).toBe(22_300)
  })

  it('tell a router that was not heard before, once', () => {
    const run = new Run().link(OWN).until(17_000)
    run.hears(A).until(17_250)
    expect(run.times('advertise').at(-1)).toBe(17_250)
    run.hears(A).until(21_000)
    expect(run.times('advertise').at(-1)).toBe(17_250)
  })

  it('stop with the link and begin anew with the next', () => {
    const run = new Run().link(OWN).until(1_000).link(undefined).until(50_000)
    expect(run.times('advertise')).toEqual([0])
    expect(run.link(OWN).until(50_000).times('advertise')).toEqual([0, 50_000])
  })
})

describe('solicitations', () => {
  it('are three when nobody answers (RFC 4861 §6.3.7)', () => {
    expect(new Run().link(OWN).until(60_000).times('solicit')).toEqual([0, 4_000, 8_000])
  })

  it('end with the first router', () => {
    expect(new Run().link(OWN).until(1_000).hears(A).until(60_000).times('solicit')).toEqual([0])
  })
})

describe('the peer', () => {
  it('is the first router that is heard', () => {
    const run = new Run().link(OWN)
    expect(routerOf(run.state)).toBeUndefined()
    expect(routerOf(run.hears(A).hears(B).state)).toEqual(A)
    expect(run.state.routers.map(({ address }) => address)).toEqual([A, B])
  })

  it('is not who solicits, and not this host itself', () => {
    const run = new Run().link(OWN).hears(OWN).hears(A, 'router-solicitation')
    expect(run.state.routers).toEqual([])
  })

  it('is another one after 30 s without a word, and not before', () => {
    const run = new Run().link(OWN).hears(A)
    expect(routerOf(run.until(30_000).hears(B).state)).toEqual(A)
    expect(routerOf(run.until(30_001).hears(B).state)).toEqual(B)
    expect(run.state.routers.map(({ address }) => address)).toEqual([B, A])
  })

  it('stays as long as the session stands, however silent', () => {
    const run = new Run().link(OWN).hears(A).event({ kind: 'session', established: true })
    expect(routerOf(run.until(600_000).hears(B).state)).toEqual(A)
    expect(routerOf(run.event({ kind: 'session', established: false }).hears(B).state)).toEqual(B)
  })

  it('is forgotten with the link, and when our own address changes', () => {
    const run = new Run().link(OWN).hears(A)
    expect(routerOf(run.link(OWN).state)).toEqual(A)
    expect(routerOf(run.link(ip('fe80::2')).state)).toBeUndefined()
    expect(routerOf(run.hears(A).link(undefined).state)).toBeUndefined()
    expect(routerOf(run.hears(B).state)).toBeUndefined()
  })
})

it('keeps its promises whatever happens', () => {
  const event: fc.Arbitrary<DiscoveryEvent> = fc.oneof(
    fc.record({ kind: fc.constant('link' as const), own: fc.constantFrom(OWN, OWN, A, undefined) }),
    fc.record({
      kind: fc.constant('heard' as const),
      message: fc.constantFrom('router-advertisement' as const, 'router-solicitation' as const),
      source: fc.nat({ max: 40 }).map((n) => ip(`fe80::${n.toString(16)}`)),
    }),
    fc.record({ kind: fc.constant('session' as const), established: fc.boolean() }),
  )
  const steps = fc.array(
    fc.tuple(event, fc.nat({ max: 20_000 }), fc.double({ min: 0, max: 0.999, noNaN: true })),
  )
  fc.assert(
    fc.property(steps, (list) => {
      const run = new Run()
      let upAtMs = 0
      for (const [one, pauseMs, random] of list) {
        run.random = random
        const before = run.state.own
        run.event(one)
        if (run.state.own !== before) upAtMs = run.nowMs
        run.until(run.nowMs + pauseMs)
        expect(run.state.routers.length).toBeLessThanOrEqual(16)
        const times = run.times('advertise').filter((atMs) => atMs >= upAtMs)
        // RFC 4861 §6.2.6, within one life of the link. The clock is a sum of fractions: 3,000 may come out as 2999.9999999999927.
        for (let i = 1; i < times.length; i++)
          expect(times[i]! - times[i - 1]!).toBeGreaterThan(3_000 - 0.001)
        if (run.state.own !== undefined)
          expect(run.nowMs - (times.at(-1) ?? upAtMs)).toBeLessThan(10_000 + 0.001)
        if (run.state.own === undefined) expect(run.state.routers).toEqual([])
        else expect(run.state.routers.map(({ address }) => address)).not.toContainEqual(run.state.own)
      }
    }),
  )
})
