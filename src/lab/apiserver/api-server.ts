// The API server of the laboratory: what tests, the demo and the lab start. In memory, on loopback; no production server.
import { randomInt, randomUUID } from 'node:crypto'
import { createServer as createHttpServer, type Server } from 'node:http'
import { createServer as createHttpsServer } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import { Admission } from './admission/admission.ts'
import { conversionCaller } from './admission/conversion.ts'
import { type ServiceAddress, webhookCaller } from './admission/webhook-caller.ts'
import type { Audit } from './auth/audit.ts'
import { Authorizer } from './auth/authorizer.ts'
import { type GivenToken, TokenBook } from './auth/token-book.ts'
import { builtinRules } from './builtins/kind-rules.ts'
import { ServiceClaims } from './builtins/service-claims.ts'
import { Controllers } from './controllers/controllers.ts'
import { firstObjects } from './controllers/first-objects.ts'
import { Faults } from './faults.ts'
import { serve } from './http/edge.ts'
import type { PodLogSource } from './http/pod-log-source.ts'
import { RunningWatches } from './http/running-watches.ts'
import { kubeconfigText } from './kubeconfig.ts'
import { loadObjects } from './load-objects.ts'
import { KindRegistry } from './registry/kind-registry.ts'
import type { KubeObject } from './resource-kind.ts'
import { openJournal } from './storage/journal.ts'
import { ObjectStore } from './storage/object-store.ts'
import { Presenter } from './storage/presenter.ts'
import type { World } from './world.ts'

export interface ApiServerOptions {
  /** 0 or not given: any free one. */
  readonly port?: number
  /** Only loopback addresses are meant; what else is given is listened on, so do not. */
  readonly host?: string
  /** Certificate and key in PEM: the server speaks HTTPS. */
  readonly tls?: {
    readonly cert: string
    readonly key: string
    readonly ca?: string
    /** The name in the certificate, where the address is not in it: kubeconfigs tell clients. */
    readonly serverName?: string
  }
  /** Who may come. Not given: one user `admin` of system:masters with a random token. */
  readonly tokens?: readonly GivenToken[]
  /** A file that every write goes to; what is in it at start is the state. */
  readonly persistTo?: string
  /** Milliseconds since 1970. */
  readonly now?: () => number
  /** Where webhooks that name a Service are found: `host:port`. */
  readonly serviceAddress?: ServiceAddress
  /** What containers printed: whoever plays kubelet for the Pods tells it. */
  readonly podLog?: PodLogSource
  /** How many writes of one kind a watch can catch up with. */
  readonly historyLimit?: number
  /** Is told of every request whose user is known. */
  readonly audit?: Audit
}

export interface ApiServer {
  readonly url: string
  readonly port: number
  readonly faults: Faults
  readonly store: ObjectStore
  /** The text of a kubeconfig file for a user; the first of the tokens where none is named. */
  kubeconfig(user?: string): string
  token(user?: string): string
  /** Puts objects into the store as they are, with defaults but without admission: 10,000 in well under a second. */
  applyObjects(objects: readonly object[]): void
  /** Ends watches plainly, answers what it has begun, and closes. */
  stop(): Promise<void>
  /** As SIGKILL: every connection is reset. What was answered is in the file. */
  kill(): Promise<void>
}

/** Rejects with the error of the operating system when the port cannot be had or the file cannot be written. */
export async function startApiServer(options: ApiServerOptions = {}): Promise<ApiServer> {
  const tokens = options.tokens ?? [{ token: randomUUID(), user: 'admin', groups: ['system:masters'] }]
  const running = new RunningServer(options, new TokenBook(tokens), tokens)
  await running.listen(options.port ?? 0, options.host ?? '127.0.0.1')
  return running
}

class RunningServer implements ApiServer {
  readonly faults: Faults
  readonly store: ObjectStore
  readonly #world: World
  readonly #watches: RunningWatches
  readonly #server: Server
  readonly #sockets = new Set<Socket>()
  readonly #tokens: readonly GivenToken[]
  readonly #options: ApiServerOptions
  readonly #timers = new Set<NodeJS.Timeout>()
  readonly #close: () => void

