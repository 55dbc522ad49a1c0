// What every program on every system can do: look a name up, connect, ask for a page.
import type { IncomingMessage } from 'node:http'
import type { TLSSocket } from 'node:tls'
import type { CertificateFacts, HttpFacts, PlainReach } from '../diagnose/endpoint/endpoint-facts.ts'
import type { EndpointSurroundings, HeadQuestion } from '../diagnose/endpoint/ports.ts'
import { formatIp, type Ip, parseIp } from '../net/ip.ts'

export const lookUp: EndpointSurroundings['lookUp'] = async (name, timeoutMs) => {
  const { lookup } = await import('node:dns/promises')
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(Object.assign(new Error('no name server answered'), { code: 'timeout' })),
      timeoutMs,
    )
  })
  try {
    const answers = await Promise.race([lookup(name, { all: true, verbatim: true }), late])
    return [...new Set(answers.map(({ address }) => address))].flatMap((text) => parseIp(text) ?? [])
  } finally {
    clearTimeout(timer)
  }
}

const withZone = (address: Ip, zone: string | undefined): string =>
  `${formatIp(address)}${zone === undefined ? '' : `%${zone}`}`

export async function plainConnect(
  address: Ip,
  zone: string | undefined,
  port: number,
  timeoutMs: number,
): Promise<PlainReach> {
  const { connect } = await import('node:net')
  const startMs = performance.now()
  const socket = connect({ host: withZone(address, zone), port })
  return new Promise((resolve) => {
    const finish = (outcome: Omit<PlainReach, 'elapsedMs'>) => {
      clearTimeout(timer)
      socket.removeAllListeners()
      // What still goes wrong with it concerns nobody.
      socket.on('error', () => undefined)
      socket.destroy()
      resolve({ ...outcome, elapsedMs: performance.now() - startMs })
    }
    const timer = setTimeout(() => finish({ result: 'silent', code: undefined }), timeoutMs)
    socket.once('error', ({ code }: NodeJS.ErrnoException) => finish({ result: 'failed', code }))
    socket.once('connect', () => finish({ result: 'connected', code: undefined }))
  })
}

/** What is connected to is the address; the name is only said. */
export async function head(question: HeadQuestion): Promise<HttpFacts> {
  const { tls, address, zone, port, host, path, timeoutMs } = question
  const { request } = tls ? await import('node:https') : await import('node:http')
  const isAddress = parseIp(host) !== undefined
  const named = host.includes(':') ? `[${host}]` : host
  const url = `${tls ? 'https' : 'http'}://${named}:${port}${path.split('?')[0] ?? '/'}`
  const startMs = performance.now()
  return new Promise((resolve) => {
    const asked = request({
      method: 'HEAD',
      host: withZone(address, zone),
      port,
      path,
      headers: { Host: port === (tls ? 443 : 80) ? named : `${named}:${port}`, 'User-Agent': 'lbctl' },
      agent: false,
      // What certificate is there is a fact to be told, and no reason to stop: nothing secret is sent.
      rejectUnauthorized: false,
      ...(isAddress ? {} : { servername: host }),
    })
    const finish = (facts: HttpFacts) => {
      clearTimeout(timer)
      asked.removeAllListeners()
      asked.on('error', () => undefined)
      asked.destroy()
      resolve(facts)
    }
    const timer = setTimeout(
      () => finish({ result: 'silent', url, tls, elapsedMs: performance.now() - startMs }),
      timeoutMs,
    )
    asked.once('error', ({ code }: NodeJS.ErrnoException) =>
      finish({ result: 'failed', url, tls, code: code ?? 'an error' }),
    )
    asked.once('response', (answer) => finish(answered(answer, url, tls)))
    asked.end()
  })
}

const LONGEST_HEADER = 60

function answered(answer: IncomingMessage, url: string, tls: boolean): HttpFacts {
  const { server } = answer.headers
  return {
    result: 'answered',
    url,
    status: answer.statusCode ?? 0,
    server: [server].flat()[0]?.slice(0, LONGEST_HEADER),
    certificate: tls ? certificateOf(answer.socket as TLSSocket) : undefined,
  }
}

function certificateOf(socket: TLSSocket): CertificateFacts | undefined {
  const { subject, issuer, valid_to: validTo } = socket.getPeerCertificate()
  // An empty object stands for no certificate, whatever the types say.
  if (subject === undefined) return undefined
  const error: unknown = socket.authorizationError
  return {
    subject: [subject.CN].flat()[0] ?? 'no name',
    issuer: [issuer.CN ?? issuer.O].flat()[0] ?? 'no name',
    validTo,
    untrusted: error === undefined || error === null ? undefined : codeOf(error),
  }
}

const codeOf = (error: unknown): string =>
  typeof error === 'string' ? error : ((error as NodeJS.ErrnoException).code ?? 'not verified')
