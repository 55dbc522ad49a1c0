// An HTTP server on loopback that answers what the test says, with answers as they were recorded. Bodies of watches are cut anywhere.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { gzipSync } from 'node:zlib'

export interface Asked {
  readonly path: string
  readonly query: Readonly<Record<string, string>>
  readonly headers: IncomingMessage['headers']
}

export type Reply = (response: ServerResponse, asked: Asked) => void

export class ScriptedServer {
  readonly asked: Asked[] = []
  reply: Reply = (response) => response.destroy()
  readonly #sockets = new Set<Socket>()
  readonly #server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://localhost')
    const seen = { path: url.pathname, query: Object.fromEntries(url.searchParams), headers: request.headers }
    this.asked.push(seen)
    this.reply(response, seen)
  })

  static async start(): Promise<ScriptedServer> {
    const server = new ScriptedServer()
    server.#server.on('connection', (socket) => {
      server.#sockets.add(socket)
      socket.on('close', () => server.#sockets.delete(socket))
    })
    await new Promise<void>((resolve) => server.#server.listen(0, '127.0.0.1', resolve))
    return server
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }
}

export function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Record<string, string> = {},
): void {
  const text = typeof body === 'string' ? body : JSON.stringify(body)
  const type = typeof body === 'string' ? 'text/plain' : 'application/json'
  response.writeHead(status, { 'content-type': type, ...headers }).end(text)
}

export function sendPacked(response: ServerResponse, body: unknown): void {
  const headers = { 'content-type': 'application/json', 'content-encoding': 'gzip' }
  response.writeHead(200, headers).end(gzipSync(JSON.stringify(body)))
}

/** Lines of a watch, in pieces of `size` bytes; the answer stays open. */
export function sendEvents(response: ServerResponse, events: readonly unknown[], size: number): void {
  if (!response.headersSent) {
    response.writeHead(200, { 'content-type': 'application/json' })
    response.flushHeaders()
  }
  const bytes = Buffer.from(events.map((event) => `${JSON.stringify(event)}\n`).join(''))
  for (let at = 0; at < bytes.length; at += size) response.write(bytes.subarray(at, at + size))
}
