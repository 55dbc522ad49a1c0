// /metrics, /healthz and /readyz over HTTP.
import { createServer, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { MetricsPage } from './metrics.ts'

export interface MetricsServerOptions {
  readonly host: string
  /** 0: any free one */
  readonly port: number
  readonly page: MetricsPage
  /** undefined: alive; else why not */
  readonly sick: () => string | undefined | Promise<string | undefined>
  /** undefined: the first announcements are made; else what is waited for */
  readonly waitingFor: () => string | undefined
}

export interface MetricsServer {
  readonly port: number
  close(): Promise<void>
}

/** @throws LbctlError when the address cannot be listened on */
export async function serveMetrics(options: MetricsServerOptions): Promise<MetricsServer> {
  const sick = async (): Promise<string | undefined> => options.sick()
  const server = createServer((request, response) => {
    const path = new URL(request.url ?? '/', 'http://localhost').pathname
    if (request.method !== 'GET' && request.method !== 'HEAD')
      return answer(response, 405, 'Only GET is answered.\n')
    if (path === '/healthz') return void sick().then((wrong) => healthAnswer(response, wrong))
    if (path === '/readyz')
      return void sick().then((wrong) => healthAnswer(response, wrong ?? options.waitingFor()))
    if (path !== '/metrics') return answer(response, 404, 'There are /metrics, /healthz and /readyz.\n')
    options.page.render().then(
      (text) => answer(response, 200, text, options.page.contentType),
      (error: unknown) =>
        answer(response, 500, `${error instanceof Error ? error.message : String(error)}\n`),
    )
  })
  // A scraper that keeps its connection does not keep the process.
  server.keepAliveTimeout = 5000
  server.requestTimeout = 10_000
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => reject(cannotListen(options, error)))
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

const healthAnswer = (response: ServerResponse, wrong: string | undefined): void =>
  wrong === undefined ? answer(response, 200, 'ok\n') : answer(response, 503, `${wrong}\n`)

function answer(
  response: ServerResponse,
  status: number,
  text: string,
  type = 'text/plain; charset=utf-8',
): void {
  response.writeHead(status, { 'content-type': type }).end(text)
}

function cannotListen({ host, port }: MetricsServerOptions, error: NodeJS.ErrnoException): LbctlError {
  const why =
    error.code === 'EADDRINUSE'
      ? 'another program listens there already'
      : error.code === 'EADDRNOTAVAIL'
        ? 'this host does not have the address'
        : error.code === 'EACCES'
          ? 'ports below 1024 need more rights'
          : `the system refuses it (${error.code ?? error.message})`
  return new LbctlError('usage', `Metrics cannot be served on ${host}:${port}: ${why}.`, {
    hints: [
      'Choose another address with --metrics-addr HOST:PORT, or switch metrics off with --metrics-addr none.',
      ...(error.code === 'EADDRINUSE' && port === 7472
        ? ['Port 7472 is that of MetalLB’s own speaker up to 0.15: it may be running on this node.']
        : []),
    ],
    cause: error,
  })
}
