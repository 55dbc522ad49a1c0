// One HTTP exchange: request out, whole answer in, within a time. No retries and no judgement here.
//
// Sizes and lengths: a body always goes with Content-Length, because node sends a DELETE with a body neither length nor chunks
// otherwise; the server then drops the options and reads the body as the next request.
import http from 'node:http'
import https from 'node:https'
import { TLSSocket } from 'node:tls'
import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import type { Connection } from './connection.ts'

export type Method = 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE'

export interface ApiRequest {
  readonly method: Method
  readonly path: string
  readonly query?: Readonly<Record<string, string>>
  readonly accept?: string
  readonly contentType?: string
  /** sent as JSON */
  readonly body?: unknown
}

export interface ApiAnswer {
  readonly status: number
  readonly headers: http.IncomingHttpHeaders
  /** parsed when the server says that it is JSON; the text otherwise */
  readonly body: unknown
}

/**
 * No answer, or none that can be read. `code` is node's, or one of ours: TIMEOUT, CONNECT_TIMEOUT, ABORTED, TOO_LARGE, NOT_JSON, NOT_ALLOWED,
 * PROXY_REFUSED.
 */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError'
  readonly code: string

  constructor(code: string) {
    super(`no answer: ${code}`)
    this.code = code
  }
}

export interface ExchangeLimits {
  /** from the call to the last byte */
  readonly timeoutMs: number
  /** until there is a connection, with TLS where it is asked for; default 10 000 */
  readonly connectTimeoutMs?: number | undefined
  /** of an answer, unpacked */
  readonly maxBytes: number
  readonly signal?: AbortSignal | undefined
  /** asked when the connection is there, before the body is sent; false: nothing is, and the code is NOT_ALLOWED */
  readonly mayStillSend?: (() => boolean) | undefined
}

const unpack = promisify(gunzip)

/** @throws ExchangeError, and what `connection.prepare` throws */
export async function exchange(
  connection: Connection,
  request: ApiRequest,
  limits: ExchangeLimits,
): Promise<ApiAnswer> {
  const prepared = await unlessAborted(connection.prepare(), limits.signal)
  const payload = request.body === undefined ? undefined : Buffer.from(JSON.stringify(request.body))
  const options = requestOptions(prepared, request, {
    // The bare word: with a q value the server does not compress.
    'accept-encoding': 'gzip',
    ...(payload === undefined
      ? {}
      : { 'content-type': request.contentType ?? 'application/json', 'content-length': payload.length }),
  })
  const { response, bytes } = await send(options, payload, limits)
  if (isGood(response.statusCode)) connection.recovery.reached()
  return {
    status: response.statusCode ?? 0,
    headers: response.headers,
    body: await decodeBody(response, bytes, limits.maxBytes),
  }
}

const isGood = (status = 0): boolean => status >= 200 && status < 300

/** What node:http is asked for. */
export function requestOptions(
  prepared: https.RequestOptions,
  request: ApiRequest,
  headers: http.OutgoingHttpHeaders,
): https.RequestOptions {
  const query = new URLSearchParams(request.query ?? {}).toString()
  return {
    ...prepared,
    method: request.method,
    path: `${prepared.path ?? ''}${request.path}${query === '' ? '' : `?${query}`}`,
    headers: {
      ...(prepared.headers as http.OutgoingHttpHeaders | undefined),
      accept: request.accept ?? 'application/json',
      'user-agent': 'lbctl',
      ...headers,
    },
  }
}

