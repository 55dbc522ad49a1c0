// Over real TLS: the certificate that is served is the one that the API server was told to trust, for the name that it uses.
import { request } from 'node:https'
import { afterEach, describe, expect, it } from 'vitest'
import recorded from '../../../test/fixtures/kubernetes/admission-reviews.json' with { type: 'json' }
import type { KubeObject } from '../../config/kube-object.ts'
import { LbctlError } from '../../errors/lbctl-error.ts'
import { installItems } from '../../install/install-objects.ts'
import { options as installOptions } from '../../install/testing/options.ts'
import { refOf, refText } from '../../migrate/apply/plan.ts'
import type { LiveObject, ObjectRef } from '../../migrate/ports.ts'
import type { ObjectStore } from '../../webhook/ports.ts'
import { ensureMemberlistSecret } from './ensure-memberlist.ts'
import { startWebhooks, type WebhookOptions, type Webhooks } from './start-webhooks.ts'

const NS = 'metallb-system'
const SERVER_NAME = `lbctl-webhook.${NS}.svc`
const CONFIGURATION = 'ValidatingWebhookConfiguration lbctl-webhook-configuration'
const CRD = 'CustomResourceDefinition bgppeers.metallb.io'
const SECRET = `Secret ${NS}/lbctl-webhook-cert`

/** Objects with versions, as an API server keeps them; the merge patch is the real one. */
class Store implements ObjectStore {
  readonly objects = new Map<string, LiveObject>()
  readonly writes: string[] = []
  down = false
  #version = 0

  constructor() {
    for (const { object } of installItems(installOptions({ namespace: NS })))
      if (object.kind === 'ValidatingWebhookConfiguration' || object.kind === 'CustomResourceDefinition')
        this.put(object)
  }

