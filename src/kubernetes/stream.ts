// One HTTP request whose answer does not end by itself: headers, then bytes as they come. No retries and no judgement here.
import type http from 'node:http'
import type { Connection } from './connection.ts'
import {
  type ApiAnswer,
  type ApiRequest,
  codeOf,
  decodeBody,
  ExchangeError,
  requestOptions,
  startRequest,
} from './exchange.ts'

export interface StreamHandlers {
  /** a good answer begins */
  readonly onOpen: () => void
  readonly onBytes: (bytes: Buffer) => void
  /** the server ended it in order */
  readonly onEnd: () => void
  /** an answer that is no success, read to its end */
  readonly onRefusal: (answer: ApiAnswer) => void
  /** `code` as in ExchangeError */
  readonly onFailure: (code: string) => void
  /** credentials could not be had: what `Connection.prepare` throws */
  readonly onNoCredentials: (error: unknown) => void
}

export interface StreamLimits {
  /** to the headers */
  readonly openWithinMs: number
}

/** No handler is called after `close`. */
export interface OpenStream {
  close(): void
}

/** The kernel asks after so long whether the other end is still there, so that one that lost its power is noticed. */
const KEEPALIVE_MS = 15_000
/** Of a refusal. */
const MAX_REFUSAL_BYTES = 1024 * 1024

export function openStream(
  connection: Connection,
  request: ApiRequest,
  { openWithinMs }: StreamLimits,
  handlers: StreamHandlers,
): OpenStream {
  let done = false
  let sent: http.ClientRequest | undefined
  const timer = setTimeout(() => fail('TIMEOUT'), openWithinMs)
  const close = (): void => {
    done = true
    clearTimeout(timer)
    sent?.destroy()
  }
  const once = (tell: () => void): void => {
    if (done) return
    close()
    tell()
  }
  const fail = (code: string): void => once(() => handlers.onFailure(code))
  const serve = (response: http.IncomingMessage): void => {
    clearTimeout(timer)
    response.on('error', (error: NodeJS.ErrnoException) => fail(error.code ?? 'UNKNOWN'))
    response.on('aborted', () => fail('ECONNRESET'))
    if (response.statusCode !== 200) {
      readRefusal(response, openWithinMs).then(
        (answer) => once(() => handlers.onRefusal(answer)),
        (error: unknown) => fail(error instanceof ExchangeError ? error.code : 'UNKNOWN'),
      )
      return
    }
    if (done) return
    handlers.onOpen()
    connection.recovery.reached()
    response.on('data', (bytes: Buffer) => {
      if (!done) handlers.onBytes(bytes)
    })
    response.on('end', () => (response.complete ? once(handlers.onEnd) : fail('ECONNRESET')))
  }
  connection.prepare().then(
    (prepared) => {
      if (done) return
      const options = requestOptions(prepared, request, { 'accept-encoding': 'identity' })
      const started = startRequest(options, serve)
      if (started instanceof ExchangeError) {
        fail(started.code)
        return
      }
      sent = started
      sent.on('socket', (socket) => socket.setKeepAlive(true, KEEPALIVE_MS))
      sent.on('error', (error) => fail(codeOf(error, options)))
      sent.end()
    },
    (error: unknown) => once(() => handlers.onNoCredentials(error)),
  )
  return { close }
}

async function readRefusal(response: http.IncomingMessage, withinMs: number): Promise<ApiAnswer> {
  const timer = setTimeout(() => response.destroy(new ExchangeError('TIMEOUT')), withinMs)
  const chunks: Buffer[] = []
  let length = 0
  try {
    for await (const chunk of response) {
      chunks.push(chunk as Buffer)
      length += (chunk as Buffer).length
      if (length > MAX_REFUSAL_BYTES) throw new ExchangeError('TOO_LARGE')
    }
  } finally {
    clearTimeout(timer)
  }
  const body = await decodeBody(response, Buffer.concat(chunks), MAX_REFUSAL_BYTES)
  return { status: response.statusCode ?? 0, headers: response.headers, body }
}
