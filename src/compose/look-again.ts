// `--wait` and `--watch`: the same look again, until all is well or for as long as somebody watches. A cluster that does not answer in
// between says nothing about what is wrong with it: it is told, and the last answer stands until it answers again.
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { LbctlError } from '../errors/lbctl-error.ts'

export interface Look {
  /** to be printed */
  readonly text: string
  readonly exitCode: ExitCode
  /** the same for two looks that found the same, whatever their times and measurements */
  readonly answer: string
}

export interface Repetition {
  /** never ends by itself */
  readonly watch: boolean
  /** undefined: one look */
  readonly waitMs: number | undefined
  readonly intervalMs: number
}

export interface Around {
  readonly look: () => Promise<Look>
  /** the result */
  readonly out: (text: string) => void
  /** everything else */
  readonly tell: (text: string) => void
  /** milliseconds of a clock that only goes forward */
  readonly now: () => number
  /** @throws when the work was stopped */
  readonly sleep: (ms: number) => Promise<void>
}

/** @throws LbctlError what a look throws: the only one, the first of a watch, or the last one that the waiting time allows */
export async function lookAgain(repetition: Repetition, around: Around): Promise<ExitCode> {
  if (repetition.watch) return watch(repetition, around)
  if (repetition.waitMs !== undefined) return wait(repetition.waitMs, repetition, around)
  const { text, exitCode } = await around.look()
  around.out(text)
  return exitCode
}

async function wait(waitMs: number, { intervalMs }: Repetition, around: Around): Promise<ExitCode> {
  const until = around.now() + waitMs
  let told: string | undefined
  for (;;) {
    const seen = await seenBy(around)
    const isLast = around.now() + intervalMs > until
    if (seen instanceof LbctlError) {
      if (isLast) throw seen
    } else if (isLast || seen.exitCode === EXIT.ok) {
      around.out(seen.text)
      return seen.exitCode
    }
    const words =
      seen instanceof LbctlError
        ? `${seen.message} Looking again.`
        : 'Something is wrong still; looking again.'
    if (words !== told) around.tell(words)
    told = words
    await around.sleep(intervalMs)
  }
}

async function watch({ intervalMs }: Repetition, around: Around): Promise<never> {
  let shown: string | undefined
  let isAway = false
  let isDoubted = false
  for (;;) {
    const seen = await seenBy(around)
    if (seen instanceof LbctlError) {
      if (shown === undefined) throw seen
      if (!isAway) around.tell(`${seen.message} The last answer stands; looking again.`)
      isAway = true
      isDoubted = false
    } else {
      if (isAway) around.tell('The cluster answers again.')
      isAway = false
      // A cluster that goes away while it is read leaves an answer full of gaps; the next look tells whether they stay.
      isDoubted = seen.exitCode === EXIT.undetermined && shown !== undefined && !isDoubted
      if (!isDoubted && seen.answer !== shown) {
        around.out(seen.text)
        shown = seen.answer
      }
    }
    await around.sleep(intervalMs)
  }
}

/** Kinds of errors that pass by themselves. */
const PASSING: ReadonlySet<LbctlError['kind']> = new Set(['unreachable', 'timeout'])

async function seenBy({ look }: Around): Promise<Look | LbctlError> {
  try {
    return await look()
  } catch (error) {
    if (error instanceof LbctlError && PASSING.has(error.kind)) return error
    throw error
  }
}
