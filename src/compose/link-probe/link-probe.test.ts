// The questions of a controller over a real connection on loopback: who is answered, and who is not.
import { request } from 'node:http'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { ProbeFinding } from '../../controller/probe/ports.ts'
import { formatIp, type Ip, parseIp } from '../../net/ip.ts'
import { askProbe, type SpeakerEndpoint } from './probe-client.ts'
import {
  answerText,
  MOST_ADDRESSES,
  PROBE_PATH,
  questionText,
  readAnswer,
  readQuestion,
} from './probe-messages.ts'
import { CLOCK_SKEW_MS, HEADERS, probeKey, QuestionGuard, signQuestion } from './probe-proof.ts'
import { type ProbeServer, serveProbes } from './probe-server.ts'

const KEY = probeKey(Buffer.from('the key of the gossip'))
const OTHER = probeKey(Buffer.from('another key of a gossip'))
const A = parseIp('192.0.2.1') as Ip
const B = parseIp('2001:db8::1') as Ip
const WITHIN_MS = 10_000

let server: ProbeServer
let asked: string[][] = []
let hold: Promise<void> | undefined
const failures: unknown[] = []
const endpoint = (): SpeakerEndpoint => ({ name: 'node1', host: '127.0.0.1', port: server.port })

beforeAll(async () => {
  server = await serveProbes({
    host: '127.0.0.1',
    port: 0,
    key: KEY,
    onFailure: (error) => failures.push(error),
    answer: async (addresses) => {
      asked.push(addresses.map(formatIp))
      await hold
      if (addresses.length === 3) throw new Error('no kernel')
      const findings = addresses.map((address): [string, ProbeFinding] => [
        formatIp(address),
        address.family === 4 ? { kind: 'free' } : { kind: 'in-use', by: '02:00:00:00:00:09' },
      ])
      return { ok: true, node: 'node1', macs: ['02:00:00:00:00:01'], findings: new Map(findings) }
    },
  })
})
afterAll(() => server.close())

function post(body: string, headers: Readonly<Record<string, string>>, path = PROBE_PATH): Promise<number> {
  return new Promise((resolve, reject) => {
    const options = { host: '127.0.0.1', port: server.port, path, method: 'POST', headers, agent: false }
    const sent = request(options, (response) => {
      response.resume()
      response.on('end', () => resolve(response.statusCode ?? 0))
    })
    sent.on('error', reject)
    sent.end(body)
  })
}
const headersOf = ({ time, nonce, proof }: ReturnType<typeof signQuestion>): Record<string, string> => ({
  [HEADERS.time]: time,
  [HEADERS.nonce]: nonce,
  [HEADERS.proof]: proof,
})

