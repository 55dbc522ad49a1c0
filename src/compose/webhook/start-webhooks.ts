// The webhooks of a controller: started once, they keep their certificate by themselves until they are closed. Every replica serves,
// whether it leads or not.
import { LbctlError } from '../../errors/lbctl-error.ts'
import type { OwnerReference } from '../../install/memberlist-secret.ts'
import { PORTS, WEBHOOK_SECRET, WEBHOOK_SERVICE } from '../../install/names.ts'
import type { AdmissionContext } from '../../webhook/admission.ts'
import { answerReview } from '../../webhook/paths.ts'
import type { ClusterConfiguration, ObjectStore } from '../../webhook/ports.ts'
import { keepCertificate } from './certificate-keeper.ts'
import { type HttpsServer, serveHttps } from './https-server.ts'

export interface WebhookOptions {
  readonly store: ObjectStore
  /** where the components, their Service and their configuration are */
  readonly namespace: string
  readonly mode?: AdmissionContext['mode']
  /** as it is known now; `undefined` until the first lists are complete, which refuses every change for the moment */
  readonly configuration: () => ClusterConfiguration | undefined
  /** every address when left out */
  readonly host?: string
  /** default 9443; 0: any free one */
  readonly port?: number
  readonly secretName?: string
  readonly serviceName?: string
  /** the Deployment, so that the Secret goes with it */
  readonly owner?: OwnerReference
  readonly log: (level: 'info' | 'warn' | 'error', message: string) => void
  /** between two looks at the certificate; default 30 seconds: who deletes it waits so long for another one in every replica */
  readonly everyMs?: number
  /** after a look that failed; default 5 seconds */
  readonly retryMs?: number
  /** milliseconds since 1970; default the clock */
  readonly now?: () => number
}

export interface Webhooks {
  /** resolves with the port when reviews are answered; rejects when the address cannot be listened on */
  readonly listening: Promise<number>
  /** `undefined` when reviews are answered; else what is waited for, a fragment for /readyz */
  waitingFor(): string | undefined
  close(): Promise<void>
}

/** Returns at once; what the cluster does not give yet is tried again until it does. */
export function startWebhooks(options: WebhookOptions): Webhooks {
  const running = new RunningWebhooks(options)
  return running
}

class RunningWebhooks implements Webhooks {
  readonly listening: Promise<number>
  readonly #options: WebhookOptions
  #server: HttpsServer | undefined
  #timer: NodeJS.Timeout | undefined
  #closed = false
  #round: Promise<void>
  #resolve: (port: number) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined

  constructor(options: WebhookOptions) {
    this.#options = options
    this.listening = new Promise((resolve, reject) => {
      this.#resolve = resolve
      this.#reject = reject
    })
    // Whoever does not wait for it reads about it in the log.
    this.listening.catch(() => undefined)
    this.#round = this.#look()
  }

  waitingFor(): string | undefined {
    if (this.#server === undefined) return 'the certificate of the webhooks'
    return this.#options.configuration() === undefined ? 'the configuration' : undefined
  }

  async close(): Promise<void> {
    this.#closed = true
    clearTimeout(this.#timer)
    await this.#round
    await this.#server?.close()
    this.#server = undefined
  }

  async #look(): Promise<void> {
    const { everyMs = 30_000, retryMs = 5000, log } = this.#options
    let pauseMs = everyMs
    try {
      await this.#keep()
    } catch (error) {
      pauseMs = retryMs
      if (error instanceof LbctlError && error.kind === 'usage') {
        log('error', error.message)
        this.#reject(error)
        return
      }
      log('warn', `The certificate of the webhooks could not be looked after: ${messageOf(error)}`)
    }
    if (this.#closed) return
    this.#timer = setTimeout(() => {
      this.#round = this.#look()
    }, pauseMs)
    this.#timer.unref()
  }

  async #keep(): Promise<void> {
    const { store, namespace, owner, log, now = Date.now } = this.#options
    const { secretName = WEBHOOK_SECRET, serviceName = WEBHOOK_SERVICE } = this.#options
    const certificate = await keepCertificate({
      ...{ store, namespace, secretName, serviceName, owner, now },
      log: (message) => log('info', message),
    })
    if (this.#closed) return
    if (this.#server !== undefined) {
      this.#server.serve(certificate)
      return
    }
    const { host, port = PORTS.webhook } = this.#options
    const answer = (path: string, body: unknown) => answerReview(path, body, () => this.#context())
    const failed = (error: unknown): void =>
      log('error', `A review could not be answered: ${messageOf(error)}`)
    this.#server = await serveHttps({ host, port, answer, failed }, certificate)
    log('info', `Webhooks are answered on port ${this.#server.port}.`)
    this.#resolve(this.#server.port)
  }

  #context(): AdmissionContext | undefined {
    const { configuration, namespace, mode } = this.#options
    const known = configuration()
    return known === undefined ? undefined : { ...known, namespace, ...(mode === undefined ? {} : { mode }) }
  }
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
