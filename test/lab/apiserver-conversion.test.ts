// Conversion webhooks of definitions, by a webhook that does as it is told: what is stored in one version and read in another, in lists and
// in watches; and what becomes of a webhook that is away, slow to begin with, or wrong.
import { createServer, type Server } from 'node:https'
import type { AddressInfo } from 'node:net'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { newCredentials } from '../../src/compose/lab-apiserver-credentials.ts'
import { type ApiServer, startApiServer } from '../../src/lab/apiserver/api-server.ts'
import { eventually } from '../support/namespaces.ts'

interface Item {
  apiVersion: string
  kind: string
  metadata: { name: string; uid?: string; resourceVersion?: string }
  spec: { size?: number; big?: boolean }
}
interface Review {
  readonly request: { readonly uid: string; readonly desiredAPIVersion: string; readonly objects: Item[] }
}

const { key, cert, ca } = newCredentials(Date.now())
let webhook: Server
let server: ApiServer
const asked: Review['request'][] = []
/** Changes an answer that is right. */
let spoil: (answer: { uid: string; result: object; convertedObjects: Item[] }) => void
const gone = (): void => undefined

/** v1 says `big`, v2 says how big. */
function converted(object: Item, desired: string): Item {
  const { size, big } = object.spec
  const spec = desired.endsWith('/v2')
    ? { size: size ?? (big === true ? 100 : 1) }
    : { big: big ?? (size ?? 0) > 10 }
  return { ...object, apiVersion: desired, spec }
}

const version = (name: string, storage: boolean, properties: object) => ({
  ...{ name, storage, served: true },
  schema: {
    openAPIV3Schema: { type: 'object', properties: { spec: { type: 'object', properties } } },
  },
})

beforeEach(async () => {
  asked.length = 0
  spoil = gone
  webhook = createServer({ key, cert }, (request, response) => {
    let text = ''
    request.setEncoding('utf8').on('data', (part: string) => {
      text += part
    })
    request.on('end', () => {
      const review = (JSON.parse(text) as Review).request
      asked.push(review)
      const answer = {
        uid: review.uid,
        result: { status: 'Success' },
        convertedObjects: review.objects.map((each) => converted(each, review.desiredAPIVersion)),
      }
      spoil(answer)
      response.setHeader('content-type', 'application/json')
      response.end(
        JSON.stringify({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'ConversionReview', response: answer }),
      )
    })
  })
  await new Promise<void>((resolve) => webhook.listen(0, '127.0.0.1', resolve))
  server = await startApiServer({ tokens: [{ token: 't', user: 'admin', groups: ['system:masters'] }] })
  const url = `https://localhost:${(webhook.address() as AddressInfo).port}/convert`
  server.applyObjects([
    {
      ...{
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'boxes.example.com' },
      },
      spec: {
        ...{
          group: 'example.com',
          scope: 'Cluster',
          names: { plural: 'boxes', singular: 'box', kind: 'Box', listKind: 'BoxList' },
        },
        versions: [
          version('v1', false, { big: { type: 'boolean' } }),
          version('v2', true, { size: { type: 'integer' } }),
        ],
        conversion: {
          strategy: 'Webhook',
          webhook: {
            conversionReviewVersions: ['v1'],
            clientConfig: { url, caBundle: Buffer.from(ca).toString('base64') },
          },
        },
      },
    },
  ])
})
afterEach(async () => {
  webhook.closeAllConnections()
  await new Promise((resolve) => webhook.close(resolve))
  await server.kill()
})

