// What is printed and what is told, look by look.
import { describe, expect, it } from 'vitest'
import { LbctlError } from '../errors/lbctl-error.ts'
import { type Look, lookAgain, type Repetition } from './look-again.ts'

const BAD: Look = { text: 'bad', exitCode: 1, answer: 'bad' }
const GOOD: Look = { text: 'good', exitCode: 0, answer: 'good' }
const GAPS: Look = { text: 'gaps', exitCode: 3, answer: 'gaps' }
const AWAY = new LbctlError('unreachable', 'The cluster does not answer.')
const STOPPED = new Error('stopped')

/** Each look takes a second; a watch is stopped when there are no more. */
async function run(repetition: Partial<Repetition>, looks: readonly (Look | Error)[]) {
  const said: string[] = []
  const rest = [...looks]
  let nowMs = 0
  const outcome = await lookAgain(
    { watch: false, waitMs: undefined, intervalMs: 5000, ...repetition },
    {
      look: async () => {
        nowMs += 1000
        const next = rest.shift()
        if (next === undefined || next instanceof Error) throw next ?? STOPPED
        return next
      },
      out: (text) => void said.push(text),
      tell: (text) => void said.push(`(${text})`),
      now: () => nowMs,
      sleep: async (ms) => {
        nowMs += ms
        if (rest.length === 0) throw STOPPED
      },
    },
  ).catch((error: unknown) => error)
  return { said, outcome }
}

const STANDS = '(The cluster does not answer. The last answer stands; looking again.)'
const BACK = '(The cluster answers again.)'

describe('one look', () => {
  it('is printed, and its exit code is the outcome', async () => {
    expect(await run({}, [BAD])).toEqual({ said: ['bad'], outcome: 1 })
    expect(await run({}, [AWAY])).toEqual({ said: [], outcome: AWAY })
  })
})

describe('watching', () => {
  const watched = (...looks: (Look | Error)[]) => run({ watch: true }, looks)

  it('prints an answer once, and again when it comes back after another one', async () => {
    const { said, outcome } = await watched(BAD, BAD, GOOD, { ...GOOD, text: 'good, in 3 ms' }, BAD)
    expect([said, outcome]).toEqual([['bad', 'good', 'bad'], STOPPED])
  })

  it('goes on when the cluster goes away, and says so once', async () => {
    const { said } = await watched(BAD, AWAY, AWAY, BAD, AWAY, GOOD)
    expect(said).toEqual(['bad', STANDS, BACK, STANDS, BACK, 'good'])
  })

  it('waits for a second look before gaps are an answer', async () => {
    expect((await watched(BAD, GAPS, AWAY, GAPS, BAD)).said).toEqual(['bad', STANDS, BACK])
    expect((await watched(BAD, GAPS, GAPS, GAPS, BAD)).said).toEqual(['bad', 'gaps', 'bad'])
    expect((await watched(GAPS, GAPS, GOOD)).said).toEqual(['gaps', 'good'])
  })

  it('does not begin without the cluster, and ends with an error that does not pass by itself', async () => {
    expect(await watched(AWAY)).toEqual({ said: [], outcome: AWAY })
    const gone = new LbctlError('input', 'There is no such Service.')
    expect(await watched(BAD, gone)).toEqual({ said: ['bad'], outcome: gone })
    const bug = new Error('a bug')
    expect((await watched(BAD, bug)).outcome).toBe(bug)
  })
})

describe('waiting', () => {
  const STILL = '(Something is wrong still; looking again.)'
  const awaited = (waitMs: number, ...looks: (Look | Error)[]) => run({ waitMs }, looks)

  it('prints the last answer alone', async () => {
    expect(await awaited(60_000, BAD, BAD, GOOD)).toEqual({ said: [STILL, 'good'], outcome: 0 })
    expect(await awaited(9000, BAD, BAD, GOOD)).toEqual({ said: [STILL, 'bad'], outcome: 1 })
    expect(await awaited(0, BAD)).toEqual({ said: ['bad'], outcome: 1 })
  })

  it('also waits for a cluster that does not answer yet', async () => {
    const again = '(The cluster does not answer. Looking again.)'
    expect(await awaited(60_000, AWAY, AWAY, BAD, GOOD)).toEqual({
      said: [again, STILL, 'good'],
      outcome: 0,
    })
    expect(await awaited(9000, BAD, AWAY)).toEqual({ said: [STILL], outcome: AWAY })
  })
})