function send(
  options: https.RequestOptions,
  payload: Buffer | undefined,
  limits: ExchangeLimits,
): Promise<{ response: http.IncomingMessage; bytes: Buffer }> {
  return new Promise((resolve, reject) => {
    if (limits.signal?.aborted === true) {
      reject(new ExchangeError('ABORTED'))
      return
    }
    const request = startRequest(options)
    if (request instanceof ExchangeError) {
      reject(request)
      return
    }
    const fail = (code: string): void => {
      clearTimeout(timer)
      limits.signal?.removeEventListener('abort', onAbort)
      reject(new ExchangeError(code))
      request.destroy()
    }
    const onAbort = (): void => fail('ABORTED')
    const timer = setTimeout(() => fail('TIMEOUT'), limits.timeoutMs)
    whileConnecting(request, limits.connectTimeoutMs ?? CONNECT_TIMEOUT_MS, () => fail('CONNECT_TIMEOUT'))
    limits.signal?.addEventListener('abort', onAbort, { once: true })
    request.on('error', (error) => fail(codeOf(error, options)))
    request.on('response', (response) => {
      const chunks: Buffer[] = []
      let length = 0
      response.on('data', (chunk: Buffer) => {
        length += chunk.length
        if (length > limits.maxBytes) fail('TOO_LARGE')
        else chunks.push(chunk)
      })
      response.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'UNKNOWN'))
      response.on('end', () => {
        clearTimeout(timer)
        limits.signal?.removeEventListener('abort', onAbort)
        resolve({ response, bytes: Buffer.concat(chunks) })
      })
    })
    const { mayStillSend } = limits
    if (mayStillSend === undefined) request.end(payload)
    else
      whenConnected(request, () => {
        if (mayStillSend()) request.end(payload)
        else fail('NOT_ALLOWED')
      })
  })
}

/** Keys and certificates that are none, and headers that cannot be sent, are found out before anything is. */
export function startRequest(
  options: https.RequestOptions,
  answered: (response: http.IncomingMessage) => void = () => undefined,
): http.ClientRequest | ExchangeError {
  try {
    return (options.protocol === 'http:' ? http : https).request(options, answered)
  } catch (error) {
    return new ExchangeError((error as NodeJS.ErrnoException).code ?? 'UNKNOWN')
  }
}

/** A proxy that does not let a connection through is an error without a code. */
export const codeOf = (error: NodeJS.ErrnoException, { agent }: https.RequestOptions): string =>
  error.code ?? (typeof agent === 'object' && 'proxy' in agent ? 'PROXY_REFUSED' : 'UNKNOWN')

/** A plugin that waits for somebody to log in is not waited for when the command is stopped. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(new ExchangeError('ABORTED'))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}

/** A firewall that says nothing is no slow server: nobody waits half a minute for it. */
const CONNECT_TIMEOUT_MS = 10_000

/** Only counts once the request has a socket: it may wait its turn for one, and nobody is to blame for that. */
function whileConnecting(request: http.ClientRequest, timeoutMs: number, fail: () => void): void {
  request.once('socket', (socket) => {
    if (!socket.connecting) return
    const timer = setTimeout(fail, timeoutMs)
    socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', () => clearTimeout(timer))
    socket.once('close', () => clearTimeout(timer))
  })
}

/** A new connection takes its time, with TLS several round trips. */
function whenConnected(request: http.ClientRequest, then: () => void): void {
  request.once('socket', (socket) => {
    if (!socket.connecting) then()
    else socket.once(socket instanceof TLSSocket ? 'secureConnect' : 'connect', then)
  })
}

/** JSON where the server says that it is, else the text. @throws ExchangeError */
export async function decodeBody(
  response: http.IncomingMessage,
  bytes: Buffer,
  maxBytes: number,
): Promise<unknown> {
  const packed = response.headers['content-encoding'] === 'gzip'
  const plain = packed ? await unzip(bytes, maxBytes) : bytes
  const text = plain.toString('utf8')
  if (!/^application\/json\b/.test(response.headers['content-type'] ?? '')) return text
  try {
    return JSON.parse(text) as unknown
  } catch {
    throw new ExchangeError('NOT_JSON')
  }
}

/** A small answer can unpack to anything, so the limit holds for what comes out. */
async function unzip(bytes: Buffer, maxBytes: number): Promise<Buffer> {
  try {
    return await unpack(bytes, { maxOutputLength: maxBytes })
  } catch (error) {
    throw new ExchangeError(
      (error as NodeJS.ErrnoException).code === 'ERR_BUFFER_TOO_LARGE' ? 'TOO_LARGE' : 'NOT_GZIP',
    )
  }
}