  put(object: KubeObject): LiveObject {
    this.#version += 1
    const live = {
      ...object,
      metadata: { ...object.metadata, uid: 'u', resourceVersion: String(this.#version) },
    }
    this.objects.set(refText(refOf(object)), live)
    return live
  }

  async get(ref: ObjectRef): Promise<LiveObject | undefined> {
    if (this.down) throw new LbctlError('unreachable', 'The API server does not answer.')
    return this.objects.get(refText(ref))
  }

  async create(object: KubeObject): Promise<boolean> {
    if (this.objects.has(refText(refOf(object)))) return false
    this.writes.push(`create ${refText(refOf(object))}`)
    this.put(object)
    return true
  }

  async replace(object: LiveObject): Promise<LiveObject> {
    this.#guard(refOf(object), object.metadata.resourceVersion)
    this.writes.push(`replace ${refText(refOf(object))}`)
    return this.put(object)
  }

  async patch(
    ref: ObjectRef,
    patch: object,
    { resourceVersion }: { resourceVersion: string },
  ): Promise<LiveObject> {
    const live = this.#guard(ref, resourceVersion)
    this.writes.push(`patch ${refText(ref)}`)
    return this.put(merged(live, patch) as KubeObject)
  }

  #guard(ref: ObjectRef, resourceVersion: string): LiveObject {
    const live = this.objects.get(refText(ref))
    if (live?.metadata.resourceVersion !== resourceVersion)
      throw new LbctlError('conflict', 'changed meanwhile')
    return live
  }
}

/** RFC 7396 §2 */
function merged(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const result: Record<string, unknown> = { ...(target as object) }
  for (const [key, value] of Object.entries(patch))
    if (value === null) delete result[key]
    else result[key] = merged(result[key], value)
  return result
}

// biome-ignore lint/suspicious/noExplicitAny: objects of several kinds, read where the test knows what they are
type Any = any
const trusted = (store: Store): readonly string[] => [
  ...(store.objects.get(CONFIGURATION) as Any).webhooks.map((w: Any) => w.clientConfig.caBundle),
  (store.objects.get(CRD) as Any).spec.conversion.webhook.clientConfig.caBundle,
]

interface Answered {
  readonly status: number
  readonly text: string
  /** of the certificate that was served */
  readonly fingerprint: string
}

const post = (port: number, path: string, body: unknown, ca: string, method = 'POST'): Promise<Answered> =>
  new Promise((resolve, reject) => {
    const sent = request(
      { host: '127.0.0.1', port, path, method, ca, servername: SERVER_NAME, agent: false },
      (response) => {
        let text = ''
        const { fingerprint256 } = (response.socket as Any).getPeerCertificate()
        response.setEncoding('utf8').on('data', (chunk: string) => {
          text += chunk
        })
        response.on('end', () =>
          resolve({ status: response.statusCode ?? 0, text, fingerprint: fingerprint256 }),
        )
      },
    )
    sent.on('error', reject)
    sent.end(typeof body === 'string' ? body : JSON.stringify(body))
  })

const running: Webhooks[] = []
afterEach(async () => {
  for (const webhooks of running.splice(0)) await webhooks.close()
})
function start(store: Store, changed: Partial<WebhookOptions> = {}): Webhooks {
  const webhooks = startWebhooks({
    store,
    namespace: NS,
    host: '127.0.0.1',
    port: 0,
    configuration: () => ({ configuration: [], nodes: [], namespaces: [] }),
    log: () => undefined,
    ...changed,
  })
  running.push(webhooks)
  return webhooks
}
const bundleOf = (store: Store): string => Buffer.from(trusted(store)[0] ?? '', 'base64').toString('utf8')
const PATH = '/validate-metallb-io-v1beta1-ipaddresspool'
const review = recorded[0]?.request.body
async function eventually(check: () => void | Promise<void>): Promise<void> {
  const end = Date.now() + 15_000
  for (;;) {
    try {
      return await check()
    } catch (error) {
      if (Date.now() > end) throw error
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
  }
}

describe('webhooks over TLS', { timeout: 60_000 }, () => {
  it('answer a review with a certificate that was made, stored and is trusted in every place', async () => {
    const store = new Store()
    const port = await start(store).listening
    expect(new Set(trusted(store)).size).toBe(1)
    expect(trusted(store)).toHaveLength(7)
    const { status, text } = await post(port, PATH, review, bundleOf(store))
    expect(status).toBe(200)
    expect(JSON.parse(text)).toMatchObject({ response: { uid: review?.request.uid, allowed: true } })
    expect((store.objects.get(SECRET) as Any).type).toBe('kubernetes.io/tls')
    const rest = (store.objects.get(CONFIGURATION) as Any).webhooks[0]
    expect(rest).toMatchObject({ failurePolicy: 'Fail', timeoutSeconds: 5 })
  })

  it('refuse what is no review without falling over', async () => {
    const store = new Store()
    const port = await start(store).listening
    const ca = bundleOf(store)
    expect((await post(port, PATH, '{', ca)).status).toBe(400)
    expect((await post(port, '/else', {}, ca)).status).toBe(404)
    expect((await post(port, PATH, '', ca, 'GET')).status).toBe(405)
    expect((await post(port, PATH, review, ca)).status).toBe(200)
  })

  it('are not believed under another authority or another name', async () => {
    const [store, other] = [new Store(), new Store()]
    const port = await start(store).listening
    await start(other).listening
    await expect(post(port, PATH, review, bundleOf(other))).rejects.toThrow()
  })

  it('of two replicas serve one and the same certificate', async () => {
    const store = new Store()
    const ports = await Promise.all([
      start(store, { retryMs: 20 }).listening,
      start(store, { retryMs: 20 }).listening,
    ])
    expect(store.writes.filter((write) => write === `create ${SECRET}`)).toHaveLength(1)
    const answers = await Promise.all(ports.map((port) => post(port, PATH, review, bundleOf(store))))
    expect(new Set(answers.map(({ fingerprint }) => fingerprint)).size).toBe(1)
  })

  it('renew in time, without a connection that is refused', async () => {
    const store = new Store()
    // TLS looks at the real clock, so the first certificate is one of long ago.
    const days = 86_400_000
    let nowMs = Date.now() - 260 * days
    const webhooks = start(store, { now: () => nowMs, everyMs: 20 })
    const port = await webhooks.listening
    const first = await post(port, PATH, review, bundleOf(store))
    const before = bundleOf(store)
    nowMs += 260 * days
    await eventually(async () => {
      const next = await post(port, PATH, review, before)
      expect(next.fingerprint).not.toBe(first.fingerprint)
    })
    expect(bundleOf(store)).toBe(before)
    // What somebody deleted or broke is made again, and trusted again.
    store.objects.delete(SECRET)
    await eventually(async () => {
      expect(bundleOf(store)).not.toBe(before)
      expect((await post(port, PATH, review, bundleOf(store))).status).toBe(200)
    })
  })

  it('wait for an API server that is away, and go on serving when it goes away', async () => {
    const store = new Store()
    store.down = true
    const warned: string[] = []
    const webhooks = start(store, {
      retryMs: 20,
      everyMs: 20,
      log: (level, text) => level === 'warn' && warned.push(text),
    })
    await eventually(() => expect(warned.length).toBeGreaterThan(1))
    expect(webhooks.waitingFor()).toBe('the certificate of the webhooks')
    store.down = false
    const port = await webhooks.listening
    expect(webhooks.waitingFor()).toBeUndefined()
    const ca = bundleOf(store)
    store.down = true
    const seen = warned.length
    await eventually(() => expect(warned.length).toBeGreaterThan(seen))
    expect((await post(port, PATH, review, ca)).status).toBe(200)
  })

  it('say so when they cannot listen, and when the configuration is not known yet', async () => {
    const store = new Store()
    const port = await start(store, { configuration: () => undefined }).listening
    expect((await post(port, PATH, review, bundleOf(store))).status).toBe(503)
    await expect(start(store, { port }).listening).rejects.toThrow(/cannot be served/)
  })

  it('leave webhooks of others in the same objects alone', async () => {
    const store = new Store()
    const live = store.objects.get(CONFIGURATION) as Any
    const foreign = { name: 'x', clientConfig: { url: 'https://elsewhere' } }
    store.put({ ...live, webhooks: [...live.webhooks, foreign] })
    const crd = store.objects.get(CRD) as Any
    const theirs = { namespace: NS, name: 'metallb-webhook-service' }
    store.put({
      ...crd,
      spec: {
        ...crd.spec,
        conversion: { strategy: 'Webhook', webhook: { clientConfig: { service: theirs } } },
      },
    })
    await start(store).listening
    expect((store.objects.get(CONFIGURATION) as Any).webhooks.at(-1)).toEqual(foreign)
    expect((store.objects.get(CRD) as Any).spec.conversion.webhook.clientConfig).toEqual({ service: theirs })
  })
})

describe('the key of the gossip', () => {
  it('is made as MetalLB makes it, once', async () => {
    const store = new Store()
    const place = { namespace: NS, name: 'memberlist' }
    expect(await ensureMemberlistSecret(store, place)).toBe(true)
    const secret = store.objects.get(`Secret ${NS}/memberlist`) as Any
    const text = Buffer.from(secret.data.secretkey, 'base64').toString('utf8')
    expect(text).toMatch(/^[A-Za-z0-9+/]{22}$/)
    expect(Buffer.from(text, 'base64')).toHaveLength(16)
    expect(await ensureMemberlistSecret(store, place)).toBe(false)
    expect(store.objects.get(`Secret ${NS}/memberlist`)).toBe(secret)
  })
})
