// Sends recorded requests to a server, in their order, and says what it answers. Watches run beside the other requests, as
// they did when they were recorded.
import { Agent, type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { gunzipSync } from 'node:zlib'
import { comparable } from './comparable.ts'
import { KnownValues } from './known-values.ts'
import type { RecordedEntry, RecordedEvent } from './transcript.ts'

export interface ReplayedStep {
  readonly index: number
  readonly step: string
  readonly recorded: unknown
  readonly present: unknown
}

export interface ReplayOptions {
  readonly url: string
  /** The Authorization header of whoever a step is `as`; undefined: none is sent. */
  readonly credentials: (as: string | undefined) => string | undefined
  /** Before a step: what the server has to be helped with. */
  readonly before?: (entry: RecordedEntry, index: number) => Promise<void> | void
  /** After a step, with the answer. */
  readonly after?: (entry: RecordedEntry, body: unknown, index: number) => Promise<void> | void
}

interface Answer {
  readonly status: number
  readonly warning: string | undefined
  readonly contentType: string | undefined
  readonly etag: string | undefined
  readonly body: unknown
}

interface RunningWatch {
  readonly index: number
  readonly entry: RecordedEntry
  readonly status: number
  readonly events: RecordedEvent[]
  readonly ended: Promise<void>
  stop(): void
}

/** A watch that has told what was recorded, or does not within this time, is over. */
const WATCH_PATIENCE_MS = 10_000

export async function replay(
  entries: readonly RecordedEntry[],
  options: ReplayOptions,
): Promise<readonly ReplayedStep[]> {
  const known = new KnownValues()
  const agent = new Agent({ keepAlive: true })
  const steps: ReplayedStep[] = []
  const watches: RunningWatch[] = []
  for (const [index, entry] of entries.entries()) {
    if (entry.skip !== undefined || entry.direction !== undefined) continue
    await options.before?.(entry, index)
    if (isWatch(entry)) {
      watches.push(await startWatch(entry, index, known, options))
      continue
    }
    const answer = await ask(entry, known, options, agent)
    if (answer.status < 300) known.learn(entry.response.body, answer.body)
    known.learn({ etag: entry.response.headers?.['etag'] }, { etag: answer.etag })
    await options.after?.(entry, answer.body, index)
    // The garbage collector's turn: its timers are due before this one.
    if (entry.request.method === 'DELETE') await new Promise((resolve) => setTimeout(resolve, 5))
    steps.push({
      index,
      step: entry.step,
      recorded: recordedAnswer(entry, known),
      present: presentAnswer(entry, answer),
    })
  }
  for (const watch of watches) steps.push(await finishWatch(watch))
  agent.destroy()
  return steps.sort((a, b) => a.index - b.index)
}

const isWatch = ({ response }: RecordedEntry): boolean => response.end !== undefined

/** With the names that the server chose now in place of those of then. */
function recordedAnswer({ response }: RecordedEntry, known: KnownValues): unknown {
  const { status, headers, body } = response
  return { status, warning: headers?.['warning'], body: comparable(asData(known.translate(body))) }
}

function presentAnswer({ response }: RecordedEntry, answer: Answer): unknown {
  const omitted = isOmitted(response.body)
  const cut = isCut(response.body)
  const body = omitted ? response.body : cut ? cutDown(answer.body, response.body) : answer.body
  return { status: answer.status, warning: answer.warning, body: comparable(asData(body)) }
}

const isOmitted = (body: unknown): boolean => typeof body === 'object' && body !== null && 'omitted' in body
const isCut = (body: unknown): body is { cut: string } =>
  typeof body === 'object' && body !== null && 'cut' in body

/** Some recorded lists keep only name and version of their items. */
function cutDown(body: unknown, recorded: { cut: string }): unknown {
  const list = body as { items?: { metadata: { name: string; resourceVersion: string } }[] }
  const items = list.items?.map(({ metadata }) => ({
    metadata: { name: metadata.name, resourceVersion: metadata.resourceVersion },
  }))
  return { ...list, items, cut: recorded.cut }
}

/** YAML answers are compared as they are, all others as data. */
const asData = (body: unknown): unknown => body ?? null

function send(
  entry: RecordedEntry,
  known: KnownValues,
  options: ReplayOptions,
  agent: Agent | false,
): ClientRequest {
  const { method, path, query, headers, body } = entry.request
  const search = new URLSearchParams()
  for (const [key, text] of Object.entries(query ?? {})) search.set(key, known.translateQuery(key, text))
  const text =
    body === undefined || body === null
      ? undefined
      : typeof body === 'string'
        ? body
        : JSON.stringify(known.translate(body))
  const authorization = headers?.['authorization'] ?? options.credentials(entry.as)
  const sent = httpRequest(
    `${options.url}${known.translatePath(path)}${search.size === 0 ? '' : `?${search}`}`,
    {
      method,
      agent,
      headers: {
        'user-agent': 'lbctl/0.1',
        ...headers,
        ...(headers?.['if-none-match'] === undefined
          ? {}
          : { 'if-none-match': known.translateQuery('etag', headers['if-none-match']) }),
        ...(authorization === undefined ? {} : { authorization }),
        ...(text === undefined ? {} : { 'content-length': String(Buffer.byteLength(text)) }),
      },
    },
  )
  sent.end(text)
  return sent
}

function ask(
  entry: RecordedEntry,
  known: KnownValues,
  options: ReplayOptions,
  agent: Agent,
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = send(entry, known, options, agent)
    sent.on('error', reject)
    sent.on('response', (response: IncomingMessage) => {
      const parts: Buffer[] = []
      response.on('data', (part: Buffer) => parts.push(part))
      response.on('end', () => {
        const bytes = Buffer.concat(parts)
        const text = (response.headers['content-encoding'] === 'gzip' ? gunzipSync(bytes) : bytes).toString(
          'utf8',
        )
        const contentType = response.headers['content-type']
        const json = contentType?.startsWith('application/json') === true && text !== ''
        const warning = response.headers['warning']
        resolve({
          status: response.statusCode ?? 0,
          warning: Array.isArray(warning) ? warning.join(', ') : warning,
          contentType,
          etag: response.headers.etag,
          body: text === '' ? null : json ? JSON.parse(text) : text,
        })
      })
    })
  })
}

