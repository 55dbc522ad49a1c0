// How long a dry run waits for a cluster. A speaker waits for ever, for it announces as soon as there is something to know; who asks what
// it would announce wants an answer.
import { LbctlError } from '../../errors/lbctl-error.ts'

/** Waiting does not put these right. */
const LASTING: ReadonlySet<LbctlError['kind']> = new Set(['usage', 'input', 'permission', 'unsupported'])

export class Patience {
  /** aborts when nothing is waited for any more */
  readonly signal: AbortSignal
  /** rejects when it is of no use to wait on; never resolves */
  readonly lost: Promise<never>
  readonly #over = new AbortController()
  readonly #atEnd: (() => Promise<void>)[] = []
  readonly #timer: NodeJS.Timeout
  #trouble: LbctlError | undefined
  #lose: (error: unknown) => void = () => undefined

  /** @param signal of whoever wants to stop */
  constructor(ms: number, signal: AbortSignal) {
    this.signal = AbortSignal.any([signal, this.#over.signal])
    this.lost = new Promise((_, reject) => {
      this.#lose = reject
    })
    // Who does not wait for it any more does not want to hear of it.
    this.lost.catch(() => undefined)
    signal.addEventListener('abort', () => this.#lose(signal.reason))
    if (signal.aborted) this.#lose(signal.reason)
    this.#timer = setTimeout(() => this.#lose(this.#trouble ?? silence(ms)), ms)
  }

  /**
   * Something is in the way of the cluster; what it was at last is what the wait ends with.
   * @param tried it was tried several times already
   */
  readonly troubled = (error: LbctlError, tried: boolean): void => {
    this.#trouble = error
    if (tried || LASTING.has(error.kind)) this.#lose(error)
  }

  readonly atEnd = (close: () => Promise<void>): void => {
    this.#atEnd.push(close)
  }

  /** Lets go of everything that would keep the process up. */
  async end(): Promise<void> {
    clearTimeout(this.#timer)
    this.#over.abort()
    await Promise.all(this.#atEnd.map((close) => close()))
  }
}

const silence = (ms: number): LbctlError =>
  new LbctlError('timeout', `The cluster did not say within ${ms / 1000} s all that a speaker has to know.`, {
    hints: ['Give it more time with --timeout.'],
  })
