// Requests to the API server with a judgement: what is tried again, for how long, and which LbctlError an answer is.
//
// Inbound: an ApiRequest of reader.ts or writer.ts. Outbound: an ApiAnswer of status 2xx, or one of the statuses that the caller
// said it wants to see (`expect`), else an LbctlError.
//
// Tried again: no connection at all (nothing was sent), 429, 503 and 504, always after Retry-After where there is one; a
// connection cut in the middle only if `repeatable`. Each wait grows by the factor 2 from `baseDelayMs` and is drawn between
// half of it and the whole, so that several programs do not come back at the same moment. A 403 is tried again only after the
// same request met a server that was starting: it says 403 to rightful accounts until it has read its RBAC rules.
import { setTimeout } from 'node:timers/promises'
import type { Connection } from './connection.ts'
import { type ApiAnswer, type ApiRequest, ExchangeError, exchange } from './exchange.ts'
import { networkError, refusal } from './refusals.ts'
import { retryAfterMs } from './retry-after.ts'

export interface ClientOptions {
  /** for one attempt, to the last byte; default 30 000 */
  readonly timeoutMs?: number
  /** until there is a connection; default 10 000 */
  readonly connectTimeoutMs?: number
  /** default 5 */
  readonly attempts?: number
  /** first wait; default 250 */
  readonly baseDelayMs?: number
  /** no wait is longer, and a Retry-After above it ends the attempts; default 30 000 */
  readonly maxDelayMs?: number
  /** of one answer, unpacked; default 256 MiB */
  readonly maxBytes?: number
  /** ends reads and dry runs at once; writes are let finish, since a cut write leaves open whether it took place */
  readonly signal?: AbortSignal
  /** ends early, without complaint, when the signal given to it does */
  readonly sleep?: (ms: number, signal: AbortSignal | undefined) => Promise<void>
  /** 0 ≤ x < 1 */
  readonly random?: () => number
  readonly now?: () => number
}

export interface CallOptions {
  /** doing it twice has the effect of doing it once */
  readonly repeatable: boolean
  /** statuses that are handed back instead of being thrown */
  readonly expect?: readonly number[]
  /** text that must not be shown even if the server repeats it */
  readonly secrets?: readonly string[]
}

export class ApiClient {
  readonly connection: Connection
  readonly #options: Required<Omit<ClientOptions, 'signal'>> & { readonly signal: AbortSignal | undefined }

  constructor(connection: Connection, options: ClientOptions = {}) {
    this.connection = connection
    this.#options = {
      timeoutMs: options.timeoutMs ?? 30_000,
      connectTimeoutMs: options.connectTimeoutMs ?? 10_000,
      attempts: options.attempts ?? 5,
      baseDelayMs: options.baseDelayMs ?? 250,
      maxDelayMs: options.maxDelayMs ?? 30_000,
      maxBytes: options.maxBytes ?? 256 * 1024 * 1024,
      sleep: options.sleep ?? sleepUnlessAborted,
      random: options.random ?? Math.random,
      now: options.now ?? Date.now,
      signal: options.signal,
    }
  }

  /** @throws LbctlError */
  async call(request: ApiRequest, call: CallOptions): Promise<ApiAnswer> {
    const { attempts, maxDelayMs, sleep } = this.#options
    let sawStarting = false
    let renewed = false
    for (let attempt = 1; ; attempt += 1) {
      const outcome = await this.#attempt(request)
      if (!(outcome instanceof ExchangeError)) {
        if (succeeded(outcome) || (call.expect?.includes(outcome.status) ?? false)) return outcome
      }
      if (!renewed && isUnauthorized(outcome)) {
        // Tokens rotate, and a plugin's may have been taken back: asked for anew they may be good. Once.
        renewed = true
        this.connection.renew()
        continue
      }
      const delayMs = this.#delayBefore(outcome, attempt)
      const again =
        attempt < (isTimeout(outcome) ? Math.min(2, attempts) : attempts) &&
        delayMs <= maxDelayMs &&
        this.#mayRepeat(outcome, request, call, sawStarting)
      if (!again) throw this.#error(outcome, request, call)
      sawStarting ||= isStarting(outcome)
      await sleep(delayMs, this.#signalFor(request))
    }
  }

  async #attempt(request: ApiRequest): Promise<ApiAnswer | ExchangeError> {
    const { timeoutMs, connectTimeoutMs, maxBytes } = this.#options
    try {
      return await exchange(this.connection, request, {
        timeoutMs,
        connectTimeoutMs,
        maxBytes,
        signal: this.#signalFor(request),
      })
    } catch (error) {
      if (error instanceof ExchangeError) return error
      throw error
    }
  }

  #signalFor(request: ApiRequest): AbortSignal | undefined {
    return request.method === 'GET' || request.query?.['dryRun'] !== undefined
      ? this.#options.signal
      : undefined
  }

  #mayRepeat(
    outcome: ApiAnswer | ExchangeError,
    request: ApiRequest,
    call: CallOptions,
    sawStarting: boolean,
  ): boolean {
    if (this.#signalFor(request)?.aborted === true) return false
    if (outcome instanceof ExchangeError)
      return NOT_SENT.has(outcome.code) || (call.repeatable && CUT.has(outcome.code))
    if (outcome.status === 403) return sawStarting
    // A 504 says that the server gave up waiting, not that nothing was written.
    return outcome.status === 429 || outcome.status === 503 || (outcome.status === 504 && call.repeatable)
  }

  #delayBefore(outcome: ApiAnswer | ExchangeError, attempt: number): number {
    const { baseDelayMs, maxDelayMs, random, now } = this.#options
    const asked =
      outcome instanceof ExchangeError ? undefined : retryAfterMs(outcome.headers['retry-after'], now())
    const grown = Math.min(maxDelayMs, baseDelayMs * 2 ** (attempt - 1))
    const drawn = grown * (0.5 + random() / 2)
    return asked === undefined ? drawn : Math.max(asked, drawn)
  }

  #error(outcome: ApiAnswer | ExchangeError, request: ApiRequest, call: CallOptions): Error {
    const { identity } = this.connection
    return outcome instanceof ExchangeError
      ? networkError(outcome.code, request, identity, this.#options.timeoutMs)
      : refusal(outcome, request, identity, call.secrets ?? [])
  }
}

const sleepUnlessAborted = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  setTimeout(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined)

const isUnauthorized = (outcome: ApiAnswer | ExchangeError): boolean =>
  !(outcome instanceof ExchangeError) && outcome.status === 401

/** Half a minute was waited already: a person is told after a minute. */
const isTimeout = (outcome: ApiAnswer | ExchangeError): boolean =>
  outcome instanceof ExchangeError && outcome.code === 'TIMEOUT'

const succeeded = (answer: ApiAnswer): boolean => answer.status >= 200 && answer.status < 300

/** The connection was never made, so the request was not sent. */
const NOT_SENT = new Set(['ECONNREFUSED', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH'])
/** The request may have arrived. */
const CUT = new Set(['ECONNRESET', 'EPIPE', 'TIMEOUT'])

const isStarting = (outcome: ApiAnswer | ExchangeError): boolean =>
  outcome instanceof ExchangeError
    ? outcome.code !== 'TIMEOUT'
    : outcome.status === 503 || outcome.status === 429
