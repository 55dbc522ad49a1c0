// A judge who finds nothing wrong with anything is worth nothing: here he is shown speakers that are broken on purpose.
import { spawn } from 'node:child_process'
import { describe, expect, it } from 'vitest'
import { eventually } from '../support/namespaces.ts'

type Change = 'started' | 'stopped' | 'killed'
interface World {
  addresses(): string[]
  isWanted(address: string): boolean
  since(address: string): number
}
interface Judge {
  readonly violations: string[]
  readonly counts: Record<string, number>
  memberChanged(how: Change, nowMs: number): void
  configurationChanged(nowMs: number): void
  heard(reply: { address: string; mac: string }): void
  turn(nowMs: number): void
}
type Windows = Record<Change | 'files' | 'answer', number>
interface Sample {
  readonly atMs: number
  readonly megabytes: number
  readonly files: number
}
interface Parts {
  readonly Judge: new (parts: {
    world: World
    windows: Windows
    ask: (addresses: string[]) => void
    shuffled: (list: string[]) => string[]
  }) => Judge
  readonly windows: (members: number, slack?: number) => Windows
  readonly growth: (samples: readonly Sample[]) => string[]
  readonly Speakers: new (
    lab: { startSpeaker: () => unknown },
    hosts: Record<string, string>,
    onMember: (how: Change) => void,
  ) => { readonly violations: string[]; change(random: () => number): Promise<void>; endAll(): Promise<void> }
}

const load = async (name: string): Promise<Partial<Parts>> =>
  (await import(new URL(`../../bench/soak/${name}.mjs`, import.meta.url).href)) as Partial<Parts>
const loaded = await Promise.all(['judge', 'windows', 'growth', 'speakers'].map(load))
const { Judge, windows, growth, Speakers } = Object.assign({}, ...loaded) as Parts

const ADDRESSES = ['10.64.0.1', '10.64.0.2', '10.64.0.3']
const HELD = ADDRESSES[0] ?? ''
const [OURS, THEIRS] = ['02:00:00:00:00:01', '02:00:00:00:00:02']
const WINDOWS = windows(3)
const TURN_MS = 100
const HOUR_MS = 3_600_000

/** A soak without speakers: `answers` says who answers for an address at a time. */
class Soak {
  nowMs = 100_000
  readonly wanted = new Map<string, { isWanted: boolean; since: number }>()
  readonly judge: Judge
  answers: (address: string, nowMs: number) => string[] = (address) =>
    this.wanted.get(address)?.isWanted === true ? [OURS] : []

  constructor() {
    for (const address of ADDRESSES) this.wanted.set(address, { isWanted: true, since: 0 })
    this.judge = new Judge({
      world: {
        addresses: () => ADDRESSES,
        isWanted: (address) => this.wanted.get(address)?.isWanted === true,
        since: (address) => this.wanted.get(address)?.since ?? 0,
      },
      windows: WINDOWS,
      ask: (addresses) => {
        for (const address of addresses)
          for (const mac of this.answers(address, this.nowMs)) this.judge.heard({ address, mac })
      },
      shuffled: (list) => [...list],
    })
  }

  become(address: string, isWanted: boolean): void {
    this.wanted.set(address, { isWanted, since: this.nowMs })
  }

  run(ms: number): this {
    for (const end = this.nowMs + ms; this.nowMs < end; this.nowMs += TURN_MS) this.judge.turn(this.nowMs)
    return this
  }

  get found(): string[] {
    return [...new Set(this.judge.violations.map((each) => each.replace(/ \(asked .*\)$/, '')))]
  }
}

