// The test server answers as a real one did: recorded requests are sent in order, and status, headers of meaning and bodies are
// compared, but for what varies between two recordings too (uids, versions, times, order of causes).
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { isMap, type Map_ } from '../support/recorded-api/objects.ts'
import { RecordedApi } from '../support/recorded-api.ts'

interface Entry {
  readonly step: string
  readonly request: {
    readonly method: string
    readonly path: string
    readonly query?: Readonly<Record<string, string>>
    readonly headers?: Readonly<Record<string, string>>
    readonly body?: unknown
  }
  readonly response: {
    readonly status: number
    readonly headers: Readonly<Record<string, string>>
    readonly body: unknown
  }
}

const load = (name: string): readonly Entry[] =>
  JSON.parse(
    readFileSync(new URL(`../fixtures/kubernetes/replay-${name}.json`, import.meta.url), 'utf8'),
  ) as Entry[]

let api: RecordedApi
beforeEach(async () => {
  api = await RecordedApi.start(['default', 'metallb-system'])
})
afterEach(() => api.stop())

describe.each([
  { name: 'crud' },
  { name: 'merge-patch' },
  { name: 'server-side-apply', managedFields: true },
  { name: 'delete' },
  { name: 'dry-run' },
  { name: 'paging' },
  { name: 'expired', compactBefore: 10 },
  { name: 'secrets-configmaps' },
  { name: 'not-found' },
  { name: 'discovery' },
])('$name', ({ name, managedFields = false, compactBefore }) => {
  it('answers as recorded', async () => {
    const actualOf = new Map<string, string>()
    for (const [index, entry] of load(name).entries()) {
      if (index === compactBefore) api.pages.compact()
      const answer = await send(translate(entry.request, actualOf) as Entry['request'])
      expect({ step: entry.step, status: answer.status }).toEqual({
        step: entry.step,
        status: entry.response.status,
      })
      expect(answer.type, entry.step).toBe(entry.response.headers['content-type'])
      if (answer.status < 300 || answer.status === 410) learn(entry.response.body, answer.body, actualOf)
      expect(comparable(answer.body, managedFields), entry.step).toEqual(
        comparable(translate(entry.response.body, actualOf), managedFields),
      )
    }
  })
})

function send(
  wanted: Entry['request'],
): Promise<{ status: number; type: string | undefined; body: unknown }> {
  const body = wanted.body === undefined ? undefined : Buffer.from(JSON.stringify(wanted.body))
  const query = new URLSearchParams(wanted.query ?? {}).toString()
  return new Promise((resolve, reject) => {
    const sent = request(`${api.url}${wanted.path}?${query}`, {
      method: wanted.method,
      headers: {
        accept: 'application/json',
        ...wanted.headers,
        ...(body === undefined ? {} : { 'content-length': body.length }),
      },
    })
    sent.on('error', reject)
    sent.on('response', (response) => {
      const chunks: Buffer[] = []
      response.on('data', (chunk: Buffer) => chunks.push(chunk))
      response.on('end', () => {
        const text = Buffer.concat(chunks).toString('utf8')
        const type = response.headers['content-type']
        resolve({
          status: response.statusCode ?? 0,
          type,
          body: type === 'application/json' ? JSON.parse(text) : text,
        })
      })
    })
    sent.end(body)
  })
}

const NAMED_BY_SERVER = new Set(['uid', 'resourceVersion', 'continue'])

/** Which of our values stands for which recorded one. */
function learn(recorded: unknown, actual: unknown, actualOf: Map<string, string>): void {
  if (Array.isArray(recorded) && Array.isArray(actual))
    for (const [index, item] of recorded.entries()) learn(item, actual[index], actualOf)
  if (!isMap(recorded) || !isMap(actual)) return
  for (const [key, value] of Object.entries(recorded)) {
    const ours = actual[key]
    if (NAMED_BY_SERVER.has(key) && typeof value === 'string' && typeof ours === 'string' && value !== '')
      actualOf.set(value, ours)
    else learn(value, ours, actualOf)
  }
}

function translate(value: unknown, actualOf: Map<string, string>, key = ''): unknown {
  if (typeof value === 'string') {
    if (NAMED_BY_SERVER.has(key)) return actualOf.get(value) ?? value
    // Messages quote uids and versions.
    return [...actualOf].reduce((text, [recorded, ours]) => text.replace(`(${recorded})`, `(${ours})`), value)
  }
  if (Array.isArray(value)) return value.map((item) => translate(item, actualOf))
  if (!isMap(value)) return value
  return Object.fromEntries(
    Object.entries(value).map(([name, inner]) => [name, translate(inner, actualOf, name)]),
  )
}

const VARIES = new Set(['creationTimestamp', 'time'])

function comparable(value: unknown, managedFields: boolean): unknown {
  if (Array.isArray(value)) return value.map((item) => comparable(item, managedFields))
  if (!isMap(value)) return value
  const out: { [key: string]: unknown } = {}
  for (const [key, inner] of Object.entries(value as Map_)) {
    if (VARIES.has(key) || (key === 'managedFields' && !managedFields)) continue
    // A 410 answers with a token that nobody has seen before; that there is one is compared.
    out[key] =
      key === 'continue' && inner !== ''
        ? 'a token'
        : key === 'uid'
          ? 'a uid'
          : comparable(inner, managedFields)
    if (key === 'causes' || key === 'managedFields')
      out[key] = (out[key] as unknown[]).map((item) => JSON.stringify(sortKeys(item))).sort()
  }
  return out
}

const sortKeys = (value: unknown): unknown =>
  isMap(value)
    ? Object.fromEntries(
        Object.keys(value)
          .sort()
          .map((key) => [key, sortKeys(value[key])]),
      )
    : value
