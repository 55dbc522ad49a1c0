// One write, tried once, for as long as this controller leads; what became of it as the runner wants to know it.
import type { WriteOutcome } from '../../controller/ports.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { Connection } from '../connection.ts'
import { type ApiAnswer, type ApiRequest, ExchangeError, exchange } from '../exchange.ts'
import { networkError, refusal } from '../refusals.ts'
import { retryAfterMs } from '../retry-after.ts'
import { asRecord, asText, readStatus } from '../status.ts'

/** A write that has no answer by then is tried again: guarded by a version it cannot take place twice. */
const ANSWER_WITHIN_MS = 10_000
const MAX_BYTES = 16 * 1024 * 1024

export class GuardedWrites {
  readonly #connection: Connection
  readonly #mayWrite: () => boolean
  readonly #running = new Set<Promise<unknown>>()

  constructor(connection: Connection, mayWrite: () => boolean) {
    this.#connection = connection
    this.#mayWrite = mayWrite
  }

  /** Never rejects for what a server or a network does. */
  async write(request: ApiRequest): Promise<WriteOutcome> {
    const running = this.#send(request)
    this.#running.add(running)
    try {
      return await running
    } finally {
      this.#running.delete(running)
    }
  }

  /** Whether nothing was on its way any more within the time. */
  async settled(withinMs: number): Promise<boolean> {
    let timer: NodeJS.Timeout | undefined
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, withinMs)
    })
    await Promise.race([Promise.all(this.#running), late])
    clearTimeout(timer)
    return this.#running.size === 0
  }

  async #send(request: ApiRequest): Promise<WriteOutcome> {
    try {
      const limits = {
        timeoutMs: ANSWER_WITHIN_MS,
        maxBytes: MAX_BYTES,
        mayStillSend: this.#mayWrite,
      }
      return this.#outcome(await exchange(this.#connection, request, limits), request)
    } catch (error) {
      if (error instanceof ExchangeError) return this.#unanswered(error, request)
      if (error instanceof LbctlError) return failed(error.message)
      throw error
    }
  }

  #outcome(answer: ApiAnswer, request: ApiRequest): WriteOutcome {
    if (answer.status >= 200 && answer.status < 300) {
      const version = asText(asRecord(asRecord(answer.body)['metadata'])['resourceVersion'])
      return { kind: 'written', version: version || undefined }
    }
    if (answer.status === 404) return { kind: 'gone' }
    if (answer.status === 409 && readStatus(answer.body).reason !== 'AlreadyExists')
      return { kind: 'conflict' }
    // Tokens rotate: asked for anew, the next try may be good.
    if (answer.status === 401) this.#connection.renew()
    const { message } = refusal(answer, request, this.#connection.identity, [])
    return failed(message, retryAfterMs(answer.headers['retry-after'], Date.now()))
  }

  #unanswered({ code }: ExchangeError, request: ApiRequest): WriteOutcome {
    if (code === 'NOT_ALLOWED') return failed('This controller does not lead any more.')
    return failed(networkError(code, request, this.#connection.identity, ANSWER_WITHIN_MS).message)
  }
}

const failed = (message: string, retryMs?: number): WriteOutcome => ({
  kind: 'failed',
  message,
  retryAfterMs: retryMs,
})