async function ask(
  method: string,
  path: string,
  body?: object,
): Promise<{ status: number; body: Item & { items: Item[]; message: string } }> {
  const answer = await fetch(`${server.url}/apis/example.com/${path}`, {
    method,
    headers: { authorization: 'Bearer t', 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  })
  return { status: answer.status, body: (await answer.json()) as Item & { items: Item[]; message: string } }
}
const box = (of: 'v1' | 'v2', name: string, spec: Item['spec']): Item => ({
  ...{ apiVersion: `example.com/${of}`, kind: 'Box', metadata: { name }, spec },
})

it('an object is stored in the stored version and shown in the one that is asked for', async () => {
  const { status, body } = await ask('POST', 'v1/boxes', box('v1', 'a', { big: true }))
  expect([status, body.apiVersion, body.spec]).toEqual([201, 'example.com/v1', { big: true }])
  expect(server.store.get('boxes.example.com', 'a')).toMatchObject({
    apiVersion: 'example.com/v2',
    spec: { size: 100 },
  })
  await ask('POST', 'v2/boxes', box('v2', 'b', { size: 3 }))
  const list = await ask('GET', 'v1/boxes')
  expect(list.body.items.map(({ apiVersion, metadata, spec }) => [apiVersion, metadata.name, spec])).toEqual([
    ['example.com/v1', 'a', { big: true }],
    ['example.com/v1', 'b', { big: false }],
  ])
  expect((await ask('GET', 'v2/boxes/a')).body.spec).toEqual({ size: 100 })
})

it('a list is one question, and what was converted once is not asked for again', async () => {
  for (let index = 0; index < 20; index++)
    await ask('POST', 'v2/boxes', box('v2', `b${index}`, { size: index }))
  asked.length = 0
  await ask('GET', 'v1/boxes')
  await ask('GET', 'v1/boxes')
  expect(asked.map(({ objects }) => objects.length)).toEqual([20])
})

it('events of a watch are converted, those of before and those that follow, in their order', async () => {
  const first = await ask('POST', 'v2/boxes', box('v2', 'a', { size: 1 }))
  await ask('PUT', 'v2/boxes/a', { ...first.body, spec: { size: 50 } })
  const events: { type: string; object: Item }[] = []
  const stop = new AbortController()
  const from = first.body.metadata.resourceVersion
  const answer = await fetch(`${server.url}/apis/example.com/v1/boxes?watch=1&resourceVersion=${from}`, {
    headers: { authorization: 'Bearer t' },
    signal: stop.signal,
  })
  const reading = (async () => {
    let rest = ''
    for await (const part of answer.body as unknown as AsyncIterable<Uint8Array>) {
      const lines = `${rest}${Buffer.from(part).toString('utf8')}`.split('\n')
      rest = lines.pop() ?? ''
      events.push(...lines.map((line) => JSON.parse(line) as (typeof events)[number]))
    }
  })().catch(() => undefined)
  await ask('POST', 'v2/boxes', box('v2', 'b', { size: 2 }))
  await ask('DELETE', 'v2/boxes/a')
  await eventually('all is told', () => events.length >= 3 || undefined)
  stop.abort()
  await reading
  expect(
    events.map(({ type, object }) => [type, object.apiVersion, object.metadata.name, object.spec]),
  ).toEqual([
    ['MODIFIED', 'example.com/v1', 'a', { big: true }],
    ['ADDED', 'example.com/v1', 'b', { big: false }],
    ['DELETED', 'example.com/v1', 'a', { big: true }],
  ])
})

it.each<[string, typeof spoil, RegExp]>([
  [
    'says no',
    (of) => Object.assign(of, { result: { status: 'Failed', message: 'too big to say' } }),
    /failed: too big to say$/,
  ],
  [
    'says no and not why',
    (of) => Object.assign(of, { result: { status: 'Failed' } }),
    /failed: response\.result\.status was 'Failed', not 'Success'$/,
  ],
  [
    'answers another question',
    (of) => Object.assign(of, { uid: 'other' }),
    /failed: expected response\.uid="[-0-9a-f]+", got "other"$/,
  ],
  ['forgets an object', (of) => of.convertedObjects.pop(), /returned 0 objects, expected 1$/],
  [
    'converts to another version',
    (of) => of.convertedObjects.map((each) => Object.assign(each, { apiVersion: 'example.com/v3' })),
    /invalid groupVersion \(expected example\.com\/v1, received example\.com\/v3\)$/,
  ],
  [
    'converts to another kind',
    (of) => of.convertedObjects.map((each) => Object.assign(each, { kind: 'Crate' })),
    /invalid kind \(expected Box, received Crate\)$/,
  ],
  [
    'gives another name',
    (of) => of.convertedObjects.map((each) => Object.assign(each.metadata, { name: 'z' })),
    /returned invalid metadata/,
  ],
])('a webhook that %s is a 500 that says so, and is asked again the next time', async (_, how, message) => {
  await ask('POST', 'v2/boxes', box('v2', 'a', { size: 1 }))
  spoil = how
  const { status, body } = await ask('GET', 'v1/boxes/a')
  expect([status, body.message]).toEqual([
    500,
    expect.stringMatching(/^conversion webhook for example\.com\/v2, Kind=Box /),
  ])
  expect(body.message).toMatch(message)
  spoil = gone
  expect((await ask('GET', 'v1/boxes/a')).status).toBe(200)
})

it('a webhook that is away makes the other version unreadable, and leaves the stored one alone', async () => {
  await ask('POST', 'v2/boxes', box('v2', 'a', { size: 1 }))
  webhook.closeAllConnections()
  await new Promise((resolve) => webhook.close(resolve))
  const { status, body } = await ask('GET', 'v1/boxes')
  expect([status, body.message]).toEqual([
    500,
    expect.stringMatching(
      /failed: Post ".*\/convert\?timeout=30s": dial tcp .*: connect: connection refused$/,
    ),
  ])
  expect((await ask('GET', 'v2/boxes')).body.items).toHaveLength(1)
})
