import { describe, expect, it } from 'vitest'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import type { ProbeOutcome } from '../facts/facts.ts'
import { FakeClock, settle } from '../testing/fake-outside.ts'
import type { ProbeFinding, ProbingSpeaker, SpeakerAnswer } from './ports.ts'
import { DEADLINE_MS, MOST_AT_ONCE, SpeakerProber } from './speaker-prober.ts'

const MAC = '02:00:00:00:00:09'
const address = (text: string): Ip => parseIp(text) ?? { family: 4, value: 0n }
const numbered = (number: number): Ip => ({ family: 4, value: 0xc0000200n + BigInt(number) })

type Answers = (speaker: string, text: string, nowMs: number) => ProbeFinding | string

/** Speakers that take a second for what they send, and no time for what they do not. */
class Lab {
  readonly clock = new FakeClock()
  readonly asked: {
    readonly speaker: string
    readonly addresses: readonly string[]
    readonly atMs: number
  }[] = []
  readonly troubles: (string | undefined)[] = []
  lists = 0
  readonly prober: SpeakerProber

  constructor(names: readonly string[] | string, answers: Answers) {
    const list = typeof names === 'string' ? names : names.map((name): ProbingSpeaker => ({ name }))
    this.prober = new SpeakerProber({
      clock: this.clock,
      onTrouble: (why) => this.troubles.push(why),
      speakers: {
        list: async () => {
          this.lists++
          return list
        },
        ask: (speaker, addresses, withinMs) =>
          this.#ask(speaker.name, addresses.map(formatIp), withinMs, answers),
      },
    })
  }

  async #ask(
    speaker: string,
    addresses: readonly string[],
    withinMs: number,
    answers: Answers,
  ): Promise<SpeakerAnswer> {
    const atMs = this.clock.nowMs()
    this.asked.push({ speaker, addresses, atMs })
    const findings = new Map<string, ProbeFinding>()
    let sends = false
    for (const text of addresses) {
      const finding = answers(speaker, text, atMs)
      if (typeof finding === 'string') {
        await this.#pause(finding === 'silent' ? withinMs : 0)
        return { ok: false, why: finding }
      }
      sends ||= finding.kind === 'free' || finding.kind === 'in-use'
      findings.set(text, finding)
    }
    if (sends) await this.#pause(1000)
    return { ok: true, node: speaker, macs: [`02:00:00:00:00:0${speaker.at(-1)}`], findings }
  }

  #pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      this.clock.after(ms, resolve)
    })
  }

  /** What became of it, and after how long. */
  async probe(
    ...addresses: readonly Ip[]
  ): Promise<{ readonly outcome: ProbeOutcome; readonly tookMs: number }> {
    const startMs = this.clock.nowMs()
    let outcome: ProbeOutcome | undefined
    void this.prober.probe(addresses).then((done) => {
      outcome = done
    })
    for (let step = 0; step < 3000 && outcome === undefined; step++) await this.clock.advance(10)
    if (outcome === undefined) throw new Error('there was no outcome within 30 s')
    return { outcome, tookMs: this.clock.nowMs() - startMs }
  }
}

const free: ProbeFinding = { kind: 'free' }
const A = address('192.0.2.1')

describe('an address', () => {
  it('that nobody has is free, and not asked for again soon', async () => {
    const lab = new Lab(['n1', 'n2'], () => free)
    expect((await lab.probe(A)).outcome).toEqual({ kind: 'free' })
    expect((await lab.probe(A)).outcome).toEqual({ kind: 'free' })
    expect(lab.asked.map(({ speaker }) => speaker)).toEqual(['n1'])
    await lab.clock.advance(20_000)
    await lab.probe(A)
    expect(lab.asked).toHaveLength(2)
  })

  it('is in use when somebody still answers a second later', async () => {
    const lab = new Lab(['n1', 'n2'], () => ({ kind: 'in-use', by: MAC }))
    expect((await lab.probe(A)).outcome).toEqual({ kind: 'in-use', address: A, by: MAC })
    const times = lab.asked.filter(({ addresses }) => addresses.length > 0).map(({ atMs }) => atMs)
    expect(times).toHaveLength(2)
    expect((times[1] ?? 0) - (times[0] ?? 0)).toBeGreaterThanOrEqual(2000)
  })

  it('is free when a speaker of ours has fallen silent by then', async () => {
    const lab = new Lab(['n1'], (_, __, nowMs) => (nowMs < 1500 ? { kind: 'in-use', by: MAC } : free))
    expect((await lab.probe(A)).outcome).toEqual({ kind: 'free' })
  })

  it('that a node of ours answers for is told with the name of the node', async () => {
    const lab = new Lab(['n1', 'n9'], () => ({ kind: 'in-use', by: MAC }))
    expect((await lab.probe(A)).outcome).toMatchObject({ kind: 'in-use', by: `${MAC} (node n9)` })
  })

  it('that a Service has is none of anybody else’s', async () => {
    const lab = new Lab(['n1'], () => ({ kind: 'announced' }))
    expect((await lab.probe(A)).outcome).toEqual({ kind: 'free' })
  })

  it('one of two in use makes the pair in use', async () => {
    const other = address('2001:db8::1')
    const lab = new Lab(['n1'], (_, text) => (text === '2001:db8::1' ? { kind: 'in-use', by: MAC } : free))
    expect((await lab.probe(A, other)).outcome).toMatchObject({ kind: 'in-use', address: other })
  })
})

