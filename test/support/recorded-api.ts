// An API server for tests: HTTP on loopback, objects in memory, answers worded as a real kube-apiserver 1.33 worded them.
// test/cli/kubernetes-contract.test.ts replays recorded requests against it and compares the answers.
//
// It knows the kinds and verbs that lbctl uses and a few more. What it cannot bring about itself (no rights, throttling, a
// webhook that says no) is put in its way with `answerNext`, as recorded.
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import recorded from '../fixtures/kubernetes/answers.json' with { type: 'json' }
import { type Answer, failure, json, pageNotFound, Refusal } from './recorded-api/answers.ts'
import { discovery } from './recorded-api/discovery.ts'
import { listAnswer, Pages } from './recorded-api/lists.ts'
import { type Map_, mapOf, type ResourceType, TYPES } from './recorded-api/objects.ts'
import { readRequest, type SeenRequest } from './recorded-api/requests.ts'
import { Store, type Target } from './recorded-api/store.ts'

export type RecordedAnswer = keyof typeof recorded

interface Interception {
  readonly when: (request: SeenRequest) => boolean
  readonly act: Answer | 'cut' | 'cut after' | 'silence' | (() => void)
  times: number
}

export class RecordedApi {
  readonly store = new Store()
  readonly requests: SeenRequest[] = []
  readonly pages = new Pages()
  /** the group metallb.io is served */
  metallb = true
  /** how many were opened */
  connections = 0
  readonly #server = createServer((request, response) => void this.#serve(request, response))
  readonly #sockets = new Set<Socket>()
  readonly #interceptions: Interception[] = []

