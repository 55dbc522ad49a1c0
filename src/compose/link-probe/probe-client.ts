// Asks a speaker over HTTP. What does not prove that it comes from a speaker with our key is no answer.
import { request } from 'node:http'
import type { ProbingSpeaker, SpeakerAnswer } from '../../controller/probe/ports.ts'
import type { Ip } from '../../net/ip.ts'
import { LONGEST_ANSWER_BYTES, PROBE_PATH, questionText, readAnswer } from './probe-messages.ts'
import { HEADERS, isAnswerTo, signQuestion } from './probe-proof.ts'

export interface SpeakerEndpoint extends ProbingSpeaker {
  readonly host: string
  readonly port: number
}

interface HttpAnswer {
  readonly status: number
  readonly proof: string
  readonly text: string
}

/** Never rejects. */
export async function askProbe(
  endpoint: SpeakerEndpoint,
  addresses: readonly Ip[],
  key: Uint8Array,
  withinMs: number,
): Promise<SpeakerAnswer> {
  const body = questionText(addresses)
  const signed = signQuestion(key, body, Date.now())
  const headers = {
    'content-type': 'application/json',
    [HEADERS.time]: signed.time,
    [HEADERS.nonce]: signed.nonce,
    [HEADERS.proof]: signed.proof,
  }
  const answer = await post(endpoint, body, headers, withinMs)
  if (typeof answer === 'string') return { ok: false, why: answer }
  if (answer.status === 401) return { ok: false, why: 'it has another key of the gossip, or another time' }
  if (answer.status === 429) return { ok: false, why: 'it has too many questions already' }
  if (answer.status !== 200) return { ok: false, why: `it answers with HTTP ${answer.status}` }
  if (!isAnswerTo(key, signed.nonce, answer.text, answer.proof))
    return { ok: false, why: 'its answer is not signed with the key of the gossip' }
  return readAnswer(answer.text) ?? { ok: false, why: 'its answer is of another version' }
}

function post(
  { host, port }: SpeakerEndpoint,
  body: string,
  headers: Readonly<Record<string, string>>,
  withinMs: number,
): Promise<HttpAnswer | string> {
  return new Promise((resolve) => {
    const asked = request(
      { host, port, path: PROBE_PATH, method: 'POST', headers, agent: false },
      (response) => {
        const chunks: Buffer[] = []
        let length = 0
        response.on('data', (chunk: Buffer) => {
          length += chunk.length
          if (length > LONGEST_ANSWER_BYTES) asked.destroy()
          else chunks.push(chunk)
        })
        response.on('end', () => {
          clearTimeout(late)
          const proof = response.headers[HEADERS.proof]
          resolve({
            status: response.statusCode ?? 0,
            proof: typeof proof === 'string' ? proof : '',
            text: Buffer.concat(chunks).toString('utf8'),
          })
        })
      },
    )
    const late = setTimeout(() => asked.destroy(), withinMs)
    late.unref()
    asked.on('error', (error: NodeJS.ErrnoException) => {
      clearTimeout(late)
      resolve(wordsOf(error.code, withinMs))
    })
    asked.on('close', () => resolve(wordsOf('ETIMEDOUT', withinMs)))
    asked.end(body)
  })
}

function wordsOf(code: string | undefined, withinMs: number): string {
  switch (code) {
    case 'ECONNREFUSED':
      return 'nothing listens there (--probe-listen of the speaker)'
    case 'EHOSTUNREACH':
    case 'ENETUNREACH':
      return 'there is no way to it'
    default:
      return `it does not answer within ${Math.round(withinMs / 100) / 10} s`
  }
}
