// What stands before an API server in these tests: TLS, a note of what was asked, and a knife for answers. And a proxy as companies have
// one, that only knows CONNECT.
import { createServer as createHttpServer, type IncomingMessage, request, type Server } from 'node:http'
import { createServer } from 'node:https'
import { type AddressInfo, connect, type Socket } from 'node:net'

const listening = async (server: Server): Promise<number> => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return (server.address() as AddressInfo).port
}

/** Closes at once, whatever is open. */
function closing(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>()
  for (const name of ['connection', 'connect'])
    server.on(name, (...of: unknown[]) => {
      const socket = of.at(name === 'connect' ? 1 : 0) as Socket
      sockets.add(socket)
      socket.on('error', () => undefined)
      socket.on('close', () => sockets.delete(socket))
    })
  return async () => {
    const closed = new Promise((resolve) => server.close(resolve))
    for (const socket of sockets) socket.destroy()
    await closed
  }
}

export class ApiFront {
  readonly asked: { readonly path: string; readonly query: URLSearchParams; readonly token: string }[] = []
  readonly answers: { readonly path: string; readonly packed: boolean }[] = []
  /** How many bytes of an answer come through before its connection is cut; undefined: all. Asked for each answer. */
  cutAfter: (url: URL) => number | undefined = () => undefined
  /** Changes what is asked for on its way. */
  rewrite: (query: URLSearchParams) => void = () => undefined
  readonly port: number
  readonly stop: () => Promise<void>

  private constructor(port: number, stop: () => Promise<void>) {
    this.port = port
    this.stop = stop
  }

  static async start(
    tls: { readonly cert: string; readonly key: string },
    upstream: string,
  ): Promise<ApiFront> {
    const server = createServer({ cert: tls.cert, key: tls.key })
    const stop = closing(server)
    const front = new ApiFront(await listening(server), stop)
    server.on('request', (incoming, outgoing) => {
      const url = new URL(incoming.url ?? '/', upstream)
      const token = (incoming.headers.authorization ?? '').replace('Bearer ', '')
      front.asked.push({ path: url.pathname, query: new URLSearchParams(url.searchParams), token })
      front.rewrite(url.searchParams)
      const sent = request(url, { method: incoming.method, headers: incoming.headers }, (answer) => {
        front.answers.push({ path: url.pathname, packed: answer.headers['content-encoding'] === 'gzip' })
        outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
        outgoing.flushHeaders()
        pass(answer, front.cutAfter(url), outgoing, incoming.socket)
      })
      sent.on('error', () => incoming.socket.destroy())
      outgoing.on('close', () => sent.destroy())
      incoming.pipe(sent)
    })
    return front
  }
}

function pass(
  answer: IncomingMessage,
  cutAfter: number | undefined,
  to: NodeJS.WritableStream,
  socket: Socket,
): void {
  let left = cutAfter ?? Number.POSITIVE_INFINITY
  answer.on('data', (bytes: Buffer) => {
    if (left <= 0) return
    const whole = bytes.length < left
    to.write(whole ? bytes : bytes.subarray(0, left), () => {
      // What was written before the cut is on its way: a reset would take it along.
      if (!whole) socket.end()
    })
    left -= bytes.length
  })
  answer.on('end', () => {
    if (left > 0) to.end()
  })
  answer.on('error', () => socket.destroy())
}

/** `answer`: what CONNECT is answered; `silent` takes connections and says nothing. */
export type ProxyAnswer = 'through' | 'refused' | 'silent'

export class ConnectProxy {
  /** what was asked for, and with what credentials */
  readonly asked: { readonly target: string; readonly credentials: string | undefined }[] = []
  answer: ProxyAnswer = 'through'
  /** connections that are open now */
  open = 0
  readonly url: string
  readonly stop: () => Promise<void>

  private constructor(url: string, stop: () => Promise<void>) {
    this.url = url
    this.stop = stop
  }

  /** Names are resolved by the proxy alone: all of them are the port of `upstream` on loopback. */
  static async start(upstream: () => number): Promise<ConnectProxy> {
    const server = createHttpServer()
    const stop = closing(server)
    const proxy = new ConnectProxy(`http://127.0.0.1:${await listening(server)}`, stop)
    server.on('connect', (asked: IncomingMessage, socket: Socket) => {
      proxy.open += 1
      // Who does not read does not hear that the other side went away.
      socket.resume()
      socket.on('end', () => socket.end())
      socket.on('close', () => {
        proxy.open -= 1
      })
      proxy.asked.push({ target: asked.url ?? '', credentials: asked.headers['proxy-authorization'] })
      if (proxy.answer === 'silent') return
      if (proxy.answer === 'refused') {
        socket.end('HTTP/1.1 407 Proxy Authentication Required\r\ncontent-length: 0\r\n\r\n')
        return
      }
      const there = connect(upstream(), '127.0.0.1', () => {
        socket.write('HTTP/1.1 200 Connection established\r\n\r\n')
        there.pipe(socket).pipe(there)
      })
      there.on('error', () => socket.destroy())
      socket.on('close', () => there.destroy())
    })
    return proxy
  }
}