  static async start(namespaces: readonly string[] = ['default', 'metallb-system']): Promise<RecordedApi> {
    const api = new RecordedApi()
    api.#server.on('connection', (socket) => {
      api.connections += 1
      api.#sockets.add(socket)
      socket.on('close', () => api.#sockets.delete(socket))
    })
    await new Promise<void>((resolve) => api.#server.listen(0, '127.0.0.1', resolve))
    for (const name of namespaces) api.seed({ apiVersion: 'v1', kind: 'Namespace', metadata: { name } })
    return api
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** The whole kubeconfig, for a file. */
  kubeconfig(token = 'token-of-the-test'): string {
    return JSON.stringify({
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': 'test',
      // Without TLS client-node wants this said.
      clusters: [{ name: 'test', cluster: { server: this.url, 'insecure-skip-tls-verify': true } }],
      users: [{ name: 'test', user: { token } }],
      contexts: [{ name: 'test', context: { cluster: 'test', user: 'test', namespace: 'default' } }],
    })
  }

  /** Puts an object in, as `manager` would by an update. */
  seed(object: Map_, manager = 'kubectl-client-side-apply'): void {
    const target = this.#targetOf(object)
    this.store.create(target, object, { manager, dryRun: false })
  }

  /** Changes an object behind the back of the client. */
  change(object: Map_, manager = 'somebody'): void {
    this.store.mergePatch(this.#targetOf(object), object, { manager, dryRun: false })
  }

  remove(object: Map_): void {
    this.store.remove(this.#targetOf(object), {}, false)
  }

  object(apiVersion: string, kind: string, namespace: string | undefined, name: string): Map_ | undefined {
    try {
      const metadata = { name, ...(namespace === undefined ? {} : { namespace }) }
      return this.store.get(this.#targetOf({ apiVersion, kind, metadata })) as unknown as Map_
    } catch (error) {
      if (error instanceof Refusal) return undefined
      throw error
    }
  }

  all(apiVersion: string, kind: string): Map_[] {
    const { type, version } = this.#targetOf({ apiVersion, kind, metadata: { name: '' } })
    return this.store.list(type, version, undefined) as unknown as Map_[]
  }

  typeOf(kind: string): ResourceType {
    return this.#targetOf({ apiVersion: 'v1', kind, metadata: { name: '' } }).type
  }

  /** As a controller does through the status subresource: the version moves, the content does not. */
  setStatus(apiVersion: string, kind: string, namespace: string, name: string, status: Map_): void {
    this.store.setStatus(this.#targetOf({ apiVersion, kind, metadata: { name, namespace } }), status)
  }

  /** The next `times` requests that fit get a recorded answer instead of a real one. */
  answerNext(name: RecordedAnswer, when: (request: SeenRequest) => boolean = () => true, times = 1): void {
    const answer = recorded[name]
    const headers = answer.headers as { [name: string]: string }
    this.#interceptions.push({ when, act: { status: answer.status, headers, body: answer.body }, times })
  }

  /** `cut`: the connection ends before, `cut after`: after the request was done; `silence`: no answer ever; or something to do before it. */
  intercept(
    act: 'cut' | 'cut after' | 'silence' | (() => void),
    when: (request: SeenRequest) => boolean,
    times = 1,
  ): void {
    this.#interceptions.push({ when, act, times })
  }

  /** Requests that store something. */
  get writes(): readonly SeenRequest[] {
    return this.requests.filter(
      (request) => request.method !== 'GET' && request.query['dryRun'] === undefined,
    )
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy()
    await new Promise((resolve) => this.#server.close(resolve))
  }

  #targetOf(object: Map_): Target {
    const apiVersion = String(object['apiVersion'])
    const version = apiVersion.slice(apiVersion.indexOf('/') + 1)
    const type = TYPES.find((t) => t.kind === object['kind'])
    const { name, namespace } = mapOf(object['metadata'])
    if (type === undefined) throw new Error(`the test server knows no kind ${String(object['kind'])}`)
    return {
      type,
      version,
      namespace: namespace === undefined ? undefined : String(namespace),
      name: String(name),
    }
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const seen = await readRequest(request)
    this.requests.push(seen)
    const interception = this.#interceptions.find(({ when, times }) => times > 0 && when(seen))
    if (interception !== undefined) interception.times -= 1
    const act = interception?.act
    if (act === 'silence') return
    if (act === 'cut') {
      request.socket.destroy()
      return
    }
    if (typeof act === 'function') act()
    const answer = typeof act === 'object' ? act : this.#answer(seen)
    if (act === 'cut after') {
      request.socket.destroy()
      return
    }
    const text = typeof answer.body === 'string' ? answer.body : JSON.stringify(answer.body)
    response.writeHead(answer.status, { ...answer.headers, 'content-length': Buffer.byteLength(text) })
    response.end(text)
  }

  #answer(request: SeenRequest): Answer {
    try {
      return this.#route(request)
    } catch (error) {
      if (error instanceof Refusal) return error.answer
      throw error
    }
  }

  #route(request: SeenRequest): Answer {
    const found = discovery(request, this.metallb)
    if (found !== undefined) return found
    const target = this.#parse(request.path)
    const { type } = target
    if (target.name === undefined) {
      if (request.method === 'GET') return listAnswer(this.store, this.pages, target, request)
      if (request.method !== 'POST')
        throw failure(
          405,
          'MethodNotAllowed',
          'the server does not allow this method on the requested resource',
          {},
        )
    }
    const body = request.body ?? {}
    const name = target.name ?? String(mapOf(body['metadata'])['name'])
    return this.#one({ ...target, name }, request, body, type)
  }

  #one(target: Target, request: SeenRequest, body: Map_, type: ResourceType): Answer {
    const writing = {
      manager: request.query['fieldManager'] ?? 'lbctl',
      dryRun: request.query['dryRun'] === 'All',
    }
    switch (request.method) {
      case 'GET':
        return json(200, this.store.get(target))
      case 'POST':
        return json(201, this.store.create(target, body, writing))
      case 'PUT':
        return json(200, this.store.replace(target, body, writing))
      case 'PATCH':
        return this.#patch(target, request, body, writing)
      case 'DELETE': {
        const { uid } = this.store.remove(target, mapOf(body['preconditions']), writing.dryRun).metadata
        const group = type.group === '' ? {} : { group: type.group }
        const details = { name: target.name, ...group, kind: type.resource, uid }
        return json(200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details })
      }
      default:
        throw failure(
          405,
          'MethodNotAllowed',
          'the server does not allow this method on the requested resource',
          {},
        )
    }
  }

  #patch(
    target: Target,
    request: SeenRequest,
    body: Map_,
    writing: { manager: string; dryRun: boolean },
  ): Answer {
    const type = request.headers['content-type']?.split(';')[0]
    if (type === 'application/merge-patch+json')
      return json(200, this.store.mergePatch(target, body, writing))
    if (type !== 'application/apply-patch+yaml')
      throw failure(415, 'UnsupportedMediaType', 'the body of the request was in an unknown format', {})
    if (request.query['fieldManager'] === undefined) {
      const message = 'Required value: is required for apply patch'
      throw failure(422, 'Invalid', `PatchOptions.meta.k8s.io "" is invalid: fieldManager: ${message}`, {
        group: 'meta.k8s.io',
        kind: 'PatchOptions',
        causes: [{ reason: 'FieldValueRequired', message, field: 'fieldManager' }],
      })
    }
    const { object, created } = this.store.apply(target, body, {
      ...writing,
      force: request.query['force'] === 'true',
    })
    return json(created ? 201 : 200, object)
  }

  #parse(path: string): Omit<Target, 'name'> & { name: string | undefined } {
    const [, root, ...rest] = path.replace(/\/$/, '').split('/').map(decodeURIComponent)
    if (root !== 'api' && root !== 'apis') throw pageNotFound()
    const group = root === 'api' ? '' : (rest.shift() ?? '')
    const version = rest.shift() ?? ''
    const namespaced = rest[0] === 'namespaces' && rest.length > 2
    const namespace = namespaced ? rest.splice(0, 2)[1] : undefined
    const [resource, name] = rest
    const type = TYPES.find(
      (t) => t.group === group && t.resource === resource && t.versions.includes(version),
    )
    if (type === undefined || (group === 'metallb.io' && !this.metallb)) {
      if (group === 'metallb.io' || !TYPES.some((t) => t.group === group)) throw pageNotFound()
      throw failure(404, 'NotFound', 'the server could not find the requested resource', {})
    }
    return { type, version, namespace, name }
  }
}
