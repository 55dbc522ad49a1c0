// A speaker's ear for the questions of a controller: one path of HTTP, for those who have the key of the gossip.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { Ip } from '../../net/ip.ts'
import type { ListenAddress } from '../metrics-address.ts'
import {
  type Answered,
  answerText,
  LONGEST_QUESTION_BYTES,
  PROBE_PATH,
  readQuestion,
} from './probe-messages.ts'
import { HEADERS, QuestionGuard, signAnswer } from './probe-proof.ts'

export interface ProbeServerOptions extends ListenAddress {
  /** see probeKey */
  readonly key: Uint8Array
  readonly answer: (addresses: readonly Ip[]) => Promise<Answered>
  readonly onFailure: (error: unknown) => void
}

export interface ProbeServer {
  readonly port: number
  close(): Promise<void>
}

/** One controller leads, and asks one question at a time; its follower may have one on its way. */
const MOST_QUESTIONS = 4
const MOST_CONNECTIONS = 32
const PATIENCE_MS = 5000

/** @throws LbctlError when the address cannot be listened on */
export async function serveProbes(options: ProbeServerOptions): Promise<ProbeServer> {
  const guard = new QuestionGuard(options.key)
  const queue = new Turns()
  const server = createServer((request, response) => {
    serve(request, response, options, guard, queue).catch((error: unknown) => {
      options.onFailure(error)
      if (!response.headersSent) refuse(response, 500)
    })
  })
  server.maxConnections = MOST_CONNECTIONS
  server.requestTimeout = PATIENCE_MS
  server.headersTimeout = PATIENCE_MS
  server.keepAliveTimeout = PATIENCE_MS
  await new Promise<void>((resolve, reject) => {
    server.once('error', (cause: NodeJS.ErrnoException) => reject(cannotListen(options, cause)))
    server.listen(options.port, options.host, resolve)
  })
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  { key, answer }: ProbeServerOptions,
  guard: QuestionGuard,
  queue: Turns,
): Promise<void> {
  if (request.method !== 'POST' || request.url !== PROBE_PATH) return refuse(response, 404)
  const body = await read(request)
  if (body === undefined) return refuse(response, 413)
  const signed = {
    time: header(request, HEADERS.time),
    nonce: header(request, HEADERS.nonce),
    proof: header(request, HEADERS.proof),
  }
  if (!guard.admits(signed, body, Date.now())) return refuse(response, 401)
  const addresses = readQuestion(body)
  if (addresses === undefined) return refuse(response, 400)
  const answered = await queue.take(() => answer(addresses))
  if (answered === undefined) return refuse(response, 429)
  const text = answerText(answered)
  response
    .writeHead(200, {
      'content-type': 'application/json',
      [HEADERS.proof]: signAnswer(key, signed.nonce, text),
    })
    .end(text)
}

/** One after the other, so that the rate on the link is that of one. */
class Turns {
  #last: Promise<unknown> = Promise.resolve()
  #count = 0

  /** Undefined: too many wait already. */
  async take<T>(work: () => Promise<T>): Promise<T | undefined> {
    if (this.#count >= MOST_QUESTIONS) return undefined
    this.#count++
    const turn = this.#last.then(work)
    this.#last = turn.catch(() => undefined)
    try {
      return await turn
    } finally {
      this.#count--
    }
  }
}

/** Undefined when it is too long. */
async function read(request: IncomingMessage): Promise<string | undefined> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > LONGEST_QUESTION_BYTES) return undefined
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}

const header = ({ headers }: IncomingMessage, name: string): string => {
  const value = headers[name]
  return typeof value === 'string' ? value : ''
}

/** Without a word: whoever has no key learns nothing. */
const refuse = (response: ServerResponse, status: number): void => {
  response.writeHead(status, { connection: 'close' }).end()
}

function cannotListen({ host, port }: ListenAddress, cause: NodeJS.ErrnoException): LbctlError {
  const why =
    cause.code === 'EADDRINUSE'
      ? 'another program listens there already'
      : cause.code === 'EADDRNOTAVAIL'
        ? 'this host does not have the address'
        : `the system refuses it (${cause.code ?? cause.message})`
  return new LbctlError(
    'usage',
    `Questions of the controller cannot be listened for on ${host}:${port}: ${why}.`,
    {
      hints: ['Choose another address with --probe-listen HOST:PORT.'],
      cause,
    },
  )
}