describe('who is asked', () => {
  it('those that do not announce the pool are passed over, and the one that does is asked first from then on', async () => {
    const lab = new Lab(['n1', 'n2', 'n3'], (speaker) => (speaker === 'n3' ? free : { kind: 'no-link' }))
    await lab.probe(A)
    await lab.probe(numbered(2))
    expect(lab.asked.map(({ speaker }) => speaker)).toEqual(['n1', 'n2', 'n3', 'n3'])
  })

  it('where nobody announces the pool by layer 2 there is nothing to be asked', async () => {
    const lab = new Lab(['n1', 'n2'], () => ({ kind: 'no-link' }))
    const { outcome, tookMs } = await lab.probe(A)
    expect(outcome).toEqual({ kind: 'free' })
    expect(tookMs).toBeLessThan(200)
  })

  it('a speaker that lags behind is asked again, and not for ever', async () => {
    const late = new Lab(['n1'], (_, __, nowMs) => (nowMs < 600 ? { kind: 'not-known' } : free))
    expect((await late.probe(A)).outcome).toEqual({ kind: 'free' })
    const never = new Lab(['n1'], () => ({ kind: 'not-known' }))
    const { outcome, tookMs } = await never.probe(A)
    expect(outcome).toEqual({ kind: 'unknown', why: 'no speaker knows of anything that announces its pool' })
    expect(tookMs).toBeLessThan(4000)
  })

  it('one that fails might have been the one, so the others’ “not mine” is no answer', async () => {
    const lab = new Lab(['n1', 'n2'], (speaker) => (speaker === 'n1' ? 'broken' : { kind: 'no-link' }))
    expect((await lab.probe(A)).outcome).toEqual({ kind: 'unknown', why: 'n1: broken' })
  })

  it('those that do not answer cost one deadline, and are left alone then', async () => {
    const lab = new Lab(['n1', 'n2', 'n3'], () => 'silent')
    const first = await lab.probe(A)
    expect(first.outcome.kind).toBe('unknown')
    expect(first.tookMs).toBeLessThanOrEqual(DEADLINE_MS + 200)
    await lab.probe(numbered(2))
    const third = await lab.probe(numbered(3))
    expect(third).toMatchObject({ outcome: { kind: 'unknown' } })
    expect(third.tookMs).toBeLessThan(100)
    expect(lab.troubles).toHaveLength(1)
    await lab.clock.advance(40_000)
    const before = lab.asked.length
    await lab.probe(numbered(4))
    expect(lab.asked.length).toBeGreaterThan(before)
  })

  it('without any speaker the answer comes at once, with the reason', async () => {
    for (const names of [[], 'pods cannot be listed']) {
      const lab = new Lab(names, () => free)
      const { outcome, tookMs } = await lab.probe(A)
      expect(outcome).toMatchObject({ kind: 'unknown' })
      expect(tookMs).toBeLessThan(100)
      expect(lab.troubles).toEqual([
        typeof names === 'string' ? names : 'no speaker listens for such questions',
      ])
    }
  })
})

describe('many Services', () => {
  it('are asked for together, in questions of a bounded size, one after the other', async () => {
    const lab = new Lab(['n1'], () => free)
    const count = 2 * MOST_AT_ONCE + 10
    let done = 0
    for (let number = 0; number < count; number++)
      void lab.prober.probe([{ family: 4, value: 0x0a000000n + BigInt(number) }]).then(() => done++)
    await lab.clock.advance(900)
    expect(lab.asked.map(({ addresses }) => addresses.length)).toEqual([MOST_AT_ONCE])
    await lab.clock.advance(4000)
    await settle()
    expect(done).toBe(count)
    expect(lab.asked.map(({ addresses }) => addresses.length)).toEqual([MOST_AT_ONCE, MOST_AT_ONCE, 10])
    expect(lab.lists).toBe(1)
  })
})
