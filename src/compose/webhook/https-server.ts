// HTTPS with a certificate that can be changed while it runs.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { WebhookAnswer } from '../../webhook/paths.ts'
import type { Served } from './certificate-keeper.ts'

/** The API server takes no object above 3 MiB, and sends two of them at most; a list to be converted comes in parts. */
const MOST_BYTES = 16 * 1024 * 1024

export interface HttpsServer {
  readonly port: number
  serve(certificate: Served): void
  close(): Promise<void>
}

export interface HttpsOptions {
  /** every address of both families when left out, of IPv4 where there is no IPv6 */
  readonly host?: string | undefined
  /** 0: any free one */
  readonly port: number
  readonly answer: (path: string, body: unknown) => WebhookAnswer
  readonly failed: (error: unknown) => void
}

/** @throws LbctlError when the address cannot be listened on */
export async function serveHttps(options: HttpsOptions, certificate: Served): Promise<HttpsServer> {
  const server = createServer({ ...certificate, minVersion: 'TLSv1.2' }, (request, response) => {
    handle(options, request, response).catch((error: unknown) => {
      options.failed(error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  server.requestTimeout = 30_000
  server.headersTimeout = 10_000
  // Whoever gives up a handshake is no concern of ours.
  server.on('tlsClientError', () => undefined)
  await listening(server, options)
  return {
    port: (server.address() as AddressInfo).port,
    serve: (next) => server.setSecureContext({ ...next, minVersion: 'TLSv1.2' }),
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        server.closeAllConnections()
      }),
  }
}

const listening = (server: Server, { host, port }: HttpsOptions): Promise<void> =>
  new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) =>
      reject(
        new LbctlError(
          'usage',
          `Webhooks cannot be served on ${host ?? 'any address'}, port ${port} (${error.code ?? error.message}).`,
          {
            hints:
              error.code === 'EADDRINUSE'
                ? ['Another program listens there already; choose another port.']
                : [],
            cause: error,
          },
        ),
      ),
    )
    server.listen({ port, host }, resolve)
  })

async function handle(
  { answer }: HttpsOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const path = new URL(request.url ?? '/', 'https://localhost').pathname
  if (request.method !== 'POST') return text(response, 405, 'Only POST is answered.')
  const body = await bodyOf(request)
  if (body === undefined) return text(response, 413, 'The review is too large.')
  const given = answer(path, body)
  if ('text' in given) return text(response, given.status, given.text)
  response.writeHead(given.status, { 'content-type': 'application/json' }).end(JSON.stringify(given.body))
}

const text = (response: ServerResponse, status: number, line: string): void => {
  response.writeHead(status, { 'content-type': 'text/plain; charset=utf-8' }).end(`${line}\n`)
}

/** `undefined`: too large. What is no JSON is `null`, which no review is. */
async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    length += chunk.length
    if (length > MOST_BYTES) return undefined
    chunks.push(chunk)
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8')) as unknown
  } catch {
    return null
  }
}