  constructor(options: ApiServerOptions, book: TokenBook, tokens: readonly GivenToken[]) {
    this.#options = options
    this.#tokens = tokens
    const journal = options.persistTo === undefined ? undefined : openJournal(options.persistTo)
    this.#close = () => journal?.close()
    this.store = new ObjectStore({
      ...(options.historyLimit === undefined ? {} : { historyLimit: options.historyLimit }),
      ...(journal?.state === undefined ? {} : { state: journal.state }),
      journal: (event) => {
        journal?.append(event)
        controllers.noticed(event)
      },
    })
    this.faults = new Faults(this.store)
    this.#watches = new RunningWatches(this.faults, { after: (ms, action) => this.#after(ms, action) })
    this.#world = this.#worldOf(book)
    const controllers = new Controllers(this.#world, {
      soon: (action) => void this.#after(0, action),
      endWatches: (storage, afterMs) => void this.#after(afterMs, () => this.#watches.endOf(storage)),
    })
    controllers.adopt()
    firstObjects(this.#world)
    this.#server = this.#createServer()
    this.#server.on('connection', (socket: Socket) => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
      socket.on('error', () => socket.destroy())
    })
  }

  #worldOf(tokens: TokenBook): World {
    const call = webhookCaller(this.#options.serviceAddress ?? (() => undefined))
    const nowMs = this.#options.now ?? Date.now
    return {
      store: this.store,
      registry: new KindRegistry(builtinRules),
      presenter: new Presenter(conversionCaller(call, randomUUID)),
      admission: new Admission(call, this.store, randomUUID),
      authorizer: new Authorizer(this.store, tokens),
      audit: this.#options.audit ?? (() => undefined),
      tokens,
      faults: this.faults,
      claims: new ServiceClaims(this.store),
      now: () => new Date(nowMs()),
      random: (bound) => randomInt(bound),
      uuid: () => randomUUID(),
      pause: (milliseconds) => new Promise((resolve) => void this.#after(milliseconds, resolve)),
      podLog: this.#options.podLog,
      address: () => `${this.#options.host ?? '127.0.0.1'}:${this.port}`,
    }
  }

  #createServer(): Server {
    const { tls } = this.#options
    const listener = (request: Parameters<typeof serve>[2], response: Parameters<typeof serve>[3]) => {
      serve(this.#world, this.#watches, request, response).catch((error: unknown) => {
        // A bug: the client must not wait for ever, and the test that runs here has to see it.
        response.destroy()
        process.emitWarning(error instanceof Error ? error : String(error))
      })
    }
    const server = tls === undefined ? createHttpServer(listener) : createHttpsServer(tls, listener)
    server.keepAliveTimeout = 60_000
    return server
  }

  #after(ms: number, action: () => void): () => void {
    const timer = setTimeout(() => {
      this.#timers.delete(timer)
      action()
    }, ms)
    this.#timers.add(timer)
    return () => {
      clearTimeout(timer)
      this.#timers.delete(timer)
    }
  }

  listen(port: number, host: string): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject)
      this.#server.listen(port, host, () => {
        this.#server.off('error', reject)
        resolve()
      })
    })
  }

  get port(): number {
    return (this.#server.address() as AddressInfo | null)?.port ?? this.#options.port ?? 0
  }

  get url(): string {
    const host = this.#options.host ?? '127.0.0.1'
    const shown = host.includes(':') ? `[${host}]` : host
    return `${this.#options.tls === undefined ? 'http' : 'https'}://${shown}:${this.port}`
  }

  token(user?: string): string {
    const found = user === undefined ? this.#tokens[0] : this.#tokens.find((one) => one.user === user)
    if (found === undefined) throw new Error(`no token was given for the user ${user ?? ''}`)
    return found.token
  }

  kubeconfig(user?: string): string {
    const name = user ?? this.#tokens[0]?.user ?? ''
    return kubeconfigText({
      url: this.url,
      user: name,
      token: this.token(name),
      ca: this.#options.tls?.ca,
      serverName: this.#options.tls?.serverName,
    })
  }

  applyObjects(objects: readonly object[]): void {
    loadObjects(this.#world, objects as readonly KubeObject[])
  }

  async stop(): Promise<void> {
    this.#watches.endAll()
    const closed = this.#closed()
    this.#server.closeIdleConnections()
    const late = setTimeout(() => this.#server.closeAllConnections(), 1_000)
    await closed
    clearTimeout(late)
    this.#finish()
  }

  async kill(): Promise<void> {
    const closed = this.#closed()
    for (const socket of this.#sockets) socket.resetAndDestroy()
    await closed
    this.#finish()
  }

  #closed(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()))
  }

  #finish(): void {
    for (const timer of this.#timers) clearTimeout(timer)
    this.#timers.clear()
    this.#close()
  }
}