describe('the judge', () => {
  it('has nothing against speakers that do what they shall', () => {
    const soak = new Soak().run(5_000)
    soak.become(HELD, false)
    soak.run(10_000)
    soak.judge.memberChanged('killed', soak.nowMs)
    soak.run(30_000)
    expect(soak.found).toEqual([])
    expect(soak.judge.counts['owned']).toBeGreaterThan(50)
    expect(soak.judge.counts['free']).toBeGreaterThan(20)
  })

  it('finds two owners, once a death must have been noticed and not before', () => {
    const soak = new Soak().run(5_000)
    soak.judge.memberChanged('killed', soak.nowMs)
    soak.answers = (address) => (address === HELD ? [OURS, THEIRS] : [OURS])
    soak.run(WINDOWS.killed)
    expect(soak.found).toEqual([])
    expect(soak.judge.counts['twoOwnersInWindow']).toBeGreaterThan(0)
    soak.run(5_000)
    expect(soak.found).toEqual([`${HELD} has two owners: ${OURS}, ${THEIRS}`])
    expect(soak.judge.violations[0]).toMatch(/ \(asked \d+\.\d s after a speaker was killed\)$/)
  })

  it('finds an address that is answered for after it was withdrawn', () => {
    const soak = new Soak().run(5_000)
    soak.become(HELD, false)
    soak.answers = () => [OURS]
    soak.run(WINDOWS.files)
    expect(soak.found).toEqual([])
    soak.run(5_000)
    expect(soak.found).toEqual([`${HELD} is nobody's, and ${OURS} answers`])
  })

  it('finds one that is withdrawn too late, though it is in the end', () => {
    const soak = new Soak().run(5_000)
    soak.become(HELD, false)
    const change = soak.nowMs
    soak.answers = (address, nowMs) => (address !== HELD || nowMs < change + 4_000 ? [OURS] : [])
    soak.run(20_000)
    expect(soak.found).toEqual([`${HELD} is nobody's, and ${OURS} answers`])
  })

  it('finds an address that nobody took over, and that nobody ever announced', () => {
    const soak = new Soak().run(5_000)
    soak.judge.memberChanged('killed', soak.nowMs)
    soak.answers = (address) => (address === HELD ? [] : [OURS])
    soak.run(WINDOWS.killed)
    expect(soak.found).toEqual([])
    soak.run(10_000)
    expect(soak.found).toEqual([`${HELD} has to be announced, and nobody answers`])
    const other = ADDRESSES[1] ?? ''
    soak.become(other, false)
    soak.answers = (address) => (address === other ? [] : [OURS])
    soak.run(5_000)
    soak.become(other, true)
    soak.run(10_000)
    expect(soak.found).toContain(`${other} has to be announced, and nobody answers`)
  })

  it('takes one lost frame for what it is', () => {
    const soak = new Soak()
    const lostAt = soak.nowMs + 3_000
    soak.answers = (_, nowMs) => (nowMs >= lostAt && nowMs < lostAt + TURN_MS ? [] : [OURS])
    expect(soak.run(10_000).found).toEqual([])
  })

  it('judges nothing by a machine that stood still, and everything after', () => {
    const soak = new Soak().run(5_000)
    soak.nowMs += 3_000
    soak.become(HELD, false)
    soak.answers = () => [OURS]
    soak.run(500)
    expect(soak.judge.counts['stalls']).toBe(1)
    expect(soak.found).toEqual([])
    soak.run(5_000)
    expect(soak.found).toEqual([`${HELD} is nobody's, and ${OURS} answers`])
  })
})

describe('its windows', () => {
  it('are what the protocol needs: three intervals until asked, one to fail, four of suspicion', () => {
    // 8 s by the constants of the LAN profile, 0.6 s until everybody heard of it, 0.5 s of the machine.
    expect(WINDOWS.killed).toBe(9_100)
    expect(windows(3, 2).killed).toBe(18_200)
    expect(WINDOWS.files).toBe(1_000)
  })
})

describe('growth', () => {
  /** An hour of samples; the collector's rounds move the memory by three megabytes. */
  const samples = (megabytes: (hours: number) => number, files = (_hours: number) => 30): Sample[] =>
    Array.from({ length: 720 }, (_, i) => ({
      atMs: (i / 720) * HOUR_MS,
      megabytes: megabytes(i / 720) + (i % 7 === 0 ? 3 : 0),
      files: files(i / 720),
    }))

  it('is none in a process that warms up and then stays', () => {
    expect(growth(samples((hours) => 70 + 30 * Math.min(1, hours * 4)))).toEqual([])
    expect(growth(samples(() => 80).slice(0, 5))).toEqual([])
  })

  it('is found in one that leaks memory', () => {
    expect(growth(samples((hours) => 70 + 40 * hours))).toEqual([
      expect.stringMatching(/^memory grows: 1\d\.\d MB more at the end .* (39|40|41)\.\d MB per hour$/),
    ])
  })

  it('is found in one that leaks files', () => {
    const files = (hours: number) => 30 + Math.floor(hours * 60)
    expect(growth(samples(() => 80, files))).toEqual([expect.stringContaining('open files become more')])
  })
})

describe('speakers', () => {
  /** Each is this program. */
  const speakers = (program: string) => {
    const children: ReturnType<typeof spawn>[] = []
    const startSpeaker = () => {
      const child = Object.assign(spawn(process.execPath, ['-e', program]), { trouble: 'its last words' })
      children.push(child)
      return child
    }
    const changes: Change[] = []
    const all = new Speakers({ startSpeaker }, { n1: '', n2: '', n3: '' }, (how) => changes.push(how))
    return { all, changes, children }
  }
  const ORDERLY =
    "process.on('SIGTERM', () => process.exit(143)); setInterval(() => 0, 1000); console.log('up')"
  const up = (children: ReturnType<typeof spawn>[]) =>
    Promise.all(children.map((child) => new Promise((resolve) => child.stdout?.once('data', resolve))))

  it('that end in order are well, also those that are killed', async () => {
    const { all, changes, children } = speakers(ORDERLY)
    await up(children)
    await all.change(() => 0.1)
    await all.endAll()
    expect(all.violations).toEqual([])
    expect(changes).toEqual(['killed', 'killed'])
  })

  it('that end by themselves are found, with what they said last', async () => {
    const { all } = speakers('process.exit(7)')
    await eventually('the three ends', () => (all.violations.length === 3 ? true : undefined))
    expect(all.violations).toContain('n1 ended by itself with 7: its last words')
    await all.endAll()
  })

  it('that do not end as told are found', async () => {
    const { all, children } = speakers(ORDERLY.replace('143', '1'))
    await up(children)
    await all.endAll()
    expect(all.violations).toContain('n2 ended with 1 on SIGTERM: its last words')
  })
})