describe('a question', () => {
  it('of somebody with the key is answered', async () => {
    expect(await askProbe(endpoint(), [A, B], KEY, WITHIN_MS)).toEqual({
      ok: true,
      node: 'node1',
      macs: ['02:00:00:00:00:01'],
      findings: new Map<string, ProbeFinding>([
        ['192.0.2.1', { kind: 'free' }],
        ['2001:db8::1', { kind: 'in-use', by: '02:00:00:00:00:09' }],
      ]),
    })
  })

  it('of anybody else is not, and nothing is sent for it', async () => {
    asked = []
    expect(await askProbe(endpoint(), [A], OTHER, WITHIN_MS)).toEqual({
      ok: false,
      why: 'it has another key of the gossip, or another time',
    })
    expect(await post(questionText([A]), {})).toBe(401)
    expect(await post(questionText([A]), headersOf(signQuestion(KEY, questionText([B]), Date.now())))).toBe(
      401,
    )
    expect(await post('x'.repeat(40_000), {})).toBe(413)
    expect(
      await post(questionText([A]), headersOf(signQuestion(KEY, questionText([A]), Date.now())), '/'),
    ).toBe(404)
    expect(asked).toEqual([])
  })

  it('counts once, and not much later', async () => {
    const body = questionText([A])
    const now = headersOf(signQuestion(KEY, body, Date.now()))
    expect(await post(body, now)).toBe(200)
    expect(await post(body, now)).toBe(401)
    expect(await post(body, headersOf(signQuestion(KEY, body, Date.now() - CLOCK_SKEW_MS - 1000)))).toBe(401)
    expect(await post(body, headersOf(signQuestion(KEY, body, Date.now() + CLOCK_SKEW_MS + 5000)))).toBe(401)
  })

  it('that cannot be answered says so, and the next one can', async () => {
    const third = parseIp('192.0.2.3') as Ip
    expect(await askProbe(endpoint(), [A, B, third], KEY, WITHIN_MS)).toEqual({
      ok: false,
      why: 'it answers with HTTP 500',
    })
    expect(failures).toHaveLength(1)
    expect(await askProbe(endpoint(), [A], KEY, WITHIN_MS)).toMatchObject({ ok: true })
  })

  it('is put off when too many wait, so that the rate on the link stays bounded', async () => {
    let release = (): void => undefined
    hold = new Promise((resolve) => {
      release = resolve
    })
    const why: string[] = []
    const all = Array.from({ length: 8 }, () =>
      askProbe(endpoint(), [A], KEY, WITHIN_MS).then((answer) => {
        if (answer.ok) return true
        why.push(answer.why)
        if (why.length === 4) release()
        return false
      }),
    )
    expect((await Promise.all(all)).filter((ok) => ok)).toHaveLength(4)
    hold = undefined
    expect(new Set(why)).toEqual(new Set(['it has too many questions already']))
  })
})

it('where nothing listens, and where somebody else does, the reason is told', async () => {
  const gone = await serveProbes({
    ...{ host: '127.0.0.1', port: 0, key: OTHER, onFailure: () => undefined },
    answer: async () => ({ ok: true, node: 'x', macs: [], findings: new Map() }),
  })
  const { port } = gone
  await gone.close()
  expect(await askProbe({ name: 'x', host: '127.0.0.1', port }, [A], KEY, WITHIN_MS)).toEqual({
    ok: false,
    why: 'nothing listens there (--probe-listen of the speaker)',
  })
})

describe('messages', () => {
  it('survive the way', () => {
    expect(readQuestion(questionText([A, B]))).toEqual([A, B])
    const answer = {
      ok: true,
      node: 'n',
      macs: ['02:00:00:00:00:01'],
      findings: new Map<string, ProbeFinding>([
        ['192.0.2.1', { kind: 'failed', why: 'x' }],
        ['192.0.2.2', { kind: 'no-link' }],
      ]),
    } as const
    expect(readAnswer(answerText(answer))).toEqual(answer)
  })

  it('are refused when they are none', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string(), fc.json()), (text) => {
        expect(() => [readQuestion(text), readAnswer(text)]).not.toThrow()
      }),
    )
    const many = Array.from({ length: MOST_ADDRESSES + 1 }, () => '192.0.2.1')
    expect(readQuestion(JSON.stringify({ addresses: many }))).toBeUndefined()
    expect(readQuestion('{"addresses":["192.0.2.1","web"]}')).toBeUndefined()
  })
})

it('the guard remembers no question for longer than it is good for', () => {
  const guard = new QuestionGuard(KEY)
  const question = signQuestion(KEY, 'x', 1_000_000)
  expect(guard.admits(question, 'x', 1_000_000)).toBe(true)
  expect(guard.admits(question, 'x', 1_000_000 + CLOCK_SKEW_MS)).toBe(false)
  for (let minute = 1; minute < 30; minute++) {
    const now = 1_000_000 + minute * 60_001
    for (let i = 0; i < 500; i++) expect(guard.admits(signQuestion(KEY, 'x', now), 'x', now)).toBe(true)
  }
})
