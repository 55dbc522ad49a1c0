// HTTP: bytes in, bytes out. Everything that is decided is decided in handle.ts.
import type { IncomingMessage, ServerResponse } from 'node:http'
import { gzipSync } from 'node:zlib'
import { printYaml } from '../../../config/print.ts'
import type { FaultyAnswer } from '../faults.ts'
import { failure } from '../status.ts'
import type { World } from '../world.ts'
import { type Handled, handle, refusalAnswer } from './handle.ts'
import { wantedAnswer } from './media-types.ts'
import { plainText } from './plain-text.ts'
import type { ApiAnswer } from './request.ts'
import type { RunningWatches } from './running-watches.ts'
import { warningHeaders } from './warning-headers.ts'

const GZIP_FROM_BYTES = 128 * 1024
/** Bodies beyond this are cut off: nothing that big is taken. */
const MAX_READ_BYTES = 3 * 1024 * 1024 + 1

export async function serve(
  world: World,
  watches: RunningWatches,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const url = request.url ?? '/'
  const [path = '/', search = ''] = url.split(/\?(.*)/s)
  const body = await readBody(request)
  if (body === undefined) return
  if (world.faults.latencyMs > 0) await world.pause(world.faults.latencyMs)
  const fault = world.faults.take(request.method ?? 'GET', path)
  if (fault?.kind === 'cut') {
    request.socket.destroy()
    return
  }
  const headers = headersOf(request)
  const handled: Handled =
    fault === undefined
      ? await handle(world, {
          method: request.method ?? 'GET',
          path,
          query: new URLSearchParams(search),
          headers,
          body,
        })
      : faultAnswer(fault)
  if ('watch' in handled) watches.run(handled, response)
  else writeAnswer(handled, headers, request.method ?? 'GET', response)
}

function readBody(request: IncomingMessage): Promise<Uint8Array | undefined> {
  return new Promise((resolve) => {
    const parts: Buffer[] = []
    let size = 0
    request.on('data', (part: Buffer) => {
      size += part.length
      if (size <= MAX_READ_BYTES + part.length) parts.push(part)
    })
    request.on('end', () => resolve(Buffer.concat(parts)))
    request.on('error', () => resolve(undefined))
    request.on('aborted', () => resolve(undefined))
  })
}

function headersOf(request: IncomingMessage): Record<string, string | undefined> {
  const headers: Record<string, string | undefined> = {}
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(',') : value
  return headers
}

function faultAnswer(fault: FaultyAnswer): ApiAnswer {
  const seconds = fault.retryAfterSeconds ?? 1
  switch (fault.kind) {
    case 'too-many-requests':
      return plainText(429, 'Too many requests, please try again later.\n', {
        'retry-after': String(seconds),
      })
    case 'unavailable': {
      const message = 'apiserver not ready'
      return refusalAnswer(failure(503, 'ServiceUnavailable', message, { retryAfterSeconds: seconds }))
    }
    case 'forbidden':
      return refusalAnswer(failure(403, 'Forbidden', 'forbidden: not yet ready to handle request', {}))
    default:
      return refusalAnswer(
        failure(500, 'InternalError', 'Internal error occurred: a fault of the laboratory', {}),
      )
  }
}

function writeAnswer(
  answer: ApiAnswer,
  headers: Record<string, string | undefined>,
  method: string,
  response: ServerResponse,
): void {
  response.statusCode = answer.code
  response.setHeader('cache-control', 'no-cache, private')
  for (const [name, value] of Object.entries(answer.headers ?? {})) response.setHeader(name, value)
  if (answer.warnings !== undefined && answer.warnings.length > 0)
    response.setHeader('warning', warningHeaders(answer.warnings))
  if (answer.code === 304) {
    response.end()
    return
  }
  const text = bodyOf(answer, headers['accept'], response)
  const bytes = Buffer.from(text)
  // Only the bare word counts: with a q value a real server sends it plainly.
  const zipped =
    bytes.length > GZIP_FROM_BYTES &&
    (headers['accept-encoding'] ?? '').split(',').some((one) => one.trim() === 'gzip')
  if (zipped) {
    response.setHeader('content-encoding', 'gzip')
    response.setHeader('vary', 'Accept-Encoding')
  }
  const sent = zipped ? gzipSync(bytes, { level: 1 }) : bytes
  response.setHeader('content-length', sent.length)
  response.end(method === 'HEAD' ? undefined : sent)
}

function bodyOf(answer: ApiAnswer, accept: string | undefined, response: ServerResponse): string {
  if (typeof answer.body === 'string' && answer.text === undefined) return answer.body
  const yaml = formatOf(accept) === 'yaml'
  if (!response.hasHeader('content-type'))
    response.setHeader('content-type', yaml ? 'application/yaml' : 'application/json')
  const json = answer.text ?? JSON.stringify(answer.body)
  return yaml ? printYaml(JSON.parse(json), { sortKeys: true }) : json
}

/** A Status that says "not acceptable" has to be in some format all the same. */
function formatOf(accept: string | undefined): 'json' | 'yaml' {
  try {
    return wantedAnswer(accept).format
  } catch {
    return 'json'
  }
}