function startWatch(
  entry: RecordedEntry,
  index: number,
  known: KnownValues,
  options: ReplayOptions,
): Promise<RunningWatch> {
  return new Promise((resolve, reject) => {
    const sent = send(entry, known, options, false)
    sent.on('error', reject)
    sent.on('response', (response: IncomingMessage) => {
      const events: RecordedEvent[] = []
      let rest = ''
      response.setEncoding('utf8')
      response.on('data', (text: string) => {
        const lines = `${rest}${text}`.split('\n')
        rest = lines.pop() ?? ''
        for (const line of lines) events.push(JSON.parse(line) as RecordedEvent)
      })
      const ended = new Promise<void>((done) => response.on('close', () => done()))
      response.on('error', () => undefined)
      resolve({ index, entry, status: response.statusCode ?? 0, events, ended, stop: () => sent.destroy() })
    })
  })
}

async function finishWatch(watch: RunningWatch): Promise<ReplayedStep> {
  const recorded = (watch.entry.response.body ?? []) as RecordedEvent[]
  const deadline = Date.now() + WATCH_PATIENCE_MS
  while (watch.events.length < recorded.length && Date.now() < deadline) {
    await Promise.race([watch.ended, new Promise((resolve) => setTimeout(resolve, 20))])
    if (watch.events.length < recorded.length && (await isOver(watch.ended))) break
  }
  watch.stop()
  const brief = watch.entry.response.brief !== undefined
  const shape = ({ type, object }: RecordedEvent) => ({
    type,
    object: brief ? identityOf(object) : comparable(object),
  })
  return {
    index: watch.index,
    step: watch.entry.step,
    recorded: { status: watch.entry.response.status, events: recorded.map(shape) },
    // The recorded client went away; what comes after is not compared.
    present: { status: watch.status, events: watch.events.slice(0, recorded.length).map(shape) },
  }
}

const isOver = (ended: Promise<void>): Promise<boolean> =>
  Promise.race([
    ended.then(() => true),
    new Promise<boolean>((resolve) => setTimeout(() => resolve(false), 1)),
  ])

function identityOf(object: Record<string, unknown>): unknown {
  const metadata = object['metadata'] as Record<string, unknown>
  return {
    kind: object['kind'],
    apiVersion: object['apiVersion'],
    name: metadata['name'],
    namespace: metadata['namespace'],
  }
}
