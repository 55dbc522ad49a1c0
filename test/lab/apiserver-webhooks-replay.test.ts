// Admission webhooks as a kube-apiserver 1.33 asked them: the recorded requests are sent again, a webhook answers what it answered then,
// and what the server asks it and says to its client has to be what was recorded.
import { readFileSync } from 'node:fs'
import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { newCredentials } from '../../src/compose/lab-apiserver-credentials.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { comparable } from '../support/api-replay/comparable.ts'
import { metallbCluster } from '../support/api-replay/metallb-cluster.ts'
import { type ReplayedStep, replay } from '../support/api-replay/replay.ts'
import type { RecordedEntry } from '../support/api-replay/transcript.ts'

const FILE = new URL('../fixtures/kubernetes/webhooks/32-admission-webhooks.json', import.meta.url)
interface Review {
  readonly request: { readonly uid: string }
}

const { key, cert, ca } = newCredentials(Date.now())
const ending: (() => Promise<unknown> | unknown)[] = []
afterEach(async () => {
  for (const end of ending.splice(0).toReversed()) await end()
})

/** Answers as recorded, one request after the other, and keeps what it was asked. */
async function startWebhook(answers: readonly RecordedEntry[]) {
  const asked: { readonly entry: RecordedEntry; readonly body: unknown }[] = []
  const server = createServer({ key, cert }, (request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      const entry = answers[asked.length]
      const review = JSON.parse(text) as Review
      if (entry === undefined) throw new Error(`nothing is recorded for ${text}`)
      asked.push({ entry, body: review })
      const { status, body } = entry.response as { readonly status?: number; readonly body?: unknown }
      // One never answered.
      if (status === undefined) return
      const given = (body as { readonly response?: { readonly uid?: string } }).response?.uid
      const said = given === undefined || given === 'x' ? body : answering(body, review)
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(said))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  ending.push(() => {
    server.closeAllConnections()
    server.close()
  })
  return { asked, port: (server.address() as AddressInfo).port }
}

/** With the uid of now in place of the recorded one. */
function answering(body: unknown, { request }: Review): unknown {
  const { response, ...rest } = body as { readonly response: object }
  return { ...rest, response: { ...response, uid: request.uid } }
}

/** The recorded client came with a certificate, which leaves a fingerprint here. */
function comparableReview(body: unknown): unknown {
  const { request, ...rest } = body as { readonly request: { readonly userInfo: Record<string, unknown> } }
  const { extra: _, ...userInfo } = request.userInfo
  return comparable({ ...rest, request: { ...request, userInfo } })
}

function reachableAt(server: ApiServer, url: string, failurePolicy: string): void {
  const stored = server.store.get('validatingwebhookconfigurations.admissionregistration.k8s.io', 'demo-32')
  const [hook] = (stored as unknown as { webhooks: { clientConfig: object }[] }).webhooks
  const changed = { ...hook, clientConfig: { ...hook?.clientConfig, url }, failurePolicy }
  server.applyObjects([{ ...stored, webhooks: [changed] }])
}

it('asks webhooks, and takes their answers, as recorded', async () => {
  const entries = JSON.parse(readFileSync(FILE, 'utf8')) as RecordedEntry[]
  const { asked, port } = await startWebhook(entries.filter(({ direction }) => direction !== undefined))
  const here = (text: string): string =>
    text
      .replaceAll('127.0.0.1:9443', `localhost:${port}`)
      .replaceAll('<redacted>', Buffer.from(ca).toString('base64'))
  const server = await startApiServer({ tokens: [{ token: 't', user: 'admin', groups: ['system:masters'] }] })
  ending.push(() => server.kill())
  server.applyObjects(metallbCluster())
  const steps = await replay(
    JSON.parse(JSON.stringify(entries), (_, value) =>
      typeof value === 'string' ? here(value) : value,
    ) as RecordedEntry[],
    {
      url: server.url,
      credentials: () => 'Bearer t',
      before: ({ step }) => {
        if (!step.startsWith('webhook out of reach')) return
        reachableAt(server, 'https://127.0.0.1:1/validate', step.endsWith('Ignore') ? 'Ignore' : 'Fail')
      },
    },
  )
  const compared = (pick: (step: ReplayedStep) => unknown) =>
    steps.map((step) => ({ step: step.step, answer: pick(step) }))
  expect(compared(({ present }) => present)).toEqual(compared(({ recorded }) => recorded))
  const reviews = asked.filter(({ entry }) => !('omitted' in (entry.request.body as object)))
  expect(reviews.length).toBeGreaterThan(3)
  expect(reviews.map(({ entry, body }) => ({ step: entry.step, body: comparableReview(body) }))).toEqual(
    reviews.map(({ entry }) => ({ step: entry.step, body: comparableReview(entry.request.body) })),
  )
}, 60_000)
